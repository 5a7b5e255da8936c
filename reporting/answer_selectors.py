"""What the page of answers counts, for whom: the figures themselves are `reporting.answers`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from agencies.access import Actor, Role
from agencies.reference import RegionRef
from dispatch.models import Assignment, Deadline, Delivery
from incidents import selectors as incidents
from reporting.answers import Attempt, Part


@dataclass(frozen=True, slots=True)
class Counted:
    """Tasks and attempts of one time. `guarded`: those of confidential cases, for who may see them: counted together,
    never by agency or shift, which would tell which case it was."""

    parts: list[Part]
    attempts: list[Attempt]
    guarded: list[Part]
    guarded_attempts: list[Attempt]


def counted(actor: Actor, region: RegionRef, since: datetime, until: datetime) -> Counted:
    """What was given in [since, until), without drills. The supervisor counts what they see, an agency's head the own
    agency's, the admin of the region everything but confidential cases (numbers of channels and agencies, no case)."""
    rows = _countable(actor, region.code).filter(created_at__gte=since, created_at__lt=until)
    own, guarded = rows.filter(incident__confidential=False), rows.filter(incident__confidential=True)
    return Counted(_parts(own, region), _attempts(own), _parts(guarded, region), _attempts(guarded))


def may_count_guarded(actor: Actor, region: RegionRef) -> bool:
    """Whether this actor's figures may hold confidential cases at all: those of who sees some."""
    return region.code in actor.regions(Role.SUPERVISOR) or not _configures(actor, region.code)


def _configures(actor: Actor, region: str) -> bool:
    return region in actor.regions(Role.ADMIN)


def _countable(actor: Actor, region: str) -> QuerySet[Assignment]:
    rows = Assignment.objects.filter(incident__region_id=region, exercise=False, incident__exercise=False)
    if region in actor.regions(Role.SUPERVISOR):
        return rows.filter(incident__in=incidents.visible_to(actor))
    if _configures(actor, region):
        return rows.filter(incident__confidential=False)
    return rows.filter(agency_id__in=actor.agencies, incident__in=incidents.visible_to(actor))


def _parts(rows: QuerySet[Assignment], region: RegionRef) -> list[Part]:
    """Times by the region's clock."""
    live = Deadline.objects.filter(assignment__in=rows, stage="acknowledge", void=False).order_by()
    due = dict(live.values_list("assignment_id").annotate(Max("due_at")))
    columns = rows.order_by("created_at").values_list(
        "id", "agency__code", "created_at", "acknowledged_at", "declined_at", "withdrawn_at"
    )
    return [
        Part(agency, given.astimezone(region.tz), due.get(id_), accepted, declined, withdrawn)
        for id_, agency, given, accepted, declined, withdrawn in columns
    ]


def _attempts(rows: QuerySet[Assignment]) -> list[Attempt]:
    """Of messages to the agencies themselves: what the ladder told the centre's own supervisor is not theirs."""
    told: Iterable[tuple] = (
        Delivery.objects.filter(assignment__in=rows).exclude(Q(code="moot") | Q(to_label="supervisor"))
        .order_by("attempt").values_list("agency__code", "message", "state")
    )  # fmt: skip
    return [Attempt(agency, message, state) for agency, message, state in told if agency]
