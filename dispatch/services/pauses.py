"""Clocks that stand still: an agency that is ready and held up by something beyond it says so, where its region allows.

A pause is a row with its reason and its time. It stops the open clocks of the assignment that were not breached yet;
when it ends, each goes on in a row of its own, later by the time that it stood still.
"""

import uuid
from datetime import datetime
from typing import Any

from agencies.access import Actor, Role
from agencies.problems import Conflict, Malformed, NotPermitted, NotVisible, WrongState
from agencies.writing import Write, writing
from dispatch import selectors
from dispatch.lifecycle import PAUSABLE
from dispatch.models import Assignment, ClockPause, Deadline
from dispatch.services.common import Locked, assignment_part, check_permission, fact_now, lock_incident, touch
from dispatch.services.plans import planned_again
from events.services import Answered, Fact, Intent
from incidents.vault import user_id


class AlreadyPaused(Conflict):
    slug, title = "already-paused", "Batas waktu sudah dijeda"


def pause_clocks(*, assignment_id: uuid.UUID, reason: str, actor: Actor, at: datetime,
                 wish: Intent | None = None) -> Answered:  # fmt: skip
    """Stop the clocks for a reason that the region allows.

    Raises NotVisible, NotPermitted, Malformed (a reason that is not allowed here), WrongState, AlreadyPaused.
    """
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked, assignment = _open(actor, assignment_id)
        if reason not in locked.region.pause_reasons:
            raise Malformed("Wilayah ini tidak mengizinkan jeda dengan alasan itu.",
                            errors=[{"field": "reason", "message": "not allowed"}])  # fmt: skip
        if assignment.paused_at is not None:
            raise AlreadyPaused(current=_current(locked, assignment))
        if assignment.status not in PAUSABLE:
            raise WrongState("Hanya tugas yang sudah diterima dan belum selesai yang dapat dijeda.",
                             current=_current(locked, assignment))  # fmt: skip
        row = ClockPause.objects.create(assignment=assignment, reason=reason, from_at=at, paused_by_id=user_id(actor))
        running = Deadline.objects.filter(assignment=assignment, done_at=None, breached_at=None)
        stages = sorted(running.values_list("stage", flat=True))
        running.update(done_at=at, void=True, paused_by=row)
        assignment.paused_at, assignment.pause_reason = at, reason
        return _tell(write, locked, assignment, "paused", {"reason": reason, "stages": stages})


def resume_clocks(*, assignment_id: uuid.UUID, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """Let the clocks go on. Raises NotVisible, NotPermitted, WrongState."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked, assignment = _open(actor, assignment_id)
        told = go_on(write, locked, assignment, at)
        if told is None:
            raise WrongState("Batas waktu tidak sedang dijeda.", current=_current(locked, assignment))
        return _tell(write, locked, assignment, "resumed", told)


def go_on(write: Write, locked: Locked, assignment: Assignment, at: datetime) -> dict[str, Any] | None:
    """End the pause of an assignment that is locked and saved by the caller; None when there is none. Any step of the
    work ends it, too. Returns what the event tells: the reason and how long it lasted, in seconds."""
    if assignment.paused_at is None:
        return None
    row = ClockPause.objects.select_for_update().get(assignment=assignment, until_at=None)
    row.until_at, row.resumed_by_id = max(at, row.from_at), user_id(write.actor)
    row.save(update_fields=["until_at", "resumed_by"])
    seconds = round((row.until_at - row.from_at).total_seconds())
    stopped = Deadline.objects.filter(paused_by=row).select_related("assignment")
    again = [planned_again(old, locked, old.paused_seconds + seconds) for old in stopped]
    warned = {old.stage: old.warned_at for old in stopped}
    for fresh in again:
        fresh.warned_at = warned[fresh.stage]
    Deadline.objects.bulk_create(again)
    assignment.paused_at, assignment.pause_reason = None, ""
    return {"reason": row.reason, "seconds": seconds}


def resumed_fact(locked: Locked, assignment: Assignment, row: dict[str, Any], told: dict[str, Any]) -> Fact:
    """The event of a pause that a step of the work has ended."""
    return fact_now("assignment.resumed", locked, row, assignment=assignment_part(row, assignment.id), pause=told,
                    changed=["assignments"])  # fmt: skip


def _open(actor: Actor, assignment_id: uuid.UUID) -> tuple[Locked, Assignment]:
    """The agency's own assignment, or any of the region for its supervisor."""
    seen = selectors.assignments_visible_to(actor).filter(id=assignment_id)
    incident_id = seen.values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotVisible
    locked = lock_incident(actor, incident_id)
    assignment = Assignment.objects.select_for_update().get(id=assignment_id)
    check_permission(actor, "assignment.pause", locked.region.code, str(assignment.agency_id))
    if str(assignment.agency_id) not in actor.agencies and locked.region.code not in actor.regions(Role.SUPERVISOR):
        raise NotPermitted
    return locked, assignment


def _current(locked: Locked, assignment: Assignment) -> Any:
    return assignment_part(locked.snapshot(), assignment.id)


def _tell(write: Write, locked: Locked, assignment: Assignment, past: str, told: dict[str, Any]) -> Answered:
    assignment.version += 1
    assignment.save(update_fields=["version", "paused_at", "pause_reason"])
    touch(locked.incident)
    row = locked.snapshot()
    write.record([fact_now(f"assignment.{past}", locked, row, assignment=assignment_part(row, assignment.id),
                           pause=told, changed=["assignments"])])  # fmt: skip
    return write.done(region=locked.region.code, kind="assignment", id=assignment.id, version=assignment.version)
