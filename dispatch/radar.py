"""The radar: what a report may be about already, while it is typed, when it is saved, and later beside the incident."""

import logging
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F

from agencies.access import Actor, Role
from agencies.reference import RegionRef
from dispatch.reports import Decision, Report
from incidents import nearby
from incidents.bursts import WITHIN, Burst, Heard, bursts
from incidents.duplicates import Match, Scene, match
from incidents.models import Classification, Incident, IncidentCall, Text
from incidents.phones import blind_index, normalise
from incidents.saying import features
from incidents.selectors import visible_to

log = logging.getLogger("siaga.radar")


@dataclass(frozen=True, slots=True)
class Similar:
    """What may be the same event. `restricted`: a case that this call-taker may not see is open in the same area."""

    matches: tuple[Match, ...] = ()
    restricted: bool = False


NOTHING = Similar()


@dataclass(slots=True)
class Budget:
    """A share of a process's CPU time, saved up to `burst` seconds: about a dozen look-ups a second and forty at once.
    The hint must never slow the taking of reports: beyond that they are saved without it, and typing still shows it."""

    share: float = 0.03
    burst: float = 0.1
    left: float = 0.1
    at: float = field(default_factory=time.monotonic)

    def allows(self, now: float) -> bool:
        """Whether something is left; refills with the time that has passed."""
        self.left = min(self.burst, self.left + (now - self.at) * self.share)
        self.at = now
        return self.left > 0

    def spend(self, seconds: float) -> None:
        self.left -= seconds


_saving = Budget()


def similar_to_report(report: Report, decision: Decision, region: RegionRef, *, actor: Actor, at: datetime,
                      but: uuid.UUID = nearby.NOBODY) -> Similar:  # fmt: skip
    """Incidents that the report may be about; `but`: the report itself, when it is saved already. Up to eight short
    reads, none of them in the report's transaction."""
    scene = _scene_of(report, decision, region, at)
    words = [report.narrative, report.location_text]
    said = features(words, nearby.VOCABULARY)
    if but != nearby.NOBODY and not decision.confidential:
        nearby.remember(but, words, scene)
    pool = nearby.pool_for(actor, region, scene, exercise=report.exercise, but=but)
    matches = match(scene, said, pool.candidates, reach_m=pool.reach_m)
    return Similar(matches, _may_be_restricted(decision, region)
                   and nearby.restricted_near(actor, region.code, decision.located.area, at))  # fmt: skip


def similar_to_saved(report: Report, decision: Decision, region: RegionRef, *, actor: Actor, at: datetime,
                     incident_id: uuid.UUID) -> Similar:  # fmt: skip
    """The same for a report that has just been saved: within the budget, and never a reason to fail."""
    if not _saving.allows(time.monotonic()):
        return NOTHING
    began = time.thread_time()
    try:
        return similar_to_report(report, decision, region, actor=actor, at=at, but=incident_id)
    except DatabaseError:
        log.warning("the report is saved; similar ones could not be looked up", exc_info=True)
        return NOTHING
    finally:
        _saving.spend(time.thread_time() - began)


def similar_to_incident(incident: Incident, region: RegionRef, *, actor: Actor) -> tuple[Match, ...]:
    """Open incidents that an open one may be the same as: for whoever may merge them. Inside the actor's sight."""
    ruled = Classification.objects.filter(incident=incident).order_by("-created_at").first()
    scene = Scene(
        at=incident.occurred_at, lat=incident.lat, lon=incident.lon,
        spread_m=_spread(incident.precision, incident.area_id, region), base=incident.base, subtype=incident.subtype,
        related=nearby.related_types(ruled.type, ruled.extra_types, ruled.candidates) if ruled else frozenset(),
        unsure=incident.needs_review,
    )  # fmt: skip
    texts = Text.objects.filter(incident=incident, kind__in=nearby.SAID, sealed=None)
    said = texts.exclude(nearby.DETACHED).values_list("plain", flat=True)
    pool = nearby.pool_for(actor, region, scene, exercise=incident.exercise, but=incident.id)
    open_ = [c for c in pool.candidates if not c.ended]
    return match(scene, features(said, nearby.VOCABULARY), open_, reach_m=pool.reach_m)


def _scene_of(report: Report, decision: Decision, region: RegionRef, at: datetime) -> Scene:
    located, ruled = decision.located, decision.classification
    candidates = [{"type": c.type, "score": c.score} for c in ruled.candidates]
    key = blind_index(normalise(report.caller.number), settings.FIELD_KEY)
    return Scene(
        at=min(report.occurred_at or at, at), lat=located.lat, lon=located.lon,
        spread_m=_spread(located.precision, located.area, region), base=decision.type.base, subtype=decision.subtype,
        related=nearby.related_types(ruled.type, ruled.extra_types, candidates), unsure=ruled.needs_review,
        numbers=frozenset([key] if key else []),
    )  # fmt: skip


def _spread(precision: str, area: str | None, region: RegionRef) -> float:
    known = region.areas.get(area or "")
    return nearby.spread_of(precision, known.level if known else None)


def _may_be_restricted(decision: Decision, region: RegionRef) -> bool:
    """Whether the report is of a confidential kind itself, or may be."""
    likely = [c.type for c in decision.classification.candidates[:2] if c.score >= nearby.RELATED_FROM]
    return decision.confidential or any(t.confidential for code in likely if (t := region.types.get(code)))


def bursts_now(actor: Actor, region: RegionRef, *, at: datetime) -> tuple[Burst, ...]:
    """Where many have called within the last minutes. Confidential cases and exercises are left out for everybody."""
    ordinary = visible_to(actor).filter(region_id=region.code, confidential=False, exercise=False, lat__isnull=False)
    since = at - WITHIN
    reports = ordinary.filter(created_at__gte=since).values_list("id", "created_at", "lat", "lon")
    further = IncidentCall.objects.filter(created_at__gte=since, incident__in=ordinary, detached_at=None)
    further = further.exclude(created_at=F("incident__created_at"))  # the first caller is the report itself
    columns = ("incident_id", "created_at", "lat", "lon", "incident__lat", "incident__lon")
    heard = [Heard(str(id_), created, lat or 0.0, lon or 0.0) for id_, created, lat, lon in reports]
    for id_, created, lat, lon, at_lat, at_lon in further.values_list(*columns):
        heard.append(Heard(str(id_), created, at_lat if lat is None else lat, at_lon if lon is None else lon))
    return bursts(heard, at)


def may_compare(actor: Actor, region: str) -> bool:
    """Whether the actor works at the desk of the region: only there duplicates are looked for."""
    return region in actor.regions(Role.CALL_TAKER, Role.SUPERVISOR)
