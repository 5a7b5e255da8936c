"""The audit of configuration as a person reads it: who changed what, from what to what. Secrets are never in it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies import labels
from agencies.access import Actor
from agencies.difference import Line, Mark, differences
from agencies.masking import masked
from agencies.models import Region
from agencies.selectors import config_visible_to
from events.models import Event

AUDIT_ROWS = 200
MOST_EXPORTED = 5000
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes: by whom (part of the name), of which kind, between which days; older than an entry."""

    who: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entry. `lines` when it is a list: every line with what became of it."""

    name: str
    before: str
    after: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log."""

    id: int
    at: datetime
    actor: str
    label: str
    rows: tuple[Field, ...]
    """Only what differs, or what names the thing."""


def changes_of(actor: Actor, region: Region, asked: Asked | None = None, most: int = AUDIT_ROWS) -> list[Change]:
    """The newest changes of the region's configuration, newest first. Entries about incidents are not among them."""
    zone = ZoneInfo(region.zone)
    rows = _asked(_entries(actor, region.code), asked or Asked(), zone)
    return [
        Change(row.pk, row.recorded_at, row.actor_label, str(labels.CHANGES[row.kind]), tuple(_fields(row.data, zone)))
        for row in rows.order_by("-id")[:most]
    ]


def _entries(actor: Actor, region: str) -> QuerySet[Event]:
    kinds = list(labels.CHANGES)
    return config_visible_to(
        actor, Event.objects.filter(region=region, public=False, incident_id=None, kind__in=kinds), "region"
    )


def _asked(rows: QuerySet[Event], asked: Asked, zone: ZoneInfo) -> QuerySet[Event]:
    if asked.who:
        rows = rows.filter(actor_label__icontains=asked.who)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.since:
        rows = rows.filter(recorded_at__gte=_midnight(asked.since, zone))
    if asked.until:
        rows = rows.filter(recorded_at__lt=_midnight(asked.until + timedelta(days=1), zone))
    return rows.filter(pk__lt=asked.before) if asked.before is not None else rows


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _fields(text: str, zone: ZoneInfo) -> Iterable[Field]:
    """What the entry is about, then what differs. Erased entries keep their line without what it said."""
    data = masked(json.loads(text)) if text else {}
    if "before" not in data and "after" not in data:
        data = {"after": data}
    before, after = data.get("before") or {}, data.get("after") or {}
    names = dict.fromkeys([*before, *after])
    for name in sorted(names, key=lambda name: name not in labels.NAMING):
        yield from _field(name, before.get(name), after.get(name), name in after, zone)


def _field(name: str, before: Any, after: Any, told: bool, zone: ZoneInfo) -> Iterable[Field]:
    old, new = said(before, zone), said(after, zone)
    label = str(labels.FIELDS.get(name, name))
    if name in labels.NAMING:
        one = new if told else old
        yield Field(label, one, one)
    elif old != new:
        lines = differences(before or [], after or []) if _are_lines(before) and _are_lines(after) else []
        yield Field(label, old, new, tuple(line for line in lines if line.mark is not Mark.SAME))


def _are_lines(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(item, str) for item in value))


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+\d\d:\d\d")


def said(value: Any, zone: ZoneInfo) -> str:
    """A value of the log in words: rows by their fields, moments in the region's time."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, dict):
        return "; ".join(f"{labels.FIELDS.get(name, name)}: {said(item, zone)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(said(item, zone) for item in value)
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{datetime.fromisoformat(value).astimezone(zone):%d/%m/%Y %H.%M}"
    return str(value)
