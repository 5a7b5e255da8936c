"""Two incidents that are one event. Nothing moves: the merged one keeps its callers, words and places, and points to
the other; who is on the way stays on the way.

An agency at work on the merged incident works on the other one from now on, with its times, its clocks and its units.
Taking the merge back opens the incident again and assigns its agencies anew; what they are doing for the other event
goes on. Both rows are locked in the order of their ids, and the database refuses to merge into what is not open.
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agencies.access import Actor
from agencies.ids import new_id
from agencies.models import Unit
from agencies.problems import Conflict, Malformed
from agencies.reference import AgencyRef
from agencies.writing import Write
from dispatch import routing
from dispatch.lifecycle import AT_WORK, AssignmentStatus
from dispatch.models import Assignment, Deadline, UnitAssignment
from dispatch.services import access, escalations
from dispatch.services.assignments import set_unit_status, withdraw_all
from dispatch.services.common import Locked, fact_now, finish, lock_incident, stop_clocks, touch
from dispatch.services.facts import unit_fact
from dispatch.services.joining import assign_agency
from dispatch.services.pauses import go_on
from dispatch.services.sealing import seal_case
from events.models import Event
from events.services import Fact
from incidents import selectors
from incidents.lifecycle import IncidentStatus
from incidents.models import Handover, Incident

if TYPE_CHECKING:
    from dispatch.services.incidents import Change

_ORDER = [
    AssignmentStatus.ASSIGNED,
    AssignmentStatus.ACKNOWLEDGED,
    AssignmentStatus.DISPATCHED,
    AssignmentStatus.ARRIVED,
]
_TIMES = ("acknowledged_at", "dispatched_at", "arrived_at")
_JOB_TIMES = ("sent_at", "en_route_at", "on_scene_at", "transporting_at", "at_hospital_at")
_STAGES = {"acknowledged": ("acknowledge",), "dispatched": ("acknowledge", "dispatch"),
           "arrived": ("acknowledge", "dispatch", "arrive")}  # fmt: skip


class StillAtWork(Conflict):
    slug, title = "open_assignments", "Masih ada instansi yang bertugas"


def lock_both(actor: Actor, incident_id: uuid.UUID, action: str, into: str) -> None:
    """Lock an incident and the one that it is merged into, in the order of ids: two people who merge the same two
    incidents the other way round wait for each other instead of losing both."""
    other: Any = _id_of(into)
    if action == "unmerge":
        other = selectors.visible_to(actor).filter(id=incident_id).values_list("merged_into_id", flat=True).first()
    pair = [one for one in (incident_id, other) if one is not None]
    seen = selectors.visible_to(actor).filter(id__in=pair).order_by("id")
    list(seen.select_for_update(of=("self",)).values_list("id"))


def lock_standing(actor: Actor, incident_id: uuid.UUID) -> Locked:
    """Lock the incident, or the one that it has been merged into meanwhile: what comes for it belongs there.

    Raises NotVisible. Somebody who may not see that one gets the incident itself.
    """
    locked = lock_incident(actor, incident_id)
    while locked.incident.merged_into_id is not None and _sees(actor, locked.incident.merged_into_id):
        locked = lock_incident(actor, locked.incident.merged_into_id)
    return locked


def _id_of(into: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(into)
    except ValueError:
        return None


def merge(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """Make the incident part of another open one. Raises Malformed, StillAtWork, Conflict."""
    target = _target(write, locked, change_.into)
    source = locked.incident
    _check_fit(source, target.incident)
    at_work = list(Assignment.objects.select_for_update().filter(incident=source, status__in=list(AT_WORK)))
    _check_agencies(at_work, target)
    if target.incident.confidential and not source.confidential:
        seal_case(source, locked.region, write.at)
    jobs = [_Job.of(write, locked, target, assignment) for assignment in at_work]
    withdraw_all(write, locked, f"digabung ke {target.incident.number}")
    facts = [fact for job in jobs for fact in job.carry()]
    source.merged_into = target.incident
    source.save(update_fields=["confidential", "retention"])
    codes = [job.agency.code for job in jobs]
    finish(write, locked, status, "incident.merged", ["status"], carried=codes, **named("into", target.incident))
    _tell_target(write, target, [job.made for job in jobs if job.made], source)
    write.record(facts)


def _target(write: Write, locked: Locked, into: str) -> Locked:
    wanted = _id_of(into)
    if wanted is None:
        raise Malformed("Kejadian tujuan tidak dikenal.", errors=[{"field": "into", "message": "not an id"}])
    open_ = selectors.visible_to(write.actor).filter(
        id=wanted, region_id=locked.incident.region_id, status=IncidentStatus.OPEN
    )
    if not open_.exclude(id=locked.incident.id).exists():
        raise Malformed("Kejadian tujuan tidak ditemukan atau tidak terbuka.",
                        errors=[{"field": "into", "message": "not found"}])  # fmt: skip
    target = lock_incident(write.actor, wanted)
    target.source, target.occurred_at, target.clamped = locked.source, locked.occurred_at, locked.clamped
    return target


def _check_fit(source: Incident, target: Incident) -> None:
    """What may not become one: a confidential case and what everybody reads, a drill and the real thing."""
    refused = ""
    if source.confidential and not target.confidential:
        refused = "Kasus terbatas hanya dapat digabung ke kasus terbatas."
    elif source.exercise != target.exercise:
        refused = "Latihan dan kejadian nyata tidak dapat digabung."
    if refused:
        raise Malformed(refused, errors=[{"field": "into", "message": "does not fit"}])
    if Handover.objects.filter(to_incident=source, state=Handover.State.OFFERED).exists():
        raise Conflict("Jawab dulu pengalihan dari wilayah lain, lalu gabungkan.")


def _check_agencies(at_work: Iterable[Assignment], target: Locked) -> None:
    """An agency that has finished there cannot go on working there."""
    finished = set(
        Assignment.objects.filter(incident=target.incident, status="completed").values_list("agency_id", flat=True)
    )
    if any(assignment.agency_id in finished for assignment in at_work):
        raise StillAtWork("Instansi yang masih bertugas di sini sudah selesai di kejadian tujuan.",
                          current=target.snapshot())  # fmt: skip


def named(how: str, incident: Incident) -> dict[str, dict[str, str]]:
    """The other incident, for timelines; of a confidential case its number stands in no event."""
    return {} if incident.confidential else {how: {"id": str(incident.id), "number": incident.number}}


def _tell_target(write: Write, target: Locked, made: list[Assignment], source: Incident) -> None:
    touch(target.incident)
    row = target.snapshot()
    parts = {part["id"]: part for part in row["assignments"]}
    facts = [fact_now("incident.updated", target, row, changed=["merged", "assignments"], **named("merged", source))]
    facts += [fact_now("assignment.created", target, row, assignment=parts[str(one.id)]) for one in made]
    write.record(facts)


@dataclass(slots=True)
class _Job:
    """What one agency does for the merged incident, as it goes on for the other one."""

    write: Write
    target: Locked
    agency: AgencyRef
    old: Assignment
    status: AssignmentStatus
    deadlines: list[Deadline]
    units: list[tuple[UnitAssignment, str]]
    made: Assignment | None = None

    @classmethod
    def of(cls, write: Write, locked: Locked, target: Locked, assignment: Assignment) -> "_Job":
        """Everything is read before the withdrawal stops the clocks and releases the units."""
        agency = next(a for a in locked.region.agencies.values() if a.id == str(assignment.agency_id))
        if go_on(write, locked, assignment, write.at):
            assignment.save(update_fields=["paused_at", "pause_reason"])
        open_ = list(Deadline.objects.filter(assignment=assignment, done_at=None))
        jobs = UnitAssignment.objects.filter(assignment=assignment, released_at=None).select_related("unit")
        units = [(job, job.unit.status) for job in jobs]
        return cls(write, target, agency, assignment, AssignmentStatus(assignment.status), open_, units)

    def carry(self) -> list[Fact]:
        """Go on for the other incident: with an assignment of its own, or with the one that the agency has there."""
        there = Assignment.objects.select_for_update().filter(
            incident=self.target.incident, agency_id=self.agency.id, status__in=list(AT_WORK)
        ).first()  # fmt: skip
        if there is None:
            there = self.made = self._copy()
        elif _ORDER.index(self.status) > _ORDER.index(AssignmentStatus(there.status)):
            self._advance(there)
        return [self._send(job, unit_status, there) for job, unit_status in self.units]

    def _copy(self) -> Assignment:
        incident, at_work = self.target.incident, Assignment.objects.filter(incident=self.target.incident)
        lead = at_work.filter(role="lead", status__in=list(AT_WORK)).exists()
        new = Assignment(
            id=new_id(), incident=incident, agency_id=self.agency.id, role="support" if lead else self.old.role,
            position=at_work.count(), status=self.status, reason=f"digabung dari {self.old.incident.number}",
            run_card_id=self.old.run_card_id, run_card_version=self.old.run_card_version,
            agreement_id=self.old.agreement_id, agreement_version=self.old.agreement_version,
            exercise=incident.exercise, source=self.old.source, created_at=self.old.created_at,
            **{name: getattr(self.old, name) for name in _TIMES},
        )  # fmt: skip
        if incident.confidential:
            new.reason = "digabung"
        new.save(force_insert=True)
        self._clocks(new, self.deadlines)
        level = access.level_of_agency(self.agency, incident.confidential)
        access.change_agency(incident.id, self.agency.id, level, self.write.at, "digabung")
        return new

    def _advance(self, there: Assignment) -> None:
        """The agency was further here than there: that is how far it is now."""
        go_on(self.write, self.target, there, self.write.at)
        there.status = self.status
        for name in _TIMES:
            setattr(there, name, getattr(there, name) or getattr(self.old, name))
        there.version += 1
        there.save(update_fields=["status", "version", "paused_at", "pause_reason", *_TIMES])
        stop_clocks(there, self.write.at, *_STAGES[self.status])
        self._clocks(there, [d for d in self.deadlines if d.stage == "dispatch"])

    def _clocks(self, assignment: Assignment, deadlines: Iterable[Deadline]) -> None:
        """The same clocks with the same start: merging gives nobody more time, and nobody less. What was overdue to be
        accepted is escalated from here on."""
        rows = Deadline.objects.bulk_create(
            Deadline(
                id=new_id(), assignment=assignment, stage=old.stage, target_id=old.target_id,
                target_version=old.target_version, starts_at=old.starts_at, warn_at=old.warn_at, due_at=old.due_at,
                warned_at=old.warned_at, breached_at=old.breached_at, clock=old.clock, seconds=old.seconds,
                paused_seconds=old.paused_seconds,
            )
            for old in deadlines
        )  # fmt: skip
        escalations.begin([row for row in rows if row.breached_at is not None], self.write.at)

    def _send(self, job: UnitAssignment, unit_status: str, there: Assignment) -> Fact:
        """The unit was released by the withdrawal a moment ago, in this transaction; it drives on."""
        times = {name: getattr(job, name) for name in _JOB_TIMES}
        UnitAssignment.objects.create(id=new_id(), unit_id=job.unit_id, assignment=there, **times)
        unit = Unit.objects.select_related("agency").get(id=job.unit_id)
        set_unit_status(unit, unit_status, self.write.at)
        return unit_fact(unit, self.target.region, self.write.at, exercise=self.target.incident.exercise)


def unmerge(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """Open it again, with the agencies that worked on it when it was merged; the other incident keeps what it has."""
    incident = locked.incident
    other = incident.merged_into_id
    into = lock_incident(write.actor, other) if other is not None and _sees(write.actor, other) else None
    incident.merged_into = None
    assigned = [_assign_again(write, locked, code, role) for code, role in _carried(incident)]
    finish(write, locked, status, "incident.unmerged", ["status", "assignments"])
    row = locked.snapshot()
    parts = {part["id"]: part for part in row["assignments"]}
    write.record(
        fact_now("assignment.created", locked, row, assignment=parts[str(one.id)])
        for one in assigned
        if one is not None
    )
    if into is not None:
        touch(into.incident)
        write.record([fact_now("incident.updated", into, changed=["merged"], **named("unmerged", incident))])


def _sees(actor: Actor, incident_id: uuid.UUID) -> bool:
    return selectors.visible_to(actor).filter(id=incident_id).exists()


def _carried(incident: Incident) -> list[tuple[str, str]]:
    """Agency codes with their roles from the event of the merge; none when retention has erased it."""
    data = (
        Event.objects.filter(incident_id=incident.id, kind="incident.merged")
        .order_by("-id")
        .values_list("data", flat=True)
        .first()
    )
    told = json.loads(data) if data else {}
    roles = {part["agency"]["code"]: part["role"] for part in told.get("incident", {}).get("assignments", [])}
    return [(code, roles.get(code, "support")) for code in told.get("carried", [])]


def _assign_again(write: Write, locked: Locked, code: str, role: str) -> Assignment | None:
    """A new assignment from now on; None when the agency takes no cases any more (it ended, or its agreement did)."""
    incident = locked.incident
    case = routing.Case(incident.type, incident.base, incident.subtype, incident.priority, write.at)
    if code not in locked.region.agencies:
        return None
    chosen = next(iter(routing.route_chosen(locked.region, case, [(code, role)]).chosen), None)
    if chosen is None:
        return None
    return assign_agency(write, locked, chosen, role)
