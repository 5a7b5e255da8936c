"""Events of incidents and assignments: each holds the whole row after the change and who may see it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from agencies.models import Unit
from agencies.reference import RegionRef
from dispatch.rows import local, unit_row
from dispatch.selectors import secret_places
from events.services import Fact
from incidents.models import Call, Incident
from incidents.selectors import Access


def incident_fact(
    kind: str,
    incident: Incident,
    row: Mapping[str, Any],
    access: Access,
    region: RegionRef,
    *,
    changed: Iterable[str] = (),
    occurred_at: datetime | None = None,
    source: str = "live",
    **parts: Any,
) -> Fact:
    """`parts` join the data beside the row: assignment, unit, note, deadline, reason. None of them personal."""
    data = {
        "incident": row,
        "changed": list(changed),
        "sight": {"agencies": access.agencies, "users": access.users, "confidential": incident.confidential},
        **parts,
    }
    codes = {agency.id: agency.code for agency in region.agencies.values()}
    return Fact(
        kind=kind,
        region=region.code,
        data=data,
        incident_id=incident.id,
        agency_codes=tuple(sorted(codes[agency] for agency in access.agencies if agency in codes)),  # ended: nobody
        occurred_at=occurred_at,
        source=source,
        exercise=incident.exercise,
    )


def call_row(call: Call, region: RegionRef, incident_id: Any = None) -> dict[str, Any]:
    """A call for answers (contract); events carry it without number and position (`call_fact`)."""
    return {
        "id": str(call.id),
        "version": call.version,
        "region": call.region_id,
        "channel": call.channel,
        "number": call.number or None,
        "line": call.line or None,
        "provider_id": call.provider_id or None,
        "lat": call.lat,
        "lon": call.lon,
        "offered_at": local(call.offered_at, region.tz),
        "answered_at": local(call.answered_at, region.tz),
        "abandoned_at": local(call.abandoned_at, region.tz),
        "ended_at": local(call.ended_at, region.tz),
        "disposition": call.disposition or None,
        "incident": str(incident_id) if incident_id else None,
    }


def unit_fact(unit: Unit, region: RegionRef, occurred_at: datetime, *, exercise: bool = False) -> Fact:
    """A unit's status, for its agency and the desk.

    It names no incident: the board shows every unit of the region to the desk, also one that is at a case which not
    everybody there may see.
    """
    sight = {"agencies": {str(unit.agency_id): "full"}, "users": {}, "confidential": False}
    data: dict[str, Any] = {"unit": unit_row(unit, region), "sight": sight}
    if case := secret_places([unit]).get(unit.id):  # where it is, only to those who see the place of its case
        home = unit_row(unit, region, secret=True)
        data["case"] = {"agencies": dict(case.agencies), "users": dict(case.users), "confidential": True}
        data["home"] = {name: home[name] for name in ("lat", "lon", "at")}
    return Fact("unit.status", region.code, data, agency_codes=(unit.agency.code,), occurred_at=occurred_at,
                exercise=exercise)  # fmt: skip


_PERSONAL = {"number": None, "lat": None, "lon": None}


def call_fact(kind: str, call: Call, region: RegionRef, occurred_at: datetime, incident_id: Any = None) -> Fact:
    row = call_row(call, region, incident_id) | _PERSONAL
    users = {str(call.answered_by_id): "full"} if call.answered_by_id else {}
    return Fact(
        kind=kind,
        region=region.code,
        data={"call": row, "sight": {"agencies": {}, "users": users, "confidential": call.confidential}},
        occurred_at=occurred_at,
        source=call.source,
        exercise=call.exercise,
    )
