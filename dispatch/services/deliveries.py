"""An attempt from the queue to its end: claimed, begun, then sent, failed (another attempt follows) or dead.

At least once: a worker that dies between sending and noting it leaves the row to the next one, which sends it again
under the same message id. Whoever works on a row has it by a lease; nothing waits for a lock while a message is out.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, CharField, Count, Q, Value, When, Window
from django.db.models.functions import Cast, RowNumber

from agencies.access import SYSTEM, Actor
from agencies.devices import revoke
from agencies.ids import new_id
from agencies.models import PushDevice
from agencies.writing import writing
from dispatch.carriers import Carried, Failed, Letter
from dispatch.lifecycle import AssignmentStatus
from dispatch.models import Assignment, ChannelHealth, Delivery
from dispatch.notices import Notice, payload_of, push_of, subject_of, text_of
from dispatch.selectors import incident_for, region_or_404
from dispatch.services.common import assignment_part, check_permission, fact_now, lock_incident, touch
from dispatch.services.devices import is_told, keys_of, receipt_token
from dispatch.services.escalations import hasten, told_of
from incidents.models import Incident
from incidents.sealing import CannotOpen, unseal

LEASE = timedelta(seconds=30)
"""Longer than any carrier takes."""
BACKOFF = (5, 15, 45, 90)
"""Seconds before the second, third … attempt."""
MOST_ATTEMPTS = len(BACKOFF) + 1
WORTH_TELLING = timedelta(minutes=15)
IN_FLIGHT = 2
"""Of one channel at a time, so that one that hangs does not take every thread."""
PUSHES_OUT = 6
"""Pushes at a time: their many telephones have few services, and one that hangs does not take every thread."""
MOST_OUT = 20
"""Of all channels at a time: fewer than the worker has threads, so that one is free to look for more."""
MOST_AILING = 6
"""Of those, to channels whose last message failed: the others must not wait for the end of every time limit."""
LOOKED_AT = 500
OPEN_AFTER, OPEN_SECONDS, OPEN_MOST = 3, 30, 300
"""Failures in a row after which a channel rests, and for how long (doubling, at most)."""


LANE: Any = Case(
    When(channel="push", then=Value("push")), default=Cast("via_id", CharField()), output_field=CharField()
)
"""What shares a few places: one channel, all pushes, all letters that go over none."""


def claim(*, at: datetime, limit: int = MOST_OUT) -> list[uuid.UUID]:
    """Take a lease of attempts that are due: a few of each channel, none of a channel that rests; `limit` are out at
    most."""
    queued = Delivery.objects.filter(state=Delivery.State.QUEUED)
    resting = ChannelHealth.objects.filter(open_until__gt=at).values("channel_id")
    waiting = (
        queued.filter(due_at__lte=at)
        .filter(Q(leased_until=None) | Q(leased_until__lte=at))
        .exclude(via_id__in=resting)
        .annotate(lane=LANE, place=Window(RowNumber(), partition_by=LANE, order_by=["due_at", "id"]))
        .filter(place__lte=Case(When(channel="push", then=PUSHES_OUT), default=IN_FLIGHT))
    )
    flying = dict(
        queued.filter(leased_until__gt=at).annotate(lane=LANE).values_list("lane").annotate(number=Count("id"))
    )  # fmt: skip
    ailing = {str(one) for one in ChannelHealth.objects.filter(failures__gt=0).values_list("channel_id", flat=True)}
    candidates = waiting.values_list("id", "lane", "place").order_by("place", "due_at")[:LOOKED_AT]
    fitting = [(id_, lane) for id_, lane, place in candidates if place + flying.get(lane, 0) <= _width(lane)]
    found = _chosen(fitting, flying, ailing, limit)
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(id__in=found, state="queued")
        mine = list(rows.filter(Q(leased_until=None) | Q(leased_until__lte=at)).values_list("id", flat=True))
        Delivery.objects.filter(id__in=mine).update(leased_until=at + LEASE)
    return mine


def _chosen(
    candidates: Iterable[tuple[uuid.UUID, str | None]],
    flying: Mapping[str | None, int],
    ailing: Collection[str],
    limit: int,
) -> list[uuid.UUID]:
    """Channels that are well first; of those that fail a few, so that some room is always left for the others."""
    candidates = list(candidates)
    room = max(0, limit - sum(flying.values()))
    room_ailing = max(0, MOST_AILING - sum(number for lane, number in flying.items() if lane in ailing))
    well = [id_ for id_, lane in candidates if lane not in ailing][:room]
    ill = [id_ for id_, lane in candidates if lane in ailing][: min(room_ailing, room - len(well))]
    return well + ill


def _width(lane: str | None) -> int:
    return PUSHES_OUT if lane == "push" else IN_FLIGHT


def claim_next(delivery_id: uuid.UUID, *, at: datetime) -> uuid.UUID | None:
    """Take a lease of the next attempt that is due in the channel of one that is over; None when there is none."""
    with transaction.atomic():
        via = Delivery.objects.filter(id=delivery_id, via__isnull=False).values("via_id")
        waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            Q(leased_until=None) | Q(leased_until__lte=at), via_id__in=via, state=Delivery.State.QUEUED, due_at__lte=at
        )
        row = waiting.order_by("due_at", "id").first()
        if row is None:
            return None
        row.leased_until = at + LEASE
        row.save(update_fields=["leased_until"])
        return row.id


class _Moot(Exception):
    """The message is not needed any more, and why."""


def begin(delivery_id: uuid.UUID, *, at: datetime) -> Letter | None:
    """What is to be carried; None when there is nothing to do (any more). The lease begins again.

    Says nothing of a case that has become confidential since: the message is made from what holds now.
    """
    with writing(SYSTEM, at):
        row = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("via", "agency", "assignment", "device__user")
            .filter(id=delivery_id, state=Delivery.State.QUEUED)
            .first()
        )
        if row is None or (row.started_at and row.started_at > at - LEASE):
            return None  # somebody has it in hand: handed over twice by a broker, or found twice
        try:
            letter = _letter(row, at)
        except _Moot as moot:
            row.state, row.code, row.error, row.ended_at = Delivery.State.FAILED, "moot", str(moot), at
            row.save(update_fields=["state", "code", "error", "ended_at"])
            return None
        row.started_at, row.leased_until = at, at + LEASE
        row.save(update_fields=["started_at", "leased_until"])
        return letter


def _letter(row: Delivery, at: datetime) -> Letter:
    notice = _notice(row, at)
    if row.device is not None:
        return _push(row, notice)
    via, agency = row.via, row.agency
    message = str(row.message)
    region = region_or_404(agency.region_id) if agency else (region_or_404(via.region_id) if via else None)
    when = row.queued_at.astimezone(region.tz).isoformat() if region else row.queued_at.isoformat()
    return Letter(
        kind=row.channel, recipient=row.recipient, text=text_of(notice), subject=subject_of(notice),
        payload=payload_of(notice, message=message, agency=agency.code if agency else "", at=when), message=message,
        attempt=row.attempt, url=_url(row), settings=dict(via.settings) if via else {}, secret=_secret(row),
    )  # fmt: skip


def _push(row: Delivery, notice: Notice) -> Letter:
    """Of a case only what `push_of` says, the address of its page, and the token with which the telephone reports
    back."""
    device = row.device
    assert device is not None
    keys = keys_of(device)
    link = "/hp/"
    if row.assignment and row.agency:
        link = f"/dinas/?wilayah={row.agency.region_id}&tugas={row.assignment.incident_id}"
    told = push_of(notice) | {"link": link, "delivery": str(row.id), "token": receipt_token(row.id)}
    return Letter(
        kind="push", recipient=row.recipient, text=told["body"], subject=told["title"], payload=told,
        message=str(row.message), attempt=row.attempt, url=keys.pop("endpoint", ""), settings=keys,
    )  # fmt: skip


def _url(row: Delivery) -> str:
    if row.via is None:
        return ""
    return row.via.address if row.channel == "webhook" else row.via.url


def _secret(row: Delivery) -> str:
    """The channel's secret in the clear; empty when it has none or another FIELD_KEY sealed it."""
    if row.via is None or row.via.secret is None:
        return ""
    try:
        return str(unseal(settings.FIELD_KEY, bytes(row.via.secret), str(row.via.id)))
    except CannotOpen:
        return ""


