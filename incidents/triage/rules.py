"""Rules as data: read TOML, check every word of it, and say exactly what is wrong and where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from incidents.triage.lexicon import words_of
from incidents.triage.result import PRIORITIES, TYPES

RULES_DIRECTORY = Path(__file__).parent / "rules"
BUILTIN_VERSION = "builtin-1"

RULE_KEYS = frozenset(
    {"id", "type", "subtype", "weight", "phrases", "needs", "unless", "priority", "raises", "danger", "lowers"}
    | {"extra", "leads", "beats", "each", "yields", "off"}
)
SOURCE_KEYS = frozenset({"class", "concept", "abbreviations", "plain", "points", "rule"})
SUBTYPES: dict[str, frozenset[str]] = {
    kind: frozenset(words_of(listing))
    for kind, listing in {
        "medical": "illness, injury, birth, unconscious, cardiac, poisoning, ambulance_request, mental_crisis",
        "fire": "building_fire, vehicle_fire, land_fire, gas_leak, electrical_short, animal_rescue, snake, wasp, "
        "ring_removal, trapped, explosion",
        "disaster": "flood, landslide, earthquake, wind, fallen_tree, drowning, tsunami, volcanic, "
        "building_collapse, sinkhole",
        "public_order": "crime, robbery, brawl, riot, drugs, body_found, missing_person, odgj, noise, theft, vagrant, "
        "suspicious_object, prostitution_alcohol",
        "traffic": "accident, congestion, breakdown, traffic_light_out, hit_and_run, road_block",
        "violence_women_children": "domestic_violence, sexual_violence, harassment, child_abuse, abandoned_baby, "
        "trafficking",
        "public_facility": "street_light, cable_down, water_pipe, pothole, drain, power_cut, broken_facility, waste, "
        "bridge_damage, live_wire",
        "other_non_emergency": "information, complaint, prank, chat, misdial, feedback",
    }.items()
}
MAX_WEIGHT = 20
MAX_POINTS = 4
# Apostrophes vanish when a text is read and "anak2" is read as "anak", so it is the same in a phrase.
_SILENT = str.maketrans("", "", "'`´‘’ʼ")
_TWICE = re.compile(r"(?<=[^\W\d_]{3})2(?![^\W_])")
_ATOM = r"(?:\{[a-z_]+\}|[^\W_]+(?:-[^\W_]+)*)"
_OPTION = rf"{_ATOM}(?:\+{_ATOM})*"
_ELEMENT = re.compile(rf"^(?:_|\.\.\.|{_OPTION}(?:\|{_OPTION})*\??)$")


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong with rule data: where (file, rule, key) and what."""

    file: str
    rule: str
    key: str
    message: str


