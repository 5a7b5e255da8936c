"""Deadlines that have come: found by looking at rows, each second, by whoever looks first.

Claim, effect and event are one transaction, so that a sweeper that dies leaves the row to the next one and every
stage is told exactly once. The time is the database's.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
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

log = logging.getLogger("siaga.sweeps")
BATCH = 200
PUT_ASIDE = timedelta(seconds=60)
_aside: dict[uuid.UUID, datetime] = {}
"""Deadlines that could not be told, and until when this process leaves them alone."""
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
    told = _tell_due(now)
    _note_sweep(now)
    return told + escalations.escalate(at=now) + expire_offers(at=now)


def _tell_due(now: datetime) -> int:
    """One deadline that cannot be told does not keep the others from being told: it is put aside and logged."""
    to_breach = Q(breached_at=None, due_at__lte=now) & ~Q(stage=ACCEPT)
    to_warn = Q(warned_at=None, breached_at=None, warn_at__lte=now, due_at__gt=now)
    for deadline_id in [one for one, until in _aside.items() if until <= now]:
        del _aside[deadline_id]
    if _aside:
        to_breach, to_warn = (due & ~Q(id__in=list(_aside)) for due in (to_breach, to_warn))
    try:
        return _tell(to_breach, to_warn, now)
    except (OperationalError, InterfaceError):  # not the row's fault: the next sweep finds it again
        raise
    except Exception:
        log.exception("a batch of deadlines, now one by one")
        found = Deadline.objects.filter(to_breach | to_warn, done_at=None).order_by("due_at")[:BATCH]
        return sum(_tell_alone(id_, to_breach, to_warn, now) for id_ in found.values_list("id", flat=True))


def _tell_alone(deadline_id: uuid.UUID, to_breach: Q, to_warn: Q, now: datetime) -> int:
    one = Q(id=deadline_id)
    try:
        return _tell(to_breach & one, to_warn & one, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("deadline %s is put aside", deadline_id)
        _aside[deadline_id] = now + PUT_ASIDE
        return 0


def _tell(to_breach: Q, to_warn: Q, now: datetime) -> int:
    """Claim, effect and event in one transaction."""
    with writing(SYSTEM, now) as write:
        breached, warned = _claim(to_breach), _claim(to_warn)
        Deadline.objects.filter(id__in=[d.id for d in breached]).update(breached_at=now)
        Deadline.objects.filter(id__in=[d.id for d in warned]).update(warned_at=now)
        escalations.begin(breached, now)
        write.record([*_facts(breached, "breached"), *_facts(warned, "warning")])
    return len(breached) + len(warned)


def sweep_all() -> int:
    """Sweep until nothing is left that is due; returns how many deadlines were told."""
    told = 0
    while batch := sweep():
        told += batch
        if batch < BATCH:
            break
    return told


def _note_sweep(now: datetime) -> None:
    """When the last sweep was, so that a watchdog knows whether somebody else sweeps (milliseconds).

    In no transaction: two who sweep side by side must not wait for each other here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_cursor (name, seq) VALUES ('swept', %s)"
            " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
            [int(now.timestamp() * 1000)],
        )


_LATE = """
SELECT set_config('application_name', %(name)s, false),
 EXISTS (SELECT 1 FROM dispatch_deadline WHERE done_at IS NULL AND breached_at IS NULL AND due_at <= since)
 OR EXISTS (SELECT 1 FROM dispatch_deadline
             WHERE done_at IS NULL AND breached_at IS NULL AND warned_at IS NULL AND warn_at <= since)
 OR EXISTS (SELECT 1 FROM dispatch_escalation WHERE taken_at IS NULL AND ended_at IS NULL AND due_at <= since)
 FROM (SELECT now() - %(patience)s * interval '1 second' AS since) s
"""


def is_late(patience: float, *, name: str) -> bool:
    """Whether something came due more than `patience` seconds ago and nobody has told it.

    `name` is what this connection is called in pg_stat_activity from now on: who watches can be found there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LATE, {"patience": patience, "name": name})
        return bool(cursor.fetchone()[1])


def last_swept() -> int:
    """When anybody swept last, in milliseconds since 1970; -1 when nobody ever has. Names the sweep, no more."""
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
