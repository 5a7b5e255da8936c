"""Reading the board, details and deadlines, always through what the actor may see."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import BoolAnd
from django.db.models import F, Q, QuerySet

from agencies import caches
from agencies.access import Actor, Level
from agencies.models import Agency, Unit
from agencies.problems import NotVisible
from agencies.reference import RegionRef
from agencies.selectors import units_visible_to
from dispatch.lifecycle import ENDED
from dispatch.models import Assignment, Deadline, SupportRequest, UnitAssignment
from dispatch.rows import NextDue, assignment_row, incident_row, narrow, support_row, unit_row
from dispatch.sightings import Sight, sees_place
from events.bulk import among
from incidents import selectors as incidents
from incidents.models import Incident
from incidents.selectors import Access


def assignments_visible_to(actor: Actor) -> QuerySet[Assignment]:
    """Assignments of the incidents that the actor sees; for an agency only its own."""
    seen = Assignment.objects.filter(incident__in=incidents.visible_to(actor))
    if actor.is_system or actor.regions():
        return seen
    return seen.filter(agency_id__in=actor.agencies)


def agencies_without_free_unit(region: str) -> set[str]:
    """Codes of agencies that keep units here and of which not one is free. Who registers no units is never among
    them: nothing is known of it."""
    rows = Unit.objects.filter(agency__region_id=region, agency__ended_at=None, ended_at=None)
    return set(
        rows.values("agency__code")
        .annotate(busy=BoolAnd(~Q(status=Unit.Status.AVAILABLE)))
        .filter(busy=True)
        .order_by()
        .values_list("agency__code", flat=True)
    )


class Part(NamedTuple):
    """What a board row shows of an assignment; as models, a thousand open incidents would take ten times as long."""

    id: uuid.UUID
    version: int
    incident_id: uuid.UUID
    agency_id: uuid.UUID
    role: str
    status: str
    paused_at: datetime | None
    pause_reason: str
    escalation: int
    escalation_of: int
    escalation_step: str
    unreached_at: datetime | None


class Brief(NamedTuple):
    """What a board row shows of an incident."""

    id: uuid.UUID
    number: str
    version: int
    region_id: str
    type: str
    subtype: str
    priority: str
    status: str
    confidential: bool
    exercise: bool
    needs_review: bool
    lat: float | None
    lon: float | None
    precision: str
    area_id: str | None
    label: str
    source: str
    occurred_at: datetime
    created_at: datetime
    handed_over_from_id: uuid.UUID | None


def next_due_of(assignment_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, NextDue]:
    """The next open deadline of each assignment."""
    rows = (
        Deadline.objects.filter(assignment_id__in=among(assignment_ids), done_at=None)
        .order_by("assignment_id", "due_at")
        .distinct("assignment_id")
        .values_list("assignment_id", "stage", "due_at", "starts_at")
    )
    return {assignment_id: NextDue(stage, due_at, starts_at) for assignment_id, stage, due_at, starts_at in rows}


def agency_codes(region: RegionRef, wanted: Collection[str]) -> dict[str, str]:
    """Agency id → code; those that have ended meanwhile are looked up, their part in a case stays named."""
    codes = {agency.id: agency.code for agency in region.agencies.values()}
    if ended := set(wanted) - codes.keys():
        codes |= {str(id_): code for id_, code in Agency.objects.filter(id__in=ended).values_list("id", "code")}
    return codes


def rows_of(found: Collection[Incident | Brief], region: RegionRef) -> dict[uuid.UUID, dict[str, Any]]:
    """The full board rows of incidents of one region: three statements, whatever their number."""
    assignments = Assignment.objects.filter(incident_id__in=among(i.id for i in found))
    by_incident: dict[uuid.UUID, list[Part]] = defaultdict(list)
    for part in map(Part._make, assignments.order_by("position", "created_at").values_list(*Part._fields)):
        by_incident[part.incident_id].append(part)
    codes = agency_codes(region, {str(a.agency_id) for rows in by_incident.values() for a in rows})
    due = next_due_of(a.id for rows in by_incident.values() for a in rows if a.status not in ENDED)
    support = _support_of(found, region)
    return {
        incident.id: incident_row(
            incident,
            region,
            [
                assignment_row(a, codes.get(str(a.agency_id), ""), region, due.get(a.id))
                for a in by_incident[incident.id]
            ],
            support.get(incident.id, ()),
        )
        for incident in found
    }


def _support_of(found: Collection[Incident | Brief], region: RegionRef) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """What agencies ask the desk for and nobody has answered yet."""
    open_ = SupportRequest.objects.filter(done_at=None, incident_id__in=among(i.id for i in found))
    rows = list(open_.select_related("assignment__agency", "wanted").order_by("created_at", "id"))
    asked: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        wanted = row.wanted.code if row.wanted else ""
        asked[row.incident_id].append(support_row(row, region, row.assignment.agency.code, wanted))
    return asked


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident with how much of it the actor sees, and its row at that level."""

    incident: Incident
    level: Level
    access: Access
    row: dict[str, Any]


