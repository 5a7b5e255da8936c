"""What units report of themselves."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from agencies.access import Actor
from agencies.models import Unit
from agencies.problems import Conflict, NotVisible, WrongState
from agencies.writing import Write, writing
from dispatch.lifecycle import ASSIGNMENT, UNIT, AssignmentStatus
from dispatch.models import Assignment, UnitAssignment
from dispatch.rows import unit_row
from dispatch.selectors import region_or_404
from dispatch.services.assignments import Case, Step, apply, set_unit_status
from dispatch.services.common import (
    KEPT,
    Locked,
    assignment_part,
    check_permission,
    clamp,
    fact_now,
    keep_late,
    lock_incident,
    touch,
    was_kept,
)
from dispatch.services.facts import unit_fact
from events.services import Answered, Fact, Intent
from incidents.lifecycle import NotAllowedFrom, next_status

JOB_TIME = {
    "en_route": "en_route_at",
    "on_scene": "on_scene_at",
    "transporting": "transporting_at",
    "at_hospital": "at_hospital_at",
}
_RELEASES = ("available", "out_of_service")


@dataclass(frozen=True, slots=True)
class Tap:
    """A status that a unit's crew told; `assignment`: the one that was on its screen ("": whatever it is on)."""

    status: str
    assignment: str = ""
    occurred_at: datetime | None = None
    source: str = "live"


@dataclass(slots=True)
class _Told:
    """A unit under the locks of its incident, its assignment and itself. `job`: what the tap is about."""

    tap: Tap
    unit: Unit
    when: datetime
    clamped: bool
    job: UnitAssignment | None = None
    locked: Locked | None = None
    facts: list[Fact] = field(default_factory=list)

    @property
    def current(self) -> dict[str, Any]:
        return unit_row(self.unit, region_or_404(self.unit.agency.region_id))


