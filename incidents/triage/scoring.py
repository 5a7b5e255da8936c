"""From rules that applied to one answer: type, further types, priority, confidence, reasons."""

from __future__ import annotations

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
_SHARES = (1.0, 0.7, 0.5, 0.3)
_IMAGINED = 0.35
_BEATEN = 0.5
_MOST_SIGNS = 4
# How much is left of a vote that yields, and what evidence of another type makes it yield.
_YIELDED = 0.35
_YIELDS_TO = 5.0
_REVIEW_BELOW = 0.5
# The distance (0 to 1) below which an answer is doubtful; what is added so that little evidence weighs little.
_DOUBTFUL = 0.19
_LITTLE = 3.0
# Signs, hints and single words alone are a guess: a lead without a rule is so much less certain.
_A_RULE = 3.0
_ONLY_SIGNS = 0.5
# A call that seems to be no emergency is put last only from this confidence on.
_CALM_FROM = 0.6
# Below this much evidence nothing is claimed: the fallback leads, the guess stands second, a person looks.
_ENOUGH = 1.2
_ENOUGH_FOR_FEW_WORDS = 1.5
_A_SENTENCE = 5
# What a point of the score card weighs beside the rules.
_POINT = 1.5
# A call that is no emergency tells it with fewer words than an event, so each of them weighs more.
_CALM_POINT = 2.5
_FULL_POINTS = 10.0
_FURTHER_POINT = 0.4
_MAX_CANDIDATES = 5
_MOST_STEPS_DOWN = 2
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


def decide(applied: Sequence[Applied], *, words: int, points: Sequence[float] = ()) -> Verdict:
    """The verdict on the rules that applied to a text of so many words; without any: the fallback, for review."""
    plain, scores = _scores(applied)
    for kind, value in zip(TYPES, points, strict=False):
        worth = _worth_of_points(kind, value)
        plain[kind] += worth
        scores[kind] += worth
    ranked = sorted((k for k in TYPES if scores[k] > 0), key=lambda k: (-scores[k], TYPES.index(k)))
    if not ranked or scores[ranked[0]] < (_ENOUGH if words >= _A_SENTENCE else _ENOUGH_FOR_FEW_WORDS):
        return _undecided([k for k in ranked if k != FALLBACK_TYPE], scores, applied, empty=not words)
    lead = ranked[0]
    own = sorted((a for a in applied if a.rule.type == lead and a.weight > 0), key=lambda a: (-a.weight, a.rule.id))
    confidence = _confidence(lead, plain, scores, share=1.0 if _has_rule(own) else _ONLY_SIGNS)
    return Verdict(
        type=lead,
        subtype=next((a.rule.subtype for a in own if a.rule.subtype), ""),
        priority=_raised("normal", applied) if _may_be_real(lead, confidence) else _priority(lead, own, applied),
        confidence=confidence,
        candidates=_candidates(ranked, scores),
        extra_types=_extra_types(lead, applied),
        needs_review=confidence < _REVIEW_BELOW,
    )


def _may_be_real(lead: str, confidence: float) -> bool:
    """Whether a call that seems to be no emergency is too doubtful to be put last."""
    return lead == FALLBACK_TYPE and confidence < _CALM_FROM


def _undecided(ranked: Sequence[str], scores: dict[str, float], applied: Sequence[Applied], *, empty: bool) -> Verdict:
    """Too little to claim anything: the fallback type leads, guesses stand behind it, a person must look."""
    candidates = _candidates([FALLBACK_TYPE, *ranked], {**scores, FALLBACK_TYPE: _ENOUGH_FOR_FEW_WORDS})
    priority = _raised("low" if empty else "normal", applied)
    return Verdict(FALLBACK_TYPE, "", priority, 0.0, candidates, (), True)


def _scores(applied: Sequence[Applied]) -> tuple[dict[str, float], dict[str, float]]:
    """The score of each type, plain and after yielding and beating."""
    by_type: dict[str, list[Applied]] = {kind: [] for kind in TYPES}
    for one in applied:
        by_type[one.rule.type].append(one)
    firm = {a.rule.type for a in applied if a.weight >= _YIELDS_TO and not a.rule.yields} - {FALLBACK_TYPE}
    signs = _signs(applied)
    plain = {kind: _score(own, yielding=False) + signs.get(kind, 0.0) for kind, own in by_type.items()}
    raw = {
        kind: _score(own, yielding=True) + signs.get(kind, 0.0)
        if firm - {kind} and any(a.rule.yields for a in own)
        else plain[kind]
        for kind, own in by_type.items()
    }
    return plain, _after_beating(raw, applied)


