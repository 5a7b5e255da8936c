"""Everything that happened to an incident, as far as the one who asks may know it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agencies.access import Actor, Level
from agencies.reference import RegionRef
from dispatch.rows import local
from dispatch.selectors import Seen
from events.models import Event


def timeline_of(actor: Actor, seen: Seen, region: RegionRef, until: datetime | None = None) -> list[dict[str, Any]]:
    """Every event of the incident (recorded by `until`), oldest first. An agency reads what concerns it; a stub only
    its own steps."""
    own = actor.agency_codes(region.code)
    agency_only = not (actor.is_system or region.code in actor.regions())
    entries = []
    told = Event.objects.filter(incident_id=seen.incident.id, public=True)
    for event in (told if until is None else told.filter(recorded_at__lte=until)).order_by("id"):
        data = _data_of(event)
        agency = (data.get("assignment") or {}).get("agency")
        code = agency["code"] if agency else None
        if agency_only and (code not in own if code or seen.level is Level.STUB else False):
            continue
        entry = _entry(event, data, agency, region)
        entries.append(_masked(entry) if seen.level is Level.MASKED else entry)
    return entries


def _data_of(event: Event) -> dict[str, Any]:
    """What the event holds; empty when it was erased or cannot be read: one bad entry must not close a case."""
    try:
        data = json.loads(event.data) if event.data else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _masked(entry: dict[str, Any]) -> dict[str, Any]:
    """What happened when, without who did it."""
    return {**{name: entry[name] for name in ("seq", "kind", "at", "recorded_at", "source")}, "by": "", "agency": None}


_TOLD = (
    "deadline", "changed", "units", "outcome", "late", "clamped", "handover", "into", "merged", "unmerged",
    "unit_step", "decline", "support", "diverted_to", "diverted_from", "note", "pause", "escalation",
    "detached", "detached_from", "screen", "delivery", "alarm",
)  # fmt: skip


def _entry(event: Event, data: Mapping[str, Any], agency: Any, region: RegionRef) -> dict[str, Any]:
    entry = {
        "seq": event.seq,
        "kind": event.kind,
        "at": local(event.occurred_at, region.tz),
        "recorded_at": local(event.recorded_at, region.tz),
        "source": event.source,
        "by": event.actor_label,
        "agency": agency,
    }
    for name in _TOLD:
        if name in data:
            entry[name] = data[name]
    return entry
