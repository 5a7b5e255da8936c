"""Is this report about an event that somebody has reported already? Distance, time, kind, words and number, weighed
with reasons. Pure: the clock is an argument, and the same input always has the same answer.

Each part adds to the log odds that two reports are about one event (the way of Fellegi and Sunter 1969 for linking
records): positive when the part is likelier among reports of one event than among neighbours by chance. How likely
chance is follows from how much of the same kind is going on around: in a flood, near is worth less. The weights are
set by hand and held by made sets (tests/unit/test_duplicates.py), not learned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, exp, hypot, inf, log, pi, radians

from incidents.saying import Feature

SHOWN = 3
"""More than three are not read while somebody is speaking."""
FLOOR = 0.55
"""Below a little more than even odds nothing is shown: an operator who is warned in vain stops looking."""
RING_M = 800.0
"""How far around the density of other events is counted, metres."""
AMID_M = 150.0
"""Within this distance a neighbour may be the event itself and is not counted as background, metres."""
METRES_PER_DEGREE = 111_195.0
AREA_M = 500.0
"""From this spread on a place is an area, and a distance to its middle says nothing, metres."""
UNKNOWN_M = 4000.0
"""Spread of a report that names no place: somewhere in a town, metres."""
HORIZON = timedelta(hours=24)
"""Open incidents that began longer ago are not compared."""
ENDED_WITHIN = timedelta(minutes=120)
"""A closed or cancelled incident is still offered so long: callers go on calling after the fire is out."""

_AT_LEAST = 0.3
"""Events counted where none is seen, so that an empty district is no proof: one in some seven square kilometres."""
_NOISE_M = 110.0
"""How far apart two callers place one event, standard deviation, metres. An assumption: people say the house that
they stand at, and a telephone's own point is off by some tens of metres."""
_EXTENT_M = {
    "flood": 300.0, "ponding": 250.0, "wind": 400.0, "earthquake": 4000.0, "tsunami": 4000.0, "volcanic": 4000.0,
    "landslide": 180.0, "power_cut": 500.0, "congestion": 350.0, "land_fire": 250.0, "building_fire": 130.0,
    "explosion": 180.0, "gas_leak": 150.0, "riot": 200.0, "brawl": 200.0, "noise": 150.0, "missing_person": 300.0,
    "hit_and_run": 150.0, "accident": 130.0,
}  # fmt: skip
"""The same for what is larger than a point and is seen from several streets, metres; assumptions."""
_LASTS = {
    "public_facility": 720.0, "disaster": 120.0, "fire": 60.0, "traffic": 40.0, "public_order": 40.0, "medical": 25.0,
    "violence_women_children": 40.0, "other_non_emergency": 40.0,
}  # fmt: skip
"""Minutes over which the calls about one event come in; a dead street lamp is reported for days."""
_PRIOR = -1.75
"""As if one report in seven were a further call about a known event: an assumption, many more in a fire."""
_EVERYWHERE = frozenset({"earthquake", "tsunami", "volcanic"})
"""Felt by a whole region: where the caller stands says nothing."""
_SAME_SUBTYPE, _SAME_BASE, _OTHER_SUBTYPE, _RELATED, _OTHER, _UNSURE = 1.5, 0.5, -1.0, -0.3, -2.6, -0.6
_KIN = tuple(
    frozenset(kinds.split())
    for kinds in (
        "building_fire explosion gas_leak electrical_short vehicle_fire land_fire trapped",
        "flood ponding drowning", "landslide building_collapse sinkhole", "wind fallen_tree building_collapse",
        "accident hit_and_run congestion breakdown road_block", "illness injury unconscious cardiac ambulance_request",
        "cable_down live_wire power_cut", "brawl riot crime", "robbery theft crime", "water_pipe drain pothole",
        "domestic_violence child_abuse", "sexual_violence harassment",
    )
)  # fmt: skip
"""Kinds that two callers give to one event, or that follow from each other."""
_SAME_NUMBER, _ENDED = 3.5, -0.7
_MOST_WORDS, _WORTH_NAMING = 4.5, 0.3
SUREST = log(0.99 / 0.01)
"""No likeness is a proof: 99 % at most."""
_NO_WORD_SHARED = -1.8
_TELLING_WORDS = 3
_VAGUE = "other_non_emergency"
"""No kind of event: two reports of it are not alike by that."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of one report or incident, as far as comparing goes."""

    at: datetime
    lat: float | None = None
    lon: float | None = None
    spread_m: float = 0.0
    """How far the true place may be from the point; for the middle of an area about its radius, metres."""
    base: str = ""
    subtype: str = ""
    related: frozenset[str] = frozenset()
    """Further base types that the words allow."""
    unsure: bool = False
    """The rules did not understand what it is about."""
    numbers: frozenset[bytes] = frozenset()
    """Blind indexes of the callers' numbers."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open or recent incident. `words` are digests of features (incidents.saying); none for a confidential case."""

    id: str
    number: str
    scene: Scene
    words: frozenset[int] = frozenset()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, for a screen to put into words. Figures in metres and minutes."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """`score`: probability that both are one event, 0 to 1."""

    candidate: Candidate
    score: float
    reasons: tuple[Because, ...]


def match(scene: Scene, said: Mapping[int, Feature], pool: Sequence[Candidate], *, reach_m: float = RING_M,
          limit: int = SHOWN, floor: float = FLOOR) -> tuple[Match, ...]:  # fmt: skip
    """The incidents of the pool that the report may be about, best first.

    `said`: features of the report by their digests. `reach_m`: the pool holds everything relevant up to this distance
    (it was cut there), metres. Some 10 µs for each candidate.
    """
    background = _background(scene, pool, reach_m)
    rarity = _rarity(said, pool)
    least = log(floor / (1 - floor)) if 0 < floor < 1 else -inf
    found = []
    for candidate in pool:
        odds = _odds(scene, said, candidate, background, rarity)
        if odds >= least:
            found.append((odds, candidate))
    found.sort(key=lambda one: (-one[0], one[1].number))
    return tuple(
        Match(candidate, round(1 / (1 + exp(-odds)), 3), _reasons(scene, said, candidate, rarity))
        for odds, candidate in found[:limit]
    )


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Distance of two points near each other (plane approximation, below 0.1 % off within 20 km)."""
    east = (other_lon - lon) * cos(radians(lat))
    return hypot(other_lat - lat, east) * METRES_PER_DEGREE


