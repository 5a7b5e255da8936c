"""What is known of a caller's number before the call is answered: earlier calls, nuisance, last incidents.

A marked number is a hint, never a filter: the call rings like every other, and a real emergency may follow a prank.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from agencies.access import Actor, Role
from agencies.reference import RegionRef
from dispatch.rows import area_label, local
from incidents import selectors
from incidents.lifecycle import Disposition
from incidents.models import Call, Identity, Incident, IncidentCall, NumberFlag

WITHIN = timedelta(days=90)
"""How far back calls count (assumed; the retention of calls may be shorter)."""
NUISANCE_FROM = 3
"""Pranks within WITHIN from which a number is shown as a likely nuisance without anybody's mark (assumed)."""
LAST_CALLS, LAST_INCIDENTS = 5, 3


def history_answer(actor: Actor, call: Call, region: RegionRef, *, at: datetime) -> dict[str, Any]:
    """The history of the number of `call`, of its region and of what the actor may see."""
    known = bool(call.number_key)
    earlier = Call.objects.filter(region_id=region.code, number_key=call.number_key if known else b"",
                                  recorded_at__gte=at - WITHIN).exclude(id=call.id)  # fmt: skip
    seen = earlier.filter(id__in=selectors.calls_visible_to(actor).values("id"))
    counts = dict(seen.values_list("disposition").annotate(Count("id")).order_by()) if known else {}
    pranks = counts.get(Disposition.PRANK, 0)
    return {
        "call": str(call.id),
        "number": call.number or None,
        "calls": sum(counts.values()),
        "pranks": pranks,
        "ghosts": counts.get(Disposition.GHOST, 0),
        "emergencies": counts.get(Disposition.EMERGENCY, 0),
        "mark": _mark(call, region, at) if known else None,
        "likely_nuisance": pranks >= NUISANCE_FROM and not counts.get(Disposition.EMERGENCY, 0),
        "last_calls": [
            {"at": local(row.offered_at or row.recorded_at, region.tz), "disposition": row.disposition or None}
            for row in (seen.order_by("-recorded_at")[:LAST_CALLS] if known else ())
        ],
        "incidents": _incidents(actor, call, region) if known else [],
        "warnings": _restricted(actor, earlier, region) if known else [],
    }


def _mark(call: Call, region: RegionRef, at: datetime) -> dict[str, Any] | None:
    flags = NumberFlag.objects.filter(region_id=region.code, number_key=call.number_key, ended_at=None)
    found = flags.filter(since__lte=at, until__gt=at).order_by("-since").first()
    return {"reason": found.reason, "until": local(found.until, region.tz)} if found else None


def _incidents(actor: Actor, call: Call, region: RegionRef) -> list[dict[str, Any]]:
    """The last incidents that this number reported, newest first: what they were and where, nobody's words."""
    by_call = IncidentCall.objects.filter(call__number_key=call.number_key, detached_at=None).exclude(call=call)
    by_name = Identity.objects.filter(number_key=call.number_key, sealed=None)
    told = Incident.objects.filter(id__in=by_call.values("incident_id").union(by_name.values("incident_id")))
    rows = told.filter(region_id=region.code, confidential=False, id__in=selectors.visible_to(actor).values("id"))
    return [
        {"id": str(row.id), "number": row.number, "type": row.type, "subtype": row.subtype, "status": row.status,
         "priority": row.priority, "area": area_label(region, row.area_id),
         "created_at": local(row.created_at, region.tz)}
        for row in rows.order_by("-created_at")[:LAST_INCIDENTS]
    ]  # fmt: skip


def _restricted(actor: Actor, earlier: Any, region: RegionRef) -> list[dict[str, str]]:
    """The one fixed line for a call-taker who may not see a case of this number: neither what, when nor how many."""
    if region.code not in actor.regions(Role.CALL_TAKER):
        return []
    hidden = earlier.filter(confidential=True).exclude(id__in=selectors.calls_visible_to(actor).values("id"))
    if not hidden.exists():
        return []
    return [{"field": "history", "message": _("Kasus terbatas — hubungi supervisor.")}]
