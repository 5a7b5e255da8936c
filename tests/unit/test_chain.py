"""The audit chain notices every change of what was written."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.chain import GENESIS, canonical, first_broken, fixed_columns, link, sha256

AT = datetime(2026, 11, 22, tzinfo=UTC)


def log(length: int) -> list[dict]:
    rows, previous = [], GENESIS
    for seq in range(1, length + 1):
        data = canonical({"n": seq})
        row = {
            "id": seq * 3, "kind": "incident.created", "region": "35.77", "incident_id": uuid.UUID(int=seq),
            "agency_codes": ["damkar"], "actor_id": "u", "actor_label": "U", "occurred_at": AT, "recorded_at": AT,
            "source": "live", "public": True, "exercise": False, "data": data, "data_sha256": sha256(data), "seq": seq,
        }  # fmt: skip
        previous = row["hash"] = link(previous, seq, fixed_columns(row), row["data_sha256"])
        rows.append(row)
    return rows


def test_an_untouched_log_holds():
    assert first_broken(log(20), GENESIS, 1) is None


CHANGES = {
    "kind": "incident.closed", "region": "35.79", "actor_id": "x", "actor_label": "X", "public": False,
    "exercise": True, "agency_codes": [], "occurred_at": AT + timedelta(seconds=1), "source": "paper",
    "recorded_at": AT + timedelta(seconds=1), "incident_id": None, "id": 1, "data": '{"n":99}',
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_found_where_it_is(column):
    rows = log(9)
    rows[4][column] = CHANGES[column]
    assert first_broken(rows, GENESIS, 1)[0] == 5


def test_data_rewritten_with_its_digest_is_found():
    rows = log(9)
    rows[4] |= {"data": "{}", "data_sha256": sha256("{}")}
    assert first_broken(rows, GENESIS, 1) == (5, "hash")


def test_erased_data_is_no_break():
    rows = log(9)
    rows[4]["data"] = ""
    assert first_broken(rows, GENESIS, 1) is None


@given(st.integers(0, 8))
def test_a_removed_entry_is_found(index):
    rows = log(10)
    del rows[index]
    assert first_broken(rows, GENESIS, 1) == (index + 1, "missing")


@given(st.integers(0, 9), st.integers(0, 9))
def test_swapped_entries_are_found(a, b):
    rows = log(10)
    rows[a], rows[b] = rows[b], rows[a]
    assert (first_broken(rows, GENESIS, 1) is None) == (a == b)


def test_swapped_entries_with_new_numbers_are_found():
    rows = log(10)
    rows[3], rows[4] = rows[4] | {"seq": 4}, rows[3] | {"seq": 5}
    assert first_broken(rows, GENESIS, 1) == (4, "hash")


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_one_value_has_one_spelling(value):
    assert canonical(value) == canonical(dict(reversed(list(value.items()))))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(_json)
def test_the_spelling_is_that_of_the_standard_library_so_that_others_can_check_the_chain(value):
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