def lasts_minutes(base: str) -> float:
    """Over how many minutes the calls about one event of this kind come in."""
    return _LASTS.get(base, 40.0)


def noise_m(scene: Scene) -> float:
    """Standard deviation of what callers say about one event's place, metres, without the spread of an area."""
    return _EXTENT_M.get(scene.subtype, _NOISE_M)


def _apart_m(scene: Scene, other: Scene) -> float | None:
    if scene.lat is None or scene.lon is None or other.lat is None or other.lon is None:
        return None
    return metres_between(scene.lat, scene.lon, other.lat, other.lon)


def _minutes(scene: Scene, other: Scene) -> float:
    return abs((scene.at - other.at).total_seconds()) / 60


def _background(scene: Scene, pool: Iterable[Candidate], reach_m: float) -> tuple[float, float]:
    """Other events of these minutes around the report, per square metre: of the same kind, and of all kinds."""
    around = min(reach_m, RING_M)
    alike = everything = 0
    for candidate in pool:
        other = candidate.scene
        if _minutes(scene, other) > lasts_minutes(scene.base):
            continue
        apart = _apart_m(scene, other)
        if apart is not None and AMID_M < apart <= around:
            everything += 1
            alike += other.base == scene.base
    area = pi * around**2
    return (alike + _AT_LEAST) / area, (everything + _AT_LEAST) / area


def _rarity(said: Mapping[int, Feature], pool: Sequence[Candidate]) -> dict[int, float]:
    """How much of its weight each word keeps: what half of the town says tonight tells little (from 0.3 to 1)."""
    if len(pool) < 8:
        return {}
    counts = dict.fromkeys(said, 0)
    for candidate in pool:
        for digest in candidate.words & said.keys():
            counts[digest] += 1
    most = log(len(pool) + 1)
    return {digest: max(0.3, 1 - log(count) / most) for digest, count in counts.items() if count > 1}


def _odds(scene: Scene, said: Mapping[int, Feature], candidate: Candidate, background: tuple[float, float],
          rarity: Mapping[int, float]) -> float:  # fmt: skip
    """Log odds that the report is about this incident, at most those of SUREST."""
    other = candidate.scene
    place = _place(scene, other, background[0 if scene.base == other.base else 1])
    odds = _PRIOR + place + _time(scene, other) + _kind(scene, other) + _words(said, candidate, rarity)
    if scene.numbers and scene.numbers & other.numbers:
        odds += _SAME_NUMBER
    if candidate.ended:
        odds += _ENDED
    return max(-30.0, min(SUREST, odds))


