"""When a stage is due. Pure.

Clocks (contract): answer = offered → answered; ticket = answered → incident created; acknowledge = assignment
created →; dispatch = acknowledged → first unit named; arrive and complete = incident created →.
Warning at 80 %, breach at 100 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.reference import RegionRef, TargetRef

WARN_AT = 0.8
ON_ASSIGNED = ("acknowledge", "arrive", "complete")
"""Stages whose clock starts when an assignment is made."""

_FALLBACK_SECONDS = {"answer": 10, "ticket": 60, "acknowledge": 300, "dispatch": 120, "arrive": 900, "complete": 14_400}
"""Used when a region has set no target: 90 % answered in 10 s (domain practice), ticket in 60 s, on scene in 15 min
(Permendagri 114/2018)."""


@dataclass(frozen=True, slots=True)
class Planned:
    stage: str
    starts_at: datetime
    warn_at: datetime
    due_at: datetime
    target_id: str = ""
    target_version: int = 0


def target_for(region: RegionRef, stage: str, type_: str, base: str, priority: str) -> TargetRef | None:
    """The most specific target in force: type before base type before any, then priority before any."""
    rank = {type_: 2, base: 1, "": 0}
    fitting = [
        target
        for target in region.targets
        if target.stage == stage and target.type in rank and target.priority in ("", priority)
    ]
    return max(fitting, key=lambda t: (rank[t.type], bool(t.priority), t.id), default=None)


def plan(region: RegionRef, stage: str, type_: str, base: str, priority: str, starts_at: datetime) -> Planned:
    """The deadline of one stage whose clock starts at `starts_at`."""
    target = target_for(region, stage, type_, base, priority)
    seconds = target.seconds if target else _FALLBACK_SECONDS[stage]
    due = starts_at + timedelta(seconds=seconds)
    warn = starts_at + timedelta(seconds=seconds * WARN_AT)
    return Planned(stage, starts_at, warn, due, target.id if target else "", target.version if target else 0)


def plan_all(region: RegionRef, stages: Iterable[str], type_: str, base: str, priority: str,
             starts_at: datetime) -> list[Planned]:  # fmt: skip
    return [plan(region, stage, type_, base, priority, starts_at) for stage in stages]
