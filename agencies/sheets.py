"""Tables as files that spreadsheets open. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """RFC 4180 with a byte order mark, as spreadsheets of this country expect it (semicolons: the comma is decimal).

    A text that a spreadsheet would take for a formula is quoted by an apostrophe; numbers are not.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(value) for value in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value).replace(".", ",") if isinstance(value, float) else value
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
