"""What a report denies, imagines or tells as over: the reach of "tidak ada", "bukan", "kalau", in units.

The words themselves are classes of the lexicon: neg, neg_noun, neg_skip, exist, or, if, only.
"""

from __future__ import annotations

from collections.abc import Sequence

from incidents.triage.matcher import Unit

_REACH = {"neg": 2, "neg_noun": 3}
_REACH_OF_EXISTENCE = 5
_REACH_OF_FEAR = 4


def denied_units(units: Sequence[Unit]) -> dict[int, frozenset[int]]:
    """For each unit inside the reach of a negation: the places of the negations that deny it."""
    denied: dict[int, set[int]] = {}
    for index, unit in enumerate(units):
        if len(unit.labels) > 1 and (unit.has("neg") or unit.has("neg_noun")):
            for place in _reach(units, index):
                denied.setdefault(place, set()).add(index)
    return {place: frozenset(by) for place, by in denied.items()}


def _reach(units: Sequence[Unit], index: int) -> list[int]:
    following = [j for j in range(index + 1, min(len(units), index + 8)) if units[j].clause == units[index].clause]
    if units[index].has("neg_ada"):
        return _content(units, following, _REACH_OF_EXISTENCE) or _before(units, index)
    if not following:
        return []
    head = units[following[0]]
    if head.has("neg_skip") or head.has("only") or head.has("neg"):
        return []
    if head.has("exist"):
        return _content(units, following[1:], _REACH_OF_EXISTENCE) or _before(units, index)
    return _content(units, following, _REACH["neg_noun" if units[index].has("neg_noun") else "neg"])


def _content(units: Sequence[Unit], places: Sequence[int], reach: int) -> list[int]:
    """The next places up to so many words that carry meaning; "or" and "yang" cost nothing."""
    found: list[int] = []
    for place in places:
        if units[place].has("or"):
            continue
        if len(found) == reach:
            break
        found.append(place)
    return found


def _before(units: Sequence[Unit], index: int) -> list[int]:
    """For a negation said last ("korban nggak ada"): the word before it in the same clause."""
    return [index - 1] if index and units[index - 1].clause == units[index].clause else []


def imagined_units(units: Sequence[Unit]) -> frozenset[int]:
    """Units that are only supposed ("kalau kebakaran …" to the end of the clause) or feared ("takut korslet")."""
    imagined: set[int] = set()
    for index, unit in enumerate(units):
        if len(unit.labels) > 1 and (unit.has("if") or unit.has("fear")):
            reach = len(units) if unit.has("if") else index + 1 + _REACH_OF_FEAR
            for j in range(index + 1, min(reach, len(units))):
                if units[j].clause != unit.clause:
                    break
                imagined.add(j)
    return frozenset(imagined)
