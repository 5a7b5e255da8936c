"""An incident and the board as they were: rebuilt from the log, seen with the rights of now.

Every event holds the whole row after the change, so the last one that was recorded by a moment is the state of that
moment. "Then" is when it was written down: what a screen could have shown, not what is known today of that time.
Who has lost sight of a case since does not get it back by asking for yesterday.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from agencies.access import Actor, Level
from agencies.models import Unit
from agencies.problems import NotVisible
from agencies.reference import RegionRef
from agencies.selectors import units_visible_to
from dispatch import part_answers, presenters, selectors, timeline
from dispatch.models import Assignment
from dispatch.rows import local, narrow, unit_row
from dispatch.selectors import Brief, Seen
from dispatch.sightings import UNREADABLE
from events import selectors as events
from events.models import Event
from incidents import selectors as incidents
from incidents.models import Attachment, Text
from incidents.vault import Vault

LONGEST = timedelta(days=60)
"""An incident that was opened longer ago than this before the moment is only looked for while it is open."""


def board_at(actor: Actor, region: RegionRef, at: datetime) -> dict[str, Any]:
    """The incidents that stood open at `at` and the units as they were, as the actor may see them now."""
    found = _candidates(actor, region, at)
    rows = _rows_at([incident.id for incident in found], at)
    access = incidents.access_of((i.id for i in found if i.id in rows), of=actor)
    own = actor.agency_codes(region.code)
    shown = []
    for incident in found:
        row = rows.get(incident.id)
        if row is None or row["status"] != "open":
            continue
        level = incidents.level_for(actor, incident, access[incident.id])
        if level is not None and level is not Level.STUB:
            shown.append(narrow(row, level, own))
    return {"incidents": shown, "units": _units_at(actor, region, at)}


def _candidates(actor: Actor, region: RegionRef, at: datetime) -> list[Brief]:
    """What may have been open then: what is open now, and what something has happened to since."""
    later = Event.objects.filter(incident_id=OuterRef("id"), public=True, recorded_at__gt=at)
    begun = incidents.visible_to(actor).filter(region_id=region.code, created_at__lte=at)
    found = begun.filter(Q(status="open") | Q(created_at__gte=at - LONGEST) & Exists(later))
    return list(map(Brief._make, found.order_by("-created_at", "-id").values_list(*Brief._fields)))


def _rows_at(incident_ids: Collection[uuid.UUID], at: datetime) -> dict[uuid.UUID, dict[str, Any]]:
    told = events.last_of_incidents(incident_ids, at)
    rows = {id_: _read(data).get("incident") for id_, data in told.items()}
    return {id_: {"support": [], **row} for id_, row in rows.items() if row}


def _read(data: str) -> dict[str, Any]:
    """An event's data; nothing when retention has erased it or no service wrote it."""
    try:
        found = json.loads(data)
    except UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


def _units_at(actor: Actor, region: RegionRef, at: datetime) -> list[dict[str, Any]]:
    """The units that the actor sees now, with the status that they had told by then."""
    units = [unit for unit in units_visible_to(actor, region.code) if _made_at(unit.id) <= at]
    wanted = {str(unit.id) for unit in units}
    told: dict[str, dict[str, Any]] = {}
    for text in events.unit_statuses(region.code, at):  # newest first
        data = _read(text)
        id_ = (data.get("unit") or {}).get("id")
        if id_ in wanted and id_ not in told:
            told[id_] = data
        if len(told) == len(wanted):
            break
    return [_unit_at(actor, unit, told.get(str(unit.id)), region, at) for unit in units]


def _made_at(unit_id: uuid.UUID) -> datetime:
    """When an id was made, to the millisecond: it is a UUIDv7 (RFC 9562), whose first 48 bits are that time."""
    milliseconds = unit_id.int >> 80 if unit_id.version == 7 else 0
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def _unit_at(actor: Actor, unit: Unit, told: Mapping[str, Any] | None, region: RegionRef,
             at: datetime) -> dict[str, Any]:  # fmt: skip
    """Positions are not kept: a unit stands where it was when it told its status. Where that was at a confidential
    case, it is its own agency's alone (who saw the case then may not see it now)."""
    if told is not None:
        hidden = "case" in told and str(unit.agency_id) not in actor.agencies
        return {**told["unit"], **(told["home"] if hidden else {})}
    row = unit_row(unit, region, secret=True)
    if unit.status_at is not None and unit.status_at > at:  # it has told its first status since
        row |= {"status": Unit.Status.AVAILABLE.value, "status_at": None, "version": 1}
    return row


