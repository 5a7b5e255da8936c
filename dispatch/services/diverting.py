"""Taking a unit from one event and naming it at a more urgent one, in one transaction that tells both."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from agencies.access import Actor
from agencies.models import Unit
from agencies.problems import Conflict, Malformed, NotVisible, WrongState
from agencies.writing import Write, writing
from dispatch import selectors
from dispatch.lifecycle import ASSIGNMENT, UNIT
from dispatch.models import Assignment, SupportRequest, UnitAssignment
from dispatch.rows import unit_row
from dispatch.services.assignments import Case, Step, UnitNotReady, apply, name_unit, open_job
from dispatch.services.common import (
    Locked,
    add_reason,
    assignment_part,
    clamp,
    fact_now,
    lock_incident,
    step,
    touch,
)
from dispatch.services.support import is_asked, open_support
from dispatch.services.units import visible_unit
from events.services import Answered, Intent
from incidents.lifecycle import PRIORITIES, NotAllowedFrom, next_status
from incidents.models import Incident


class NotMoreUrgent(Conflict):
    slug, title = "not-more-urgent", "Tidak lebih mendesak"


@dataclass(frozen=True, slots=True)
class Diversion:
    """Where a unit is to go instead, and why."""

    assignment: uuid.UUID
    reason: str = ""
    occurred_at: datetime | None = None
    source: str = "live"


@dataclass(slots=True)
class _Move:
    """Both events, both assignments and the unit, locked in this order."""

    unit: Unit
    job: UnitAssignment
    left: Case
    joined: Case


def divert_unit(*, unit_id: uuid.UUID, wanted: Diversion, actor: Actor, at: datetime,
                wish: Intent | None = None) -> Answered:  # fmt: skip
    """Release the unit there and name it here. Raises NotVisible, NotPermitted, WrongState, UnitNotReady, Conflict,
    NotMoreUrgent (409; with a reason it is done all the same: people know more than priorities)."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        move = _open(write, unit_id, wanted)
        _check(move, wanted)
        _leave(write, move, wanted)
        _join(write, move, wanted)
        unit = move.unit
        return write.done(region=unit.agency.region_id, kind="unit", id=unit.id, version=unit.version)


def _open(write: Write, unit_id: uuid.UUID, wanted: Diversion) -> _Move:
    unit = visible_unit(write.actor, unit_id, "assignment.dispatch")
    job = open_job(unit)
    if job is None:
        raise WrongState("Unit ini tidak sedang bertugas; kirim seperti biasa.",
                         current=unit_row(unit, selectors.region_or_404(unit.agency.region_id)))  # fmt: skip
    target = selectors.assignments_visible_to(write.actor).filter(id=wanted.assignment).first()
    if target is None:
        raise NotVisible
    if target.agency_id != unit.agency_id:
        raise Malformed("Tugas tujuan harus tugas instansi yang sama.",
                        errors=[{"field": "assignment", "message": "of the same agency"}])  # fmt: skip
    if target.id == job.assignment_id:
        raise WrongState("Unit ini sudah bertugas di sana.",
                         current=unit_row(unit, selectors.region_or_404(unit.agency.region_id)))  # fmt: skip
    left, joined = _lock_both(write, job.assignment_id, target.id, wanted)
    unit = Unit.objects.select_for_update(of=("self",)).select_related("agency").get(id=unit.id)
    now = open_job(unit)
    if now is None or now.id != job.id:
        raise Conflict("Unit ini baru saja berganti tugas.", current=unit_row(unit, left.locked.region))
    return _Move(unit, now, left, joined)


def _lock_both(write: Write, from_id: uuid.UUID, to_id: uuid.UUID, wanted: Diversion) -> tuple[Case, Case]:
    incident_of = dict(Assignment.objects.filter(id__in=[from_id, to_id]).values_list("id", "incident_id"))
    list(Incident.objects.filter(id__in=incident_of.values()).order_by("id").select_for_update().values_list("id"))
    when, clamped = clamp(wanted.occurred_at, write.at)
    locked: dict[uuid.UUID, Locked] = {}
    for incident_id in sorted(incident_of.values()):
        locked[incident_id] = lock_incident(write.actor, incident_id)
        locked[incident_id].occurred_at, locked[incident_id].clamped = when, clamped
        locked[incident_id].source = wanted.source
    rows = {a.id: a for a in Assignment.objects.select_for_update().filter(id__in=incident_of).order_by("id")}
    cases = {id_: Case(locked[incident_of[id_]], rows[id_], when, clamped) for id_ in incident_of}
    return cases[from_id], cases[to_id]


def _check(move: _Move, wanted: Diversion) -> None:
    """Raises WrongState, UnitNotReady, NotMoreUrgent."""
    locked, target = move.joined.locked, move.joined.assignment
    status = step(ASSIGNMENT, "dispatch", target.status, assignment_part(locked.snapshot(), target.id))
    try:
        next_status(UNIT, "divert", move.unit.status)
    except NotAllowedFrom as error:
        raise UnitNotReady(f"{move.unit.code} {move.unit.get_status_display()}.", unit=move.unit.code,
                           status=move.unit.status) from error  # fmt: skip
    here, there = locked.incident.priority, move.left.locked.incident.priority
    if PRIORITIES.index(here) >= PRIORITIES.index(there) and not wanted.reason.strip():
        raise NotMoreUrgent(
            "Kejadian tujuan tidak lebih mendesak; tuliskan alasan bila unit tetap dialihkan.",
            unit=move.unit.code, incident=move.left.locked.incident.number, priority=there,
        )  # fmt: skip
    target.status = status


def _leave(write: Write, move: _Move, wanted: Diversion) -> None:
    """The event that loses the unit is told so, and when nobody is left there its desk has to find somebody."""
    locked, assignment, job = move.left.locked, move.left.assignment, move.job
    job.released_at = move.left.occurred_at
    job.save(update_fields=["released_at"])
    text = add_reason(write, locked, wanted.reason)
    alone = not UnitAssignment.objects.filter(assignment=assignment, released_at=None).exists()
    if alone and not is_asked(assignment, SupportRequest.What.UNIT_DIVERTED):
        open_support(write, locked, assignment, SupportRequest.What.UNIT_DIVERTED)
    touch(locked.incident)
    row = locked.snapshot()
    told = {"unit_step": {"unit": move.unit.code, "status": "diverted"}, "changed": ["units", "support"]}
    told |= _named("diverted_to", move.joined.locked) | ({"note": {"id": str(text.id)}} if text else {})
    part = assignment_part(row, assignment.id)
    write.record([fact_now("assignment.updated", locked, row, assignment=part, **told)])


def _join(write: Write, move: _Move, wanted: Diversion) -> None:
    case = move.joined
    name_unit(case, move.unit, write)
    case.extra |= {"units": [move.unit.code]} | _named("diverted_from", move.left.locked)
    apply(write, case, Step("dispatch", occurred_at=wanted.occurred_at, source=wanted.source))


def _named(how: str, locked: Locked) -> dict[str, dict[str, str]]:
    """The other event, for the timeline; of a confidential case its number stands in no event."""
    incident = locked.incident
    return {} if incident.confidential else {how: {"id": str(incident.id), "number": incident.number}}
