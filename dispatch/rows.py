"""The board row: what lists, boards, maps and live frames show of an incident, narrowed by level of sight. Pure.

A row holds absolute values and no personal text, so that it can be stored in events and sent as ready bytes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agencies.access import Level
from agencies.reference import RegionRef

LATE = timedelta(seconds=60)
"""What reached the server this much after it was said was written down elsewhere first (paper, a desk cut off)."""


def local(at: datetime | None, tz: ZoneInfo) -> str | None:
    """RFC 3339 with the region's offset."""
    return at.astimezone(tz).isoformat() if at is not None else None


def agency_label(region: RegionRef, code: str) -> dict[str, str]:
    agency = region.agencies.get(code)
    return {"code": code, "name": agency.name if agency else code}


@dataclass(frozen=True, slots=True)
class NextDue:
    """The deadline of an assignment that comes next; its clock runs from `starts_at`."""

    stage: str
    due_at: datetime
    starts_at: datetime


def assignment_row(assignment: Any, code: str, region: RegionRef, next_due: NextDue | None) -> dict:
    """An assignment as a part of its incident's row."""
    due = None
    if next_due is not None:
        due = {
            "stage": next_due.stage,
            "due_at": local(next_due.due_at, region.tz),
            "started_at": local(next_due.starts_at, region.tz),
        }
    return {
        "id": str(assignment.id),
        "version": assignment.version,
        "agency": agency_label(region, code),
        "role": assignment.role,
        "status": assignment.status,
        "next_due": due,
    }


def incident_row(incident: Any, region: RegionRef, assignments: list[dict]) -> dict[str, Any]:
    """The row at level full."""
    return {
        "id": str(incident.id),
        "number": incident.number,
        "version": incident.version,
        "type": incident.type,
        "subtype": incident.subtype,
        "priority": incident.priority,
        "status": incident.status,
        "confidential": incident.confidential,
        "exercise": incident.exercise,
        "needs_review": incident.needs_review,
        "lat": incident.lat,
        "lon": incident.lon,
        "precision": incident.precision,
        "area": area_label(region, incident.area_id),
        "label": incident.label,
        "created_at": local(incident.created_at, region.tz),
        "late": _is_late(incident),
        "assignments": assignments,
    }


def _is_late(incident: Any) -> bool:
    """A case that another centre gave to us is as old there, and not late here."""
    if incident.source == "paper":
        return True
    return incident.handed_over_from_id is None and incident.created_at - incident.occurred_at > LATE


def area_label(region: RegionRef, code: str | None) -> dict[str, str] | None:
    """Code and name of an area; None when none is known."""
    if not code:
        return None
    area = region.areas.get(code)
    return {"code": code, "name": area.name if area else code}


_PLACELESS = {"lat": None, "lon": None, "precision": "", "area": None, "label": ""}
_WALL_HIDES = {"needs_review": False}


def narrow(row: Mapping[str, Any], level: Level, own_agencies: Collection[str] = ()) -> dict[str, Any]:
    """The row as somebody with this level may see it. `own_agencies`: codes of the agencies they work for."""
    if level is Level.FULL:
        return dict(row)
    if level is Level.WALL:
        return {**row, **_WALL_HIDES}
    own = [a for a in row["assignments"] if a["agency"]["code"] in own_agencies]
    if level is Level.TASK:
        return {**row, "assignments": own, "needs_review": False}
    if level is Level.STUB:
        return {**row, **_PLACELESS, "subtype": "", "assignments": own, "needs_review": False}
    hidden = {"type": "", "subtype": "", "assignments": [], "needs_review": False}
    return {**row, **_PLACELESS, **hidden}


def unit_row(unit: Any, region: RegionRef, *, secret: bool = False) -> dict[str, Any]:
    """A unit as the board shows it; `secret`: to somebody who may not know where it is now."""
    known = unit.lat is not None and not secret
    return {
        "id": str(unit.id),
        "version": unit.version,
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "agency": {"code": unit.agency.code, "name": unit.agency.name},
        "status": unit.status,
        "lat": unit.lat if known else unit.home_lat,
        "lon": unit.lon if known else unit.home_lon,
        "at": None if secret else local(unit.position_at, region.tz),
    }
