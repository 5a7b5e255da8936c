"""From rules that applied to one answer: type, further types, priority, confidence, reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from incidents.triage.result import (
    FALLBACK_TYPE,
    PRIORITIES,
    TYPES,
    Candidate,
    Reason,
    highest_priority,
    lowered_priority,
)
from incidents.triage.rules import Rule

# What a type is worth when no rule that applied says more: one step below the worst that it covers.
DEFAULT_PRIORITY = {
    "medical": "high",
    "fire": "high",
    "disaster": "high",
    "public_order": "normal",
    "traffic": "normal",
    "violence_women_children": "high",
    "public_facility": "normal",
    "other_non_emergency": "low",
}
# Second and third rule of a type add less: they often see the same thing again.
_SHARES = (1.0, 0.4, 0.2)
_IMAGINED = 0.35
_BEATEN = 0.35
_EXTRA_MINIMUM = 8.0
_EXTRA_OF_LEAD = 0.75
_REVIEW_BELOW = 0.5
# Below this much evidence nothing is claimed: the fallback leads, the guess stands second, a person looks.
_ENOUGH = 0.9
_ENOUGH_FOR_FEW_WORDS = 1.5
_A_SENTENCE = 5
_MAX_CANDIDATES = 5
_MAX_REASONS = 12


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that applied, with the units it stands on; `imagined` when they are only supposed."""

    rule: Rule
    units: tuple[int, ...]
    imagined: bool

    @property
    def weight(self) -> float:
        """The rule's vote."""
        return self.rule.weight * (_IMAGINED if self.imagined else 1.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What scoring decides; the classifier adds reasons and facts."""

    type: str
    subtype: str
    priority: str
    confidence: float
    candidates: tuple[Candidate, ...]
    extra_types: tuple[str, ...]
    needs_review: bool


def decide(applied: Sequence[Applied], *, words: int) -> Verdict:
    """The verdict on the rules that applied to a text of so many words; without any: the fallback, for review."""
    raw = {kind: _score([a for a in applied if a.rule.type == kind]) for kind in TYPES}
    scores = _after_beating(raw, applied)
    ranked = sorted((k for k in TYPES if scores[k] > 0), key=lambda k: (-scores[k], TYPES.index(k)))
    if not ranked or scores[ranked[0]] < (_ENOUGH if words >= _A_SENTENCE else _ENOUGH_FOR_FEW_WORDS):
        return _undecided([k for k in ranked if k != FALLBACK_TYPE], scores, applied, empty=not words)
    lead = ranked[0]
    own = sorted((a for a in applied if a.rule.type == lead and a.weight > 0), key=lambda a: (-a.weight, a.rule.id))
    confidence = _confidence([scores[k] for k in ranked])
    return Verdict(
        type=lead,
        subtype=next((a.rule.subtype for a in own if a.rule.subtype), ""),
        priority=_priority(lead, own, applied),
        confidence=confidence,
        candidates=_candidates(ranked, scores),
        extra_types=_extra_types(lead, scores, applied),
        needs_review=confidence < _REVIEW_BELOW,
    )


def _undecided(ranked: Sequence[str], scores: dict[str, float], applied: Sequence[Applied], *, empty: bool) -> Verdict:
    """Too little to claim anything: the fallback type leads, guesses stand behind it, a person must look."""
    candidates = _candidates([FALLBACK_TYPE, *ranked], {**scores, FALLBACK_TYPE: _ENOUGH_FOR_FEW_WORDS})
    priority = _raised("low" if empty else "normal", applied)
    return Verdict(FALLBACK_TYPE, "", priority, 0.0, candidates, (), True)


def _score(applied: Sequence[Applied]) -> float:
    """The strongest votes of a type; a rule that stands on words already counted adds nothing."""
    total, used, share = 0.0, set[int](), 0
    for one in sorted(applied, key=lambda a: (-a.weight, a.rule.id)):
        if one.weight <= 0 or (used and used.issuperset(one.units)):
            continue
        total += one.weight * _SHARES[share]
        used.update(one.units)
        share += 1
        if share == len(_SHARES):
            break
    return total


def _after_beating(raw: dict[str, float], applied: Sequence[Applied]) -> dict[str, float]:
    """Scores after rules that know better have pushed other types back (`beats`)."""
    beaten = {kind for a in applied if not a.imagined for kind in a.rule.beats if kind != a.rule.type}
    return {kind: score * (_BEATEN if kind in beaten else 1.0) for kind, score in raw.items()}


def _confidence(scores: Sequence[float]) -> float:
    """Strength of the best and its distance to the second, 0 to 1."""
    best, second = scores[0], scores[1] if len(scores) > 1 else 0.0
    strength = 1.0 - math.exp(-best / 4.0)
    return round(strength * (0.5 + 0.5 * (best - second) / best), 3)


def _candidates(ranked: Sequence[str], scores: dict[str, float]) -> tuple[Candidate, ...]:
    total = sum(scores[k] for k in ranked) + 1.0
    return tuple(Candidate(k, round(scores[k] / total, 3)) for k in ranked[:_MAX_CANDIDATES])


def _extra_types(lead: str, scores: dict[str, float], applied: Sequence[Applied]) -> tuple[str, ...]:
    """Types that must come too: named by a rule of the lead type, or strong enough by themselves."""
    if lead == FALLBACK_TYPE:
        return ()
    named = {kind for a in applied if not a.imagined and a.rule.type == lead for kind in a.rule.extra}
    strong = {k for k in TYPES if scores[k] >= max(_EXTRA_MINIMUM, _EXTRA_OF_LEAD * scores[lead])}
    return tuple(k for k in TYPES if k in named | strong and k not in (lead, FALLBACK_TYPE))


def _priority(lead: str, own: Sequence[Applied], applied: Sequence[Applied]) -> str:
    """The strongest own rule's priority, lowered when over, raised by danger; danger is never lowered."""
    base = next((a.rule.priority for a in own if a.rule.priority), DEFAULT_PRIORITY[lead])
    if any(a.rule.lowers and not a.imagined for a in applied):
        base = lowered_priority(base)
    return _raised(base, applied)


def _raised(base: str, applied: Sequence[Applied]) -> str:
    for one in applied:
        if one.rule.raises and not one.imagined:
            base = highest_priority(base, one.rule.raises)
    return base


def reasons_of(
    applied: Sequence[Applied], lead: str, text: str, places: Sequence[tuple[int, int]]
) -> tuple[Reason, ...]:
    """The words behind the answer, one reason per run of words, the lead type's and the most urgent first."""
    order = sorted(
        applied,
        key=lambda a: (
            a.rule.type != lead,
            -PRIORITIES.index(a.rule.raises or "low"),
            -a.weight,
            a.rule.id,
        ),
    )
    reasons: dict[Reason, None] = {}
    for one in order:
        for start, end in _runs(one.units, places):
            reasons[Reason(one.rule.id, one.rule.version, text[start:end], start, end)] = None
    return tuple(reasons)[:_MAX_REASONS]


def _runs(units: Sequence[int], places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neighbouring units joined into spans of the original text."""
    runs: list[list[int]] = []
    for unit in sorted(set(units)):
        if runs and unit == runs[-1][1] + 1:
            runs[-1][1] = unit
        else:
            runs.append([unit, unit])
    return [(places[first][0], places[last][1]) for first, last in runs]