def _notice(row: Delivery, at: datetime) -> Notice:
    """Raises _Moot."""
    if row.device is not None and not is_told(row.device, row.agency_id, at):
        raise _Moot("HP tidak lagi terdaftar")
    if row.purpose == "test":
        return Notice("", False, test=True)
    if row.via is not None and row.via.ended_at is not None:
        raise _Moot("saluran sudah diakhiri")
    if row.assignment is None or row.assignment.status != AssignmentStatus.ASSIGNED:
        raise _Moot("penugasan tidak lagi menunggu")
    if at - row.queued_at > WORTH_TELLING and row.attempt == 1:
        raise _Moot("terlalu lama menunggu")
    incident = Incident.objects.get(id=row.assignment.incident_id)
    region = region_or_404(incident.region_id)
    type_, area = region.type_of(incident.type), region.areas.get(incident.area_id or "")
    return Notice(
        incident.number, incident.confidential, type_.name if type_ else incident.type, incident.priority,
        area.name if area else "", step=row.assignment.escalation_step if row.hop else "",
    )  # fmt: skip


def note_carried(delivery_id: uuid.UUID, carried: Carried, *, at: datetime) -> None:
    """It is out."""
    with transaction.atomic():
        row = _own(delivery_id)
        if row is None:
            return
        row.state = Delivery.State.DELIVERED if carried.delivered else Delivery.State.SENT
        row.sent_at = row.ended_at = at
        row.delivered_at = at if carried.delivered else None
        row.save(update_fields=["state", "sent_at", "delivered_at", "ended_at"])
        if row.via_id is not None:
            _health(row.via_id)
            ChannelHealth.objects.filter(channel_id=row.via_id).update(
                failures=0, open_until=None, last_success_at=at
            )  # fmt: skip


