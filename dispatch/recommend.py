"""Which units to send: nearest by time among those that can do it, are free, on duty and rested, with reasons, and
what is missing. Pure: numpy and nothing else, 5,000 units in a few milliseconds.

Times are estimates and called so on every screen. The straight line times a road factor picks the really fastest of
eight units in 71 % of cases, and the fastest is among the nearest three in 96 % (measured on the drive network of
Balikpapan Kota, OpenStreetMap): therefore three to five are offered and a person chooses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from dispatch.needs import Need

FRESH = timedelta(minutes=5)
"""A position older than this says where the unit was; then it is counted from its home."""
ALWAYS, MOST = 3, 5
"""Nearest units that are always offered, and at most; the fourth and fifth only when they come within the limit."""
WITHIN = 15.0
"""Minutes: the response time of fire and rescue services in the minimum service standard (Permendagri 114/2018), taken
for all units; a region's own targets are watched by its deadlines."""
EARTH_KM = 6371.0088
_KNOTS_KM = np.array([0.0, 0.75, 1.5, 3.0, 6.0, 12.0])
_ROAD_KM = _KNOTS_KM * np.array([1.9, 1.90, 1.71, 1.65, 1.47, 1.45])
_BEYOND = 1.45
"""Road for straight line, km: measured medians of 0.5–1, 1–2, 2–4 and 4–8 km in Balikpapan, 1.45 assumed beyond.
Between the middles of the bands the road is interpolated, so that a nearer unit is never later than a farther one."""
_TOWN_KM, _OPEN_ROAD = 10.0, 1.6
"""The first road kilometres are driven at town speed, the rest so many times faster (assumption)."""
_RANK = {"critical": 0, "high": 1, "normal": 2, "low": 3}
_MOVABLE = ("assigned", "en_route")
_GAIN = 2.0
"""Minutes that moving a unit must save to be worth a word."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Speed in town (km/h) and the time from alarm to wheels (minutes)."""

    speed: float
    turnout: float = 1.0


PACES: Mapping[str, Pace] = {
    "ambulance": Pace(30, 1.0), "patrol": Pace(30, 0.5), "rescue": Pace(27, 1.33), "engine": Pace(27, 1.33),
    "ladder": Pace(23, 1.33), "tanker": Pace(22, 1.33), "truck": Pace(25, 1.5), "crew": Pace(25, 1.5),
    "boat": Pace(25, 2.0), "other": Pace(25, 1.5),
}  # fmt: skip
"""25–30 km/h in town is an assumption of the route planners' usual profiles for Indonesian towns, heavy vehicles below,
turnout 80 s for fire and 60 s for ambulances after NFPA 1710. To be tuned from the system's own times from dispatch to
arrival."""
AFLOAT, AIRBORNE = Pace(25, 3.0), Pace(150, 10.0)
"""A boat on the water (13 knots) and a helicopter, both in a straight line (assumptions)."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a unit is on; `number` is empty where the reader may not know it."""

    priority: str
    status: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as the recommendation sees it. WGS 84 degrees; `free_since`: the end of its last job."""

    id: str
    code: str
    kind: str
    mode: str = "land"
    capabilities: frozenset[str] = frozenset()
    status: str = "available"
    lat: float | None = None
    lon: float | None = None
    position_at: datetime | None = None
    home_lat: float | None = None
    home_lon: float | None = None
    duty_from: time | None = None
    duty_until: time | None = None
    rest_minutes: int = 0
    free_since: datetime | None = None
    crew_size: int | None = None
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Where to go and what is needed there. `at` carries the region's offset; `afloat`: no road leads there."""

    lat: float | None
    lon: float | None
    priority: str
    at: datetime
    needs: tuple[Need, ...] = ()
    afloat: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit to choose. `minutes` and `km` (by road) are None when a place is not known."""

    id: str
    code: str
    kind: str
    minutes: float | None
    km: float | None
    fits: bool
    reasons: tuple[str, ...]
    number: str = ""
    """The event from which it would be moved; empty for a free unit."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`offers` best first; `movable`: units on a less urgent event that would be faster; `shortfalls`: sentences."""

    offers: tuple[Offer, ...]
    movable: tuple[Offer, ...]
    shortfalls: tuple[str, ...]


