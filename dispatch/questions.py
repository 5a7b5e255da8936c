"""What the answers to the questions of a procedure (SOP) mean for priority and agencies. Pure.

The keys are those of agencies.questions. Answers only ever raise the priority; a clear "nobody is hurt" takes back the
ambulance that was merely inferred.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agencies.questions import KEYS
from incidents.triage import PRIORITIES

MANY_VICTIMS = 5
"""From this number on an event is treated as a mass casualty (assumed: common in mass casualty plans)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one answer brings about: at least this priority, these families besides, these no longer."""

    at_least: str = ""
    needs: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()


YES, NO = True, False
MEANINGS: Mapping[tuple[str, bool], Meaning] = {
    ("victims", YES): Meaning("high", ("medical",)),
    ("victims", NO): Meaning(drops=("medical",)),
    ("conscious", NO): Meaning("critical", ("medical",)),
    ("breathing", NO): Meaning("critical", ("medical",)),
    ("bleeding", YES): Meaning("critical", ("medical",)),
    ("pregnant", YES): Meaning("high", ("medical",)),
    ("child", YES): Meaning("high"),
    ("trapped", YES): Meaning("critical", ("fire",)),
    ("spreading", YES): Meaning("critical", ("fire",)),
    ("gas", YES): Meaning("critical", ("fire",)),
    ("weapon", YES): Meaning("critical", ("public_order",)),
    ("perpetrator", YES): Meaning("critical", ("public_order",)),
    ("electricity", YES): Meaning("high", ("public_facility",)),
    ("rising_water", YES): Meaning("high", ("disaster",)),
    ("road_blocked", YES): Meaning("normal", ("traffic",)),
}
_MANY = Meaning("critical", ("medical",))


@dataclass(frozen=True, slots=True)
class Answers:
    """What all answers together mean. `known`: key → answer; `unknown`: what has no meaning here and is kept as text;
    `reasons`: (key, answer) of those that had an effect."""

    known: Mapping[str, bool | int]
    unknown: Mapping[str, str]
    at_least: str = ""
    needs: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    reasons: tuple[tuple[str, bool | int], ...] = ()

    def priority(self, ruled: str) -> str:
        """The more urgent of the rule's priority and the answers'."""
        return max((p for p in (ruled, self.at_least) if p), key=PRIORITIES.index)

    def types(self, ruled: Iterable[str]) -> tuple[str, ...]:
        """The rule's further families with what the answers add and take back."""
        kept = [type_ for type_ in ruled if type_ not in self.drops]
        return tuple(dict.fromkeys([*kept, *self.needs]))


def read_answers(given: Mapping[str, Any]) -> Answers:
    """The meaning of `{key: true | false | number}`. Never refuses: other values are kept as words."""
    known: dict[str, bool | int] = {}
    unknown: dict[str, str] = {}
    for key, value in given.items():
        if value is None:
            continue
        if key in KEYS and isinstance(value, bool | int) and value >= 0:
            known[key] = value
        else:
            unknown[str(key)] = str(value)
    meant = [(key, value, _meaning(key, value)) for key, value in known.items()]
    needs = tuple(dict.fromkeys(type_ for _, _, meaning in meant for type_ in meaning.needs))
    drops = {type_ for _, _, meaning in meant for type_ in meaning.drops} - set(needs)
    urgent = [meaning.at_least for _, _, meaning in meant if meaning.at_least]
    return Answers(
        known, unknown, max(urgent, key=PRIORITIES.index, default=""), needs, tuple(sorted(drops)),
        tuple((key, value) for key, value, meaning in meant if meaning != Meaning()),
    )  # fmt: skip


def _meaning(key: str, value: bool | int) -> Meaning:
    if key == "victims" and not isinstance(value, bool) and value >= MANY_VICTIMS:
        return _MANY
    return MEANINGS.get((key, bool(value)), Meaning())
