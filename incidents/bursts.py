"""Many calls from one place within minutes: an explosion, a collision on a main road, the same fire seen by a street.

Pure. The numbers of the banner are the ones that products of the field show ("7 calls, 4 minutes, 300 m"): about the
point at which several call-takers handle one event without knowing of each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, floor, radians

from incidents.duplicates import METRES_PER_DEGREE, metres_between

CALLS = 7
WITHIN = timedelta(minutes=4)
RADIUS_M = 300.0
SHOWN = 5
CENTRES = 12
"""Calls tried as the middle of a burst in each cell of the grid."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One caller about one incident, where and when (a further caller to a known incident counts as well)."""

    incident: str
    at: datetime
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Burst:
    """Calls within RADIUS_M of a point. `incidents`: those they are about, most called about first."""

    lat: float
    lon: float
    calls: int
    since: datetime
    until: datetime
    incidents: tuple[str, ...]


def bursts(heard: Iterable[Heard], now: datetime, *, calls: int = CALLS, within: timedelta = WITHIN,
           radius_m: float = RADIUS_M) -> tuple[Burst, ...]:  # fmt: skip
    """Bursts in the time before `now`, largest first; no call is counted in two."""
    left = [h for h in heard if now - within <= h.at <= now]
    found: list[Burst] = []
    while len(left) >= calls and len(found) < SHOWN:
        inside = _densest(left, calls, radius_m)
        if len(inside) < calls:
            break
        found.append(_burst(inside))
        taken = set(map(id, inside))
        left = [h for h in left if id(h) not in taken]
    return tuple(found)


def _densest(among: Sequence[Heard], calls: int, radius_m: float) -> list[Heard]:
    """The most calls within the radius of one of them. A grid of the radius' size leaves few to compare."""
    cells: dict[tuple[int, int], list[Heard]] = {}
    size = radius_m / METRES_PER_DEGREE
    for one in among:
        wide = size / max(0.01, cos(radians(one.lat)))
        cells.setdefault((floor(one.lat / size), floor(one.lon / wide)), []).append(one)
    best: list[Heard] = []
    for (north, east), members in cells.items():
        around = [h for n in (-1, 0, 1) for e in (-1, 0, 1) for h in cells.get((north + n, east + e), ())]
        if len(around) < max(calls, len(best) + 1):
            continue
        for centre in members[:CENTRES]:
            inside = [h for h in around if metres_between(centre.lat, centre.lon, h.lat, h.lon) <= radius_m]
            best = max(best, inside, key=len)
    return best


def _burst(inside: Sequence[Heard]) -> Burst:
    counts: dict[str, int] = {}
    for one in inside:
        counts[one.incident] = counts.get(one.incident, 0) + 1
    size = len(inside)
    return Burst(
        lat=sum(h.lat for h in inside) / size,
        lon=sum(h.lon for h in inside) / size,
        calls=size,
        since=min(h.at for h in inside),
        until=max(h.at for h in inside),
        incidents=tuple(sorted(counts, key=lambda incident: (-counts[incident], incident))),
    )
