"""The board row: what lists, boards, maps and live frames show of an incident, narrowed by level of sight. Pure.

A row holds absolute values and no personal text, so that it can be stored in events and sent as ready bytes.
"""

from collections.abc import Collection, Mapping, Sequence
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
        "paused": _paused(assignment, region),
        "escalation": _escalation(assignment),
        "unreached": assignment.unreached_at is not None and assignment.status == "assigned",
    }


def _escalation(assignment: Any) -> dict[str, Any] | None:
    """Which rung its ladder has reached, while nobody has accepted."""
    if not assignment.escalation or assignment.status != "assigned":
        return None
    return {"hop": assignment.escalation, "of": assignment.escalation_of, "step": assignment.escalation_step}


def _paused(assignment: Any, region: RegionRef) -> dict[str, Any] | None:
    """Why and since when its clocks stand still."""
    if assignment.paused_at is None:
        return None
    return {"reason": assignment.pause_reason, "since": local(assignment.paused_at, region.tz)}


def incident_row(
    incident: Any, region: RegionRef, assignments: list[dict], support: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The row at level full. `support`: what agencies ask the desk for."""
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
        "support": list(support),
    }


def support_row(asked: Any, region: RegionRef, asker: str, wanted: str) -> dict[str, Any]:
    """A request that nobody has answered yet. `asker`, `wanted`: codes of agencies ("": none in particular)."""
    return {
        "id": str(asked.id),
        "agency": agency_label(region, asker),
        "what": asked.what,
        "wanted": agency_label(region, wanted) if wanted else None,
        "at": local(asked.created_at, region.tz),
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
_WALL_HIDES = {"needs_review": False, "support": []}


def narrow(row: Mapping[str, Any], level: Level, own_agencies: Collection[str] = ()) -> dict[str, Any]:
    """The row as somebody with this level may see it. `own_agencies`: codes of the agencies they work for."""
    if level is Level.FULL:
        return dict(row)
    if level is Level.WALL:
        return {**row, **_WALL_HIDES}
    own = [a for a in row["assignments"] if a["agency"]["code"] in own_agencies]
    if level is Level.TASK:
        asked = [s for s in row.get("support", []) if s["agency"]["code"] in own_agencies]
        return {**row, "assignments": own, "support": asked, "needs_review": False}
    if level is Level.STUB:
        return {**row, **_PLACELESS, **_WALL_HIDES, "subtype": "", "assignments": own}
    hidden = {"type": "", "subtype": "", "assignments": [], **_WALL_HIDES}
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
        "mode": unit.mode,
        "capabilities": list(unit.capabilities),
        "agency": {"code": unit.agency.code, "name": unit.agency.name},
        "status": unit.status,
        "status_at": local(unit.status_at, region.tz),
        "lat": unit.lat if known else unit.home_lat,
        "lon": unit.lon if known else unit.home_lon,
        "at": None if secret else local(unit.position_at, region.tz),
    }