class Fleet:
    """Units as columns, built once for one look."""

    def __init__(self, units: Iterable[Candidate]) -> None:
        self.units: Sequence[Candidate] = list(units)
        self.kinds = np.array([u.kind for u in self.units], dtype="U12")
        self._bits: dict[str, int] = {}
        self.abilities = np.array([self._mask(u.capabilities, learn=True) for u in self.units], dtype=np.int64)
        mode = np.array([u.mode for u in self.units], dtype="U4")
        self.land, self.sea, self.air = mode == "land", mode == "sea", mode == "air"
        self.free = np.array([u.status == "available" for u in self.units], dtype=bool)
        self.shifts = [n for n, u in enumerate(self.units) if u.duty_from is not None]
        self.resting = [n for n, u in enumerate(self.units) if u.rest_minutes and u.free_since]
        self.busy = [n for n, u in enumerate(self.units) if u.job]
        self.place = _numbers(self.units, ("lat", "lon"))
        self.home = _numbers(self.units, ("home_lat", "home_lon"))
        stamps = [u.position_at.timestamp() if u.position_at else np.nan for u in self.units]
        self.position_at = np.array(stamps, dtype=float)
        paces = [_pace(u) for u in self.units]
        self.speed = np.array([p.speed for p in paces], dtype=float)
        self.turnout = np.array([p.turnout for p in paces], dtype=float)

    def _mask(self, names: Iterable[str], *, learn: bool = False) -> int:
        found = 0
        for name in names:
            bit = self._bits.setdefault(name, len(self._bits)) if learn else self._bits.get(name, 63)
            found |= 1 << bit if bit < 63 else 0
        return found

    def meets(self, need: Need) -> np.ndarray:
        """Which units are of a kind, or have a capability, that the need asks for."""
        able = (self.abilities & self._mask(need.capabilities)) != 0
        return np.isin(self.kinds, list(need.kinds)) | able


def _numbers(units: Sequence[Candidate], names: tuple[str, str]) -> np.ndarray:
    rows = [[np.nan if (v := getattr(u, n)) is None else v for n in names] for u in units]
    return np.array(rows, dtype=float).reshape(len(units), 2)


def _pace(unit: Candidate) -> Pace:
    if unit.mode == "air":
        return AIRBORNE
    return AFLOAT if unit.mode == "sea" else PACES.get(unit.kind, PACES["other"])


def straight_km(places: np.ndarray, lat: float, lon: float) -> np.ndarray:
    """Great-circle distances (km) from rows of (lat, lon) to a point; NaN where a place is not known."""
    a, b = np.radians(places), np.radians([lat, lon])
    half = np.sin((a - b) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half[:, 0] + np.cos(a[:, 0]) * np.cos(b[0]) * half[:, 1]))


def road_km(straight: np.ndarray) -> np.ndarray:
    """The road (km) that goes with a straight line (km); grows with it everywhere."""
    last, end = _KNOTS_KM[-1], _ROAD_KM[-1]
    return np.where(straight <= last, np.interp(straight, _KNOTS_KM, _ROAD_KM), end + (straight - last) * _BEYOND)


