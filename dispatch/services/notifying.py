"""Which messages are due: derived from the log of events, behind the writes, by whoever looks first.

Nothing in a request knows of messages. The cursor of this reader and its new rows are one transaction; the unique key
(event, channel, recipient, attempt) makes a second look harmless.
"""

import json
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from agencies.access import SYSTEM
from agencies.devices import devices_of_agency, devices_of_users
from agencies.ids import new_id
from agencies.models import Agency, Channel, PushDevice, User
from agencies.selectors import heads_of, on_duty
from agencies.writing import writing
from dispatch.models import Delivery
from events.models import Event
from incidents.phones import normalise

log = logging.getLogger("siaga.notify")
CURSOR, LOOKED = "notified", "notify-looked"
KINDS = ("assignment.created", "assignment.escalated")
BATCH = 300
STALE = timedelta(minutes=15)
"""Older events are told to nobody: they are history (a restored database, a centre that was off)."""
_SPACE = uuid.UUID("a2f9a0c6-3a4e-4a5e-8a0b-112000000001")


@dataclass(frozen=True, slots=True)
class _Recipient:
    channel: str
    recipient: str
    label: str
    via: Channel | None = None
    device: PushDevice | None = None


def derive(*, at: datetime) -> int:
    """Queue the messages of events that nobody has looked at. Returns how many rows were made at most."""
    if not _is_behind():
        return 0
    with writing(SYSTEM, at):
        seen = _take_cursor()
        if seen is None:
            return 0
        events, upto = _events_after(seen, at)
        book = Book(at)
        rows = [row for event in events for row in _rows_or_none(event, book)]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE events_cursor SET seq = %s WHERE name = %s", [upto, CURSOR])
    return len(rows)


def note_look(at: datetime) -> None:
    """A worker has looked for messages (milliseconds): while it does, the relay need not send."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_cursor (name, seq) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
            [LOOKED, int(at.timestamp() * 1000)],
        )


def seconds_since_look() -> float:
    """Seconds since a worker looked for messages; a large number when none ever has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp()) * 1000 - seq FROM events_cursor WHERE name = %s", [LOOKED]
        )
        row = cursor.fetchone()
    return float(row[0]) / 1000 if row else float("inf")


def _is_behind() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT head > coalesce((SELECT seq FROM events_cursor WHERE name = %s), -1) FROM events_stream", [CURSOR]
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _take_cursor() -> int | None:
    """How far this reader has come; None while somebody else reads."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO events_cursor (name, seq) VALUES (%s, 0) ON CONFLICT DO NOTHING", [CURSOR])
        cursor.execute("SELECT seq FROM events_cursor WHERE name = %s FOR UPDATE SKIP LOCKED", [CURSOR])
        row = cursor.fetchone()
    return row[0] if row else None


def _events_after(seen: int, at: datetime) -> tuple[list[Event], int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT head FROM events_stream")
        head = cursor.fetchone()[0]
    found = Event.objects.filter(seq__gt=seen, seq__lte=head, kind__in=KINDS, recorded_at__gte=at - STALE)
    events = list(found.order_by("seq")[:BATCH])
    return events, events[-1].seq or head if len(events) == BATCH else head


def _rows_or_none(event: Event, book: "Book") -> list[Delivery]:
    """One event that cannot be read does not keep the others from being told."""
    try:
        return list(_rows(event, book))
    except (LookupError, TypeError, ValueError):
        log.exception("event %s tells nobody", event.pk)
        return []


def _rows(event: Event, book: "Book") -> Iterable[Delivery]:
    """One row for each recipient. A drill tells nobody outside."""
    data = json.loads(event.data) if event.data else {}
    part, rung = data.get("assignment"), data.get("escalation") or {}
    if event.exercise or not part:
        return
    agency = book.agency(event.region, part["agency"]["code"])
    if agency is None:
        return
    at = book.at
    for one in book.recipients(agency, rung.get("step", "")):
        yield Delivery(
            id=new_id(), event_id=event.pk, assignment_id=uuid.UUID(part["id"]), agency=agency, channel=one.channel,
            via=one.via, device=one.device, purpose="escalated" if rung else "assigned",
            hop=rung.get("hop", 0), to_label=one.label,
            message=message_of(event.pk, one.channel, one.recipient), recipient=one.recipient, queued_at=at, due_at=at,
        )  # fmt: skip


def message_of(event_id: int, channel: str, recipient: str) -> uuid.UUID:
    """The name of a message: the same whoever derives it, for all its attempts."""
    return uuid.uuid5(_SPACE, f"{event_id}|{channel}|{recipient}")


class Book:
    """Who is told what, looked up once however many messages there are."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._agencies: dict[tuple[str, str], Agency | None] = {}
        self._known: dict[tuple[uuid.UUID, str], list[_Recipient]] = {}

    def agency(self, region: str, code: str) -> Agency | None:
        if (region, code) not in self._agencies:
            self._agencies[region, code] = Agency.objects.filter(region_id=region, code=code).first()
        return self._agencies[region, code]

    def recipients(self, agency: Agency, step: str) -> list[_Recipient]:
        """Whom a rung tells (empty: a new task)."""
        if (agency.id, step) not in self._known:
            self._known[agency.id, step] = _recipients(agency, step, self.at)
        return self._known[agency.id, step]


