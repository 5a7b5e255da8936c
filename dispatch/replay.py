"""What a draft of rules would change: reports decided by two sets side by side, and a set's own examples. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from agencies.reference import RegionRef
from dispatch.reports import Decision, Located, Report, decide
from incidents.places import area_named
from incidents.triage import PRIORITIES, CompiledRules, classify

Row = Mapping[str, Any]
EXAMPLE_KEYS = frozenset({"text", "type", "at_least", "at_most", "extra", "note"})
MOST_EXAMPLES = 1000
LONGEST_TEXT = 2000
_SHOWN_AGENCIES = 40


@dataclass(frozen=True, slots=True)
class Case:
    """One report to play again. `areas`: where it was, smallest first."""

    id: str
    text: str
    areas: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """How one set of rules decides a report."""

    type: str
    subtype: str
    priority: str
    extra_types: tuple[str, ...]
    agencies: tuple[str, ...]
    """Codes of those alarmed, the lead first."""
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Difference:
    id: str
    old: Side
    new: Side


@dataclass(slots=True)
class Tally:
    """The difference over all reports, in numbers."""

    total: int = 0
    changed: int = 0
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(type before, type after) → reports."""
    more: Counter[str] = field(default_factory=Counter)
    """Agency → reports that it would get and did not."""
    fewer: Counter[str] = field(default_factory=Counter)
    raised: int = 0
    lowered: int = 0
    review_more: int = 0
    review_fewer: int = 0

    def add(self, difference: Difference | None) -> None:
        self.total += 1
        if difference is None:
            return
        old, new = difference.old, difference.new
        self.changed += 1
        if old.type != new.type:
            self.types[old.type, new.type] += 1
        self.more.update(code for code in new.agencies if code not in old.agencies)
        self.fewer.update(code for code in old.agencies if code not in new.agencies)
        step = PRIORITIES.index(new.priority) - PRIORITIES.index(old.priority)
        self.raised += step > 0
        self.lowered += step < 0
        self.review_more += new.needs_review and not old.needs_review
        self.review_fewer += old.needs_review and not new.needs_review

    def as_told(self) -> dict[str, Any]:
        """For keeping and showing; the largest changes first."""
        return {
            "total": self.total,
            "changed": self.changed,
            "types": [[old, new, count] for (old, new), count in self.types.most_common()],
            "more": self.more.most_common(_SHOWN_AGENCIES),
            "fewer": self.fewer.most_common(_SHOWN_AGENCIES),
            "raised": self.raised,
            "lowered": self.lowered,
            "review_more": self.review_more,
            "review_fewer": self.review_fewer,
        }


def side_of(decision: Decision) -> Side:
    return Side(
        type=decision.type.code,
        subtype=decision.subtype,
        priority=decision.priority,
        extra_types=decision.classification.extra_types,
        agencies=tuple(chosen.agency.code for chosen in decision.routing.chosen),
        needs_review=decision.classification.needs_review,
    )


def decided(text: str, areas: tuple[str, ...], rules: CompiledRules, region: RegionRef, at: datetime) -> Decision:
    """What would be decided about a text at these areas, with the region's configuration of now."""
    return decide(Report(region.code, text), classify(text, rules), Located(areas=areas), region, at)


def areas_in(text: str, region: RegionRef) -> tuple[str, ...]:
    """The areas that a text names."""
    named = area_named(text, region.areas.values())
    return tuple(code for code in (named.code, named.parent) if code) if named else ()


def compare(case: Case, old: CompiledRules, new: CompiledRules, region: RegionRef) -> Difference | None:
    """How a report would be decided otherwise; None when it would not."""
    before = side_of(decided(case.text, case.areas, old, region, case.at))
    after = side_of(decided(case.text, case.areas, new, region, case.at))
    return Difference(case.id, before, after) if before != after else None


def play(cases: Iterable[Case], old: CompiledRules, new: CompiledRules, region: RegionRef,
         progress: Callable[[int], object] = lambda done: None) -> tuple[Tally, list[Difference]]:  # fmt: skip
    """All reports by both sets; `progress` is told after each how many are done."""
    tally, found = Tally(), []
    for case in cases:
        difference = compare(case, old, new, region)
        tally.add(difference)
        if difference is not None:
            found.append(difference)
        progress(tally.total)
    return tally, found


def as_row(difference: Difference) -> dict[str, Any]:
    return asdict(difference)


# --- examples: part of a set of rules ---


@dataclass(frozen=True, slots=True)
class Broken:
    """An example that is answered otherwise than it says: where it stands in the set, and what differs."""

    place: int
    faults: tuple[str, ...]
    type: str
    priority: str


def example_faults(examples: Sequence[Any], region: RegionRef) -> list[str]:
    """What is wrong with the examples themselves, each with its place (from 1)."""
    found = [f"paling banyak {MOST_EXAMPLES} contoh"] if len(examples) > MOST_EXAMPLES else []
    for place, example in enumerate(examples, 1):
        found += [f"contoh {place}: {fault}" for fault in _example_faults(example, region)]
    return found


def _example_faults(example: Any, region: RegionRef) -> Iterable[str]:
    if not isinstance(example, Mapping):
        yield "harus berupa tabel"
        return
    for key in sorted(set(example) - EXAMPLE_KEYS):
        yield f"isian {key!r} tidak dikenal"
    text = example.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_TEXT:
        yield f"teks wajib diisi, paling panjang {LONGEST_TEXT} huruf"
    if example.get("type") not in region.types:
        yield f"jenis {example.get('type')!r} tidak dikenal"
    for key in ("at_least", "at_most"):
        if example.get(key, "") not in ("", *PRIORITIES):
            yield f"prioritas {example.get(key)!r} tidak dikenal"
    extra = example.get("extra", [])
    if not isinstance(extra, list) or any(code not in region.types for code in extra):
        yield "jenis tambahan tidak dikenal"


def broken_examples(examples: Sequence[Row], rules: CompiledRules, region: RegionRef, at: datetime) -> list[Broken]:
    """The examples that these rules answer otherwise than they should."""
    found = []
    for place, example in enumerate(examples):
        side = side_of(decided(example["text"], areas_in(example["text"], region), rules, region, at))
        if faults := tuple(_differs(example, side)):
            found.append(Broken(place, faults, side.type, side.priority))
    return found


def _differs(example: Row, side: Side) -> Iterable[str]:
    if side.type != example["type"]:
        yield "type"
    level = PRIORITIES.index(side.priority)
    if (least := example.get("at_least")) and level < PRIORITIES.index(least):
        yield "at_least"
    if (most := example.get("at_most")) and level > PRIORITIES.index(most):
        yield "at_most"
    if not set(example.get("extra", ())) <= {*side.extra_types, side.type}:
        yield "extra"
