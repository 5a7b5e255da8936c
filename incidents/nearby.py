"""The incidents that a report may be about, read through what the actor may see, nearest in place, time and kind first.

PostgreSQL is asked each time: what a colleague saved a moment ago in another process is found, and row level policies
hold. Only what was said in ordinary cases is kept in memory, as digests under the incident's version; of confidential
cases no word is read here, let alone kept.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import cos, radians
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.expressions import RawSQL

from agencies.access import Actor, Role
from agencies.reference import RegionRef
from agencies.rowlevel import sight
from events.bulk import prepared_rows
from incidents import caches
from incidents.duplicates import (
    AREA_M,
    ENDED_WITHIN,
    HORIZON,
    METRES_PER_DEGREE,
    RING_M,
    UNKNOWN_M,
    Candidate,
    Scene,
    lasts_minutes,
    metres_between,
    noise_m,
)
from incidents.lifecycle import IncidentStatus
from incidents.models import Incident, Text
from incidents.saying import digests
from incidents.selectors import visible_to

POOL = 48
"""Compared at most; the nearest by a rough measure."""
POOL_WITHOUT_POINT = 120
"""Without a point it is the words that decide, so more are read."""
CLOSE_M = 300.0
"""Looked at first, metres: in a crowd there is enough of it."""
KEPT = 20_000
"""Incidents whose digests stay in a process."""
RELATED_FROM = 0.15
"""A type with at least this share of the evidence may be what another caller tells."""
SAID = (Text.Kind.NARRATIVE, Text.Kind.LOCATION, Text.Kind.CALLER_WORDS)
_SPREAD_M = {"kelurahan": 700.0, "kecamatan": 2500.0}
"""How far from the middle of an area it may be, metres. Chosen for towns: the median kelurahan is a circle of 630 m in
Kota Madiun, 750 m in Jakarta, 1,070 m in Kab. Tangerang; the median kecamatan one of 2.0, 2.1 and 3.3 km."""
_NAMED_M = {"street": 250.0, "poi": 60.0}
"""The same for a place that a caller named, an assumption: a street is long, a market has several gates, metres."""
DETACHED = Q(kind=Text.Kind.CALLER_WORDS, superseded_at__isnull=False)
"""What a caller said who was taken off the incident again."""
NOBODY = uuid.UUID(int=0)


class Row(NamedTuple):
    """What is read of an incident."""

    id: uuid.UUID
    version: int
    number: str
    status: str
    confidential: bool
    base: str
    subtype: str
    needs_review: bool
    lat: float | None
    lon: float | None
    precision: str
    area_id: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of an ordinary incident's words: digests, blind indexes, further types."""

    words: frozenset[int] = frozenset()
    numbers: frozenset[bytes] = frozenset()
    related: frozenset[str] = frozenset()


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates and the distance up to which they are complete, metres."""

    candidates: tuple[Candidate, ...]
    reach_m: float = RING_M


class Vocabulary:
    """The words that the rules know, as `incidents.saying` asks for them."""

    def known(self, word: str) -> bool:
        lexicon = caches.rules().lexicon
        return word in lexicon.classes or word in lexicon.abbreviations


VOCABULARY = Vocabulary()
_kept: dict[tuple[uuid.UUID, int], Told] = {}


def spread_of(precision: str, level: str | None) -> float:
    """How far the true place may be from the point of an incident, metres; 0 for a point that somebody gave."""
    if precision == "area_centre":
        return _SPREAD_M.get(level or "", 1200.0)
    return _NAMED_M.get(precision, 0.0)


def pool_for(actor: Actor, region: RegionRef, scene: Scene, *, exercise: bool = False,
             but: uuid.UUID = NOBODY) -> Pool:  # fmt: skip
    """Open and lately ended incidents around a scene, as far as the actor sees them, without `but`. One
    statement where much is going on, two elsewhere; one more for what this process has not read yet."""
    placed = scene.lat is not None and scene.lon is not None
    most = POOL if placed and scene.spread_m < AREA_M else POOL_WITHOUT_POINT
    sql, slots = _compiled(actor, region.code, exercise, placed, most)
    rows: list[Row] = []
    for ring_m in (CLOSE_M, RING_M) if placed else (RING_M,):
        rows = [Row(*row) for row in prepared_rows(sql, _filled(slots, scene, but, ring_m))]
        if len(rows) >= most:  # crowded: further off nothing is likely enough
            break
    told = _told(actor, region.code, [(row.id, row.version) for row in rows if not row.confidential])
    candidates = tuple(_candidate(row, told.get(row.id, NOTHING_TOLD), region) for row in rows)
    return Pool(candidates, _reach(scene, candidates, complete=len(rows) < most))


_OPEN_SINCE, _ENDED_SINCE, _AT = (datetime(1900, 1, day, tzinfo=UTC) for day in (1, 2, 3))
_SOUTH, _NORTH, _WEST, _EAST, _LAT, _LON, _PER_LAT, _PER_LON, _LASTING = (-70.0 - n / 1000 for n in range(9))
"""Stand in the query for what differs from scene to scene: Django needs more time to compile it than PostgreSQL to
answer it, and it is the same for every report of an actor."""
_STATES = frozenset(str(state) for state in IncidentStatus)
_BY_TIME = "abs(extract(epoch FROM %s - incidents_incident.occurred_at)) / %s"
_BY_PLACE = (
    " + abs(coalesce(incidents_incident.lat, %s) - %s) * %s + abs(coalesce(incidents_incident.lon, %s) - %s) * %s"
)


@lru_cache(maxsize=1024)
def _compiled(actor: Actor, region: str, exercise: bool, placed: bool, most: int) -> tuple[str, tuple[Any, ...]]:
    """The statement with its parameters, some of which only stand for others.

    Open incidents of the last day and ended ones of the last two hours, in a box around the point when there is one;
    ordered by a rough sum of distance and time, the later ones first among equals.
    """
    open_ = Q(status="open", occurred_at__gt=_OPEN_SINCE)
    ended = Q(status__in=["closed", "cancelled"], closed_at__gt=_ENDED_SINCE)
    around, rough, params = open_ | ended, _BY_TIME, [_AT, _LASTING]
    if placed:
        box = Q(lat__range=(_SOUTH, _NORTH), lon__range=(_WEST, _EAST))
        around = (open_ & box) | (ended & box) | (open_ & Q(lat=None))
        rough, params = _BY_TIME + _BY_PLACE, [*params, _LAT, _LAT, _PER_LAT, _LON, _LON, _PER_LON]
    found = visible_to(actor).filter(around, region_id=region, exercise=exercise).exclude(id=NOBODY)
    ordered = found.order_by(RawSQL(rough, params), "-created_at").values_list(*Row._fields)[:most]
    return _with_states(*ordered.query.sql_with_params())


def _with_states(sql: str, params: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement with the states of incidents written out: the indexes of open ones are used by a plan that is
    kept for all values only when the state is no parameter."""
    first, *rest = sql.split("%s")
    for param, part in zip(params, rest, strict=True):
        first += (f"'{param}'" if param in _STATES else "%s") + part
    return first, tuple(param for param in params if param not in _STATES)


