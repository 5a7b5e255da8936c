"""Reading calls and incidents, always through what the actor may see."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from agencies.access import Actor, Level, Role, can, level_of_sight
from events.bulk import among
from incidents.hazardshapes import inside
from incidents.models import Call, HazardArea, Identity, Incident, IncidentAccess, Person, Text


def visible_to(actor: Actor) -> QuerySet[Incident]:
    """Incidents that the actor sees at any level. How much of each: `levels_for`."""
    if actor.is_system:
        return Incident.objects.all()
    confidential = actor.regions(Role.SUPERVISOR, Role.QA)
    sight = Q(region_id__in=actor.regions(), confidential=False)
    if confidential:
        sight |= Q(region_id__in=confidential, confidential=True)
    named = IncidentAccess.objects.filter(until=None).filter(_named(actor))
    return Incident.objects.filter(sight | Q(id__in=named.values("incident_id")))


def _named(actor: Actor) -> Q:
    named = Q(agency_id__in=actor.agencies)
    return named | Q(user_id=actor.id) if actor.id else named


def calls_visible_to(actor: Actor) -> QuerySet[Call]:
    """Calls of the actor's regions. Calls about a confidential case: its supervisor, and who answered them."""
    if actor.is_system:
        return Call.objects.all()
    desk = actor.regions(Role.CALL_TAKER, Role.SUPERVISOR, Role.QA)
    seen = Q(confidential=False) | Q(region_id__in=actor.regions(Role.SUPERVISOR))
    if actor.id:
        seen |= Q(answered_by_id=actor.id)
    return Call.objects.filter(seen, region_id__in=desk)


def calls_countable_by(actor: Actor) -> QuerySet[Call]:
    """Calls that the actor may count: those that they see, and on a wall those of which the feed tells it."""
    seen = Q(id__in=calls_visible_to(actor).values("id"))
    return Call.objects.filter(seen | Q(region_id__in=actor.regions(Role.WALL), confidential=False))


class Placed(Protocol):
    """What sight depends on, beside the access rows."""

    @property
    def region_id(self) -> str: ...
    @property
    def confidential(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Access:
    """The open access rows of one incident: agency id → level, user id → level."""

    agencies: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)


def access_of(incident_ids: Iterable[uuid.UUID], *, of: Actor | None = None) -> dict[uuid.UUID, Access]:
    """The open access rows of several incidents; `of`: only those that name this actor."""
    found: dict[uuid.UUID, Access] = defaultdict(Access)
    rows = IncidentAccess.objects.filter(incident_id__in=among(incident_ids), until=None)
    if of is not None:
        rows = rows.filter(_named(of))
    for incident_id, agency_id, user_id, level in rows.values_list("incident_id", "agency_id", "user_id", "level"):
        if agency_id:
            found[incident_id].agencies[str(agency_id)] = level
        else:
            found[incident_id].users[str(user_id)] = level
    return found


def level_for(actor: Actor, incident: Placed, access: Access) -> Level | None:
    """How much of the incident the actor sees; None: nothing."""
    return level_of_sight(
        actor,
        region=incident.region_id,
        confidential=incident.confidential,
        agency_levels=access.agencies,
        user_levels=access.users,
    )


def texts_of(incident_id: uuid.UUID) -> list[Text]:
    """Texts of an incident that the row level policies show in this sight, oldest first."""
    return list(Text.objects.filter(incident_id=incident_id).order_by("created_at", "id"))


def people_of(incident_id: uuid.UUID) -> list[tuple[Person, Identity | None]]:
    """People of an incident with their identities, where the policies show them."""
    identities = {row.person_id: row for row in Identity.objects.filter(incident_id=incident_id)}
    people = Person.objects.filter(incident_id=incident_id).order_by("created_at", "id")
    return [(person, identities.get(person.id)) for person in people]


def hazards_in_force(actor: Actor, region: str, at: datetime) -> QuerySet[HazardArea]:
    """Hazard areas of a region whose maps the actor may see, the newest first."""
    if not can(actor, "map.view", region):
        return HazardArea.objects.none()
    return HazardArea.objects.filter(region_id=region, ended_at=None, expires_at__gt=at).order_by("-created_at", "-id")


def hazards_around(region: str, lat: float | None, lon: float | None, at: datetime) -> list[HazardArea]:
    """The hazard areas in which a point lies now; for those who may see the point."""
    if lat is None or lon is None:
        return []
    rows = list(HazardArea.objects.filter(region_id=region, ended_at=None, expires_at__gt=at).order_by("created_at"))
    return [rows[n] for n in inside([row.geometry for row in rows], lat, lon)]


def hazard_row(row: HazardArea, tz: ZoneInfo) -> dict[str, Any]:
    """A hazard area as maps show it."""
    return {
        "id": str(row.id),
        "kind": row.kind,
        "name": row.name,
        "geometry": row.geometry,
        "areas": row.areas,
        "by": row.drawn_by_label,
        "created_at": row.created_at.astimezone(tz).isoformat(),
        "expires_at": row.expires_at.astimezone(tz).isoformat(),
        "ended_at": row.ended_at.astimezone(tz).isoformat() if row.ended_at else None,
    }
