"""A plan of duty officers as a file: what can be read, and what is said about what cannot."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.rosterfile import read_rows

WITA = ZoneInfo("Asia/Makassar")
HEAD = "instansi,nama,telepon,dari,sampai,urutan,surel"
GOOD = "damkar,Budi Santoso,0812-3456-7890,2026-11-23 07:00,2026-11-23 19:00,1,"


def read(*lines: str, zone=WITA):
    return read_rows("\n".join(lines).encode(), {"damkar", "rsud"}, zone)


def test_a_row_is_a_duty_at_the_regions_time():
    (row,) = read(HEAD, GOOD)
    assert (row.problem, row.agency, row.name, row.phone, row.position) == (
        "", "damkar", "Budi Santoso", "0812-3456-7890", 1,
    )  # fmt: skip
    assert row.from_at == datetime(2026, 11, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiters_of_spreadsheets_and_a_byte_order_mark_are_read(delimiter):
    text = "\ufeff" + "\r\n".join([HEAD, GOOD]).replace(",", delimiter)
    (row,) = read_rows(text.encode(), {"damkar"}, WITA)
    assert row.problem == ""


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (GOOD.replace("damkar", "pln"), "instansi tidak dikenal: pln"), (GOOD.replace("Budi Santoso", ""), "nama"),
        (GOOD.replace("0812-3456-7890", "nol delapan"), "telepon tidak sah"),
        (GOOD.replace("0812-3456-7890", ""), "telepon atau surel"), (GOOD.replace(",1,", ",12,"), "urutan"),
        (GOOD.replace("2026-11-23 07:00", "besok"), "waktu"), (GOOD.replace("19:00", "06:00"), "sesudah"),
        (GOOD.replace("2026-11-23 19:00", "2027-11-23 19:00"), "31 hari"), (GOOD + "bukan surel", "surel tidak sah"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(line, problem):
    first, second = read(HEAD, GOOD.replace("Budi", "Ani"), line)
    assert first.problem == ""
    assert problem in second.problem
    assert second.number == 3


def test_the_same_duty_twice_in_a_file_is_said():
    assert [row.problem for row in read(HEAD, GOOD, GOOD)] == ["", "sama dengan baris sebelumnya"]


def test_a_file_without_its_columns_or_rows_says_so():
    assert read("nama,telepon", "Budi,0812")[0].problem == "kolom tidak ada: instansi, dari, sampai"
    assert read(HEAD)[0].problem == "berkas tidak berisi jadwal"
    assert len(read(HEAD, *[GOOD] * 2100)) == 1


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(data):
    for row in read_rows(data, {"damkar"}, WITA):
        assert row.problem or row.agency == "damkar"
