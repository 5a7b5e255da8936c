"""What single words say for each type, in steps of half a point: a score card beside the rules.

A word counts once, by its own entry or by that of a class it belongs to, whichever says more for the type. The points
are data (`[points.fire] "2.5" = "word, {class}"`); they never touch the priority.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from incidents.triage.matcher import Spans, Unit
from incidents.triage.result import TYPES
from incidents.triage.rules import Rule
from incidents.triage.scoring import Applied

# From this many points on a word is named as a reason.
_TELLING = 1.0
_MOST_REMEMBERED = 50_000


class Points:
    """The score card: for each word or class its points by type. Filled at compile time, then only read."""

    __slots__ = ("_by_label", "_remembered", "_rules")

    def __init__(self, by_label: Mapping[str, Mapping[str, float]], version: str = "") -> None:
        self._by_label = {
            label: tuple((TYPES.index(kind), value) for kind, value in by_type.items())
            for label, by_type in by_label.items()
        }
        self._remembered: dict[tuple[str, ...], tuple[tuple[int, float], ...]] = {}
        self._rules = tuple(Rule(f"points.{kind}", version, kind) for kind in TYPES)

    def total(self, units: Sequence[Unit], spans: Spans, left_out: Collection[int]) -> list[float]:
        """The points of a text by type, in the order of TYPES; denied and supposed words (`left_out`) say nothing."""
        totals = [0.0] * len(TYPES)
        seen: set[str] = set()
        for place, unit in enumerate(units):
            if unit.labels[0] in seen or place in left_out:
                continue
            seen.add(unit.labels[0])
            for kind, value in self._worth(unit, spans[place]):
                totals[kind] += value
        return totals

    def signs(self, kind: str, units: Sequence[Unit], spans: Spans, left_out: Collection[int]) -> list[Applied]:
        """The words that speak clearly for a type, as a rule that applied, to be shown among the reasons."""
        number = TYPES.index(kind)
        places = tuple(
            place
            for place, unit in enumerate(units)
            if place not in left_out
            and any(k == number and value >= _TELLING for k, value in self._worth(unit, spans[place]))
        )
        return [Applied(self._rules[number], places, False)] if places else []

    def _worth(self, unit: Unit, longer: Sequence[tuple[str, int]]) -> tuple[tuple[int, float], ...]:
        """The points of a unit by type: the most that any of its names says."""
        labels = (*unit.labels, *(label for label, _ in longer)) if longer else unit.labels
        worth = self._remembered.get(labels)
        if worth is None:
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.clear()
            best: dict[int, float] = {}
            for label in labels:
                for kind, value in self._by_label.get(label, ()):
                    best[kind] = max(best.get(kind, 0.0), value)
            worth = self._remembered[labels] = tuple(best.items())
        return worth
