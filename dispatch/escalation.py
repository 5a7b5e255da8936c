"""The ladder that is climbed while an assignment is not accepted: who is told next, when, and why. Pure.

Begun when the time to accept is over. Each rung comes some seconds after the one before; what became of the messages
of that one hurries it (nothing got through) or holds it up a little (somebody has read it). Rungs that reach nobody
are passed over. Accepted, declined or withdrawn ends it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.reference import RegionRef

STEPS = {
    "renotify": "beri tahu ulang",
    "second_channel": "saluran kedua",
    "duty_officer": "petugas piket",
    "head": "kepala dinas",
    "supervisor": "supervisor",
    "backup": "instansi cadangan",
}
"""Codes of the rungs, in their usual order, and their names."""


@dataclass(frozen=True, slots=True)
class Rung:
    step: str
    after: int
    """Seconds after the rung before; of the first one, after the time to accept was over."""


DEFAULT = (
    Rung("renotify", 0), Rung("second_channel", 60), Rung("duty_officer", 60), Rung("head", 120),
    Rung("supervisor", 120), Rung("backup", 180),
)  # fmt: skip
"""Used when a region has published none: backup at work nine minutes after the time to accept was over. Assumed; no
regulation names it."""


@dataclass(frozen=True, slots=True)
class Ladder:
    rungs: tuple[Rung, ...]
    id: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What has become of the messages of the rung before; each message counts once, by its best attempt."""

    messages: int = 0
    through: int = 0
    """Sent, delivered or read."""
    read: int = 0
    dead: int = 0
    read_at: datetime | None = None

    @property
    def lost(self) -> bool:
        """Every one was given up."""
        return self.messages > 0 and self.dead == self.messages


@dataclass(frozen=True, slots=True)
class State:
    """Where the ladder of one assignment stands."""

    status: str
    hop: int
    """The rung reached so far; 0: none."""
    after_at: datetime
    told: Told = Told()
    unreachable: Collection[str] = ()
    """Steps that would reach nobody now."""


@dataclass(frozen=True, slots=True)
class Hop:
    """The next rung. `due_at` may lie ahead."""

    number: int
    step: str
    due_at: datetime
    reason: str
    skipped: tuple[str, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The ladder is at its end. `unanswered`: nobody has accepted."""

    reason: str
    unanswered: bool = False


def ladder_for(region: RegionRef, priority: str) -> Ladder:
    """The region's ladder for this priority, else its ladder for any, else the default."""
    fitting = [ladder for ladder in region.ladders if ladder.priority in ("", priority) and ladder.steps]
    best = max(fitting, key=lambda ladder: bool(ladder.priority), default=None)
    if best is None:
        return Ladder(DEFAULT)
    return Ladder(tuple(Rung(step, after) for step, after in best.steps), best.id, best.version)


def next_hop(ladder: Ladder, state: State) -> Hop | Over:
    """The next rung and when it is due, or that there is none."""
    if state.status != "assigned":
        return Over(f"penugasan sudah {state.status}")
    ahead = list(enumerate(ladder.rungs, start=1))[state.hop :]
    skipped = []
    for number, rung in ahead:
        if rung.step in state.unreachable:
            skipped.append(rung.step)
            continue
        due, why = _due(state, ahead[0][1].after)
        return Hop(number, rung.step, due, why, tuple(skipped), last=not _more(ladder.rungs[number:], state))
    return Over("tangga habis, belum ada yang menerima", unanswered=True)


def _more(rest: Sequence[Rung], state: State) -> bool:
    return any(rung.step not in state.unreachable for rung in rest)


def _due(state: State, after: int) -> tuple[datetime, str]:
    """A rung that is passed over makes nobody wait: the delay is that of the first one ahead."""
    waits = timedelta(seconds=after)
    told = state.told
    if told.lost:
        return state.after_at, "pesan sebelumnya tidak sampai"
    if told.read and told.read_at is not None:
        due = min(max(told.read_at, state.after_at) + waits, state.after_at + 2 * waits)
        return due, "pesan sebelumnya dibaca, belum diterima"
    if told.through:
        return state.after_at + waits, "pesan sebelumnya terkirim, belum diterima"
    return state.after_at + waits, "belum diterima"
