"""What walls count. Everything through what the actor may see, and never a confidential case or an exercise: a wall is
read by whoever is in the room, whoever has opened it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from agencies.access import Actor
from agencies.reference import RegionRef
from agencies.selectors import config_visible_to
from dispatch.models import Deadline
from dispatch.selectors import assignments_visible_to
from incidents import selectors as incidents
from reporting.kpi import CallTimes, StepTimes
from reporting.models import WallNotice, WallScreen
from reporting.trends import CallFact


def midnight_of(region: RegionRef, at: datetime) -> datetime:
    """When the region's day began."""
    return at.astimezone(region.tz).replace(hour=0, minute=0, second=0, microsecond=0)


def call_times(actor: Actor, region: RegionRef, since: datetime) -> Iterable[CallTimes]:
    """Times of the calls since then; nothing else of them leaves the database."""
    rows = incidents.calls_countable_by(actor).filter(
        region_id=region.code, recorded_at__gte=since - timedelta(hours=1), confidential=False, exercise=False
    )
    return (CallTimes(*times) for times in rows.values_list("offered_at", "answered_at", "abandoned_at"))


def call_facts(actor: Actor, region: RegionRef, since: datetime, until: datetime) -> Iterable[CallFact]:
    """The calls of a time for counting: when, answered or not, what it turned out to be."""
    rows = incidents.calls_countable_by(actor).filter(
        region_id=region.code, recorded_at__gte=since - timedelta(hours=1), recorded_at__lt=until, confidential=False,
        exercise=False,
    )  # fmt: skip
    for offered, answered, abandoned, disposition in rows.values_list(
        "offered_at", "answered_at", "abandoned_at", "disposition"
    ):
        began = offered or answered or abandoned
        if began is not None and since <= began < until:
            yield CallFact(began, answered is not None, disposition)


def case_stages(actor: Actor, region: RegionRef, since: datetime, until: datetime) -> tuple[int, int, int]:
    """Incidents created in this time to which somebody was sent, where somebody arrived, where a part was completed."""
    parts = assignments_visible_to(actor).filter(
        incident__region_id=region.code, incident__confidential=False, incident__exercise=False,
        incident__created_at__gte=since, incident__created_at__lt=until,
    )  # fmt: skip
    counted = parts.aggregate(
        sent=Count("incident_id", distinct=True, filter=Q(dispatched_at__isnull=False)),
        arrived=Count("incident_id", distinct=True, filter=Q(arrived_at__isnull=False)),
        done=Count("incident_id", distinct=True, filter=Q(completed_at__isnull=False)),
    )
    return counted["sent"], counted["arrived"], counted["done"]


def step_times(actor: Actor, region: RegionRef, since: datetime, until: datetime | None = None) -> Iterable[StepTimes]:
    """Times of the agencies' steps in parts that they were given since then."""
    parts = assignments_visible_to(actor).filter(
        incident__region_id=region.code, incident__confidential=False, incident__exercise=False, created_at__gte=since
    )
    if until is not None:
        parts = parts.filter(created_at__lt=until)
    rows = Deadline.objects.filter(assignment__in=parts, void=False)
    return (
        StepTimes(*row)
        for row in rows.values_list("assignment__agency__code", "stage", "starts_at", "due_at", "done_at")
    )


def incidents_since(actor: Actor, region: RegionRef, since: datetime) -> dict[str, int]:
    """How many came in and how many were brought to an end since then."""
    seen = incidents.visible_to(actor).filter(region_id=region.code, confidential=False, exercise=False)
    return {
        "created": seen.filter(created_at__gte=since).count(),
        "closed": seen.filter(status="closed", closed_at__gte=since).count(),
    }


def notices(region: RegionRef, at: datetime) -> QuerySet[WallNotice]:
    """What is written on the walls now, warnings first."""
    in_force = WallNotice.objects.filter(region_id=region.code, from_at__lte=at, until_at__gt=at)
    return in_force.order_by("-kind", "from_at")


def screens_of(actor: Actor, region: str) -> QuerySet[WallScreen]:
    """Screens of a region that the actor configures."""
    return config_visible_to(actor, WallScreen.objects.filter(region_id=region)).select_related("user")


def notices_of(actor: Actor, region: str, at: datetime) -> QuerySet[WallNotice]:
    """Notices in force of a region that the actor configures."""
    return config_visible_to(actor, WallNotice.objects.filter(region_id=region, until_at__gt=at)).order_by("until_at")


def screen_of_user(user_id: object) -> WallScreen | None:
    """The screen whose account this is."""
    return WallScreen.objects.filter(Q(user_id=user_id), revoked_at=None).first()
