"""Everybody who called about an incident, as the API answers it; also those who were taken off it again."""

import uuid
from collections.abc import Mapping
from typing import Any

from agencies.access import Actor
from agencies.reference import RegionRef
from dispatch.rows import local
from dispatch.services.detaching import may_detach
from events import clock
from incidents import selectors as incidents
from incidents.models import Incident, IncidentCall
from incidents.vault import Vault


def people_answer(incident: Incident, vault: Vault, *, named: bool) -> list[dict[str, Any]]:
    """Callers, victims and witnesses; without `named` only whether calling back is safe. Who was taken off the
    incident is no caller of it any more."""
    off = set(IncidentCall.objects.filter(incident=incident, detached_at__isnull=False).values_list("caller_id"))
    found = []
    for person, identity in incidents.people_of(incident.id):
        if (person.id,) in off:
            continue
        entry: dict[str, Any] = {"role": person.role, "safe_to_call_back": person.safe_to_call_back}
        if named:
            name, number = vault.read_identity(identity) if identity else ("", "")
            entry |= {"name": name, "number": number}
        found.append(entry)
    return found


def calls_answer(actor: Actor, incident: Incident, vault: Vault, region: RegionRef) -> list[dict[str, Any]]:
    """Each caller with what they brought, oldest first. `may_detach`: whether the actor may take them off now."""
    rows = list(IncidentCall.objects.filter(incident=incident).order_by("created_at", "id"))
    if not rows:
        return []
    who = {person.id: vault.read_identity(found) for person, found in incidents.people_of(incident.id) if found}
    moved = [row.detached_to_id for row in rows if row.detached_to_id]
    numbers: Mapping[uuid.UUID, str] = (
        dict(incidents.visible_to(actor).filter(id__in=moved).values_list("id", "number")) if moved else {}
    )
    at = clock.now()
    return [
        {"id": str(row.id), "call": str(row.call_id) if row.call_id else None,
         "words": str(row.words_id) if row.words_id else None, "lat": row.lat, "lon": row.lon,
         "at": local(row.created_at, region.tz), **_named(who.get(row.caller_id or uuid.UUID(int=0), ("", ""))),
         "may_detach": may_detach(actor, incident, row, at), "detached_at": local(row.detached_at, region.tz),
         "detached_to": _moved(row, numbers)}
        for row in rows
    ]  # fmt: skip


def _named(identity: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("name", "number"), identity, strict=True))


def _moved(row: IncidentCall, numbers: Mapping[uuid.UUID, str]) -> dict[str, str] | None:
    """Where they are now, for those who may see that incident."""
    if row.detached_to_id is None or row.detached_to_id not in numbers:
        return None
    return {"id": str(row.detached_to_id), "number": numbers[row.detached_to_id]}
