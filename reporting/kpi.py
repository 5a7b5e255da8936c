"""The figures of a day, from times to percentiles. Pure: times in, numbers out; tests/unit/test_kpi.py.

Never a mean alone: one call that waited an hour among a hundred answered in five seconds has a mean of 41 s, which
happened to nobody. p50 and p90 always stand with the number of cases and the share that was in time.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FEWEST = 5
"""An agency with fewer steps than this on a day is neither called fast nor slow: the next case would turn it round."""


@dataclass(frozen=True, slots=True)
class CallTimes:
    """When one call rang, was answered, was given up."""

    offered_at: datetime | None
    answered_at: datetime | None
    abandoned_at: datetime | None

    @property
    def began_at(self) -> datetime | None:
        return self.offered_at or self.answered_at or self.abandoned_at


@dataclass(frozen=True, slots=True)
class StepTimes:
    """One stage of one agency's part: when its clock started, when it was due, when it was reached."""

    agency: str
    stage: str
    starts_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How long `n` cases took, in seconds; `in_time` of them within their target. Without cases all is None or 0."""

    n: int
    in_time: int
    p50: float | None
    p90: float | None

    @property
    def share(self) -> float | None:
        return self.in_time / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Hour:
    answered: int = 0
    abandoned: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class CallsOfDay:
    """The calls since midnight: by the hour in which they rang, and how fast they were answered."""

    hours: tuple[Hour, ...]
    answer: Spread

    @property
    def answered(self) -> int:
        return sum(hour.answered for hour in self.hours)

    @property
    def abandoned(self) -> int:
        return sum(hour.abandoned for hour in self.hours)

    @property
    def waiting(self) -> int:
        return sum(hour.waiting for hour in self.hours)


@dataclass(frozen=True, slots=True)
class Pace:
    """One agency at one stage; its targets lie between `least` and `most` seconds (they differ by type and priority).

    `open`: steps among them that are overdue and still not done; they count with the time that has passed so far.
    """

    agency: str
    spread: Spread
    least: float
    most: float
    open: int


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of all do not exceed (nearest rank); None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(seconds: Sequence[float], in_time: int) -> Spread:
    """p50 and p90 of durations, of which `in_time` kept their target."""
    return Spread(len(seconds), in_time, percentile(seconds, 0.5), percentile(seconds, 0.9))


def calls_of_day(calls: Iterable[CallTimes], *, since: datetime, now: datetime, target: float | None) -> CallsOfDay:
    """Count calls by the hour; `since` is local midnight, `target` the seconds in which a call is to be answered.

    Every call that began since then is counted once: answered, abandoned, or still waiting. Without a target all
    answered calls are in time of nothing: `in_time` is 0 and screens show no share.
    """
    answered, abandoned, waiting, waits = [0] * 24, [0] * 24, [0] * 24, []
    for call in calls:
        if call.began_at is None or not since <= call.began_at <= now:
            continue
        hour = min(23, (call.began_at - since) // timedelta(hours=1))
        if call.answered_at is not None:
            answered[hour] += 1
            if call.offered_at is not None:
                waits.append(max(0.0, (call.answered_at - call.offered_at).total_seconds()))
        elif call.abandoned_at is not None:
            abandoned[hour] += 1
        else:
            waiting[hour] += 1
    in_time = sum(wait <= target for wait in waits) if target is not None else 0
    return CallsOfDay(tuple(map(Hour, answered, abandoned, waiting)), spread(waits, in_time))


def paces(steps: Iterable[StepTimes], *, stage: str, now: datetime) -> list[Pace]:
    """How fast each agency reached `stage`, by its code. A step that is neither done nor due says nothing yet."""
    of_agency: dict[str, list[StepTimes]] = defaultdict(list)
    for step in steps:
        if step.stage == stage and (step.done_at is not None or step.due_at <= now):
            of_agency[step.agency].append(step)
    return [_pace(agency, found, now) for agency, found in sorted(of_agency.items())]


def _pace(agency: str, steps: Sequence[StepTimes], now: datetime) -> Pace:
    seconds = [max(0.0, ((step.done_at or now) - step.starts_at).total_seconds()) for step in steps]
    in_time = sum(step.done_at is not None and step.done_at <= step.due_at for step in steps)
    targets = [(step.due_at - step.starts_at).total_seconds() for step in steps]
    return Pace(
        agency, spread(seconds, in_time), min(targets), max(targets), sum(step.done_at is None for step in steps)
    )


def ranked(found: Iterable[Pace], fewest: int = FEWEST) -> list[Pace]:
    """Agencies with enough steps, the most reliable first: by the share in time, then by p90 against its target."""
    enough = [pace for pace in found if pace.spread.n >= fewest]
    return sorted(enough, key=lambda pace: (-(pace.spread.share or 0.0), (pace.spread.p90 or 0.0) / pace.most))
