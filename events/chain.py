"""The audit chain: each numbered event carries a hash over the one before it and over its own fixed columns.

Changing, removing or re-ordering a numbered event breaks every hash behind it. Free data may be erased when its
retention ends: the chain covers `data_sha256`, not the data itself.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode
GENESIS = b"\x00" * 32
FIXED = (
    "id",
    "kind",
    "region",
    "incident_id",
    "agency_codes",
    "actor_id",
    "actor_label",
    "occurred_at",
    "recorded_at",
    "source",
    "public",
    "exercise",
)
"""The columns that the chain covers besides `seq` and `data_sha256`, in this order."""


def canonical(data: Any) -> str:
    """One spelling for one value: sorted keys, no blanks, UTF-8 kept readable."""
    return _encode(data).decode()


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return list(value) if isinstance(value, list | tuple) else (value if value is None else str(value))


def fixed_columns(row: Mapping[str, Any]) -> str:
    return canonical([_plain(row[name]) for name in FIXED])


def link(previous: bytes, seq: int, fixed: str, data_sha256: bytes) -> bytes:
    """The hash of event number `seq`: sha256(previous hash ‖ seq ‖ fixed columns ‖ sha256 of its data)."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + fixed.encode() + data_sha256).digest()


def first_broken(rows: Sequence[Mapping[str, Any]], previous: bytes, expected_seq: int) -> tuple[int, str] | None:
    """The first row of a slice, in order of `seq`, that does not follow from the one before; None when all hold.

    `rows` need `seq`, `hash`, `data`, `data_sha256` and the FIXED columns. Erased data ('') is no break.
    """
    for row in rows:
        if row["seq"] != expected_seq:
            return expected_seq, "missing"
        if row["data"] and sha256(row["data"]) != bytes(row["data_sha256"]):
            return row["seq"], "data"
        if link(previous, row["seq"], fixed_columns(row), bytes(row["data_sha256"])) != bytes(row["hash"]):
            return row["seq"], "hash"
        previous, expected_seq = bytes(row["hash"]), expected_seq + 1
    return None
