"""What units report of themselves."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from agencies.access import Actor
from agencies.models import Unit
from agencies.problems import NotVisible
from agencies.writing import writing
from dispatch.models import UnitAssignment
from dispatch.selectors import region_or_404
from dispatch.services.common import check_permission, clamp
from dispatch.services.facts import unit_fact
from events.services import Answered, Intent

_JOB_TIME = {
    "en_route": "en_route_at",
    "on_scene": "on_scene_at",
    "transporting": "transporting_at",
    "at_hospital": "at_hospital_at",
}
_RELEASES = ("available", "out_of_service")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a unit was, WGS 84 degrees."""

    unit: str
    lat: float
    lon: float
    at: datetime


def set_status(*, unit_id: uuid.UUID, status: str, assignment_id: str, occurred_at: datetime | None, actor: Actor,
               at: datetime, wish: Intent | None = None) -> Answered:  # fmt: skip
    """A unit's own status, with the time on its job. Raises NotVisible, NotPermitted."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        unit = _lock(actor, unit_id)
        region = region_or_404(unit.agency.region_id)
        when, _ = clamp(occurred_at, at)
        _note_on_job(unit, status, assignment_id, when)
        unit.status, unit.status_at, unit.version = status, when, unit.version + 1
        unit.save(update_fields=["status", "status_at", "version"])
        write.record([unit_fact(unit, region, when)])
        return write.done(region=region.code, kind="unit", id=unit.id, version=unit.version)


def _lock(actor: Actor, unit_id: uuid.UUID) -> Unit:
    seen = Q(agency_id__in=actor.agencies) | Q(agency__region_id__in=actor.regions())
    unit = Unit.objects.select_for_update(of=("self",)).select_related("agency").filter(
        seen, id=unit_id, ended_at=None
    ).first()  # fmt: skip
    if unit is None:
        raise NotVisible
    check_permission(actor, "unit.status", unit.agency.region_id, str(unit.agency_id))
    return unit


def _note_on_job(unit: Unit, status: str, assignment_id: str, when: datetime) -> None:
    job = UnitAssignment.objects.select_for_update().filter(unit=unit, released_at=None)
    job = job.filter(assignment_id=assignment_id) if assignment_id else job
    row = job.first()
    if row is None:
        return
    if status in _RELEASES:
        row.released_at = when
    elif (name := _JOB_TIME.get(status)) and getattr(row, name) is None:
        setattr(row, name, when)
    row.save()


def keep_positions(*, positions: Sequence[Position], actor: Actor, at: datetime) -> int:
    """Keep the newest position of each of the actor's units; older ones and others' units are passed over."""
    newest: dict[str, Position] = {}
    for position in positions:
        if position.at <= at and (position.unit not in newest or newest[position.unit].at < position.at):
            newest[position.unit] = position
    kept = 0
    with writing(actor, at):
        for unit_id, p in newest.items():
            mine = Unit.objects.filter(id=unit_id, agency_id__in=actor.agencies, ended_at=None)
            older = mine.filter(Q(position_at=None) | Q(position_at__lt=p.at))
            kept += older.update(lat=p.lat, lon=p.lon, position_at=p.at)
    return kept