def note_failed(delivery_id: uuid.UUID, why: Failed, *, at: datetime) -> None:
    """It is not out: another attempt later, or it is given up and somebody is told."""
    known = Delivery.objects.filter(id=delivery_id).select_related("assignment").first()
    if known is None:
        return
    with writing(SYSTEM, at) as write:
        incident_id = known.assignment.incident_id if known.assignment else None
        locked = lock_incident(SYSTEM, incident_id) if incident_id else None
        row = _own(delivery_id)
        if row is None:
            return
        over = why.lasting or row.attempt >= MOST_ATTEMPTS or at - row.queued_at > WORTH_TELLING
        row.state = Delivery.State.DEAD if over else Delivery.State.FAILED
        row.code, row.error, row.ended_at = why.code, why.detail, at
        row.save(update_fields=["state", "code", "error", "ended_at"])
        if row.via_id is not None:
            _note_failure(row.via_id, why, at)
        if row.device_id is not None and why.code == "gone":
            revoke(PushDevice.objects.filter(id=row.device_id), PushDevice.Ended.GONE, at)
        if not over:
            _again(row, at)
        elif locked is not None and row.assignment_id is not None:
            assignment = Assignment.objects.get(id=row.assignment_id)
            lost = told_of([(assignment.id, row.hop)])[assignment.id].lost
            if lost and assignment.status == AssignmentStatus.ASSIGNED:
                assignment.unreached_at, assignment.version = at, assignment.version + 1
                assignment.save(update_fields=["unreached_at", "version"])
                touch(locked.incident)
                hasten(assignment.id, at)
            board = locked.snapshot()
            told = {"channel": row.channel, "to": row.to_label, "error": row.error, "attempts": row.attempt}
            write.record([fact_now("delivery.dead", locked, board, assignment=assignment_part(board, assignment.id),
                                   delivery=told, changed=["assignments"] if lost else [])])  # fmt: skip


def _own(delivery_id: uuid.UUID) -> Delivery | None:
    """The attempt, if nobody has noted its end."""
    rows = Delivery.objects.select_for_update(of=("self",))
    return rows.filter(id=delivery_id, state=Delivery.State.QUEUED).first()


def _again(row: Delivery, at: datetime) -> None:
    later = at + timedelta(seconds=BACKOFF[row.attempt - 1])
    Delivery.objects.bulk_create(
        [
            Delivery(
                id=new_id(), event_id=row.event_id, assignment_id=row.assignment_id, agency_id=row.agency_id,
                user_id=row.user_id, channel=row.channel, via_id=row.via_id, device_id=row.device_id,
                purpose=row.purpose, hop=row.hop,
                to_label=row.to_label, message=row.message, recipient=row.recipient, attempt=row.attempt + 1,
                queued_at=row.queued_at, due_at=later,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _health(channel_id: uuid.UUID) -> ChannelHealth:
    ChannelHealth.objects.bulk_create([ChannelHealth(channel_id=channel_id)], ignore_conflicts=True)
    return ChannelHealth.objects.select_for_update().get(channel_id=channel_id)


def _note_failure(channel_id: uuid.UUID, why: Failed, at: datetime) -> None:
    """A channel that fails again and again rests; one attempt after the rest tells whether it is well."""
    health = _health(channel_id)
    health.failures += 1
    health.last_failure_at, health.last_error = at, why.detail
    if health.failures >= OPEN_AFTER:
        seconds = min(OPEN_SECONDS * 2 ** min(health.failures - OPEN_AFTER, 10), OPEN_MOST)
        health.open_until = at + timedelta(seconds=seconds)
    health.save()


def mark_read(*, incident_id: uuid.UUID, actor: Actor, at: datetime) -> int:
    """Somebody of the agency has the case open: its messages have done their work. Returns how many.

    Raises NotVisible, NotPermitted.
    """
    incident = incident_for(actor, incident_id).incident
    check_permission(actor, "assignment.acknowledge", incident.region_id)
    with transaction.atomic():
        out = Delivery.objects.filter(
            assignment__incident_id=incident_id, agency_id__in=actor.agencies,
            state__in=[Delivery.State.SENT, Delivery.State.DELIVERED],
        )  # fmt: skip
        return out.update(state=Delivery.State.READ, read_at=at)
