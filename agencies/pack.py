"""Region packs: one TOML file per region with its agencies, agreements, run cards, targets, procedures and units.

Pure: reads files, checks everything and reports ALL problems at once; knows no database. `loading.py` writes a pack.
The format is described in packs/README.md. Times are seconds and local hours, coordinates WGS 84 degrees.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agencies import geodata, questions
from agencies.packformat import (
    BASE_TYPES,
    DISKOMINFO,
    EMERGENCY_TYPES,
    KEYS,
    LATER_KEYS,
    REGION,
    SECTIONS,
    SUBTYPES,
    Spec,
)

FOLDER = Path(__file__).parent / "packs"
Values = dict[str, Any]
Items = dict[tuple[str, str], Values]


@dataclass(frozen=True, slots=True, order=True)
class PackProblem:
    """Where (`run_cards[3].lead`) and what, in Indonesian, for the region's admin."""

    file: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.reason}"


class PackError(ValueError):
    """The pack cannot be used; `problems` holds every reason, not only the first."""

    def __init__(self, problems: list[PackProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """One checked entry of a section: all fields present (defaults filled in), plain JSON values."""

    kind: str
    key: str
    values: Values
    where: PackProblem = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Pack:
    """A checked pack. Each tuple holds mappings with every field of the section (see `packformat.SECTIONS`)."""

    file: str
    region: Values
    agencies: tuple[Values, ...]
    agreements: tuple[Values, ...]
    types: tuple[Values, ...]
    subtype_mappings: tuple[Values, ...]
    run_cards: tuple[Values, ...]
    targets: tuple[Values, ...]
    procedures: tuple[Values, ...]
    units: tuple[Values, ...]
    places: tuple[Values, ...]
    area_aliases: tuple[Values, ...]
    rules: tuple[Values, ...]

    @property
    def code(self) -> str:
        return str(self.region["code"])

    def items(self) -> Items:
        """Canonical form for the three-way comparison: (kind, key) -> fields, for example ("agencies", "bpbd")."""
        found: Items = {("region", ""): self.region}
        for section in SECTIONS:
            for values in getattr(self, section):
                found[section, key_of(section, values)] = values
        return found

    def content(self) -> dict[str, dict[str, Values]]:
        """`items()` as nested JSON, to be kept in the database as what was loaded last."""
        nested: dict[str, dict[str, Values]] = {}
        for (kind, key), values in self.items().items():
            nested.setdefault(kind, {})[key] = values
        return nested

    def sha256(self) -> str:
        return hashlib.sha256(json.dumps(self.content(), sort_keys=True).encode()).hexdigest()


def items_of(content: Mapping[str, Mapping[str, Values]]) -> Items:
    """The inverse of `Pack.content()`."""
    return {(kind, key): values for kind, entries in content.items() for key, values in entries.items()}


def key_of(section: str, values: Mapping[str, Any]) -> str:
    """What makes an entry the same entry in the next pack: `fire/gas_leak///` for a run card, the code of an agency."""
    later = LATER_KEYS.get(section, ())
    names = [*KEYS[section], *(later if any(values.get(name) is not None for name in later) else ())]
    return "/".join("" if values[name] is None else str(values[name]) for name in names)


def shipped_packs() -> list[Path]:
    """The packs that come with the software, ordered by region code."""
    return sorted(path for path in FOLDER.glob("*.toml") if path.stem[:1].isdigit())


def find(name: str) -> Path:
    """`35.77` or a path to a file -> the file. Raises PackError when there is none."""
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not path.is_file():
        raise PackError([PackProblem(path.name, "-", "berkas paket wilayah tidak ditemukan")])
    return path


def load(path: Path) -> Pack:
    """Read and check a pack with what it includes. Raises PackError with all problems."""
    problems: list[PackProblem] = []
    document = _read(path, problems)
    included = [(name, _read(path.parent / name, problems)) for name in _included(path, document, problems)]
    region = _check_region(path.name, document, problems)
    entries = list(_entries(path.name, document, problems))
    common = [entry for name, content in included for entry in _entries(name, content, problems)]
    merged = _merge(entries, common, problems)
    if not problems:
        problems += sorted(_cross_check(path.name, region, merged))
    if problems:
        raise PackError(problems)
    return _pack(path.name, region, merged)


def _read(path: Path, problems: list[PackProblem]) -> Values:
    try:
        with path.open("rb") as handle:
            return tomllib.load(handle)
    except FileNotFoundError:
        problems.append(PackProblem(path.name, "-", "berkas tidak ditemukan"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(PackProblem(path.name, "-", f"bukan TOML yang sah: {error}"))
    return {}


def _included(path: Path, document: Values, problems: list[PackProblem]) -> list[str]:
    names = document.get("include", [])
    if isinstance(names, list) and all(isinstance(name, str) and "/" not in name for name in names):
        return names
    problems.append(PackProblem(path.name, "include", "harus berupa daftar nama berkas di folder yang sama"))
    return []


def _check_region(file: str, document: Values, problems: list[PackProblem]) -> Values:
    raw = document.get("region")
    if not isinstance(raw, dict):
        if document:
            problems.append(PackProblem(file, "region", "bagian ini wajib ada"))
        return {}
    return _check_fields(file, "region", raw, REGION, problems)


def _entries(file: str, document: Values, problems: list[PackProblem]) -> Iterator[Entry]:
    for section, rows in document.items():
        if section in ("include", "region"):
            continue
        if section not in SECTIONS:
            problems.append(PackProblem(file, section, "bagian tidak dikenal"))
        elif not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            problems.append(PackProblem(file, section, "harus berupa daftar tabel"))
        else:
            for number, row in enumerate(rows):
                where = f"{section}[{number}]"
                before = len(problems)
                values = _check_fields(file, where, row, SECTIONS[section], problems)
                if len(problems) == before:
                    yield Entry(section, key_of(section, values), values, PackProblem(file, where, ""))


def _check_fields(file: str, where: str, raw: Values, specs: Mapping[str, Spec], problems: list[PackProblem]) -> Values:
    """The row with defaults; each fault is appended to `problems` and leaves the default in place."""
    for name in raw.keys() - specs.keys():
        problems.append(PackProblem(file, f"{where}.{name}", "kunci tidak dikenal"))
    values: Values = {}
    for name, spec in specs.items():
        values[name] = spec.default_value()
        if name not in raw:
            if spec.required:
                problems.append(PackProblem(file, f"{where}.{name}", "wajib diisi"))
            continue
        fault = spec.fault(raw[name])
        if fault:
            problems.append(PackProblem(file, f"{where}.{name}", fault))
        else:
            values[name] = _jsonable(raw[name])
    return values


def _jsonable(value: Any) -> Any:
    """TOML dates become ISO text, so that an entry compares equal after a trip through the database's JSON."""
    if isinstance(value, dt.date):  # a datetime is a date, too
        return value.isoformat()
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return value


def _merge(own: list[Entry], common: list[Entry], problems: list[PackProblem]) -> list[Entry]:
    """The region's own entries win over included ones; the same key twice in one source is a fault."""
    merged: dict[tuple[str, str], Entry] = {}
    for source in (common, own):
        seen: set[tuple[str, str]] = set()
        for entry in source:
            place = (entry.kind, entry.key)
            if place in seen:
                problems.append(PackProblem(entry.where.file, entry.where.path, f"ganda: {entry.key}"))
            seen.add(place)
            merged[place] = entry
    return list(merged.values())


def _cross_check(file: str, region: Values, entries: list[Entry]) -> Iterator[PackProblem]:
    by_kind: dict[str, list[Entry]] = {section: [] for section in SECTIONS}
    for entry in entries:
        by_kind[entry.kind].append(entry)
    agencies = {entry.key for entry in by_kind["agencies"]}
    types = BASE_TYPES | {entry.key for entry in by_kind["types"]}
    yield from _check_code(file, region)
    yield from _check_authority(file, region, agencies)
    for entry in entries:
        yield from _check_references(file, entry, agencies, types)
    for entry in by_kind["procedures"]:
        yield from _check_questions(entry)
    for entry in by_kind["run_cards"]:
        yield from _check_run_card(entry, region["code"], by_kind["procedures"])
    for entry in by_kind["targets"]:
        yield from _check_hours(entry)
    yield from _check_aliases(region, by_kind["area_aliases"])
    yield from _check_coverage(file, by_kind["run_cards"])


def _check_code(file: str, region: Values) -> Iterator[PackProblem]:
    if region["code"] not in {row.code for row in geodata.read_regions()}:
        yield PackProblem(file, "region.code", f"bukan kode wilayah Kemendagri: {region['code']}")


def _check_aliases(region: Values, aliases: list[Entry]) -> Iterator[PackProblem]:
    areas = {row.code for row in geodata.read_areas(region["code"])} if aliases else set()
    for entry in aliases:
        if entry.values["area"] not in areas:
            yield _at(entry, "area", f"bukan kecamatan, kelurahan, atau desa wilayah ini: {entry.values['area']}")


def _check_authority(file: str, region: Values, agencies: Set[str]) -> Iterator[PackProblem]:
    if region["command_authority"] not in agencies | {DISKOMINFO}:
        yield PackProblem(file, "region.command_authority", "bukan kode instansi wilayah ini dan bukan diskominfo")
    for number, legacy in enumerate(region["legacy_numbers"]):
        if legacy.get("agency", next(iter(agencies), "")) not in agencies:
            yield PackProblem(file, f"region.legacy_numbers[{number}].agency", "kode instansi tidak dikenal")


def _check_references(file: str, entry: Entry, agencies: Set[str], types: Set[str]) -> Iterator[PackProblem]:
    """Every agency and type that an entry names must exist. What an included file excludes may be absent here."""
    for name, code in _agency_references(entry):
        if code in agencies:
            continue
        if name == "excludes" and entry.where.file != file:
            entry.values["excludes"].remove(code)
        else:
            yield _at(entry, name, f"kode instansi tidak dikenal: {code}")
    for name, known in (("type", types), ("base", BASE_TYPES)):
        kind = entry.values.get(name)
        if kind and kind not in known:
            yield _at(entry, name, f"jenis kejadian tidak dikenal: {kind}")
    for code in entry.values.get("scope", []):
        if code != "*" and code not in types:
            yield _at(entry, "scope", f"jenis kejadian tidak dikenal: {code}")
    subtype = entry.values.get("subtype")
    if subtype and subtype not in SUBTYPES:
        yield _at(entry, "subtype", f"subjenis tidak dikenal: {subtype}")


def _agency_references(entry: Entry) -> list[tuple[str, str]]:
    values = entry.values
    found = [(name, values[name]) for name in ("agency", "lead") if values.get(name)]
    found += [(name, code) for name in ("support", "excludes") for code in values.get(name, [])]
    return found + [("backup", code) for code in values.get("backup", {}).values()]


def _check_run_card(entry: Entry, region: str, procedures: list[Entry]) -> Iterator[PackProblem]:
    card = entry.values
    named = [card["lead"], *card["support"]]
    if len(set(named)) < len(named):
        yield _at(entry, "support", "instansi disebut dua kali")
    for name in card["backup"]:
        if name != "lead" and name not in card["support"]:
            yield _at(entry, f"backup.{name}", "cadangan untuk instansi yang tidak ada di kartu ini")
    for name, level in card["alarm"].items():
        if name not in card["support"]:
            yield _at(entry, f"alarm.{name}", "tingkat alarm hanya untuk instansi pendukung di kartu ini")
        if isinstance(level, bool) or level not in (1, 2, 3):
            yield _at(entry, f"alarm.{name}", f"tingkat alarm harus 1, 2, atau 3, bukan {level!r}")
    yield from _check_hours(entry)
    if card["area"] and not card["area"].startswith(f"{region}."):
        yield _at(entry, "area", "kecamatan di luar wilayah ini")
    for procedure in procedures:
        if procedure.values["type"] == card["type"] and procedure.values["subtype"] in ("", card["subtype"]):
            for code in set(named) & set(procedure.values["excludes"]):
                yield _at(entry, "lead" if code == card["lead"] else "support", f"{code} dikecualikan oleh SOP-nya")


def _check_hours(entry: Entry) -> Iterator[PackProblem]:
    if (entry.values["from_hour"] is None) != (entry.values["until_hour"] is None):
        yield _at(entry, "from_hour", "jam mulai dan jam selesai harus diisi keduanya")


def _check_questions(entry: Entry) -> Iterator[PackProblem]:
    for line in entry.values["questions"]:
        if key := questions.unknown_key(line):
            yield _at(entry, "questions", f"kunci {{{key}}} tidak dikenal; yang dikenal: {', '.join(questions.KEYS)}")


def _check_coverage(file: str, run_cards: list[Entry]) -> Iterator[PackProblem]:
    """Every emergency type needs a card for the whole region, any subtype, any hour: no report may go nowhere."""
    general = {entry.key for entry in run_cards}
    for code in EMERGENCY_TYPES:
        if f"{code}/////" not in general:
            yield PackProblem(file, "run_cards", f"kartu umum untuk {code} tidak ada")


def _at(entry: Entry, name: str, reason: str) -> PackProblem:
    return PackProblem(entry.where.file, f"{entry.where.path}.{name}", reason)


def _pack(file: str, region: Values, entries: list[Entry]) -> Pack:
    by_kind: dict[str, list[Values]] = {section: [] for section in SECTIONS}
    for entry in entries:
        by_kind[entry.kind].append(entry.values)
    return Pack(file=file, region=region, **{section: tuple(rows) for section, rows in by_kind.items()})