def minutes_for(road: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Driving time in minutes for a road (km) at a town speed (km/h)."""
    town = np.minimum(road, _TOWN_KM)
    return 60 * (town + (road - town) / _OPEN_ROAD) / speed


@dataclass(slots=True)
class _Look:
    """One look at a fleet for a scene: a row of each column per unit."""

    scene: Scene
    fleet: Fleet
    where: Callable[[float, float], str]
    fresh: np.ndarray
    place: np.ndarray
    km: np.ndarray
    minutes: np.ndarray
    reaches: np.ndarray
    on_duty: np.ndarray
    rested: np.ndarray
    fits: np.ndarray
    met: list[np.ndarray]


def _nowhere(lat: float, lon: float) -> str:
    return ""


def recommend(scene: Scene, fleet: Fleet, where: Callable[[float, float], str] = _nowhere) -> Recommendation:
    """The units to offer. `where` names a place for the sentences of a shortfall."""
    if not fleet.units:
        return Recommendation((), (), tuple(f"Tidak ada {need.name} terdaftar." for need in scene.needs))
    look = _look(scene, fleet, where)
    usable = fleet.free & look.reaches & look.on_duty
    order = _in_order(look, usable)
    chosen = _chosen(look, order)
    movable = _movable(look, chosen)
    return Recommendation(
        tuple(_offer(look, n) for n in chosen),
        tuple(_offer(look, n) for n in movable),
        tuple(sentence for n, need in enumerate(scene.needs) if (sentence := _shortfall(look, n, need, usable))),
    )


def _look(scene: Scene, fleet: Fleet, where: Callable[[float, float], str]) -> _Look:
    fresh = scene.at.timestamp() - fleet.position_at <= FRESH.total_seconds()
    fresh &= ~np.isnan(fleet.place[:, 0])
    at_home = ~fresh & ~np.isnan(fleet.home[:, 0])
    place = np.where(at_home[:, None], fleet.home, fleet.place)
    km, minutes = _travel(scene, fleet, place, at_home)
    met = [fleet.meets(need) for need in scene.needs]
    fits = np.logical_or.reduce(met) if met else np.ones(len(fleet.units), dtype=bool)
    asks_for_water = any("water_rescue" in need.capabilities for need in scene.needs)
    reaches = (fleet.sea | fleet.air) if scene.afloat else (fleet.land | fleet.air | (fleet.sea & asks_for_water))
    on_duty = np.ones(len(fleet.units), dtype=bool)
    on_duty[fleet.shifts] = [_is_on_duty(fleet.units[n], scene.at.time()) for n in fleet.shifts]
    rested = np.ones(len(fleet.units), dtype=bool)
    rested[fleet.resting] = [_rests_until(fleet.units[n], scene.at) is None for n in fleet.resting]
    return _Look(scene, fleet, where, fresh, place, km, minutes, reaches, on_duty, rested, fits, met)


def _travel(scene: Scene, fleet: Fleet, place: np.ndarray, at_home: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if scene.lat is None or scene.lon is None:
        nothing = np.full(len(fleet.units), np.nan)
        return nothing, nothing
    straight = straight_km(place, scene.lat, scene.lon)
    km = np.where(fleet.land, road_km(straight), straight)
    driving = np.where(fleet.land, minutes_for(km, fleet.speed), 60 * km / fleet.speed)
    return km, driving + np.where(at_home, fleet.turnout, 0.0)


def _is_on_duty(unit: Candidate, now: time) -> bool:
    begin, end = unit.duty_from, unit.duty_until
    if begin is None or end is None or begin == end:
        return True
    return begin <= now < end if begin < end else now >= begin or now < end


def _rests_until(unit: Candidate, at: datetime) -> datetime | None:
    if unit.free_since is None or not unit.rest_minutes:
        return None
    until = unit.free_since + timedelta(minutes=unit.rest_minutes)
    return until if until > at else None


def _in_order(look: _Look, usable: np.ndarray) -> list[int]:
    """Usable units: those that fit first, the rested before the resting, then by time; unknown places last."""
    rows = np.flatnonzero(usable)
    minutes = np.nan_to_num(look.minutes[rows], nan=np.inf)
    codes = np.array([look.fleet.units[int(n)].code for n in rows], dtype="U24")
    order = np.lexsort((codes, minutes, ~look.rested[rows], ~look.fits[rows]))
    return [int(n) for n in rows[order]]


def _chosen(look: _Look, order: list[int]) -> list[int]:
    """The first of each need, then the nearest, in the order of the list."""
    keep: list[int] = []
    for met in look.met:
        first = next((n for n in order if met[n]), None)
        if first is not None and first not in keep:
            keep.append(first)
    for n in order:
        if n not in keep and (len(keep) < ALWAYS or (len(keep) < MOST and look.minutes[n] <= WITHIN)):
            keep.append(n)
        if len(keep) >= MOST:
            break
    place = {n: rank for rank, n in enumerate(order)}
    return sorted(keep[:MOST], key=place.__getitem__)


def _movable(look: _Look, chosen: list[int]) -> list[int]:
    """At most two units on their way to something less urgent that would be clearly faster than what is free."""
    times = [look.minutes[n] for n in chosen if look.fits[n] and not np.isnan(look.minutes[n])]
    best, rank = min(times, default=np.inf), _RANK.get(look.scene.priority, 9)
    found = [
        n
        for n in look.fleet.busy
        if (unit := look.fleet.units[n]).job and unit.job.status in _MOVABLE and _RANK.get(unit.job.priority, 9) > rank
        and look.fits[n] and look.reaches[n] and look.minutes[n] <= best - _GAIN
    ]  # fmt: skip
    return sorted(found, key=lambda n: (look.minutes[n], look.fleet.units[n].code))[:2]


def _offer(look: _Look, n: int) -> Offer:
    unit, minutes, km = look.fleet.units[n], look.minutes[n], look.km[n]
    known = not np.isnan(minutes)
    return Offer(
        unit.id, unit.code, unit.kind, round(float(minutes), 1) if known else None,
        round(float(km), 1) if known else None, bool(look.fits[n]), tuple(_reasons(look, n)),
        unit.job.number if unit.job else "",
    )  # fmt: skip


def _reasons(look: _Look, n: int) -> list[str]:
    unit, scene = look.fleet.units[n], look.scene
    found = [
        _distance(look, n),
        *(f"mampu: {need.name}" for need, met in zip(scene.needs, look.met, strict=True) if met[n]),
    ]
    if scene.needs and not look.fits[n]:
        found.append("tanpa " + " / ".join(need.name for need in scene.needs))
    found.append(_position(look, n))
    if until := _rests_until(unit, scene.at):
        found.append(f"istirahat sampai {until.astimezone(scene.at.tzinfo):%H.%M}")
    if unit.crew_size:
        found.append(f"{unit.crew_size} orang")
    if unit.job:
        found.append(
            f"sedang {_DOING.get(unit.job.status, 'bertugas')}" + (f" {unit.job.number}" if unit.job.number else "")
        )
    return [reason for reason in found if reason]


_DOING = {
    "assigned": "ditugaskan", "en_route": "menuju", "on_scene": "di lokasi", "transporting": "mengantar",
    "at_hospital": "di rumah sakit", "out_of_service": "tidak bertugas",
}  # fmt: skip


def _distance(look: _Look, n: int) -> str:
    if look.scene.lat is None:
        return "lokasi kejadian belum pasti"
    if np.isnan(look.minutes[n]):
        return "letak unit tidak diketahui"
    how = "" if look.fleet.land[n] else ", lewat udara" if look.fleet.air[n] else ", lewat laut"
    return f"perkiraan {_spell(look.minutes[n])} ({look.km[n]:.1f} km{how})".replace(".", ",")


def _spell(minutes: Any) -> str:
    return f"{max(1, round(float(minutes)))} menit"


def _position(look: _Look, n: int) -> str:
    unit = look.fleet.units[n]
    if unit.position_at is None or np.isnan(look.fleet.place[n, 0]):
        return "dihitung dari pangkalan" if unit.home_lat is not None else ""
    age = max(0, round((look.scene.at - unit.position_at).total_seconds() / 60))
    if look.fresh[n]:
        return f"posisi {age} menit lalu" if age else "posisi baru saja"
    old = f"posisi terakhir {age} menit lalu" if age < 180 else "posisi lama"
    return f"{old}; dihitung dari pangkalan" if unit.home_lat is not None else f"{old}; dihitung dari situ"


def _shortfall(look: _Look, which: int, need: Need, usable: np.ndarray) -> str:
    """One sentence when nobody who can do it comes in time, with the nearest and why it is late; "" otherwise."""
    met = look.met[which]
    if not met.any():
        return f"Tidak ada {need.name} terdaftar."
    nearest = _nearest(look, met & usable)
    if nearest is not None and (np.isnan(look.minutes[nearest]) or look.minutes[nearest] <= WITHIN):
        return ""
    none = f"Tidak ada {need.name} dalam {WITHIN:.0f} menit"
    if nearest is not None:
        return f"{none}; terdekat {_named(look, nearest)}, perkiraan {_spell(look.minutes[nearest])}."
    other = _nearest(look, met & look.reaches)
    if other is None:
        return f"{none}; yang ada tidak dapat mencapai lokasi ini."
    return f"{none}; terdekat {_named(look, other)}, {_why_not(look, other)}."


def _nearest(look: _Look, rows: np.ndarray) -> int | None:
    found = np.flatnonzero(rows)
    if not len(found):
        return None
    return int(found[np.argmin(np.nan_to_num(look.minutes[found], nan=np.inf))])


def _named(look: _Look, n: int) -> str:
    lat, lon = (float(part) for part in look.place[n])
    place = look.where(lat, lon) if not np.isnan(lat) else ""
    return look.fleet.units[n].code + (f" di {place}" if place else "")


def _why_not(look: _Look, n: int) -> str:
    unit = look.fleet.units[n]
    if unit.status != "available":
        return f"sedang {_DOING.get(unit.status, 'bertugas')}"
    return f"di luar jam tugas ({unit.duty_from:%H.%M}–{unit.duty_until:%H.%M})"
