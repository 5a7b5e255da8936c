"""The rows that say who sees an incident beyond the region's own desk, written with the change that causes them."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from agencies.reference import AgencyRef
from events.bulk import new
from incidents.models import IncidentAccess
from incidents.selectors import Access


def level_of_agency(agency: AgencyRef, confidential: bool) -> str:
    """An assigned agency sees everything, but on a confidential case only the women-and-children unit does."""
    return "full" if not confidential or agency.women_children_unit else "task"


def for_agency(incident_id: uuid.UUID, agency_id: str, level: str, at: datetime, reason: str) -> IncidentAccess:
    """An unsaved open row."""
    return new(IncidentAccess, incident_id=incident_id, agency_id=agency_id, level=level, since=at, reason=reason)


def for_user(incident_id: uuid.UUID, user_id: str, level: str, at: datetime, reason: str) -> IncidentAccess:
    """An unsaved open row."""
    return new(IncidentAccess, incident_id=incident_id, user_id=user_id, level=level, since=at, reason=reason)


def as_access(rows: Iterable[IncidentAccess]) -> Access:
    """What the rows say, for events and presenters."""
    access = Access()
    for row in rows:
        if row.agency_id:
            access.agencies[str(row.agency_id)] = row.level
        else:
            access.users[str(row.user_id)] = row.level
    return access


def change_agency(incident_id: uuid.UUID, agency_id: str, level: str | None, at: datetime, reason: str) -> None:
    """End the agency's open row and, with a level, open another one."""
    IncidentAccess.objects.filter(incident_id=incident_id, agency_id=agency_id, until=None).update(until=at)
    if level is not None:
        for_agency(incident_id, agency_id, level, at, reason).save(force_insert=True)
