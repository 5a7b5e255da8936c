"""When an agreement or an agency ends, its agency's sight of every incident ends with it."""

import uuid
from datetime import datetime

from agencies import caches
from agencies.access import SYSTEM
from agencies.models import Agency
from agencies.writing import writing
from dispatch.models import Assignment
from dispatch.services.assignments import withdraw_one
from dispatch.services.common import fact_now, lock_incident
from incidents.models import IncidentAccess


def end_agreements(*, at: datetime) -> int:
    """Close the sight of agencies that ended or whose agreement is no longer in force; withdraw what they hold.

    The actor's own posts end with the agreement at once (agencies.selectors.load_actor); this makes the rows agree.
    """
    gone = set(Agency.objects.filter(ended_at__lte=at).values_list("id", flat=True))
    ended = [*map(str, gone), *_without_agreement(at)]
    if not ended:
        return 0
    open_ = IncidentAccess.objects.filter(agency_id__in=ended, until=None).values_list("incident_id", "agency_id")
    for incident_id, agency_id in list(open_):
        _end_sight(incident_id, agency_id, "instansi berakhir" if agency_id in gone else "perjanjian berakhir", at)
    return len(open_)


def _without_agreement(at: datetime) -> list[str]:
    return [
        agency.id
        for region in caches.reference().regions.values()
        for agency in region.agencies.values()
        if agency.needs_agreement and not region.takes_part(agency, at)
    ]


def _end_sight(incident_id: uuid.UUID, agency_id: uuid.UUID, why: str, at: datetime) -> None:
    with writing(SYSTEM, at) as write:
        locked = lock_incident(SYSTEM, incident_id)
        held = Assignment.objects.select_for_update().filter(
            incident_id=incident_id,
            agency_id=agency_id,
            status__in=["assigned", "acknowledged", "dispatched", "arrived"],
        )
        for assignment in held:
            withdraw_one(write, locked, assignment, why)
        IncidentAccess.objects.filter(incident_id=incident_id, agency_id=agency_id, until=None).update(until=at)
        write.record([fact_now("incident.updated", locked, changed=["access"])])
