"""What an agency does with its assignment, and what the desk does with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from agencies.access import AGENCY_ROLES, Actor, Level
from agencies.ids import new_id
from agencies.models import Unit
from agencies.problems import Conflict, Malformed, NotPermitted, NotVisible, StaleVersion, WrongState
from agencies.reference import RegionRef
from agencies.writing import Write, writing
from dispatch import selectors
from dispatch.deadlines import plan
from dispatch.lifecycle import ASSIGNMENT, UNIT, AssignmentStatus
from dispatch.models import Assignment, SupportRequest, UnitAssignment
from dispatch.rows import local, unit_row
from dispatch.services import access
from dispatch.services.common import (
    KEPT,
    Locked,
    assignment_part,
    check_permission,
    clamp,
    fact_now,
    keep_late,
    lock_incident,
    step,
    stop_clocks,
    touch,
    was_kept,
)
from dispatch.services.facts import unit_fact
from dispatch.services.joining import assign_backup
from dispatch.services.pauses import go_on, resumed_fact
from dispatch.services.plans import deadline_row
from dispatch.services.support import open_support, support_fact, support_lapses, units_given
from events.services import Answered, Fact, Intent
from incidents.lifecycle import NotAllowedFrom, Outcome, next_status
from incidents.models import Text
from incidents.vault import Vault, user_id


class UnitTaken(Conflict):
    slug, title = "unit-taken", "Unit sudah dikirim"


class UnitNotReady(Conflict):
    slug, title = "unit-not-ready", "Unit tidak siap"


@dataclass(frozen=True, slots=True)
class Step:
    """One action on an assignment with what it brings."""

    action: str
    version: int | None = None
    occurred_at: datetime | None = None
    source: str = "live"
    reason: str = ""
    units: tuple[str, ...] = ()
    outcome: str = ""
    note: str = ""
    victims: Mapping[str, int] | None = None
    code: str = ""
    """Why it is declined (DeclineReason)."""


@dataclass(slots=True)
class Case:
    """An assignment under the locks of its incident and itself; `unit`: the one by whose own tap it is done."""

    locked: Locked
    assignment: Assignment
    occurred_at: datetime
    clamped: bool
    extra: dict[str, Any] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    joined: list[Assignment] = field(default_factory=list)
    """Agencies that this step brings in."""
    unit: Unit | None = None
    asked: str = ""
    """What this step makes the desk look for (SupportRequest.What)."""


_TIME_FIELD = {
    "acknowledge": "acknowledged_at",
    "decline": "declined_at",
    "dispatch": "dispatched_at",
    "arrive": "arrived_at",
    "complete": "completed_at",
    "withdraw": "withdrawn_at",
}


def act(*, assignment_id: uuid.UUID, step_: Step, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """Do one action of the table. Raises NotVisible, NotPermitted, WrongState, StaleVersion, UnitTaken."""
    with writing(actor, at, wish) as write:
        if write.answered and write.answered.status != KEPT:
            return write.answered
        case = _open(write, assignment_id, step_)
        assignment = case.assignment
        current = assignment_part(case.locked.snapshot(), assignment.id)
        try:
            status = step(ASSIGNMENT, step_.action, assignment.status, current)
        except WrongState:
            if step_.occurred_at is None:
                raise
            if write.answered is None:
                _keep_late(write, case, step_, current)
        else:
            if write.answered is None:
                _check_version(assignment, step_, current)
                assignment.status = status
                apply(write, case, step_)
                return write.done(region=case.locked.region.code, kind="assignment", id=assignment.id,
                                  version=assignment.version)  # fmt: skip
    raise was_kept(current)


def _check_version(assignment: Assignment, step_: Step, current: Any) -> None:
    if step_.version is not None and step_.version != assignment.version:
        raise StaleVersion(current=current)


def _open(write: Write, assignment_id: uuid.UUID, step_: Step) -> Case:
    actor = write.actor
    found = (
        selectors.assignments_visible_to(actor).filter(id=assignment_id).values_list("incident_id", flat=True).first()
    )
    if found is None:
        raise NotVisible
    locked = lock_incident(actor, found)
    assignment = Assignment.objects.select_for_update().get(id=assignment_id)
    agency_id = str(assignment.agency_id)
    check_permission(actor, ASSIGNMENT.transitions[step_.action].permission, locked.region.code, agency_id)
    _check_own(actor, step_.action, assignment, locked)
    occurred_at, clamped = clamp(step_.occurred_at, write.at)
    return Case(locked, assignment, occurred_at, clamped)


def _check_own(actor: Actor, action: str, assignment: Assignment, locked: Locked) -> None:
    """An agency acts on its own assignment only; a call-taker withdraws only what nobody has acknowledged."""
    own = str(assignment.agency_id) in actor.agencies
    desk = any(p.role not in AGENCY_ROLES and p.region == locked.region.code for p in actor.posts)
    if action != "withdraw" and not own:
        raise NotPermitted if desk else NotVisible
    if action == "withdraw" and assignment.status != AssignmentStatus.ASSIGNED:
        check_permission(actor, "incident.close", locked.region.code)


def _keep_late(write: Write, case: Case, step_: Step, part: Any) -> None:
    locked = case.locked
    locked.occurred_at, locked.clamped, locked.source = case.occurred_at, case.clamped, step_.source
    kind = Text.Kind.REPORT if step_.note else Text.Kind.REASON
    keep_late(write, locked, step_.action, step_.note or step_.reason, kind, assignment=part,
              outcome=step_.outcome, victims=step_.victims, units=list(step_.units))  # fmt: skip
    write.done(region=locked.region.code, kind="assignment", id=case.assignment.id, version=case.assignment.version,
               status=KEPT)  # fmt: skip


def apply(write: Write, case: Case, step_: Step) -> None:
    """Do a step that the table allows (the new status is set already) and tell it."""
    assignment, locked = case.assignment, case.locked
    pause = go_on(write, locked, assignment, case.occurred_at)
    if step_.action != "dispatch" or assignment.dispatched_at is None:
        setattr(assignment, _TIME_FIELD[step_.action], case.occurred_at)
    _EFFECTS[step_.action](write, case, step_)
    assignment.version += 1
    assignment.save()
    touch(locked.incident)
    row = locked.snapshot()
    past = ASSIGNMENT.transitions[step_.action].past
    if case.clamped:
        case.extra["clamped"] = True
    part = assignment_part(row, assignment.id)
    done = fact_now(
        f"assignment.{past}", locked, row, assignment=part, occurred_at=case.occurred_at, source=step_.source,
        changed=["assignments"], **case.extra,
    )  # fmt: skip
    joined = [
        fact_now("assignment.created", locked, row, assignment=assignment_part(row, one.id), reason=one.reason)
        for one in case.joined
    ]
    asked = [support_fact("support.requested", locked, assignment, row=row, what=case.asked)] if case.asked else []
    resumed = [resumed_fact(locked, assignment, row, pause)] if pause else []
    write.record([*resumed, done, *joined, *asked, *case.facts])


def _acknowledge(write: Write, case: Case, step_: Step) -> None:
    stop_clocks(case.assignment, case.occurred_at, "acknowledge")
    incident = case.locked.incident
    planned = plan(case.locked.region, "dispatch", incident.type, incident.base, incident.priority, case.occurred_at)
    deadline_row(planned, assignment=case.assignment).save(force_insert=True)


def _dispatch(write: Write, case: Case, step_: Step) -> None:
    stop_clocks(case.assignment, case.occurred_at, "dispatch")
    if step_.units:
        _send_units(case, step_.units, write)
    units_given(case.assignment, case.occurred_at)


def _send_units(case: Case, unit_ids: Sequence[str], write: Write) -> None:
    own = (
        Unit.objects.select_for_update(of=("self",))
        .filter(id__in=unit_ids, agency_id=case.assignment.agency_id, ended_at=None)
        .select_related("agency")
        .order_by("id")  # one order of locks: two dispatches of the same units do not wait for each other
    )
    units = {str(unit.id): unit for unit in own}
    if missing := [unit_id for unit_id in unit_ids if unit_id not in units]:
        raise Malformed("Unit tidak dikenal pada instansi ini.", errors=[{"field": "units", "message": missing[0]}])
    mine = set(
        UnitAssignment.objects.filter(assignment=case.assignment, released_at=None).values_list("unit_id", flat=True)
    )
    for unit in units.values():
        if unit.id in mine:
            continue
        _send(case, unit, write)
    case.extra["units"] = [unit.code for unit in units.values()]


def _send(case: Case, unit: Unit, write: Write) -> None:
    """Raises UnitTaken, UnitNotReady."""
    if (holder := open_job(unit)) is not None:
        raise unit_taken(unit, holder, case.locked.region)
    try:
        next_status(UNIT, "assign", unit.status)
    except NotAllowedFrom as error:
        raise UnitNotReady(f"{unit.code} {unit.get_status_display()}.", unit=unit.code, status=unit.status) from error
    name_unit(case, unit, write)


def name_unit(case: Case, unit: Unit, write: Write) -> None:
    """Send a unit whose row is locked and which has no job. Raises UnitTaken."""
    try:
        UnitAssignment.objects.create(
            id=new_id(), unit=unit, assignment=case.assignment, sent_at=case.occurred_at,
            sent_by_id=user_id(write.actor), sent_by_label=write.actor.label,
        )  # fmt: skip
    except IntegrityError as error:  # the partial unique index is the guard; the look before only names the winner
        raise UnitTaken(f"{unit.code} baru saja dikirim ke kejadian lain.", unit=unit.code) from error
    set_unit_status(unit, Unit.Status.ASSIGNED, case.occurred_at)
    case.facts.append(_unit_fact(case, unit))


def open_job(unit: Unit) -> UnitAssignment | None:
    """What a unit is sent to, under the lock of its row."""
    open_ = UnitAssignment.objects.filter(unit=unit, released_at=None)
    return open_.select_related("assignment__incident").first()


def unit_taken(unit: Unit, holder: UnitAssignment, region: RegionRef) -> UnitTaken:
    """Who has it, since when, for what, and where it is: its own agency sends it, and sees what it is sent to."""
    number = holder.assignment.incident.number
    by = holder.sent_by_label or "dinas"
    sent = holder.sent_at.astimezone(region.tz)
    where = unit_row(unit, region)
    return UnitTaken(
        f"{unit.code} sudah dikirim {by} ke {number} pukul {sent:%H.%M.%S}; {unit.get_status_display()}.",
        unit=unit.code, incident=number, by=by, sent_at=local(holder.sent_at, region.tz), status=unit.status,
        where={name: where[name] for name in ("lat", "lon", "at")},
    )  # fmt: skip


def set_unit_status(unit: Unit, status: str, occurred_at: datetime) -> None:
    """Save a unit's status and grow its version."""
    unit.status, unit.status_at = status, occurred_at
    unit.version += 1
    unit.save(update_fields=["status", "status_at", "version"])


