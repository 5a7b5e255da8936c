"""One more agency on an incident that exists: chosen by a person, or because another one declined."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from agencies.problems import Conflict
from agencies.reference import RegionRef
from agencies.writing import Write
from dispatch import routing
from dispatch.availability import absences
from dispatch.models import Assignment, Deadline
from dispatch.services import access
from dispatch.services.common import Locked, fact_now
from dispatch.services.plans import new_deadlines
from dispatch.services.reports import new_assignment
from incidents.models import Classification, Incident, Referral


def assign_agency(write: Write, locked: Locked, chosen: routing.Chosen, role: str) -> Assignment:
    """The assignment with its deadlines and its sight. Raises Conflict when the agency is at work on it already."""
    incident = locked.incident
    asked = Assignment.objects.filter(incident=incident).exclude(status__in=["declined", "withdrawn"])
    parts = [(str(agency), status) for agency, status in asked.values_list("agency_id", "status")]
    if any(agency == chosen.agency.id and status != "completed" for agency, status in parts):
        raise Conflict("Instansi ini sudah ditugaskan.", current=locked.snapshot())
    assignment = new_assignment(incident, chosen, write.at)
    assignment.role, assignment.position = role, len(parts)
    assignment.save(force_insert=True)
    Deadline.objects.bulk_create(new_deadlines(assignment, locked, write.at))
    level = access.level_of_agency(chosen.agency, incident.confidential)
    access.change_agency(incident.id, chosen.agency.id, level, write.at, "ditugaskan")
    return assignment


def refer_all(write: Write, locked: Locked, referred: Iterable[routing.Referred]) -> None:
    """Keep to whose own numbers the caller is referred; each agency once."""
    for one in referred:
        Referral.objects.get_or_create(
            incident=locked.incident, agency_id=one.agency.id,
            defaults={"number": one.number, "reason": one.reason, "created_at": write.at},
        )  # fmt: skip


def tell_assigned(write: Write, locked: Locked, assigned: Iterable[Assignment], changed: list[str],
                  **more: Any) -> None:  # fmt: skip
    """The incident as it is now, and each agency that has joined it."""
    row, ids = locked.snapshot(), {str(one.id) for one in assigned}
    facts = [fact_now("incident.updated", locked, row, changed=changed, **more)]
    facts += [
        fact_now("assignment.created", locked, row, assignment=part) for part in row["assignments"] if part["id"] in ids
    ]
    write.record(facts)


def assign_backup(write: Write, locked: Locked, declined: Assignment, *, silent: bool = False) -> Assignment | None:
    """The backup that the run card names takes over at once, in the same role; None when there is none. `silent`: the
    agency did not decline, it did not answer."""
    codes = {agency.id: agency.code for agency in locked.region.agencies.values()}
    own = codes.get(str(declined.agency_id))
    if own is None:
        return None
    asked = Assignment.objects.filter(incident=locked.incident).values_list("agency_id", flat=True)
    there = {codes.get(str(agency_id), "") for agency_id in asked}
    backup = routing.backup_for(locked.region, case_of(locked, write), own, there,
                                _ABSENCE[silent])  # fmt: skip
    return assign_agency(write, locked, backup, declined.role) if backup else None


_ABSENCE = {False: routing.Absence.DECLINED, True: routing.Absence.SILENT}


def case_of(locked: Locked, write: Write) -> routing.Case:
    """The incident as routing sees it now."""
    incident, region = locked.incident, locked.region
    ruled = Classification.objects.filter(incident=incident).order_by("-created_at").first()
    extra = tuple(code for code in ruled.extra_types if code != incident.base) if ruled else ()
    return replace(plain_case(incident, region, write.at), extra_types=extra, absent=absences(region, write.at))


def plain_case(incident: Incident, region: RegionRef, at: datetime) -> routing.Case:
    """What stands in the incident itself; enough to find its run card."""
    area = region.areas.get(incident.area_id or "")
    around = tuple(code for code in (area.code, area.parent) if code) if area else ()
    return routing.Case(
        incident.type, incident.base, incident.subtype, incident.priority, at, areas=around, alarm=incident.alarm
    )  # fmt: skip
