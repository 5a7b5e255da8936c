"""Telling the desk that a report lies where it is dangerous."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agencies.reference import RegionRef
from dispatch.rows import local
from events import clock
from incidents.models import HazardArea, Incident
from incidents.selectors import hazards_around


def hazard_warnings(region: RegionRef, lat: float | None, lon: float | None, at: datetime) -> list[dict[str, Any]]:
    """For the answer to a report that is being written."""
    return [
        {"field": "location", "hazard": str(row.id), "message": _words(row, region)}
        for row in hazards_around(region.code, lat, lon, at)
    ]


def _words(row: HazardArea, region: RegionRef) -> str:
    until = row.expires_at.astimezone(region.tz)
    said = {"name": row.name, "kind": row.get_kind_display(), "until": f"{until:%d/%m %H.%M}"}
    return _("Lokasi ini di dalam kawasan bahaya “%(name)s” (%(kind)s), berlaku sampai %(until)s.") % said


def hazards_at(incident: Incident, region: RegionRef) -> list[dict[str, Any]]:
    """For an open case: the hazard areas in which it lies now."""
    if incident.status != "open":
        return []
    return [
        {"id": str(row.id), "kind": row.kind, "name": row.name, "expires_at": local(row.expires_at, region.tz)}
        for row in hazards_around(incident.region_id, incident.lat, incident.lon, clock.now())
    ]
