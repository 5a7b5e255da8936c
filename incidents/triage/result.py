"""What a classification answers: plain, immutable values that any caller can store or render."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPES = (
    "medical",
    "fire",
    "disaster",
    "public_order",
    "traffic",
    "violence_women_children",
    "public_facility",
    "other_non_emergency",
)
FALLBACK_TYPE = "other_non_emergency"
PRIORITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible type with its share of the evidence, 0 to 1."""

    type: str
    score: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the rule, its version, and the very words; start and end are code points of the text as given."""

    rule: str
    version: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Side findings for the operator: number of victims when told, kinds of danger, causing agents, denied words."""

    victims: int | None = None
    danger: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    finished: bool = False
    question: bool = False


@dataclass(frozen=True, slots=True)
class Classification:
    """The answer for one report. `type` is always one of TYPES; a doubt is told by `needs_review`."""

    type: str
    subtype: str
    priority: str
    confidence: float
    candidates: tuple[Candidate, ...]
    extra_types: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    needs_review: bool = False
    facts: Facts = field(default_factory=Facts)


def highest_priority(first: str, second: str) -> str:
    """The more urgent of two priorities."""
    return first if PRIORITIES.index(first) >= PRIORITIES.index(second) else second


def lowered_priority(priority: str) -> str:
    """One step less urgent; `low` stays `low`."""
    return PRIORITIES[max(0, PRIORITIES.index(priority) - 1)]