def _unit_fact(case: Case, unit: Unit) -> Fact:
    return unit_fact(unit, case.locked.region, case.occurred_at, exercise=case.locked.incident.exercise)


def _units_on(case: Case) -> list[UnitAssignment]:
    return list(
        UnitAssignment.objects.filter(assignment=case.assignment, released_at=None).select_related("unit__agency")
    )


def _arrive(write: Write, case: Case, step_: Step) -> None:
    stop_clocks(case.assignment, case.occurred_at, "arrive")
    for job in [] if case.unit else _units_on(case):
        if job.unit.status not in UNIT.transitions["on_scene"].from_:
            continue
        job.on_scene_at = job.on_scene_at or case.occurred_at
        job.save(update_fields=["on_scene_at"])
        set_unit_status(job.unit, Unit.Status.ON_SCENE, case.occurred_at)
        case.facts.append(_unit_fact(case, job.unit))


def _release(case: Case) -> None:
    for job in _units_on(case):
        job.released_at = case.occurred_at
        job.save(update_fields=["released_at"])
        set_unit_status(job.unit, Unit.Status.AVAILABLE, case.occurred_at)
        case.facts.append(_unit_fact(case, job.unit))


def _complete(write: Write, case: Case, step_: Step) -> None:
    assignment = case.assignment
    stop_clocks(assignment, case.occurred_at, "complete")
    stop_clocks(assignment, case.occurred_at, void=True)
    assignment.outcome = step_.outcome or Outcome.HANDLED
    assignment.victims = dict(step_.victims) if step_.victims else None
    if step_.note:
        assignment.report = _keep_words(write, case, Text.Kind.REPORT, step_.note)
    _release(case)
    support_lapses(case.occurred_at, assignment=assignment)
    case.extra["outcome"] = assignment.outcome


