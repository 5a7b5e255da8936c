"""Sets of rules side by side and as a file: what differs, and TOML out and in. Pure."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
ORDER = ("id", "off", "type", "subtype", "weight", "each", "priority", "raises", "danger", "lowers", "yields",
         "phrases", "needs", "unless", "extra", "leads", "beats")  # fmt: skip
EXAMPLE_ORDER = ("text", "type", "at_least", "at_most", "extra", "note")
LARGEST_FILE = 512 * 1024


class BadFile(ValueError):
    """A file that is no set of rules; the message says where and why, in Indonesian."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that differs: field, before, after."""

    id: str
    fields: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True, slots=True)
class Diff:
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[Changed, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed)

    def ids(self) -> dict[str, list[str]]:
        """The rules by their ids only, for the log."""
        told = {"added": [row["id"] for row in self.added], "changed": [row.id for row in self.changed],
                "removed": [row["id"] for row in self.removed]}  # fmt: skip
        return {name: ids for name, ids in told.items() if ids}


def difference(old: Sequence[Row], new: Sequence[Row]) -> Diff:
    """What the new rules add, drop and change."""
    before, after = ({row["id"]: row for row in rows} for rows in (old, new))
    return Diff(
        added=tuple(row for rule_id, row in after.items() if rule_id not in before),
        removed=tuple(row for rule_id, row in before.items() if rule_id not in after),
        changed=tuple(
            Changed(rule_id, tuple(fields))
            for rule_id, row in after.items()
            if rule_id in before and (fields := list(_fields(before[rule_id], row)))
        ),
    )


def _fields(old: Row, new: Row) -> Iterable[tuple[str, Any, Any]]:
    for name in sorted({*old, *new}, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
        if old.get(name) != new.get(name):
            yield name, old.get(name), new.get(name)


def tidy(row: Row) -> dict[str, Any]:
    """A rule without what says nothing, in the usual order of fields."""
    known = [name for name in ORDER if name in row]
    names = [*known, *(name for name in row if name not in ORDER)]
    return {name: row[name] for name in names if row[name] not in ("", None, [], (), False)}


def as_toml(rules: Sequence[Row], examples: Sequence[Row], comment: str = "") -> str:
    """The set as a file that reads back to the same."""
    lines = [f"# {line}" for line in comment.splitlines()]
    for table, rows, order in (("rule", rules, ORDER), ("example", examples, EXAMPLE_ORDER)):
        for row in rows:
            lines += ["", f"[[{table}]]"]
            names = [name for name in order if name in row]
            lines += [f"{name} = {_value(row[name])}" for name in [*names, *(n for n in row if n not in order)]]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item) for item in value)}]"
    text = json.dumps(str(value), ensure_ascii=False)
    return re.sub("[\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04X}", text)


def from_toml(text: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rules and examples of a file; their contents are for the checks. Raises BadFile."""
    if len(text.encode("utf-8", errors="replace")) > LARGEST_FILE:
        raise BadFile(f"Berkas lebih dari {LARGEST_FILE // 1024} KB.")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadFile(f"Bukan TOML yang sah: {error}") from error
    if unknown := sorted(set(data) - {"rule", "example"}):
        raise BadFile(f"Bagian {unknown[0]!r} tidak dikenal; yang boleh hanya [[rule]] dan [[example]].")
    rules, examples = data.get("rule", []), data.get("example", [])
    for name, rows in (("rule", rules), ("example", examples)):
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadFile(f"Tulis [[{name}]] dengan dua kurung siku.")
    try:
        json.dumps([rules, examples])  # dates and times are TOML, but no rule
    except (TypeError, ValueError) as error:
        raise BadFile("Ada tanggal atau waktu; aturan hanya berisi teks, angka, daftar, true dan false.") from error
    return rules, examples