def _place(scene: Scene, other: Scene, background: float) -> float:
    """Density of one event's reports at this distance against that of other events."""
    if scene.subtype in _EVERYWHERE and scene.subtype == other.subtype:
        return 1.5
    noise = max(noise_m(scene), noise_m(other))
    apart = _apart_m(scene, other)
    if apart is None:
        return max(-3.0, -log(2 * pi * (noise**2 + UNKNOWN_M**2) * background))
    variance = noise**2 + _scatter(scene.spread_m) + _scatter(other.spread_m)
    return max(-12.0, min(5.0, -log(2 * pi * variance * background) - apart**2 / (2 * variance)))


def _scatter(spread_m: float) -> float:
    """Variance along one axis of a point that lies anywhere in a disc of this radius: a quarter of its square."""
    return spread_m**2 / 4


def _time(scene: Scene, other: Scene) -> float:
    lasting = max(lasts_minutes(scene.base), lasts_minutes(other.base))
    return max(-5.0, 0.9 - _minutes(scene, other) / lasting)


def _kind(scene: Scene, other: Scene) -> float:
    if scene.base == other.base != _VAGUE:
        if scene.subtype and scene.subtype == other.subtype:
            return _SAME_SUBTYPE
        told = {scene.subtype, other.subtype}
        return _SAME_BASE if "" in told or any(told <= kin for kin in _KIN) else _OTHER_SUBTYPE
    if _related(scene, other):
        return _RELATED
    return _UNSURE if scene.unsure or other.unsure else _OTHER


def _related(scene: Scene, other: Scene) -> bool:
    return other.base != _VAGUE and (scene.base in other.related or other.base in scene.related)


def _words(said: Mapping[int, Feature], candidate: Candidate, rarity: Mapping[int, float]) -> float:
    shared = candidate.words & said.keys()
    if not shared:
        telling = len(said) >= _TELLING_WORDS and len(candidate.words) >= _TELLING_WORDS
        return _NO_WORD_SHARED if telling else 0.0
    return min(_MOST_WORDS, sum(said[digest].weight * rarity.get(digest, 1.0) for digest in shared))


def _reasons(scene: Scene, said: Mapping[int, Feature], candidate: Candidate,
             rarity: Mapping[int, float]) -> tuple[Because, ...]:  # fmt: skip
    """What speaks for it, the figures first; and that it has ended, when it has."""
    other = candidate.scene
    found = [_because_place(scene, other), Because("time", {"minutes": round(_minutes(scene, other))})]
    if scene.base == other.base != _VAGUE:
        same = scene.subtype and scene.subtype == other.subtype
        found.append(
            Because("same_subtype", {"subtype": scene.subtype}) if same else Because("same_type", {"type": scene.base})
        )
    elif _related(scene, other):
        found.append(Because("related_type", {"type": other.base}))
    found.append(_because_words(said, candidate, rarity))
    found.append(Because("same_number") if scene.numbers & other.numbers else None)
    found.append(Because("ended") if candidate.ended else None)
    return tuple(because for because in found if because is not None)


def _because_place(scene: Scene, other: Scene) -> Because | None:
    apart = _apart_m(scene, other)
    if apart is None:
        return None
    spread = max(scene.spread_m, other.spread_m)
    if spread >= AREA_M:
        return Because("same_area") if apart < spread else None
    return Because("distance", {"metres": round(apart)})


def _because_words(said: Mapping[int, Feature], candidate: Candidate, rarity: Mapping[int, float]) -> Because | None:
    """The weightiest three; a word inside a longer one that is named already tells nothing more."""
    shared = [digest for digest in candidate.words & said.keys() if said[digest].weight >= _WORTH_NAMING]
    shared.sort(key=lambda d: (-said[d].weight * rarity.get(d, 1.0), -len(said[d].text), said[d].text))
    named: list[str] = []
    for digest in shared:
        text = said[digest].text
        if not any(text in longer for longer in named):
            named = [*(shorter for shorter in named if shorter not in text), text]
    return Because("words", {"words": tuple(named[:3])}) if named else None
