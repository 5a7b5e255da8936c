"""How the channels of a region are doing: what was sent, what waits, what was given up."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from agencies.access import Actor
from agencies.devices import devices_of_agency
from agencies.models import Agency, Channel, PushDevice
from agencies.selectors import config_visible_to
from dispatch.models import ChannelHealth, Delivery

WINDOW = timedelta(hours=24)


def channels_of(actor: Actor, region: str) -> QuerySet[Channel]:
    """Channels in use, the centre's own first."""
    rows = Channel.objects.filter(region_id=region, ended_at=None).select_related("agency")
    return config_visible_to(actor, rows).order_by("agency__code", "position", "created_at")


@dataclass(frozen=True, slots=True)
class Health:
    """One channel in the last 24 hours."""

    channel: Channel
    attempts: int
    failed: int
    waiting: int
    oldest: datetime | None
    """Since when the oldest message waits."""
    last_success_at: datetime | None
    last_error: str
    open_until: datetime | None
    """It rests until then."""

    @property
    def guarded(self) -> bool:
        """Its agency takes confidential cases: moments would tell of them, days are shown."""
        return self.channel.agency is not None and self.channel.agency.women_children_unit

    @property
    def failure_rate(self) -> int:
        """Percent of the attempts that ended badly."""
        return round(100 * self.failed / self.attempts) if self.attempts else 0


def health_of(actor: Actor, region: str, at: datetime) -> list[Health]:
    """Two statements beside the channels, whatever their number. Messages that became needless are no failures.

    Confidential cases are not in the numbers: who configures must not be able to count them.
    """
    channels = list(channels_of(actor, region))
    ended = Q(queued_at__gte=at - WINDOW, ended_at__isnull=False) & ~Q(code="moot")
    queued = Q(state=Delivery.State.QUEUED)
    counted: dict[uuid.UUID, Mapping[str, Any]] = {
        row["via_id"]: row
        for row in Delivery.objects.filter(via__in=channels)
        .exclude(assignment__incident__confidential=True)
        .values("via_id")
        .annotate(
            attempts=Count("id", filter=ended),
            failed=Count("id", filter=ended & Q(state__in=["failed", "dead"])),
            waiting=Count("id", filter=queued),
            oldest=Min("queued_at", filter=queued),
        )
        .order_by()
    }
    states = {row.channel_id: row for row in ChannelHealth.objects.filter(channel__in=channels)}
    return [_health(channel, counted.get(channel.id, {}), states.get(channel.id), at) for channel in channels]


def _health(channel: Channel, counted: Mapping[str, Any], state: ChannelHealth | None, at: datetime) -> Health:
    rests = state.open_until if state and state.open_until and state.open_until > at else None
    return Health(
        channel, counted.get("attempts", 0), counted.get("failed", 0), counted.get("waiting", 0), counted.get("oldest"),
        state.last_success_at if state else None, state.last_error if state else "", rests,
    )  # fmt: skip


def dead_letters_of(actor: Actor, region: str) -> QuerySet[Delivery]:
    """Messages that were given up, newest first: by channel and function, never by case. Those of confidential cases
    stand in their own timelines only."""
    rows = Delivery.objects.filter(Q(agency__region_id=region) | Q(via__region_id=region), state=Delivery.State.DEAD)
    seen = config_visible_to(actor, rows, "via__region_id") | config_visible_to(actor, rows, "agency__region_id")
    open_ = seen.exclude(assignment__incident__confidential=True)
    return open_.select_related("via", "agency").order_by("-ended_at").distinct()


def attempts_of(actor: Actor, region: str, message: uuid.UUID) -> list[Delivery]:
    """The attempts of one message, first to last."""
    rows = Delivery.objects.filter(message=message, via__region_id=region).select_related("via")
    return list(config_visible_to(actor, rows, "via__region_id").order_by("attempt"))


def last_tests(device_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Delivery]:
    """The newest test ("uji bunyi") of each device."""
    rows = Delivery.objects.filter(device_id__in=device_ids, purpose="test").order_by("device_id", "-queued_at")
    return {row.device_id: row for row in rows.distinct("device_id") if row.device_id is not None}


@dataclass(frozen=True, slots=True)
class Phones:
    """The telephones of one agency that are told by push."""

    agency: Agency
    devices: list[PushDevice]

    @property
    def proved_at(self) -> datetime | None:
        """When one of them last told us itself that a push had arrived."""
        return max((device.proved_at for device in self.devices if device.proved_at), default=None)

    @property
    def unproved(self) -> int:
        """Telephones that have never shown that a push arrives."""
        return sum(device.proved_at is None for device in self.devices)

    @property
    def guarded(self) -> bool:
        """As of a channel: moments would tell of confidential cases."""
        return self.agency.women_children_unit


def phones_of(agencies: Collection[Agency], at: datetime) -> list[Phones]:
    """Of each agency the devices of its people; agencies without one, too."""
    return [Phones(agency, list(devices_of_agency(agency.pk, at))) for agency in agencies]