def _keep_words(write: Write, case: Case, kind: str, words: str) -> Text:
    text = Vault.of(case.locked.incident).text(kind, words, write.actor, write.at)
    text.save(force_insert=True)
    return text


def _end(write: Write, case: Case, step_: Step) -> None:
    """Decline and withdraw: the agency keeps number, type and its own assignment, no more."""
    assignment, incident = case.assignment, case.locked.incident
    stop_clocks(assignment, case.occurred_at, void=True)
    if step_.reason:
        assignment.end_reason = _keep_words(write, case, Text.Kind.REASON, step_.reason)
    _release(case)
    support_lapses(case.occurred_at, assignment=assignment)
    access.change_agency(incident.id, str(assignment.agency_id), Level.STUB, write.at, step_.action)


def _decline(write: Write, case: Case, step_: Step) -> None:
    case.assignment.decline_code = step_.code
    case.extra["decline"] = step_.code
    _end(write, case, step_)
    case.assignment.save()  # the backup's card is looked up among those that are still asked
    if backup := assign_backup(write, case.locked, case.assignment):
        case.joined.append(backup)
    else:
        open_support(write, case.locked, case.assignment, SupportRequest.What.NO_BACKUP)
        case.asked = SupportRequest.What.NO_BACKUP


_EFFECTS = {
    "acknowledge": _acknowledge,
    "decline": _decline,
    "dispatch": _dispatch,
    "arrive": _arrive,
    "complete": _complete,
    "withdraw": _end,
}


def withdraw_all(write: Write, locked: Locked, reason: str) -> None:
    """Withdraw every assignment that is not at its end (cancel, hand over, merge)."""
    for assignment in Assignment.objects.select_for_update().filter(incident=locked.incident, status__in=_AT_WORK):
        withdraw_one(write, locked, assignment, reason)


def withdraw_one(write: Write, locked: Locked, assignment: Assignment, reason: str) -> None:
    """Withdraw an assignment inside a transaction that is open already."""
    assignment.status = AssignmentStatus.WITHDRAWN
    case = Case(locked, assignment, locked.occurred_at or write.at, False)
    apply(write, case, Step("withdraw", reason=reason, source=locked.source))


_AT_WORK = ["assigned", "acknowledged", "dispatched", "arrived"]
