"""When a stage is due. Pure.

Clocks (contract): answer = offered → answered; ticket = answered → incident created; acknowledge = assignment
created →; dispatch = acknowledged → first unit named; arrive and complete = incident created →.
Warning at 80 %, breach at 100 %. An agency that joins later has clocks of its own: they start when it is assigned.
The definition in force, the limit and the target stand with each deadline, because the start of a clock is disputed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.reference import RegionRef, TargetRef, in_hours

WARN_AT = 0.8
ON_ASSIGNED = ("acknowledge", "arrive", "complete")
"""Stages whose clock starts when an assignment is made."""

_FALLBACK_SECONDS = {"answer": 10, "ticket": 60, "acknowledge": 300, "dispatch": 120, "arrive": 900, "complete": 14_400}
"""Used when a region has set no target: 90 % answered in 10 s (domain practice), ticket in 60 s, on scene in 15 min
(Permendagri 114/2018)."""

CLOCKS = {
    "answer": "offered>answered",
    "ticket": "answered>created",
    "acknowledge": "assigned>acknowledged",
    "dispatch": "acknowledged>dispatched",
    "arrive": "created>arrived",
    "complete": "created>completed",
    "accept": "offered>accepted",
}
"""The definition of each stage's clock: from what, to what."""
FROM_ASSIGNED = {"arrive": "assigned>arrived", "complete": "assigned>completed"}
"""The same of an agency that joined after the incident was created."""


@dataclass(frozen=True, slots=True)
class Planned:
    stage: str
    starts_at: datetime
    warn_at: datetime
    due_at: datetime
    target_id: str = ""
    target_version: int = 0
    clock: str = ""
    seconds: int = 0
    """The limit by itself, without pauses."""
    paused: int = 0
    """Seconds for which the clock stood still."""


def target_for(region: RegionRef, stage: str, type_: str, base: str, priority: str,
               starts_at: datetime) -> TargetRef | None:  # fmt: skip
    """The most specific target in force for a clock that starts then: type before base type before any, then priority
    before any, then hours of the day before none."""
    rank = {type_: 2, base: 1, "": 0}
    fitting = [
        target
        for target in region.targets
        if target.stage == stage and target.type in rank and target.priority in ("", priority)
    ]
    if any(target.from_hour is not None for target in fitting):
        hour = starts_at.astimezone(region.tz).hour
        fitting = [target for target in fitting if in_hours(target, hour)]
    return max(fitting, key=lambda t: (rank[t.type], bool(t.priority), t.from_hour is not None, t.id), default=None)


def plan(region: RegionRef, stage: str, type_: str, base: str, priority: str, starts_at: datetime, *,
         clock: str = "", paused: int = 0) -> Planned:  # fmt: skip
    """The deadline of one stage whose clock starts at `starts_at` and stood still for `paused` seconds. `clock`: its
    definition, where that is not the stage's usual one."""
    target = target_for(region, stage, type_, base, priority, starts_at)
    seconds = target.seconds if target else _FALLBACK_SECONDS[stage]
    due = starts_at + timedelta(seconds=seconds + paused)
    warn = starts_at + timedelta(seconds=seconds * WARN_AT + paused)
    named = (target.id, target.version) if target else ("", 0)
    return Planned(stage, starts_at, warn, due, *named, clock or CLOCKS[stage], seconds, paused)


def plan_all(region: RegionRef, stages: Iterable[str], type_: str, base: str, priority: str,
             starts_at: datetime) -> list[Planned]:  # fmt: skip
    return [plan(region, stage, type_, base, priority, starts_at) for stage in stages]