def _filled(slots: Sequence[Any], scene: Scene, but: uuid.UUID, ring_m: float) -> list[Any]:
    """The parameters with this scene's values."""
    values: dict[Any, Any] = {
        NOBODY: but, _AT: scene.at, _OPEN_SINCE: scene.at - HORIZON, _ENDED_SINCE: scene.at - ENDED_WITHIN,
        _LASTING: 60.0 * lasts_minutes(scene.base),
    }  # fmt: skip
    if scene.lat is not None and scene.lon is not None:
        shrink = cos(radians(scene.lat))
        high = min(2 * UNKNOWN_M, ring_m + 2 * scene.spread_m + noise_m(scene)) / METRES_PER_DEGREE
        per_degree = METRES_PER_DEGREE / (noise_m(scene) + scene.spread_m)
        values |= {
            _SOUTH: scene.lat - high, _NORTH: scene.lat + high, _WEST: scene.lon - high / shrink,
            _EAST: scene.lon + high / shrink, _LAT: scene.lat, _LON: scene.lon, _PER_LAT: per_degree,
            _PER_LON: per_degree * shrink,
        }  # fmt: skip
    return [values.get(slot, slot) for slot in slots]


def _candidate(row: Row, told: Told, region: RegionRef) -> Candidate:
    area = region.areas.get(row.area_id or "")
    scene = Scene(
        at=row.occurred_at, lat=row.lat, lon=row.lon, spread_m=spread_of(row.precision, area.level if area else None),
        base=row.base, subtype=row.subtype, related=told.related, unsure=row.needs_review, numbers=told.numbers,
    )  # fmt: skip
    return Candidate(str(row.id), row.number, scene, told.words, ended=row.status != "open")


def _reach(scene: Scene, candidates: Iterable[Candidate], *, complete: bool) -> float:
    if complete or scene.lat is None or scene.lon is None:
        return RING_M
    apart = [
        metres_between(scene.lat, scene.lon, c.scene.lat, c.scene.lon)
        for c in candidates
        if c.scene.lat is not None and c.scene.lon is not None
    ]
    return min(RING_M, max(apart, default=RING_M)) or RING_M