class RuleError(ValueError):
    """Rule data that cannot be used; `problems` lists every fault found."""

    def __init__(self, problems: Iterable[RuleProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.file}: {p.rule or '-'}: {p.key}: {p.message}" for p in self.problems))


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Rule data with its name and version; `data` is what tomllib gives, or rows of a region in the same shape."""

    name: str
    version: str
    data: Mapping[str, Any]

    @classmethod
    def from_toml(cls, name: str, version: str, text: str) -> RuleSource:
        """Reads TOML text; raises RuleError with the parser's place when it is not TOML."""
        try:
            return cls(name, version, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise RuleError([RuleProblem(name, "", "", str(error))]) from error


@dataclass(frozen=True, slots=True)
class Rule:
    """One checked rule. `weight` 0 means: no vote on the type, only an effect on the priority.

    `extra` counts when the answer is the rule's own type or one of `leads`. `each` > 0: a rule of signs; every further
    place where it stands adds so much to its weight, up to four times. `yields`: what it sees is mostly the outcome of
    something else (a wound, a jam); it steps back where another type has evidence that does not yield.
    """

    id: str
    version: str
    type: str
    subtype: str = ""
    weight: float = 0.0
    phrases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    priority: str = ""
    raises: str = ""
    danger: str = ""
    lowers: bool = False
    yields: bool = False
    each: float = 0.0
    extra: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    beats: tuple[str, ...] = ()


@dataclass(slots=True)
class RuleBook:
    """All sources merged: later sources change (same id) or switch off (`off = true`) earlier rules."""

    rules: dict[str, Rule] = field(default_factory=dict)
    classes: dict[str, list[Mapping[str, str]]] = field(default_factory=dict)
    concepts: dict[str, list[str]] = field(default_factory=dict)
    hiding: set[str] = field(default_factory=set)
    abbreviations: dict[str, str] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    points: dict[str, dict[str, float]] = field(default_factory=dict)
    points_version: str = ""
    problems: list[RuleProblem] = field(default_factory=list)


def builtin_rules() -> tuple[RuleSource, ...]:
    """The rules and word lists that come with the software, in the order of their file names."""
    files = sorted(RULES_DIRECTORY.glob("*.toml"))
    return tuple(RuleSource.from_toml(f.name, BUILTIN_VERSION, f.read_text(encoding="utf-8")) for f in files)


def merge_sources(sources: Iterable[RuleSource]) -> RuleBook:
    """One book from all sources, words first, so that a rule may use any class; faults are in `problems`."""
    book = RuleBook()
    sources = tuple(sources)
    for source in sources:
        _merge_words(book, source)
    names = set(book.classes) | set(book.concepts)
    for label in book.points:
        if label[0] == "{" and label[1:-1] not in names:
            book.problems.append(RuleProblem("points", label, "points", f"unknown word class {label!r}"))
    for name, patterns in book.concepts.items():
        for pattern in patterns:
            _check_pattern(book, set(book.classes), pattern, ("lexicon", name, "patterns"))
    for name, entries in book.classes.items():
        for part in (part for entry in entries for part in words_of(entry.get("includes", ""))):
            if part not in book.classes:
                book.problems.append(RuleProblem("lexicon", name, "includes", f"unknown word class {part!r}"))
    for source in sources:
        _merge_rules(book, source, names)
    return book


def check_rules(sources: Iterable[RuleSource]) -> list[RuleProblem]:
    """Every fault of the sources taken together; empty when they can be compiled."""
    return merge_sources(sources).problems


def _merge_words(book: RuleBook, source: RuleSource) -> None:
    for key in sorted(set(source.data) - SOURCE_KEYS):
        book.problems.append(RuleProblem(source.name, "", key, "unknown section"))
    for name, entry in source.data.get("class", {}).items():
        if unknown := sorted(set(entry) - {"words", "verbs", "includes"}):
            book.problems.append(RuleProblem(source.name, name, unknown[0], "unknown key in a word class"))
        book.classes.setdefault(name, []).append(entry)
    for name, entry in source.data.get("concept", {}).items():
        if unknown := sorted(set(entry) - {"patterns", "hides"}):
            book.problems.append(RuleProblem(source.name, name, unknown[0], "unknown key in a concept"))
        book.concepts.setdefault(name, []).extend(words_of(_readable(entry.get("patterns", ""))))
        if entry.get("hides") is True:
            book.hiding.add(name)
    book.abbreviations.update(source.data.get("abbreviations", {}))
    book.plain.extend(words_of(source.data.get("plain", {}).get("words", "")))
    for kind, steps in source.data.get("points", {}).items():
        _merge_points(book, source.name, kind, steps)
        book.points_version = source.version


def _merge_points(book: RuleBook, file: str, kind: str, steps: Mapping[str, str]) -> None:
    """What words and classes say for a type: `[points.fire] "2.5" = "word, {class}, two words"`; the last one holds."""
    if kind not in TYPES:
        book.problems.append(RuleProblem(file, "points", kind, f"unknown type {kind!r}"))
        return
    for step, listing in steps.items():
        try:
            value = float(step)
        except ValueError:
            value = -1.0
        if not 0 <= value <= MAX_POINTS:
            book.problems.append(RuleProblem(file, kind, step, f"must be a number from 0 to {MAX_POINTS}"))
            continue
        for label in words_of(_readable(listing)):
            book.points.setdefault(label, {})[kind] = value


def _merge_rules(book: RuleBook, source: RuleSource, names: set[str]) -> None:
    seen: set[str] = set()
    for row in source.data.get("rule", []):
        problems = len(book.problems)
        rule_id = str(row.get("id", ""))
        _check_row(book, source.name, row, names)
        if rule_id in seen:
            book.problems.append(RuleProblem(source.name, rule_id, "id", "used twice in one source"))
        seen.add(rule_id)
        if row.get("off") is True:
            book.rules.pop(rule_id, None)
        elif len(book.problems) == problems:
            book.rules[rule_id] = _rule(row, source.version)


def _rule(row: Mapping[str, Any], version: str) -> Rule:
    values = {key: value for key, value in row.items() if key != "off"}
    for key in ("phrases", "needs", "unless"):
        values[key] = [_readable(pattern) for pattern in values.get(key, ())]
    for key in ("phrases", "needs", "unless", "extra", "leads", "beats"):
        values[key] = tuple(values.get(key, ()))
    return Rule(version=version, **values)


def _readable(pattern: str) -> str:
    return _TWICE.sub("", pattern.translate(_SILENT))


def _check_row(book: RuleBook, file: str, row: Mapping[str, Any], names: set[str]) -> None:
    rule_id = str(row.get("id", ""))

    def fault(key: str, message: str) -> None:
        book.problems.append(RuleProblem(file, rule_id, key, message))

    if not rule_id:
        fault("id", "missing")
    for key in sorted(set(row) - RULE_KEYS):
        fault(key, "unknown key")
    if row.get("off") is True:
        return
    kind = row.get("type")
    if kind not in TYPES:
        fault("type", f"unknown type {kind!r}")
    elif row.get("subtype", "") not in SUBTYPES[kind] | {""}:
        fault("subtype", f"unknown subtype {row.get('subtype')!r} of {kind}")
    for key in ("weight", "each"):
        value = row.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_WEIGHT:
            fault(key, f"must be a number from 0 to {MAX_WEIGHT}")
    if not row.get("phrases"):
        fault("phrases", "a rule without phrases can never apply")
    for key in ("priority", "raises"):
        if row.get(key, "") not in ("", *PRIORITIES):
            fault(key, f"unknown priority {row.get(key)!r}")
    for key in ("extra", "leads", "beats"):
        for other in row.get(key, ()):
            if other not in TYPES:
                fault(key, f"unknown type {other!r}")
    for key in ("phrases", "needs", "unless"):
        for pattern in row.get(key, ()):
            _check_pattern(book, names, pattern, (file, rule_id, key))


def _check_pattern(book: RuleBook, names: set[str], pattern: object, place: tuple[str, str, str]) -> None:
    if not isinstance(pattern, str) or not _readable(pattern).strip():
        book.problems.append(RuleProblem(*place, "empty phrase"))
        return
    pattern = _readable(pattern)
    for part in pattern.split("&"):
        elements = part.split()
        if not elements or elements[0] in ("_", "...") or elements[-1] in ("_", "..."):
            book.problems.append(RuleProblem(*place, f"a phrase must begin and end with a word: {pattern!r}"))
        for element in elements:
            if not _ELEMENT.match(element):
                book.problems.append(RuleProblem(*place, f"cannot be read: {element!r} in {pattern!r}"))
    for name in re.findall(r"\{([^}]*)\}", pattern):
        if name not in names:
            book.problems.append(RuleProblem(*place, f"unknown word class {name!r}"))