def seen_rows(actor: Actor, found: Collection[Incident], region: RegionRef) -> list[Seen]:
    """Rows of incidents at the actor's level of sight, in the order given."""
    access = incidents.access_of(i.id for i in found)
    rows = rows_of(found, region)
    own = actor.agency_codes(region.code)
    seen = []
    for incident in found:
        level = incidents.level_for(actor, incident, access[incident.id])
        if level is not None:
            seen.append(Seen(incident, level, access[incident.id], narrow(rows[incident.id], level, own)))
    return seen


def region_or_404(code: str) -> RegionRef:
    """The region as configured now. Raises NotVisible."""
    region = caches.reference().region(code)
    if region is None:
        raise NotVisible
    return region


def board_of(actor: Actor, region: RegionRef) -> list[dict[str, Any]]:
    """Rows of the open incidents of a region that the actor sees, newest first. What an agency declined is not on its
    board. Six statements, whatever their number."""
    open_here = incidents.visible_to(actor).filter(region_id=region.code, status="open")
    found = list(map(Brief._make, open_here.order_by("-created_at", "-id").values_list(*Brief._fields)))
    access = incidents.access_of((i.id for i in found), of=actor)
    levels = [incidents.level_for(actor, incident, access[incident.id]) for incident in found]
    shown = [(i, level) for i, level in zip(found, levels, strict=True) if level and level is not Level.STUB]
    rows = rows_of([incident for incident, _ in shown], region)
    own = actor.agency_codes(region.code)
    return [narrow(rows[incident.id], level, own) for incident, level in shown]


def incident_for(actor: Actor, incident_id: uuid.UUID) -> Seen:
    """One incident as the actor sees it. Raises NotVisible."""
    incident = incidents.visible_to(actor).filter(id=incident_id).first()
    if incident is None:
        raise NotVisible
    seen = seen_rows(actor, [incident], region_or_404(incident.region_id))
    if not seen:
        raise NotVisible
    return seen[0]


def secret_places(units: Collection[Unit]) -> dict[uuid.UUID, Sight]:
    """Units whose newest position was taken at a confidential case, with who sees that case.

    The position stays as secret as the case after the unit was released, until it has moved on.
    """
    placed = [unit.id for unit in units if unit.position_at is not None]
    if not placed:
        return {}
    jobs = UnitAssignment.objects.filter(
        Q(released_at=None) | Q(released_at__gte=F("unit__position_at")), unit_id__in=placed,
        sent_at__lte=F("unit__position_at"), assignment__incident__confidential=True,
    )  # fmt: skip
    cases = dict(jobs.values_list("unit_id", "assignment__incident_id"))
    access = incidents.access_of(cases.values()) if cases else {}
    return {unit: Sight(access[case].agencies, access[case].users, True) for unit, case in cases.items()}


def unit_rows_for(actor: Actor, region: RegionRef) -> list[dict[str, Any]]:
    """The units of a region that the actor sees, each where the actor may know it to be."""
    units = list(units_visible_to(actor, region.code))
    cases = secret_places(units)
    return [
        unit_row(unit, region,
                 secret=not sees_place(actor, region.code, [str(unit.agency_id)], cases.get(unit.id)))
        for unit in units
    ]  # fmt: skip