def _told(actor: Actor, region: str, wanted: list[tuple[uuid.UUID, int]]) -> dict[uuid.UUID, Told]:
    missing = [key for key in wanted if key not in _kept]
    if missing and region in actor.regions(Role.CALL_TAKER, Role.SUPERVISOR):  # who sees every ordinary case in full
        _keep(actor, missing)
    return {key[0]: _kept[key] for key in wanted if key in _kept}


def _keep(actor: Actor, missing: list[tuple[uuid.UUID, int]]) -> None:
    """Read what was said in these incidents and in those merged into them, and keep its digests."""
    fresh = {incident_id: Told() for incident_id, _ in missing}
    with sight(actor):
        for incident_id, told in _read(list(fresh)):
            one = fresh[incident_id]
            fresh[incident_id] = Told(
                one.words | told.words, one.numbers | told.numbers, one.related | told.related
            )  # fmt: skip
    _make_room()
    _kept.update({key: fresh[key[0]] for key in missing})


_TOLD = f"""
    WITH part AS MATERIALIZED (
        SELECT id, id AS stands_for FROM unnest(%s::uuid[]) AS asked(id)
        UNION ALL
        SELECT id, merged_into_id FROM incidents_incident WHERE merged_into_id = ANY(%s::uuid[]) AND NOT confidential)
    SELECT stands_for, t.plain, NULL::bytea, '', NULL::varchar[], NULL::jsonb
      FROM part JOIN incidents_text t ON t.incident_id = part.id
     WHERE t.kind IN ({", ".join(f"'{kind}'" for kind in SAID)}) AND t.sealed IS NULL
       AND (t.superseded_at IS NULL OR t.kind <> '{Text.Kind.CALLER_WORDS}')
    UNION ALL
    SELECT stands_for, '', i.number_key, '', NULL, NULL
      FROM part JOIN incidents_identity i ON i.incident_id = part.id
     WHERE i.number_key IS NOT NULL AND i.sealed IS NULL AND NOT EXISTS (
           SELECT 1 FROM incidents_incidentcall d WHERE d.incident_id = part.id AND d.caller_id = i.person_id
                                                    AND d.detached_at IS NOT NULL)
    UNION ALL
    SELECT stands_for, '', NULL, c.type, c.extra_types, c.candidates
      FROM part JOIN incidents_classification c ON c.incident_id = part.id
"""
"""One statement, because a process that has just started has dozens of incidents to read before its first answer."""


def _read(ids: list[uuid.UUID]) -> Iterator[tuple[uuid.UUID, Told]]:
    """What each text, each caller and each decision of these incidents, and of those merged into them, tells."""
    for incident_id, plain, key, type_, extra, likely in prepared_rows(_TOLD, [ids, ids]):
        if type_:
            yield incident_id, Told(related=related_types(type_, extra, json.loads(likely)))
        elif key is not None:
            yield incident_id, Told(numbers=frozenset([bytes(key)]))
        else:
            yield incident_id, Told(words=digests([plain], VOCABULARY))


def remember(incident_id: uuid.UUID, words: Sequence[str], scene: Scene) -> None:
    """Keep what was said in an ordinary case that this process has just saved: it need not be read for the next."""
    _kept[incident_id, 1] = Told(digests(words, VOCABULARY), scene.numbers, scene.related)
    _make_room()


def related_types(type_: str, extra: Iterable[str], candidates: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Base types that another caller may give to the same event."""
    likely = {c["type"] for c in candidates if c["score"] >= RELATED_FROM}
    return frozenset({type_, *extra, *likely})


def _make_room() -> None:
    if len(_kept) > KEPT:
        for key in list(_kept)[: KEPT // 4]:
            _kept.pop(key, None)


def forget() -> None:
    """Drop what is kept (tests, a change of rules)."""
    _kept.clear()


def restricted_near(actor: Actor, region: str, area: str, at: datetime) -> bool:
    """Whether a confidential case that the actor may not see is open in the same village or district.

    For the one fixed line that a call-taker is told. By area and not by distance, and only for a report that is of
    such a kind itself: nobody can find a house by moving a point about.
    """
    if not area or region not in actor.regions(Role.CALL_TAKER):
        return False
    sql, slots = _restricted(actor, region)
    values: dict[Any, Any] = {_AREA: area, _OPEN_SINCE: at - ENDED_WITHIN}
    return bool(prepared_rows(sql, [values.get(slot, slot) for slot in slots]))


_AREA = "area"


@lru_cache(maxsize=1024)
def _restricted(actor: Actor, region: str) -> tuple[str, tuple[Any, ...]]:
    hidden = Incident.objects.filter(
        region_id=region, area_id=_AREA, confidential=True, status="open", occurred_at__gt=_OPEN_SINCE
    )
    hidden = hidden.exclude(id__in=visible_to(actor).values("id"))
    return _with_states(*hidden.order_by().values_list("id")[:1].query.sql_with_params())
