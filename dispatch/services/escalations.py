"""Climbing the ladder of assignments that nobody accepts: rungs are rows that come due, found by the sweeps.

Claim, effect and event of a rung are one transaction under the lock of its incident: it is taken exactly once, whoever
sweeps, and never after the agency has accepted. What is locked just now is found again by the next sweep.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError

from agencies.access import SYSTEM
from agencies.ids import new_id
from agencies.models import Agency
from agencies.reference import RegionRef
from agencies.selectors import heads_of
from agencies.writing import Write, writing
from dispatch.escalation import Hop, Ladder, Over, State, Told, ladder_for, next_hop
from dispatch.lifecycle import AssignmentStatus
from dispatch.models import Assignment, Deadline, Delivery, Escalation
from dispatch.selectors import region_or_404, rows_of
from dispatch.services.common import assignment_part, fact_now, lock_incident, touch
from dispatch.services.facts import incident_fact
from dispatch.services.joining import assign_backup
from dispatch.services.notifying import Book
from events.bulk import update
from events.services import Fact
from incidents.models import Incident
from incidents.selectors import access_of

log = logging.getLogger("siaga.escalations")
BATCH = 100
PUT_OFF = timedelta(seconds=60)
THROUGH = (Delivery.State.SENT, Delivery.State.DELIVERED, Delivery.State.READ)


def begin(breached: Iterable[Deadline], at: datetime) -> None:
    """Put up the ladder for assignments whose time to accept is over. Those that have one keep it."""
    ids = [d.assignment_id for d in breached if d.stage == "acknowledge" and d.assignment_id]
    found = Assignment.objects.filter(id__in=ids, status=AssignmentStatus.ASSIGNED)
    rows = []
    for assignment_id, region, priority in found.values_list("id", "incident__region_id", "incident__priority"):
        ladder = ladder_for(region_or_404(region), priority)
        rows.append(_rung(assignment_id, 1, ladder, at))
    Escalation.objects.bulk_create(rows, ignore_conflicts=True)


def _rung(assignment_id: uuid.UUID, hop: int, ladder: Ladder, at: datetime) -> Escalation:
    due = at + timedelta(seconds=ladder.rungs[hop - 1].after)
    return Escalation(id=new_id(), assignment_id=assignment_id, hop=hop, after_at=at, due_at=due)


@dataclass(slots=True)
class _Climb:
    """A rung that has come due, under the lock of its incident."""

    rung: Escalation
    incident: Incident
    region: RegionRef
    ladder: Ladder
    told: Told
    unreachable: frozenset[str]

    @property
    def assignment(self) -> Assignment:
        return self.rung.assignment

    def next(self) -> Hop | Over:
        row = self.assignment
        state = State(row.status, row.escalation, self.rung.after_at, self.told, self.unreachable)
        return next_hop(self.ladder, state)


def escalate(*, at: datetime) -> int:
    """Take the rungs that have come due, at most BATCH of them. Returns how many were looked at and settled.

    One that cannot be settled is put off and logged; the others go on.
    """
    due = Escalation.objects.filter(taken_at=None, ended_at=None, due_at__lte=at).order_by("due_at")
    ids = list(due.values_list("id", flat=True)[:BATCH])
    if not ids:
        return 0
    try:
        return _take(ids, at)
    except DatabaseError:
        raise
    except Exception:
        log.exception("a batch of rungs, now one by one")
        return sum(_take_alone(id_, at) for id_ in ids)


def _take_alone(rung_id: uuid.UUID, at: datetime) -> int:
    try:
        return _take([rung_id], at)
    except DatabaseError:
        raise
    except Exception:
        log.exception("rung %s is put off", rung_id)
        Escalation.objects.filter(id=rung_id).update(due_at=at + PUT_OFF)
        return 0


def _take(ids: Collection[uuid.UUID], at: datetime) -> int:
    with writing(SYSTEM, at) as write:
        climbs = _claim(ids, at)
        taken = [climb for climb in climbs if _settle(climb, at)]
        _save(climbs, taken, at)
        facts = _facts([c for c in taken if c.rung.step != "backup"])
        for climb in taken:
            if climb.rung.step == "backup":
                facts += _bring_backup(write, climb)
        write.record(facts)
    return len(climbs)


def _claim(ids: Collection[uuid.UUID], at: datetime) -> list[_Climb]:
    wanted = Escalation.objects.filter(id__in=ids).values("assignment__incident_id")
    locked = Incident.objects.select_for_update(skip_locked=True, of=("self",)).filter(id__in=wanted).order_by("id")
    incidents = {incident.id: incident for incident in locked}
    rungs = list(
        Escalation.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(id__in=ids, assignment__incident_id__in=incidents.keys(), taken_at=None, ended_at=None)
        .select_related("assignment")
    )
    told = told_of((r.assignment_id, r.assignment.escalation) for r in rungs)
    unreachable = _unreachable({r.assignment.agency_id for r in rungs}, at)
    climbs = []
    for rung in rungs:
        incident = incidents[rung.assignment.incident_id]
        region = region_or_404(incident.region_id)
        ladder = ladder_for(region, incident.priority)
        climbs.append(_Climb(rung, incident, region, ladder, told[rung.assignment_id],
                             unreachable[rung.assignment.agency_id]))  # fmt: skip
    return climbs


def told_of(rungs: Iterable[tuple[uuid.UUID, int]]) -> dict[uuid.UUID, Told]:
    """What became of the messages of a rung, per assignment: (assignment, rung), 0 for the assignment itself."""
    hops = dict(rungs)
    rows = Delivery.objects.filter(assignment_id__in=hops.keys()).order_by("queued_at")
    best: dict[uuid.UUID, dict[uuid.UUID, tuple[str, datetime | None]]] = defaultdict(dict)
    for assignment_id, hop, message, state, read_at in rows.values_list(
        "assignment_id", "hop", "message", "state", "read_at"
    ):
        if assignment_id is None or hop != hops[assignment_id]:
            continue
        known = best[assignment_id].get(message)
        if known is None or known[0] not in THROUGH:
            best[assignment_id][message] = (state, read_at)
    return {assignment_id: _told(list(best[assignment_id].values())) for assignment_id in hops}


def _told(messages: list[tuple[str, datetime | None]]) -> Told:
    read = [at for state, at in messages if state == Delivery.State.READ and at is not None]
    return Told(
        messages=len(messages),
        through=sum(state in THROUGH for state, _ in messages),
        read=len(read),
        dead=sum(state == Delivery.State.DEAD for state, _ in messages),
        read_at=min(read, default=None),
    )


def _unreachable(agency_ids: Collection[uuid.UUID], at: datetime) -> dict[uuid.UUID, frozenset[str]]:
    """Steps that would reach nobody. The screens of the desk, of the head and of the supervisor are always told."""
    book, heads = Book(at), heads_of(agency_ids, at)
    found = {}
    for agency in Agency.objects.filter(id__in=agency_ids):
        silent = {step for step in ("second_channel", "duty_officer") if not book.recipients(agency, step)}
        found[agency.id] = frozenset(silent if heads.get(agency.id) else silent | {"head"})
    return found


def _settle(climb: _Climb, at: datetime) -> bool:
    """Take the rung, end it, or put it off; True when it was taken."""
    rung, row, answer = climb.rung, climb.assignment, climb.next()
    if isinstance(answer, Over):
        rung.ended_at, rung.reason = at, answer.reason
        if answer.unanswered:
            row.unanswered_at = row.unanswered_at or at
        return False
    if answer.due_at > at:
        rung.due_at = answer.due_at
        return False
    told = climb.told
    rung.hop, rung.step, rung.taken_at, rung.reason = answer.number, answer.step, at, answer.reason
    rung.skipped = list(answer.skipped)
    rung.ladder_id, rung.ladder_version = (
        (uuid.UUID(climb.ladder.id) if climb.ladder.id else None),
        climb.ladder.version,
    )
    rung.proof = {"messages": told.messages, "through": told.through, "read": told.read, "dead": told.dead}
    row.escalation, row.escalation_of, row.escalation_step = answer.number, len(climb.ladder.rungs), answer.step
    row.version += 1
    if answer.last:
        row.unanswered_at = row.unanswered_at or at
    return True


_RUNG = ["hop", "step", "taken_at", "ended_at", "due_at", "reason", "skipped", "ladder_id", "ladder_version", "proof"]
_ROW = ["escalation", "escalation_of", "escalation_step", "unanswered_at", "version"]


def _save(climbs: list[_Climb], taken: list[_Climb], at: datetime) -> None:
    update([c.rung for c in climbs], _RUNG)
    update([c.assignment for c in climbs], _ROW)
    incidents = {c.incident.id: c.incident for c in taken}
    for incident in incidents.values():
        incident.version += 1
    update(incidents.values(), ["version"])
    Escalation.objects.bulk_create(
        _rung(c.assignment.id, c.rung.hop + 1, c.ladder, at) for c in taken if c.rung.hop < len(c.ladder.rungs)
    )


def _facts(climbs: list[_Climb]) -> list[Fact]:
    by_region: dict[str, list[Incident]] = defaultdict(list)
    for incident in {c.incident.id: c.incident for c in climbs}.values():
        by_region[incident.region_id].append(incident)
    rows: dict[uuid.UUID, dict[str, Any]] = {}
    for code, found in by_region.items():
        rows |= rows_of(found, region_or_404(code))
    access = access_of(rows)
    return [
        incident_fact(
            "assignment.escalated", c.incident, rows[c.incident.id], access[c.incident.id], c.region,
            changed=["assignments"], assignment=assignment_part(rows[c.incident.id], c.assignment.id),
            escalation=_part(c.rung, c.assignment),
        )
        for c in climbs
    ]  # fmt: skip


def _part(rung: Escalation, row: Assignment) -> dict[str, object]:
    return {"hop": rung.hop, "of": row.escalation_of, "step": rung.step, "reason": rung.reason,
            "skipped": rung.skipped, "proof": rung.proof}  # fmt: skip


def _bring_backup(write: Write, climb: _Climb) -> list[Fact]:
    """The last rung: the agency behind it on the run card is sent, too. Who did not answer keeps its assignment."""
    locked = lock_incident(SYSTEM, climb.incident.id)
    backup = assign_backup(write, locked, climb.assignment, silent=True)
    rung = climb.rung
    if backup is None:
        rung.reason = f"{rung.reason}; kartu tugas tidak menyebut cadangan"[:200]
    rung.backup = backup
    rung.save(update_fields=["backup", "reason"])
    touch(locked.incident)
    row = locked.snapshot()
    told = fact_now("assignment.escalated", locked, row, assignment=assignment_part(row, climb.assignment.id),
                    escalation=_part(rung, climb.assignment), changed=["assignments"])  # fmt: skip
    if backup is None:
        return [told]
    created = fact_now("assignment.created", locked, row, assignment=assignment_part(row, backup.id),
                       reason=backup.reason)  # fmt: skip
    return [told, created]


def hasten(assignment_id: uuid.UUID, at: datetime) -> None:
    """Look at the ladder of an assignment at once: a message about it was given up."""
    waiting = Escalation.objects.filter(assignment_id=assignment_id, taken_at=None, ended_at=None, due_at__gt=at)
    waiting.update(due_at=at)
