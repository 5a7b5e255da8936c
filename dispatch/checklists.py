"""The SOPs of an incident with what has been done of them."""

from typing import Any

from agencies.reference import ProcedureRef, RegionRef
from dispatch.models import ProcedureTick
from dispatch.rows import local
from incidents.models import Incident


def procedures_of(incident: Incident, region: RegionRef) -> list[ProcedureRef]:
    """The SOPs in force for the incident's type, the most specific first."""
    return region.procedures_for(incident.type, incident.base, incident.subtype)


def checklist_of(incident: Incident, region: RegionRef) -> list[dict[str, Any]]:
    """Each SOP with its steps, who did which when."""
    rows = ProcedureTick.objects.filter(incident=incident, undone_at=None)
    ticks = {(str(row.procedure_id), row.step): row for row in rows}
    return [
        {
            "id": p.id,
            "version": p.version,
            "title": p.title,
            "steps": [_step(text, ticks.get((p.id, n)), region) for n, text in enumerate(p.steps)],
        }
        for p in procedures_of(incident, region)
    ]


def _step(text: str, tick: ProcedureTick | None, region: RegionRef) -> dict[str, Any]:
    done = {"at": local(tick.done_at, region.tz), "by": tick.done_by_label} if tick else None
    return {"text": text, "done": done}
