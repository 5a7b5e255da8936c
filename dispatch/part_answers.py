"""What the API answers of the parts of agencies in an incident, their units and messages, and what may be done next."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from agencies.access import Actor, Level, Role, can
from agencies.models import Unit
from agencies.reference import PAUSE_REASONS, RegionRef
from dispatch import selectors
from dispatch.lifecycle import ASSIGNMENT, AT_WORK, PAUSABLE, TOLD_BY_CREW, UNIT
from dispatch.models import Assignment, Deadline, Delivery, UnitAssignment
from dispatch.rows import local
from dispatch.selectors import Seen
from dispatch.services import handovers
from dispatch.services.alarms import may_rise
from dispatch.services.support import ASKED_BY_AGENCY
from incidents.lifecycle import INCIDENT, actions_from
from incidents.models import Incident

OPEN_TO = (Level.FULL, Level.TASK)


def due_answer(deadline: Deadline, region: RegionRef) -> dict[str, Any]:
    return {"stage": deadline.stage, "due_at": local(deadline.due_at, region.tz)}


def assignments_answer(actor: Actor, seen: Seen, region: RegionRef, detail: bool) -> list[dict[str, Any]]:
    shown = {part["id"] for part in seen.row["assignments"]}
    found = Assignment.objects.filter(incident=seen.incident).order_by("position", "created_at")
    codes = {agency.id: agency.code for agency in region.agencies.values()}
    rows = [assignment for assignment in found if str(assignment.id) in shown]
    deadlines: dict[Any, list[Deadline]] = {}
    for deadline in Deadline.objects.filter(assignment__in=[a.id for a in rows], done_at=None).order_by("due_at"):
        deadlines.setdefault(deadline.assignment_id, []).append(deadline)
    parts = {part["id"]: part for part in seen.row["assignments"]}
    notices = _notices(rows, region) if detail and seen.level in OPEN_TO else {}
    units = units_on(actor, rows, region) if detail else {}
    answers = []
    for row in rows:
        due = [due_answer(d, region) for d in deadlines.get(row.id, [])]
        answer = parts[str(row.id)] | {"reason": row.reason, "deadlines": due}
        if detail:
            answer |= _assignment_detail(actor, seen, row, region, codes) | {"units": units.get(row.id, [])}
            answer["notices"] = notices.get(row.id, [])
        answers.append(answer)
    return answers


TIMES = ("created_at", "acknowledged_at", "dispatched_at", "arrived_at", "completed_at", "declined_at", "withdrawn_at")


def _notices(rows: Collection[Assignment], region: RegionRef) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """What became of the messages about each assignment: by channel and function, without names and numbers."""
    newest: dict[uuid.UUID, Delivery] = {}
    for row in Delivery.objects.filter(assignment__in=[a.id for a in rows]).order_by("queued_at", "attempt"):
        newest[row.message] = row
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for row in newest.values():
        if row.assignment_id is not None and row.code != "moot":
            found.setdefault(row.assignment_id, []).append(_message(row, region))
    return found


def _message(row: Delivery, region: RegionRef) -> dict[str, Any]:
    return {
        "channel": row.channel, "to": row.to_label, "hop": row.hop, "state": row.state, "attempts": row.attempt,
        "at": local(row.read_at or row.ended_at or row.queued_at, region.tz), "error": row.error or None,
    }  # fmt: skip


def _assignment_detail(actor: Actor, seen: Seen, row: Assignment, region: RegionRef, codes: Mapping[str, str]) -> dict:
    times = {name: local(getattr(row, name), region.tz) for name in TIMES}
    actions = assignment_actions(actor, row, region.code)
    return times | {
        "outcome": row.outcome or None,
        "victims": row.victims,
        "decline_code": row.decline_code or None,
        "asks": support_asks(actor, row, region.code),
        "actions": actions,
        "pause_reasons": pause_reasons(region) if "pause" in actions else [],
    }


JOB_TIMES = ("sent_at", "en_route_at", "on_scene_at", "transporting_at", "at_hospital_at", "released_at")


def units_on(actor: Actor, rows: Collection[Assignment], region: RegionRef) -> dict[Any, list[dict[str, Any]]]:
    """The units of each assignment with their own times, and the statuses that the actor may tell for them now."""
    jobs = UnitAssignment.objects.filter(assignment__in=[row.id for row in rows]).select_related("unit")
    found: dict[Any, list[dict[str, Any]]] = {}
    for job in jobs.order_by("sent_at", "id"):
        times = {name: local(getattr(job, name), region.tz) for name in JOB_TIMES}
        unit = job.unit
        told: dict[str, Any] = {"id": str(unit.id), "code": unit.code, "kind": unit.kind, "by": job.sent_by_label}
        open_ = job.released_at is None
        told |= {
            "status": unit.status if open_ else None,
            "actions": unit_actions(actor, unit, region) if open_ else [],
        }
        found.setdefault(job.assignment_id, []).append(told | times)
    return found


def support_asks(actor: Actor, row: Assignment, region: str) -> list[str]:
    """What the agency may ask the desk for now."""
    own = str(row.agency_id) in actor.agencies
    allowed = own and row.status in AT_WORK and can(actor, "assignment.dispatch", region, str(row.agency_id))
    return [str(what) for what in ASKED_BY_AGENCY] if allowed else []


def unit_actions(actor: Actor, unit: Unit, region: RegionRef) -> list[str]:
    """The statuses that the actor may tell for the unit now."""
    if not can(actor, "unit.status", region.code, str(unit.agency_id)):
        return []
    return [name for name in actions_from(UNIT, unit.status) if name in TOLD_BY_CREW]


def pause_reasons(region: RegionRef) -> list[dict[str, str]]:
    """For which a clock may be paused in the region: code and name."""
    return [{"code": code, "name": PAUSE_REASONS.get(code, code)} for code in region.pause_reasons]


def assignment_actions(actor: Actor, row: Assignment, region: str) -> list[str]:
    """What the actor may do with the assignment now."""
    agency_id = str(row.agency_id)
    own = agency_id in actor.agencies
    found = []
    for action in actions_from(ASSIGNMENT, row.status):
        allowed = can(actor, ASSIGNMENT.transitions[action].permission, region, agency_id)
        if action == "withdraw" and row.status != "assigned":
            allowed = allowed and can(actor, "incident.close", region)
        if allowed and (own or action == "withdraw"):
            found.append(action)
    if can(actor, "assignment.pause", region, agency_id) and (own or region in actor.regions(Role.SUPERVISOR)):
        found += _pausing(row, region)
    return found


def _pausing(row: Assignment, region: str) -> list[str]:
    if row.paused_at is not None:
        return ["resume"]
    return ["pause"] if row.status in PAUSABLE and selectors.region_or_404(region).pause_reasons else []


def incident_actions(actor: Actor, incident: Incident) -> list[str]:
    """What the actor may do with the incident now."""
    return [
        action
        for action in actions_from(INCIDENT, incident.status)
        if can(actor, INCIDENT.transitions[action].permission, incident.region_id)
        and (action not in handovers.ANSWERS or handovers.ANSWERS[action](incident))
        and (action != "raise_alarm" or may_rise(incident, selectors.region_or_404(incident.region_id), timezone.now()))
    ]
