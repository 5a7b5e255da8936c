"""How agencies answer when they are called, in figures. Pure; tests/unit/test_answer_figures.py. The definitions:

- A day is a day of service: 06.00 to 06.00 by the region's clock, so that a night is whole. Its shifts are 06–14, 14–22
  and 22–06 (assumed: no region publishes others). A task belongs to the shift in which it was given.
- A task is *answered* when the agency accepted or declined it. It is *silent* ("tidak menjawab") when that did not
  happen within its target for accepting; *never* counts those of them that have no answer until now. One that was
  withdrawn before its target, or whose target has not passed, is neither.
- p50 and p90 of the time from given to accepted (nearest rank, kpi.py). A task that is overdue and still open counts
  with the time so far: without it the slowest would be missing.
- A message counts once, by the best that any attempt of it reached: read, delivered, sent, dead (given up); *waiting*
  when it still may go. `failed` counts attempts that failed and were followed by another one. Tests and messages that
  became needless do not count. `sent` alone is no proof: the carrier took it, nobody said that it arrived.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reporting.kpi import Spread, spread

DAY_BEGINS = 6
SHIFTS = (("pagi", 6, 14), ("siang", 14, 22), ("malam", 22, 6))
"""Name, first hour, hour of the end."""
BEST = ("read", "delivered", "sent", "queued", "dead", "failed")
"""States of attempts, the best first; `queued` before `dead`, because another attempt may still get through."""


@dataclass(frozen=True, slots=True)
class Part:
    """One task of one agency."""

    agency: str
    given_at: datetime
    due_at: datetime | None
    """Until when to accept; None: the region has no target for it."""
    accepted_at: datetime | None
    declined_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def answered_at(self) -> datetime | None:
        return min((at for at in (self.accepted_at, self.declined_at) if at is not None), default=None)

    def silent(self, now: datetime) -> bool:
        """Whether its target passed without an answer."""
        if self.due_at is None or self.due_at > now:
            return False
        ended = [at for at in (self.answered_at, self.withdrawn_at) if at is not None]
        return not any(at <= self.due_at for at in ended)

    def never(self, now: datetime) -> bool:
        """Whether it is silent and still without an answer."""
        return self.silent(now) and self.answered_at is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to tell an agency something."""

    agency: str
    message: UUID
    state: str


@dataclass(frozen=True, slots=True)
class Messages:
    sent: int = 0
    delivered: int = 0
    read: int = 0
    waiting: int = 0
    dead: int = 0
    failed: int = 0

    @property
    def n(self) -> int:
        """Messages, each once."""
        return self.sent + self.delivered + self.read + self.waiting + self.dead


@dataclass(frozen=True, slots=True)
class Answers:
    """One agency (or shift) in a day. `accept`: how long accepting took, and how many of them in time."""

    name: str
    given: int
    accepted: int
    declined: int
    silent: int
    never: int
    accept: Spread
    messages: Messages = Messages()


def day_of(at: datetime) -> datetime:
    """When the day of service began in which `at` lies; `at` is by the region's clock."""
    begun = at.replace(hour=DAY_BEGINS, minute=0, second=0, microsecond=0)
    return begun if at >= begun else begun - timedelta(days=1)


def shift_of(at: datetime) -> str:
    """The shift of a moment by the region's clock."""
    return next((name for name, first, end in SHIFTS if first <= at.hour < end), SHIFTS[-1][0])


def messages_of(attempts: Iterable[Attempt]) -> Messages:
    """Each message once, by its best attempt."""
    states: dict[UUID, list[str]] = defaultdict(list)
    for attempt in attempts:
        states[attempt.message].append(attempt.state)
    best = [min(found, key=BEST.index) for found in states.values()]
    failed = sum(found.count("failed") for found in states.values())
    waiting = best.count("queued") + best.count("failed")
    return Messages(
        best.count("sent"), best.count("delivered"), best.count("read"), waiting, best.count("dead"), failed
    )


def answers_of(name: str, parts: Sequence[Part], attempts: Iterable[Attempt], *, now: datetime) -> Answers:
    """The figures of these tasks and messages."""
    timed = [part for part in parts if part.accepted_at is not None or _overdue(part, now)]
    took = [max(0.0, ((part.accepted_at or now) - part.given_at).total_seconds()) for part in timed]
    in_time = sum(part.accepted_at is not None and (part.due_at is None or part.accepted_at <= part.due_at)
                  for part in timed)  # fmt: skip
    return Answers(
        name, len(parts), sum(part.accepted_at is not None for part in parts),
        sum(part.declined_at is not None for part in parts), sum(part.silent(now) for part in parts),
        sum(part.never(now) for part in parts), spread(took, in_time), messages_of(attempts),
    )  # fmt: skip


def _overdue(part: Part, now: datetime) -> bool:
    return part.never(now) and part.withdrawn_at is None


def by_agency(parts: Iterable[Part], attempts: Iterable[Attempt], *, now: datetime) -> list[Answers]:
    """One row for each agency that was given something or told something, by its code."""
    tasks: dict[str, list[Part]] = defaultdict(list)
    told: dict[str, list[Attempt]] = defaultdict(list)
    for part in parts:
        tasks[part.agency].append(part)
    for attempt in attempts:
        told[attempt.agency].append(attempt)
    return [answers_of(code, tasks[code], told[code], now=now) for code in sorted({*tasks, *told})]


def by_shift(parts: Iterable[Part], *, now: datetime) -> list[Answers]:
    """One row for each shift, in their order; `given_at` is by the region's clock. Messages are not split: they follow
    their task, and the ladder may climb into the next shift."""
    tasks: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        tasks[shift_of(part.given_at)].append(part)
    return [answers_of(name, tasks[name], (), now=now) for name, _, _ in SHIFTS]
