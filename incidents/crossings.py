"""Where two streets meet, as callers say it: "simpang jalan A dan jalan B", "perempatan A - B", "jl A x jl B". Pure.

The region's data hold a point of each street, not its line: what is offered is the middle of the nearest pair of
points, with a circle that holds both, and never more precise than a street.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import OSA

from agencies.spatial import haversine_m
from incidents.placesearch import PlaceIndex, Spot
from incidents.placewords import RELATIONS, fold, name_words, words_of

MOST_APART_M = 3_000.0
"""Points of two streets farther apart than this do not say where the streets meet."""
LEAST_RADIUS_M = 500.0
"""Half a street, as for a street alone (incidents.landmarks)."""
_LIKE = 0.8
_CANDIDATES = 20
_MOST_SPLITS = 6
_STREET = r"(?:jl|jln|jlan|jalan|gg|gang)\b\.?"
_LEAD = re.compile(
    r"\b(?:per?simpangan|simpang(?:an)?|perempatan|prempatan|prapatan|pertigaan|pertelon|perlimaan|pojok(?:an)?|sudut)\b"
    r"(?:\s+(?:tiga|empat|lima|[345]))?(?:\s+antara)?\s*",
    re.IGNORECASE,
)
_JOIN = re.compile(r"\s*[-–—/&+]\s*|\s+(?:x|dan|dgn|dengan|ketemu|sama)\s+", re.IGNORECASE)
_TWO_STREETS = re.compile(
    rf"\b{_STREET}.+?(?:\s+x\s+|(?:\s*[-–—/&+]\s*|\s+(?:dan|dgn|dengan|ketemu|sama)\s+){_STREET})", re.IGNORECASE
)
_ENDS = RELATIONS - set("barat timur utara selatan lor kidul wetan kulon atas bawah ujung dalam".split())  # noqa: SIM905
"""Words behind which another place is named; those for sides belong to names of streets."""
_NO_NAME = frozenset(map(fold, ("jalan", "jl", "gang", "raya", "simpang")))


@dataclass(frozen=True, slots=True)
class Crossing:
    """What is known of two streets that were said. `unknown`: the part that no street explains, as it was said."""

    streets: tuple[Spot, ...]
    unknown: str = ""
    lat: float | None = None
    lon: float | None = None
    radius_m: float = 0.0
    apart_m: float = 0.0

    @property
    def meets(self) -> bool:
        return self.lat is not None


def find(phrase: str, index: PlaceIndex) -> Crossing | None:
    """The crossing that a phrase names; None when it names none, or no street of it is known."""
    half: Crossing | None = None
    for left, right in splits(phrase):
        known = _streets(left, index), _streets(right, index)
        if all(known):
            return meeting(*known)
        if any(known) and half is None:
            half = Crossing((known[0] or known[1])[:1], unknown=right if known[0] else left)
    return half


def splits(phrase: str) -> Iterator[tuple[str, str]]:
    """The ways to read a phrase as two streets, in their order; nothing for a phrase that names no crossing."""
    phrase = phrase[:300]
    lead = _LEAD.search(phrase)
    pair = None if lead else _TWO_STREETS.search(phrase)
    if lead is None and pair is None:
        return
    said = phrase[lead.end() if lead else pair.start() if pair else 0 :].split(",")[0]
    for number, join in enumerate(_JOIN.finditer(said)):
        left, right = said[: join.start()].strip(), _until_relation(said[join.end() :])
        if number < _MOST_SPLITS and _content(left) and _content(right):
            yield left, right


def _until_relation(said: str) -> str:
    """ "jalan B dekat pasar": the street ends where another place begins."""
    words = said.split()
    end = next((n for n, word in enumerate(words) if n and word.casefold() in _ENDS), len(words))
    return " ".join(words[:end])


def _content(part: str) -> list[str]:
    return [word.fold for word in words_of(part) if not word.skip and word.fold not in _NO_NAME]


def _streets(part: str, index: PlaceIndex) -> tuple[Spot, ...]:
    """Streets with a name that holds every word of the part (a village or district around it may explain some)."""
    wanted = _content(part)
    return _kept(part, wanted, index) or _kept(f"jalan {part}", wanted, index)


def _kept(said: str, wanted: Sequence[str], index: PlaceIndex) -> tuple[Spot, ...]:
    found = (match.spot for match in index.search(said, limit=_CANDIDATES))
    return tuple(spot for spot in found if spot.kind == "street" and _explains(spot, wanted))


def _explains(spot: Spot, wanted: Sequence[str]) -> bool:
    around = {word for name in spot.around for word in name_words(name)}
    for name in (spot.name, *spot.aliases):
        own = set(name_words(name))
        hits = [any(_alike(word, known) for known in own) for word in wanted]
        if any(hits) and all(hit or word in around for hit, word in zip(hits, wanted, strict=True)):
            return True
    return False


def _alike(word: str, known: str) -> bool:
    return word == known or (len(word) > 3 and OSA.normalized_similarity(word, known) >= _LIKE)


def meeting(one: Sequence[Spot], other: Sequence[Spot]) -> Crossing:
    """The middle of the nearest pair of points; without a point when even these lie too far apart.

    The same answer whichever street is said first.
    """
    pairs = [(haversine_m(a.lat, a.lon, b.lat, b.lon), a, b) for a, b in product(one, other) if a.key != b.key]
    if not pairs:  # one street answers to both names
        return Crossing(tuple(one[:1]))
    apart, a, b = min(pairs, key=lambda pair: (round(pair[0], 3), *sorted((pair[1].key, pair[2].key))))
    if apart > MOST_APART_M:
        return Crossing((a, b), apart_m=apart)
    lat, lon = (a.lat + b.lat) / 2, (a.lon + b.lon) / 2
    return Crossing((a, b), "", lat, lon, max(LEAST_RADIUS_M, apart / 2 + 1), apart)
