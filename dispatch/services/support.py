"""Help that an agency asks the desk for: a task on the board until somebody answers it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agencies.access import Actor, Level
from agencies.ids import new_id
from agencies.problems import Conflict, Malformed, NotPermitted, NotVisible, WrongState
from agencies.writing import Write, writing
from dispatch import selectors
from dispatch.lifecycle import ENDED
from dispatch.models import Assignment, SupportRequest
from dispatch.services.common import (
    Locked,
    add_reason,
    assignment_part,
    check_permission,
    clamp,
    fact_now,
    lock_incident,
    touch,
)
from events.services import Answered, Fact, Intent
from incidents.models import Text

What, Answer = SupportRequest.What, SupportRequest.Answer
ASKED_BY_AGENCY = (What.UNITS, What.AGENCY)


@dataclass(frozen=True, slots=True)
class Ask:
    """What an agency needs; `agency`: the code of the one it would like to see."""

    what: str
    agency: str = ""
    note: str = ""
    occurred_at: datetime | None = None
    source: str = "live"


def request_support(*, assignment_id: uuid.UUID, ask: Ask, actor: Actor, at: datetime,
                    wish: Intent | None = None) -> Answered:  # fmt: skip
    """Put a request onto the board. Raises NotVisible, NotPermitted, WrongState after the assignment's end, Conflict
    while the same is asked already."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        assignment, locked = _lock(write, assignment_id)
        check_permission(actor, "assignment.dispatch", locked.region.code, str(assignment.agency_id))
        if str(assignment.agency_id) not in actor.agencies:
            raise NotPermitted
        if assignment.status in ENDED or locked.level is Level.STUB:
            raise WrongState("Penugasan ini sudah berakhir.", current=assignment_part(locked.snapshot(), assignment.id))
        locked.occurred_at, locked.clamped = clamp(ask.occurred_at, at)
        locked.source = ask.source
        if is_asked(assignment, ask.what):
            raise Conflict("Permintaan ini sudah ada di papan.", current=locked.snapshot())
        open_support(write, locked, assignment, ask.what, _wanted(locked, ask.agency))
        note = add_reason(write, locked, ask.note, Text.Kind.NOTE)
        more = {"note": {"id": str(note.id)}} if note else {}
        touch(locked.incident)
        write.record([support_fact("support.requested", locked, assignment, what=ask.what, wanted=ask.agency, **more)])
        return write.done(region=locked.region.code, kind="assignment", id=assignment.id, version=assignment.version,
                          status=201)  # fmt: skip


def _wanted(locked: Locked, code: str) -> str:
    """The id of a wanted agency. Raises Malformed."""
    if not code:
        return ""
    if code not in locked.region.agencies:
        raise Malformed("Instansi tidak dikenal di wilayah ini.", errors=[{"field": "agency", "message": "unknown"}])
    return locked.region.agencies[code].id


def _lock(write: Write, assignment_id: uuid.UUID) -> tuple[Assignment, Locked]:
    visible = selectors.assignments_visible_to(write.actor).filter(id=assignment_id)
    incident_id = visible.values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotVisible
    locked = lock_incident(write.actor, incident_id)
    return Assignment.objects.select_for_update().get(id=assignment_id), locked


def is_asked(assignment: Assignment, what: str) -> bool:
    """Whether the same is on the board already; under the lock of its incident."""
    return SupportRequest.objects.filter(assignment=assignment, what=what, done_at=None).exists()


def open_support(write: Write, locked: Locked, assignment: Assignment, what: str, wanted_id: str = "") -> None:
    """A request under the lock of its incident. The caller has looked whether it is asked, and tells it."""
    SupportRequest.objects.create(
        id=new_id(), incident=locked.incident, assignment=assignment, what=what, wanted_id=wanted_id or None,
        created_at=locked.occurred_at or write.at,
    )  # fmt: skip


def support_fact(kind: str, locked: Locked, assignment: Assignment, *, row: Any = None, what: str, **told: Any) -> Fact:
    """`support.requested` and `support.answered`, with the agency that asked."""
    row = row or locked.snapshot()
    support = {"what": what, **{name: value for name, value in told.items() if value and name != "note"}}
    more = {"note": told["note"]} if "note" in told else {}
    part = assignment_part(row, assignment.id)
    return fact_now(kind, locked, row, assignment=part, support=support, changed=["support"], **more)


def answer_support(*, request_id: uuid.UUID, answer: str, note: str, actor: Actor, at: datetime,
                   wish: Intent | None = None) -> Answered:  # fmt: skip
    """The desk's answer takes the task off the board. Raises NotVisible, NotPermitted, WrongState."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        asked = SupportRequest.objects.filter(id=request_id).values_list("assignment_id", flat=True).first()
        if asked is None:
            raise NotVisible
        assignment, locked = _lock(write, asked)
        check_permission(actor, "incident.assign", locked.region.code)
        row = SupportRequest.objects.select_for_update().get(id=request_id)
        if row.done_at is not None:
            raise WrongState("Permintaan ini sudah dijawab.", current=locked.snapshot())
        row.answer, row.done_at = answer, at
        row.save(update_fields=["answer", "done_at"])
        text = add_reason(write, locked, note, Text.Kind.NOTE)
        touch(locked.incident)
        more = {"note": {"id": str(text.id)}} if text else {}
        write.record([support_fact("support.answered", locked, assignment, what=row.what, answer=answer, **more)])
        return write.done(region=locked.region.code, kind="assignment", id=assignment.id, version=assignment.version)


def support_given(locked: Locked, agency_id: str, at: datetime) -> None:
    """Another agency was assigned: what asked for it, or for any, is fulfilled."""
    open_ = SupportRequest.objects.filter(incident=locked.incident, done_at=None)
    wanted = {row.id for row in open_ if row.what in (What.AGENCY, What.NO_BACKUP)
              and str(row.wanted_id or agency_id) == agency_id}  # fmt: skip
    SupportRequest.objects.filter(id__in=wanted).update(answer=Answer.GIVEN, done_at=at)


def units_given(assignment: Assignment, at: datetime) -> None:
    """Another unit was sent: nobody has to look for a replacement any more."""
    open_ = SupportRequest.objects.filter(assignment=assignment, what=What.UNIT_DIVERTED, done_at=None)
    open_.update(answer=Answer.GIVEN, done_at=at)


def support_lapses(at: datetime, **of: Any) -> None:
    """Nobody needs it any more: the assignment or the incident has ended."""
    SupportRequest.objects.filter(done_at=None, **of).update(answer=Answer.LAPSED, done_at=at)
