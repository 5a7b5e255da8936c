"""How agencies answer: assignments that had to be escalated, and those that nobody accepted at all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from agencies.access import Actor
from dispatch.models import Assignment
from incidents import selectors as incidents


@dataclass(frozen=True, slots=True)
class Answering:
    """One agency in a time: of its assignments, how many were escalated, to which rung at most, and how many the whole
    ladder found nobody for."""

    agency: str
    assignments: int
    escalated: int
    unanswered: int
    rungs: tuple[int, ...]
    """How many reached rung 1, 2 … 6."""


MOST_RUNGS = 6


def answering_of(actor: Actor, region: str, since: datetime, until: datetime) -> list[Answering]:
    """Figures of the assignments made in [since, until), without drills, of the incidents that the actor sees: who does
    not see confidential cases does not find them in a number."""
    seen = incidents.visible_to(actor).filter(region_id=region)
    rows = Assignment.objects.filter(
        incident__in=seen, created_at__gte=since, created_at__lt=until, exercise=False
    )  # fmt: skip
    if not (actor.is_system or region in actor.regions()):
        rows = rows.filter(agency_id__in=actor.agencies)
    reached = {f"rung_{n}": Count("id", filter=Q(escalation__gte=n)) for n in range(1, MOST_RUNGS + 1)}
    counted: Any = rows.values("agency__code").annotate(
        number=Count("id"), unanswered=Count("id", filter=Q(unanswered_at__isnull=False, acknowledged_at=None)),
        **reached,
    )  # fmt: skip
    return [
        Answering(row["agency__code"], row["number"], row["rung_1"], row["unanswered"],
                  tuple(row[name] for name in reached))
        for row in counted.order_by("agency__code")
    ]  # fmt: skip
