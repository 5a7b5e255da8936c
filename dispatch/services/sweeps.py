"""Deadlines that have come: found by looking at rows, each second, by whoever looks first.

Claim, effect and event are one transaction, so that a sweeper that dies leaves the row to the next one and every
stage is told exactly once. The time is the database's.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from agencies.access import SYSTEM
from agencies.reference import RegionRef
from agencies.writing import writing
from dispatch.models import ACCEPT, Deadline
from dispatch.rows import local
from dispatch.selectors import region_or_404, rows_of
from dispatch.services import escalations
from dispatch.services.common import assignment_part, fact_now, lock_incident
from dispatch.services.facts import call_fact, incident_fact
from dispatch.services.handovers import expire_offers
from events.services import Fact
from incidents.models import Incident, IncidentAccess
from incidents.selectors import access_of

BATCH = 200
SHIFT = timedelta(hours=12)


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def sweep(*, at: datetime | None = None) -> int:
    """Warn at 80 %, tell breaches at 100 %, climb the ladders of what nobody accepts, give back hand-overs that nobody
    answered.

    Returns how many deadlines were told and how many rungs were settled.
    """
    now = at or database_now()
    with writing(SYSTEM, now) as write:
        breached = _claim(Q(breached_at=None, due_at__lte=now) & ~Q(stage=ACCEPT))
        warned = _claim(Q(warned_at=None, breached_at=None, warn_at__lte=now, due_at__gt=now))
        Deadline.objects.filter(id__in=[d.id for d in breached]).update(breached_at=now)
        Deadline.objects.filter(id__in=[d.id for d in warned]).update(warned_at=now)
        escalations.begin(breached, now)
        write.record([*_facts(breached, "breached"), *_facts(warned, "warning")])
        _note_sweep(now)
    return len(breached) + len(warned) + escalations.escalate(at=now) + expire_offers(at=now)


def sweep_all() -> int:
    """Sweep until nothing is left that is due; returns how many deadlines were told."""
    told = 0
    while batch := sweep():
        told += batch
        if batch < BATCH:
            break
    return told


def _note_sweep(now: datetime) -> None:
    """When the last sweep was, so that the relay's watchdog knows whether anybody sweeps (milliseconds)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_cursor (name, seq) VALUES ('swept', %s)"
            " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
            [int(now.timestamp() * 1000)],
        )


def seconds_since_last() -> float:
    """Seconds since anybody swept; a large number when nobody ever has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp()) * 1000 - seq FROM events_cursor WHERE name = 'swept'"
        )
        row = cursor.fetchone()
    return float(row[0]) / 1000 if row else float("inf")


def last_swept() -> int:
    """When anybody swept last, in milliseconds since 1970; -1 when nobody ever has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM events_cursor WHERE name = 'swept'")
        row = cursor.fetchone()
    return row[0] if row else -1


def _claim(due: Q) -> list[Deadline]:
    found = Deadline.objects.select_for_update(skip_locked=True, of=("self",)).select_related("call", "assignment")
    return list(found.filter(due, done_at=None).order_by("due_at")[:BATCH])


def _facts(deadlines: Iterable[Deadline], what: str) -> list[Fact]:
    deadlines = list(deadlines)
    ids = {_incident_id(d) for d in deadlines if d.call_id is None}
    incidents = {i.id: i for i in Incident.objects.filter(id__in=ids)}
    access = access_of(ids)
    rows = _rows(incidents.values())
    facts: list[Fact] = []
    for deadline in deadlines:
        if deadline.call is not None:
            facts.append(_call_deadline(deadline, what))
            continue
        incident = incidents[_incident_id(deadline)]
        region = region_or_404(incident.region_id)
        parts: dict[str, Any] = {"deadline": _part(deadline, region)}
        if deadline.assignment_id:
            parts["assignment"] = assignment_part(rows[incident.id], deadline.assignment_id) or {}
        seen_by = access[incident.id]
        facts.append(incident_fact(f"deadline.{what}", incident, rows[incident.id], seen_by, region, **parts))
    return facts


def _incident_id(deadline: Deadline) -> uuid.UUID:
    owner = deadline.assignment.incident_id if deadline.assignment else deadline.incident_id
    assert owner is not None  # a CHECK constraint: exactly one of call, incident, assignment
    return owner


def _rows(incidents: Iterable[Incident]) -> dict[uuid.UUID, dict[str, Any]]:
    by_region: dict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        by_region[incident.region_id].append(incident)
    rows: dict[uuid.UUID, dict[str, Any]] = {}
    for code, found in by_region.items():
        rows |= rows_of(found, region_or_404(code))
    return rows


def _part(deadline: Deadline, region: RegionRef) -> dict[str, Any]:
    return {"id": str(deadline.id), "stage": deadline.stage, "due_at": local(deadline.due_at, region.tz)}


def _call_deadline(deadline: Deadline, what: str) -> Fact:
    call = deadline.call
    assert call is not None
    region = region_or_404(call.region_id)
    fact = call_fact(f"deadline.{what}", call, region, deadline.due_at)
    fact.data["deadline"] = _part(deadline, region)
    return fact


def end_sights(*, at: datetime) -> int:
    """End what ends by itself: the call-taker's sight of a confidential case, a shift after they took it."""
    open_ = IncidentAccess.objects.filter(until=None, user__isnull=False, since__lte=at - SHIFT)
    return sum(_end_sights_of(incident_id, at) for incident_id in set(open_.values_list("incident_id", flat=True)))


def _end_sights_of(incident_id: uuid.UUID, at: datetime) -> int:
    """The event tells open screens to drop the case."""
    with writing(SYSTEM, at) as write:
        locked = lock_incident(SYSTEM, incident_id)
        open_ = IncidentAccess.objects.filter(incident_id=incident_id, until=None, user__isnull=False)
        ended = open_.filter(since__lte=at - SHIFT).update(until=at)
        write.record([fact_now("incident.updated", locked, changed=["access"])])
    return ended