def _signs(applied: Sequence[Applied]) -> dict[str, float]:
    """What the signs of each type add: a word that is at home in several types counts for each of them in part."""
    homes: dict[int, int] = {}
    rules = [a for a in applied if a.rule.each]
    for one in rules:
        for unit in one.units:
            homes[unit] = homes.get(unit, 0) + 1
    found: dict[str, float] = {}
    for one in rules:
        number = min(sum(1.0 / homes[unit] for unit in one.units), _MOST_SIGNS)
        found[one.rule.type] = found.get(one.rule.type, 0.0) + one.rule.each * number
    return found


def _score(applied: Sequence[Applied], *, yielding: bool) -> float:
    """The strongest votes of a type; a rule that stands on words already counted adds nothing."""
    if not applied:
        return 0.0
    total, used, share = 0.0, set[int](), 0
    votes = [(a.weight * (_YIELDED if yielding and a.rule.yields else 1.0), a) for a in applied if not a.rule.each]
    for vote, one in sorted(votes, key=lambda pair: (-pair[0], pair[1].rule.id)):
        if vote <= 0 or (used and used.issuperset(one.units)):
            continue
        total += vote * _SHARES[share]
        used.update(one.units)
        share += 1
        if share == len(_SHARES):
            break
    return total


def _after_beating(raw: dict[str, float], applied: Sequence[Applied]) -> dict[str, float]:
    """Scores after rules that know better have pushed other types back (`beats`)."""
    beaten = {kind for a in applied if not a.imagined for kind in a.rule.beats if kind != a.rule.type}
    return {kind: score * (_BEATEN if kind in beaten else 1.0) for kind, score in raw.items()}


def _worth_of_points(kind: str, points: float) -> float:
    """What so many points weigh beside the rules; those beyond the first ten say mostly the same again."""
    counted = min(points, _FULL_POINTS) + _FURTHER_POINT * max(points - _FULL_POINTS, 0.0)
    return counted * (_CALM_POINT if kind == FALLBACK_TYPE else _POINT)


def _has_rule(own: Sequence[Applied]) -> bool:
    """Whether a rule speaks for the lead, not only signs and single words."""
    return any(a.rule.weight >= _A_RULE for a in own)


def _confidence(lead: str, plain: dict[str, float], scores: dict[str, float], *, share: float) -> float:
    """How far the lead stands before the rest, 0 to 1: as scored, and as it would be if no rule stepped back for
    another. Half a point is the limit of the doubtful; measured so that about one answer in eight is."""
    gap = _gap(lead, scores) + 0.5 * max(_gap(lead, plain), -1.0)
    sure = min(max(gap / 1.5, 0.0), 1.0) * share
    return round(sure / _DOUBTFUL / 2 if sure < _DOUBTFUL else 0.5 + (sure - _DOUBTFUL) / (1 - _DOUBTFUL) / 2, 3)


def _gap(lead: str, scores: dict[str, float]) -> float:
    second = max(score for kind, score in scores.items() if kind != lead)
    return (scores[lead] - second) / (scores[lead] + _LITTLE)


def _candidates(ranked: Sequence[str], scores: dict[str, float]) -> tuple[Candidate, ...]:
    total = sum(scores[k] for k in ranked) + 1.0
    return tuple(Candidate(k, round(scores[k] / total, 3)) for k in ranked[:_MAX_CANDIDATES])


def _extra_types(lead: str, applied: Sequence[Applied]) -> tuple[str, ...]:
    """Types that must come too: named by a rule of the lead type or by one that speaks for it (`leads`)."""
    if lead == FALLBACK_TYPE:
        return ()
    told = (a for a in applied if not a.imagined and (a.rule.type == lead or lead in a.rule.leads))
    named = {kind for a in told for kind in a.rule.extra}
    return tuple(k for k in TYPES if k in named and k not in (lead, FALLBACK_TYPE))


def _priority(lead: str, own: Sequence[Applied], applied: Sequence[Applied]) -> str:
    """The strongest own rule's priority; one step less for each thing that calms (over, nobody hurt, slight), two at
    most; raised by danger, which is never lowered."""
    base = next((a.rule.priority for a in own if a.rule.priority), DEFAULT_PRIORITY[lead])
    for _ in range(min(sum(a.rule.lowers and not a.imagined for a in applied), _MOST_STEPS_DOWN)):
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
        (a for a in applied if a.rule.type == lead or not a.rule.each),
        key=lambda a: (
            a.rule.type != lead,
            -PRIORITIES.index(a.rule.raises or "low"),
            -a.weight,
            a.rule.id,
        ),
    )
    reasons: dict[Reason, None] = {}
    for one in order:
        if len(reasons) >= _MAX_REASONS:
            break
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