def incident_at(actor: Actor, incident_id: uuid.UUID, at: datetime) -> dict[str, Any]:
    """The incident as it stood at `at`, at the level at which the actor sees it now. Raises NotVisible, also for what
    did not exist yet."""
    now = selectors.incident_for(actor, incident_id)
    region = selectors.region_or_404(now.incident.region_id)
    row = _rows_at([incident_id], at).get(incident_id)
    if row is None:
        raise NotVisible
    seen = Seen(now.incident, now.level, now.access, narrow(row, now.level, actor.agency_codes(region.code)))
    return (
        dict(seen.row)
        | {"region": region.code, "zone": region.zone, "level": seen.level.value, "as_of": local(at, region.tz)}
        | {"assignments": _assignments(actor, seen, region, at)}
        | {"timeline": timeline.timeline_of(actor, seen, region, until=at)}
        | _words(seen, region, at)
    )


def _assignments(actor: Actor, seen: Seen, region: RegionRef, at: datetime) -> list[dict[str, Any]]:
    """The lines of the row with the times that had come by then; nothing to press."""
    rows = {str(row.id): row for row in Assignment.objects.filter(incident=seen.incident)}
    shown = [rows[part["id"]] for part in seen.row["assignments"] if part["id"] in rows]
    units = part_answers.units_on(actor, shown, region)
    found = []
    for part in seen.row["assignments"]:
        row = rows.get(part["id"])
        if row is None:
            continue
        times = {name: local(_by(getattr(row, name), at), region.tz) for name in part_answers.TIMES}
        sent = [_unit_then(unit, at) for unit in units.get(row.id, []) if _was(unit["sent_at"], at)]
        found.append(part | times | {"reason": row.reason, "units": sent, "actions": [], "asks": [], "deadlines": []})
    return found


def _by(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment is not None and moment <= at else None


def _was(moment: str | None, at: datetime) -> bool:
    return moment is not None and datetime.fromisoformat(moment) <= at


def _unit_then(unit: dict[str, Any], at: datetime) -> dict[str, Any]:
    times = {name: unit[name] if _was(unit[name], at) else None for name in part_answers.JOB_TIMES}
    return unit | times | {"actions": [], "status": None if times["released_at"] else _status_then(times)}


def _status_then(times: Mapping[str, Any]) -> str:
    reached = [name.removesuffix("_at") for name in part_answers.JOB_TIMES[1:-1] if times[name]]
    return reached[-1] if reached else "assigned"


def _words(seen: Seen, region: RegionRef, at: datetime) -> dict[str, Any]:
    """What had been written by then, as it was worded then."""
    if seen.level not in (Level.FULL, Level.TASK):
        return {}
    vault = Vault.of(seen.incident)
    texts = [t for t in incidents.texts_of(seen.incident.id) if t.created_at <= at]
    for text in texts:
        text.superseded_at = _by(text.superseded_at, at)
    if seen.level is Level.TASK:
        texts = [t for t in texts if t.task_visible]
    read = [(t, vault.read(t)) for t in texts]
    current = {t.kind: words for t, words in read if t.superseded_at is None}
    told = {
        "narrative": current.get(Text.Kind.NARRATIVE, ""),
        "location": {"lat": seen.row["lat"], "lon": seen.row["lon"], "text": current.get(Text.Kind.LOCATION, "")},
        "texts": [presenters.text_entry(t, words, region) for t, words in read],
    }
    return told | ({"attachments": _attachments(seen, region, at)} if seen.level is Level.FULL else {})


def _attachments(seen: Seen, region: RegionRef, at: datetime) -> list[dict[str, Any]]:
    rows = Attachment.objects.filter(incident=seen.incident, created_at__lte=at).order_by("created_at", "id")
    return [{"id": str(row.id), "name": row.name, "media_type": row.media_type, "size": row.size,
             "at": local(row.created_at, region.tz)} for row in rows]  # fmt: skip