def set_status(*, unit_id: uuid.UUID, tap: Tap, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """A unit's own status, with the time on its job; the first unit on the scene is the agency's arrival.

    A status that it has already changes nothing. Raises NotVisible, NotPermitted, WrongState (`kept` when the tap of
    an offline phone came too late for the table), Conflict when the unit is sent elsewhere in this very moment.
    """
    with writing(actor, at, wish) as write:
        if write.answered and write.answered.status != KEPT:
            return write.answered
        told = _open(write, unit_id, tap)
        unit = told.unit
        refused = _refusal(told)
        if refused is None and write.answered is None:
            if unit.status != tap.status:
                _apply(write, told)
            return write.done(region=unit.agency.region_id, kind="unit", id=unit.id, version=unit.version)
        if refused is not None and (tap.occurred_at is None or told.job is None):
            raise refused
        if write.answered is None:
            _keep_late(write, told)
    raise was_kept(told.current)


def _open(write: Write, unit_id: uuid.UUID, tap: Tap) -> _Told:
    """Lock in the order of every other service: incident, assignment, unit."""
    seen = visible_unit(write.actor, unit_id)
    job = _job_of(unit_id, tap.assignment)
    locked = lock_incident(write.actor, job.assignment.incident_id) if job else None
    if job is not None:
        job.assignment = Assignment.objects.select_for_update().get(id=job.assignment_id)
    unit = Unit.objects.select_for_update(of=("self",)).select_related("agency").get(id=seen.id)
    when, clamped = clamp(tap.occurred_at, write.at)
    if _open_job(unit_id) not in (None, job.id if job else None) and not tap.assignment:
        raise Conflict("Unit ini baru saja dikirim ke kejadian lain.", current=unit_row(unit, _region(unit)))
    if job is not None:
        job.refresh_from_db(fields=["released_at", *JOB_TIME.values()])
    if locked is not None:
        locked.occurred_at, locked.clamped, locked.source = when, clamped, tap.source
    return _Told(tap, unit, when, clamped, job, locked)


def _region(unit: Unit) -> Any:
    return region_or_404(unit.agency.region_id)


def visible_unit(actor: Actor, unit_id: uuid.UUID, permission: str = "unit.status") -> Unit:
    """A unit that the actor may do something with. Raises NotVisible, NotPermitted."""
    seen = Q(agency_id__in=actor.agencies) | Q(agency__region_id__in=actor.regions())
    unit = Unit.objects.select_related("agency").filter(seen, id=unit_id, ended_at=None).first()
    if unit is None:
        raise NotVisible
    check_permission(actor, permission, unit.agency.region_id, str(unit.agency_id))
    return unit


def _open_job(unit_id: uuid.UUID) -> uuid.UUID | None:
    return UnitAssignment.objects.filter(unit_id=unit_id, released_at=None).values_list("id", flat=True).first()


def _job_of(unit_id: uuid.UUID, assignment_id: str) -> UnitAssignment | None:
    """The job that a tap is about: on the named assignment (the newest, when it was there twice), or the open one."""
    jobs = UnitAssignment.objects.filter(unit_id=unit_id).select_related("assignment")
    jobs = jobs.filter(assignment_id=assignment_id) if assignment_id else jobs.filter(released_at=None)
    return jobs.order_by("-sent_at").first()


def _refusal(told: _Told) -> WrongState | None:
    """Why the tap cannot be done: by the table, or because the unit is not (any more) on the assignment it names."""
    tap, unit = told.tap, told.unit
    left = bool(tap.assignment) and (told.job is None or told.job.released_at is not None)
    if unit.status == tap.status and not (left and _open_job(unit.id)):
        return None
    if left:
        return WrongState("Unit tidak (lagi) bertugas di sini.", current=told.current)
    try:
        next_status(UNIT, tap.status, unit.status)
    except NotAllowedFrom as error:
        return WrongState(f"{error}", current=told.current)
    return None


def _keep_late(write: Write, told: _Told) -> None:
    """The time goes onto the job where none stands yet, and the tap into the timeline of its incident."""
    job, locked, unit = told.job, told.locked, told.unit
    assert job is not None
    assert locked is not None
    name = JOB_TIME.get(told.tap.status)
    if name and getattr(job, name) is None and job.sent_at <= told.when:
        setattr(job, name, told.when)
        job.save(update_fields=[name])
    part = assignment_part(locked.snapshot(), job.assignment_id)
    keep_late(write, locked, "unit.status", assignment=part, unit=unit.code, status=told.tap.status)
    write.done(region=unit.agency.region_id, kind="unit", id=unit.id, version=unit.version, status=KEPT)


def _apply(write: Write, told: _Told) -> None:
    unit, tap = told.unit, told.tap
    if told.job is not None:
        _note_on_job(told.job, tap.status, told.when)
    set_unit_status(unit, tap.status, told.when)
    fact = unit_fact(unit, _region(unit), told.when)
    if told.job is None or told.locked is None:
        write.record([fact])
    elif tap.status == "on_scene" and told.job.assignment.status == AssignmentStatus.DISPATCHED:
        step = Step("arrive", occurred_at=tap.occurred_at, source=tap.source)
        told.job.assignment.status = next_status(ASSIGNMENT, "arrive", told.job.assignment.status)
        case = Case(told.locked, told.job.assignment, told.when, told.clamped, unit=unit)
        case.facts.append(fact)
        case.extra["units"] = [unit.code]
        apply(write, case, step)
    else:
        write.record([fact, _step_fact(told.locked, told.job, unit)])


def _note_on_job(job: UnitAssignment, status: str, when: datetime) -> None:
    if status in _RELEASES:
        job.released_at = when
    elif (name := JOB_TIME.get(status)) and getattr(job, name) is None:
        setattr(job, name, when)
    job.save()


def _step_fact(locked: Locked, job: UnitAssignment, unit: Unit) -> Fact:
    """The unit's step in the timeline of its incident, for those who see the incident."""
    touch(locked.incident)
    row = locked.snapshot()
    part = assignment_part(row, job.assignment_id)
    step = {"unit": unit.code, "status": unit.status}
    return fact_now("assignment.updated", locked, row, assignment=part, unit_step=step, changed=["units"])


# --- positions -------------------------------------------------------------------------------------------------------
AHEAD = timedelta(seconds=60)
"""A phone's clock may be this far ahead of the server's: the position counts as of now."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a unit was, WGS 84 degrees."""

    unit: str
    lat: float
    lon: float
    at: datetime


def keep_positions(*, positions: Sequence[Position], actor: Actor, at: datetime) -> int:
    """Keep the newest position of each of the actor's units; older ones and others' units are passed over."""
    newest: dict[str, tuple[datetime, Position]] = {}
    for position in positions:
        when = min(position.at, at)
        if position.at <= at + AHEAD and (position.unit not in newest or newest[position.unit][0] < when):
            newest[position.unit] = when, position
    kept = 0
    with writing(actor, at):
        for unit_id, (when, p) in sorted(newest.items()):  # one order of locks: two batches do not wait for each other
            mine = Unit.objects.filter(id=unit_id, agency_id__in=actor.agencies, ended_at=None)
            older = mine.filter(Q(position_at=None) | Q(position_at__lt=when))
            kept += older.update(lat=p.lat, lon=p.lon, position_at=when)
    return kept
