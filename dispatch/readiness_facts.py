"""Reads what the check of a region's readiness is made from. Confidential cases leave no trace in it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from agencies.access import AGENCY_ROLES, Actor
from agencies.models import Assurance, Membership, Outline, Place, Region, Roster, User
from agencies.reference import RegionRef
from agencies.selectors import config_visible_to, memberships_in_force
from dispatch import channel_selectors
from dispatch.channel_selectors import Health
from dispatch.models import Delivery
from dispatch.readiness import ChannelFact, Facts

PLAN = timedelta(days=7)
_WORKED = ("sent", "delivered", "read")


def facts_of(actor: Actor, region: Region, reference: RegionRef, at: datetime) -> Facts:
    """Everything that `readiness.assess` asks for, as the actor may see it."""
    code = region.code
    planned, now = _on_plan(actor, code, at)
    roles, staffed = _posts(actor, code, at)
    return Facts(
        region=reference, at=at, on_duty=now, planned=planned, roles=roles, staffed=staffed,
        without_role=_without_role(actor, code, at),
        demo_users=_users(actor, code).filter(is_active=True, is_demo=True).count(),
        channels=tuple(_channels(actor, code, at)),
        places=config_visible_to(actor, Place.objects.filter(region_id=code, ended_at=None)).count(),
        outlines=config_visible_to(actor, Outline.objects.filter(region_id=code, ended_at=None)).count(),
        assured=assurances_of(actor, code), sealed=settings.FIELD_KEY != settings.INSECURE_FIELD_KEY,
        legacy=tuple(region.legacy_numbers),
    )  # fmt: skip


def assurances_of(actor: Actor, region: str) -> dict[str, datetime]:
    """When each item was last confirmed."""
    rows = config_visible_to(actor, Assurance.objects.filter(region_id=region)).order_by()
    return dict(rows.values("item").annotate(last=Max("confirmed_at")).values_list("item", "last"))


def _on_plan(actor: Actor, region: str, at: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """Codes of agencies with a duty within a week, and of those with one now."""
    rows = Roster.objects.filter(agency__region_id=region, ended_at=None, until_at__gt=at, from_at__lt=at + PLAN)
    seen = config_visible_to(actor, rows, "agency__region_id")
    planned = frozenset(seen.values_list("agency__code", flat=True))
    return planned, frozenset(seen.filter(from_at__lte=at).values_list("agency__code", flat=True))


def _posts(actor: Actor, region: str, at: datetime) -> tuple[dict[str, int], frozenset[str]]:
    """Active people by role, and codes of agencies where somebody can sign in."""
    rows = config_visible_to(actor, memberships_in_force(at).filter(region_id=region, user__is_active=True)).order_by()
    counted = rows.values("role").annotate(people=Count("user_id", distinct=True))
    roles: dict[str, int] = dict(counted.values_list("role", "people"))
    return roles, frozenset(rows.filter(role__in=AGENCY_ROLES).values_list("agency__code", flat=True))


def _users(actor: Actor, region: str) -> QuerySet[User]:
    rows = config_visible_to(actor, Membership.objects.filter(region_id=region))
    return User.objects.filter(id__in=rows.values("user_id"))


def _without_role(actor: Actor, region: str, at: datetime) -> tuple[str, ...]:
    """Active accounts of the region that have no role in force anywhere."""
    active = memberships_in_force(at).values("user_id")
    rows = _users(actor, region).filter(is_active=True).exclude(id__in=active)
    return tuple(rows.order_by("username").values_list("username", flat=True))


def _channels(actor: Actor, region: str, at: datetime) -> list[ChannelFact]:
    """Of an agency that takes confidential cases only the tests count: other messages would tell of cases."""
    health = channel_selectors.health_of(actor, region, at)
    tests = _tests([one.channel.pk for one in health])
    return [_channel(one, tests.get(one.channel.pk, "")) for one in health]


def _channel(one: Health, test: str) -> ChannelFact:
    agency = one.channel.agency.code if one.channel.agency else ""
    tested = test in _WORKED or (not one.guarded and one.last_success_at is not None)
    down = not one.guarded and (one.open_until is not None or 0 < one.attempts == one.failed)
    return ChannelFact(one.channel.name, agency, tested, test == "dead" or down)


def _tests(channels: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, str]:
    """The state of the newest test message of each channel: of several the last one stays."""
    rows = Delivery.objects.filter(via_id__in=channels, purpose="test").order_by("queued_at", "attempt")
    return dict(rows.values_list("via_id", "state"))
