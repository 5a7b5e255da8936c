"""The units of an agency, as one reader may know them, for one of its assignments."""

import uuid
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from agencies import terrain
from agencies.access import Actor, Level, can
from agencies.models import Unit
from agencies.problems import NotPermitted, NotVisible
from agencies.reference import RegionRef
from dispatch import selectors
from dispatch.models import Assignment, UnitAssignment
from dispatch.needs import ISLANDS, needs_for, signals_in
from dispatch.recommend import Candidate, Fleet, Job, Offer, Recommendation, Scene, recommend
from dispatch.selectors import Seen
from dispatch.sightings import sees_place
from incidents import selectors as incidents
from incidents.models import Classification, Incident, Text
from incidents.vault import Vault


def recommended_units(actor: Actor, assignment_id: uuid.UUID, at: Any) -> dict[str, Any]:
    """Units to send for an assignment, as `GET /assignments/{id}/units/` answers. Raises NotVisible, NotPermitted.

    Who sends units and who assigns agencies may ask; an agency that has declined knows the place no more.
    """
    visible = selectors.assignments_visible_to(actor).select_related("agency")
    assignment = visible.filter(id=assignment_id).first()
    if assignment is None:
        raise NotVisible
    seen = selectors.incident_for(actor, assignment.incident_id)
    region = selectors.region_or_404(seen.incident.region_id)
    own = can(actor, "assignment.dispatch", region.code, str(assignment.agency_id))
    if not (own or can(actor, "incident.assign", region.code)) or seen.level not in (Level.FULL, Level.TASK):
        raise NotPermitted
    scene = _scene(seen, assignment, region, at)
    found = recommend(scene, Fleet(_candidates(actor, assignment, region)), _namer(region))
    return _answer(found, scene)


def _scene(seen: Seen, assignment: Assignment, region: RegionRef, at: Any) -> Scene:
    incident = seen.incident
    needs = needs_for(
        incident.base, incident.subtype, incident.priority, assignment.agency.kind,
        signals_in(_words(seen), _answers(incident), (incident.subtype,)),
    )  # fmt: skip
    zone: ZoneInfo = region.tz
    afloat = (incident.area_id or "").startswith(ISLANDS)
    return Scene(incident.lat, incident.lon, incident.priority, at.astimezone(zone), needs, afloat)


def _answers(incident: Incident) -> Any:
    first = Classification.objects.filter(incident=incident).order_by("created_at").values_list("answers", flat=True)
    return first.first() or {}


def _words(seen: Seen) -> str:
    """The report, for those who may read it."""
    if seen.level is not Level.FULL:
        return ""
    texts = Text.objects.filter(incident=seen.incident, kind=Text.Kind.NARRATIVE, superseded_at=None)
    found = texts.order_by("-created_at").first()
    return Vault.of(seen.incident).read(found) if found else ""


def _candidates(actor: Actor, assignment: Assignment, region: RegionRef) -> list[Candidate]:
    """The agency's units but those that are on this assignment already."""
    units = list(Unit.objects.filter(agency_id=assignment.agency_id, ended_at=None).order_by("code"))
    jobs = _jobs(actor, [unit.id for unit in units if unit.status not in ("available", "out_of_service")])
    here = {unit_id for unit_id, (job_of, _) in jobs.items() if job_of == assignment.id}
    resting = [unit.id for unit in units if unit.rest_minutes]
    ended = UnitAssignment.objects.filter(unit_id__in=resting).values("unit_id").annotate(last=Max("released_at"))
    free_since = dict(ended.values_list("unit_id", "last")) if resting else {}
    cases = selectors.secret_places(units)
    found = []
    for unit in units:
        if unit.id in here:
            continue
        hidden = not sees_place(actor, region.code, [str(unit.agency_id)], cases.get(unit.id))
        found.append(_candidate(unit, hidden, free_since.get(unit.id), jobs[unit.id][1] if unit.id in jobs else None))
    return found


def _candidate(unit: Unit, hidden: bool, free_since: Any, job: Job | None) -> Candidate:
    return Candidate(
        str(unit.id), unit.code, unit.kind, unit.mode, frozenset(unit.capabilities), unit.status,
        None if hidden else unit.lat, None if hidden else unit.lon, None if hidden else unit.position_at,
        unit.home_lat, unit.home_lon, unit.duty_from, unit.duty_until, unit.rest_minutes, free_since, unit.crew_size,
        job,
    )  # fmt: skip


def _jobs(actor: Actor, unit_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID, Job]]:
    """What units are on; the event is named to those who see it in full or have the task."""
    if not unit_ids:
        return {}
    open_ = UnitAssignment.objects.filter(unit_id__in=unit_ids, released_at=None)
    rows = list(open_.select_related("unit", "assignment__incident"))
    on = {row.assignment.incident_id: row.assignment.incident for row in rows}
    seen = _named_to(actor, list(on.values()))
    return {
        row.unit_id: (row.assignment_id, Job(
            row.assignment.incident.priority if row.assignment.incident_id in seen else "critical", row.unit.status,
            row.assignment.incident.number if row.assignment.incident_id in seen else "",
        ))
        for row in rows
    }  # fmt: skip


def _named_to(actor: Actor, found: list[Incident]) -> set[uuid.UUID]:
    access = incidents.access_of([incident.id for incident in found])
    levels = {i.id: incidents.level_for(actor, i, access[i.id]) for i in found}
    return {id_ for id_, level in levels.items() if level in (Level.FULL, Level.TASK)}


def _namer(region: RegionRef) -> Any:
    def where(lat: float, lon: float) -> str:
        hit = terrain.area_at(region, lat, lon)
        return hit.name if hit.level != "kabkota" else ""

    return where


def _answer(found: Recommendation, scene: Scene) -> dict[str, Any]:
    return {
        "units": [_offer(offer) for offer in found.offers],
        "movable": [_offer(offer) | {"incident": offer.number or None} for offer in found.movable],
        "shortfalls": list(found.shortfalls),
        "needs": [need.name for need in scene.needs],
        "estimate": True,
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.id, "code": offer.code, "kind": offer.kind, "minutes": offer.minutes, "km": offer.km,
        "fits": offer.fits, "reasons": list(offer.reasons),
    }  # fmt: skip
