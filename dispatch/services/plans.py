"""Deadline rows: planned with an assignment, planned anew when type or priority change."""

from datetime import datetime

from dispatch.deadlines import FROM_ASSIGNED, ON_ASSIGNED, Planned, plan
from dispatch.lifecycle import AT_WORK
from dispatch.models import Assignment, Deadline
from dispatch.services.common import Locked
from events.bulk import new
from incidents.models import Call


def deadline_row(planned: Planned, *, assignment: Assignment | None = None, call: Call | None = None) -> Deadline:
    """An unsaved deadline of an assignment or of a call."""
    return new(
        Deadline, assignment_id=assignment and assignment.id, call_id=call and call.id, stage=planned.stage,
        target_id=planned.target_id or None, target_version=planned.target_version or None,
        starts_at=planned.starts_at, warn_at=planned.warn_at, due_at=planned.due_at, clock=planned.clock,
        seconds=planned.seconds, paused_seconds=planned.paused,
    )  # fmt: skip


def new_deadlines(assignment: Assignment, locked: Locked, at: datetime) -> list[Deadline]:
    """Unsaved deadlines of an assignment made now, to an incident that exists."""
    incident = locked.incident
    return [
        deadline_row(
            plan(locked.region, stage, incident.type, incident.base, incident.priority, at,
                 clock=FROM_ASSIGNED.get(stage, "")),
            assignment=assignment,
        )
        for stage in ON_ASSIGNED
    ]  # fmt: skip


def replan(locked: Locked, at: datetime) -> None:
    """Plan the open stages anew after a change of type or priority: the old rows end, the clocks keep their start."""
    open_ = list(
        Deadline.objects.filter(
            assignment__incident=locked.incident, assignment__status__in=list(AT_WORK), done_at=None
        ).select_related("assignment")
    )
    fresh = [planned_again(old, locked, old.paused_seconds) for old in open_]
    Deadline.objects.filter(id__in=[old.id for old in open_]).update(done_at=at, void=True)
    Deadline.objects.bulk_create(fresh)


def planned_again(old: Deadline, locked: Locked, paused: int) -> Deadline:
    """An unsaved deadline of the same clock by what holds now; it has stood still for `paused` seconds in all."""
    incident = locked.incident
    planned = plan(locked.region, old.stage, incident.type, incident.base, incident.priority, old.starts_at,
                   clock=old.clock, paused=paused)  # fmt: skip
    return deadline_row(planned, assignment=old.assignment)