def _recipients(agency: Agency, step: str, at: datetime) -> list[_Recipient]:
    if step in ("", "renotify"):
        return _of_channels(_channels(agency, 1), "dinas") + _of_devices(devices_of_agency(agency.id, at), "HP petugas")
    if step == "second_channel":
        return _of_channels(_channels(agency, 2), "dinas, saluran kedua")
    if step == "duty_officer":
        rows = on_duty([agency.id], at)[agency.id][:1]
        own = devices_of_users([row.user_id for row in rows if row.user_id])
        told = [r for row in rows for r in _of_person(agency, row.phone, row.email, "petugas piket")]
        return told + _of_devices(own, "HP petugas piket")
    if step == "head":
        heads = heads_of([agency.id], at)[agency.id]
        told = [r for user in heads for r in _of_user(agency, user)]
        return told + _of_devices(devices_of_users([user.pk for user in heads]), "HP kepala dinas")
    if step == "supervisor":
        return _of_channels(_centre(agency.region_id), "supervisor")
    return []  # the backup has an assignment of its own, and its event


def _channels(agency: Agency, position: int) -> list[Channel]:
    return list(Channel.objects.filter(agency=agency, position=position, ended_at=None))


def _centre(region: str) -> list[Channel]:
    return list(Channel.objects.filter(region_id=region, agency=None, ended_at=None))


def recipient_of(channel: Channel) -> str:
    """Whom a channel itself tells: an address, a number; a webhook is named by its id, its URL may be long."""
    if channel.kind == Channel.Kind.WEBHOOK:
        return str(channel.id)
    return normalise(channel.address) or channel.address if channel.kind == Channel.Kind.GATEWAY else channel.address


def _of_channels(channels: Iterable[Channel], label: str) -> list[_Recipient]:
    return [_Recipient(channel.kind, recipient_of(channel)[:200], label, channel) for channel in channels]


def _of_devices(devices: Iterable[PushDevice], label: str) -> list[_Recipient]:
    return [_Recipient("push", str(device.id), label, device=device) for device in devices]


def _of_user(agency: Agency, user: User) -> list[_Recipient]:
    return _of_person(agency, user.phone, user.email, "kepala dinas")


def _of_person(agency: Agency, phone: str, email: str, label: str) -> list[_Recipient]:
    """A person is told on the telephone by the agency's gateway, else by the centre's, and by mail."""
    found = []
    gateway = _gateway(agency) if phone else None
    if gateway is not None:
        found.append(_Recipient("gateway", (normalise(phone) or phone)[:200], label, gateway))
    if email:
        found.append(_Recipient("email", email[:200], label))
    return found


def _gateway(agency: Agency) -> Channel | None:
    gateways: Any = Channel.objects.filter(region_id=agency.region_id, kind="gateway", ended_at=None)
    own = gateways.filter(agency=agency).order_by("position").first()
    return own or gateways.filter(agency=None).first()
