"""Keyset pages of incidents: (created_at, id) descending, with opaque cursors."""

import base64
import uuid
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from agencies.access import Actor, Role
from agencies.apiview import ActorRequest
from agencies.cleaning import clean_text
from agencies.problems import Malformed
from agencies.rest import allow
from dispatch import selectors
from dispatch.models import Assignment
from incidents import selectors as incidents
from incidents.models import Incident, Text

DEFAULT, MOST = 50, 200


def limit_of(value: str | None, default: int = DEFAULT, most: int = MOST) -> int:
    """A page size from a query string. Raises Malformed."""
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value[:9]) < 1:
        raise Malformed(errors=[{"field": "limit", "message": "harus bilangan positif"}])
    return min(int(value[:9]), most)


def _decode(cursor: str) -> tuple[datetime, uuid.UUID]:
    try:
        at, id_ = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return datetime.fromisoformat(at), uuid.UUID(id_)
    except (ValueError, UnicodeError) as error:
        raise Malformed(errors=[{"field": "after", "message": "bukan penanda halaman"}]) from error


def _encode(incident: Incident) -> str:
    return base64.urlsafe_b64encode(f"{incident.created_at.isoformat()}|{incident.id}".encode()).decode()


def page_of(request: ActorRequest) -> dict[str, Any]:
    """`GET /incidents/`: one page of rows at the actor's level of sight. Raises Malformed."""
    actor: Actor = request.user
    query = {name: clean_text(str(value)) for name, value in request.query_params.items()}
    region = selectors.region_or_404(query["region"]) if query.get("region") else _only_region(actor)
    allow(actor, "incident.list", region.code)
    limit = limit_of(query.get("limit"))
    found = _filtered(incidents.visible_to(actor).filter(region_id=region.code), query, actor, region.code)
    if query.get("after"):
        at, id_ = _decode(query["after"])
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=id_))
    rows = list(found.order_by("-created_at", "-id")[: limit + 1])
    seen = selectors.seen_rows(actor, rows[:limit], region)
    return {"results": [s.row for s in seen], "next": _encode(rows[limit - 1]) if len(rows) > limit else None}


def _only_region(actor: Actor) -> Any:
    regions = sorted(actor.all_regions)
    if len(regions) != 1:
        raise Malformed(errors=[{"field": "region", "message": "wajib diisi"}])
    return selectors.region_or_404(regions[0])


def _filtered(found: QuerySet[Incident], query: dict[str, str], actor: Actor, region: str) -> QuerySet[Incident]:
    if (query.get("type") or query.get("agency")) and region not in actor.regions(Role.SUPERVISOR):
        masked = actor.regions(Role.QA)  # what is masked in the row must not be found by asking for it
        found = found.exclude(confidential=True, region_id__in=masked)
    if query.get("status"):
        found = found.filter(status__in=query["status"].split(","))
    if query.get("type"):
        found = found.filter(Q(type__in=query["type"].split(",")) | Q(base__in=query["type"].split(",")))
    if query.get("agency"):
        agency = Assignment.objects.filter(agency__code=query["agency"], agency__region_id=region)
        if not actor.regions():
            agency = agency.filter(agency_id__in=actor.agencies)
        found = found.filter(id__in=agency.values("incident_id"))
    if query.get("q"):
        found = _searched(found, query["q"], actor)
    return found


def _searched(found: QuerySet[Incident], words: str, actor: Actor) -> QuerySet[Incident]:
    """By number, area, or words of the report. Confidential texts are sealed and therefore never searched."""
    matches = Q(number__icontains=words) | Q(label__icontains=words, confidential=False)
    if actor.regions(Role.CALL_TAKER, Role.SUPERVISOR, Role.QA) or actor.agencies:
        said = Text.objects.filter(plain__icontains=words, superseded_at=None, incident__isnull=False)
        matches |= Q(id__in=said.values("incident_id"))
    return found.filter(matches)
