"""A plan of duty officers as a CSV file: what each row says, or what is wrong with it. Pure."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agencies.cleaning import clean_text
from agencies.packformat import PHONE

COLUMNS = ("instansi", "nama", "telepon", "dari", "sampai", "urutan", "surel")
NEEDED = ("instansi", "nama", "dari", "sampai")
MOST_ROWS = 2000
LONGEST_DUTY = timedelta(days=31)
_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H.%M", "%d/%m/%Y %H:%M")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty. `problem` is empty when the row can be used; `number` counts the file's lines from 1."""

    number: int
    agency: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    position: int = 1
    from_at: datetime | None = None
    until_at: datetime | None = None
    problem: str = ""


def read_rows(data: bytes, agencies: Collection[str], zone: ZoneInfo) -> list[DutyRow]:
    """The rows of a file; times without an offset are the region's. A file that is no table is one row with its
    problem."""
    text = clean_text(data.decode("utf-8-sig", "replace"))
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in NEEDED if name not in header]
        if missing:
            return [DutyRow(1, problem=f"kolom tidak ada: {', '.join(missing)}")]
        found = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_row(reader.line_num, dict(zip(header, cells, strict=False)), agencies, zone))
            if len(found) > MOST_ROWS:
                return [DutyRow(reader.line_num, problem=f"lebih dari {MOST_ROWS} baris")]
    except csv.Error as error:
        return [DutyRow(reader.line_num, problem=f"bukan CSV yang sah: {error}")]
    return _no_doubles(found) or [DutyRow(1, problem="berkas tidak berisi jadwal")]


def _row(number: int, raw: dict[str, str], agencies: Collection[str], zone: ZoneInfo) -> DutyRow:
    cell = {name: (raw.get(name) or "").strip() for name in COLUMNS}
    from_at, until_at = _moment(cell["dari"], zone), _moment(cell["sampai"], zone)
    row = DutyRow(
        number, cell["instansi"].lower(), cell["nama"][:80], cell["telepon"], cell["surel"],
        int(cell["urutan"]) if cell["urutan"].isdecimal() and len(cell["urutan"]) == 1 else 1, from_at, until_at,
    )  # fmt: skip
    return DutyRow(
        row.number, row.agency, row.name, row.phone, row.email, row.position, from_at, until_at,
        _problem(row, cell, agencies),
    )  # fmt: skip


def _problem(row: DutyRow, cell: dict[str, str], agencies: Collection[str]) -> str:
    if row.agency not in agencies:
        return f"instansi tidak dikenal: {row.agency or '(kosong)'}"
    if not row.name:
        return "nama kosong"
    if not re.fullmatch(PHONE, row.phone):
        return f"telepon tidak sah: {row.phone}"
    if row.email and not _EMAIL.fullmatch(row.email):
        return f"surel tidak sah: {row.email}"
    if not row.phone and not row.email:
        return "telepon atau surel harus diisi"
    if cell["urutan"] not in ("", *"123456789"):
        return f"urutan harus 1–9: {cell['urutan']}"
    if row.from_at is None or row.until_at is None:
        return "waktu harus berbentuk 2026-11-23 07:00"
    if not row.from_at < row.until_at <= row.from_at + LONGEST_DUTY:
        return "sampai harus sesudah dari, paling lama 31 hari"
    return ""


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def _no_doubles(rows: list[DutyRow]) -> list[DutyRow]:
    seen: set[tuple[str, str, datetime | None]] = set()
    found = []
    for row in rows:
        key = (row.agency, row.name, row.from_at)
        if not row.problem and key in seen:
            row = DutyRow(row.number, row.agency, row.name, problem="sama dengan baris sebelumnya")
        seen.add(key)
        found.append(row)
    return found
