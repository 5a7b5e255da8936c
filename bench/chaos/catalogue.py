"""The rows of the suite, in the order in which they run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.chaos import rows_clocks as clocks
from bench.chaos import rows_deadlines as deadlines
from bench.chaos import rows_feed as feed
from bench.chaos import rows_limits as limits
from bench.chaos import rows_processes as processes
from bench.chaos import rows_races as races
from bench.chaos import rows_servers as servers
from bench.chaos import rows_webhooks as webhooks
from bench.chaos.trial import Trial


@dataclass(frozen=True)
class Row:
    name: str
    run: Callable[[Trial], Awaitable[None]]
    ci_seconds: int = 0
    """What it takes with its small counts on two cores that do nothing else; 0: CI has no time for it."""
    needs_stack: bool = True
    """False: it starts a system of its own."""

    @property
    def fault(self) -> str:
        return (self.run.__doc__ or "").strip().splitlines()[0]


def _rows(*rows: Row) -> dict[str, Row]:
    return {row.name: row for row in rows}


ROWS = _rows(
    Row("web-killed", processes.web_killed, ci_seconds=14),
    Row("relay-killed", processes.relay_killed, ci_seconds=10),
    Row("relays-gone", processes.relays_gone),
    Row("live-killed", processes.live_killed),
    Row("valkey-killed", servers.valkey_killed),
    Row("valkey-empty", servers.valkey_empty),
    Row("valkey-stopped", servers.valkey_stopped),
    Row("valkey-frozen", servers.valkey_frozen, ci_seconds=13),
    Row("postgres-killed", servers.postgres_killed, ci_seconds=14),
    Row("postgres-away", servers.postgres_away),
    Row("sweepers-killed", deadlines.sweepers_killed, ci_seconds=22),
    Row("worker-killed", deadlines.worker_killed),
    Row("unit-sent-twice", races.unit_sent_twice, ci_seconds=5),
    Row("edited-by-two", races.edited_by_two, ci_seconds=5),
    Row("frozen-client", feed.frozen_client),
    Row("all-at-once", feed.all_at_once),
    Row("idle-socket", feed.idle_socket),
    Row("frames-mangled", feed.frames_mangled, ci_seconds=14),
    Row("late-commits", feed.late_commits, ci_seconds=12),
    Row("poison-event", feed.poison_event, ci_seconds=9),
    Row("sessions-ended", limits.sessions_ended),
    Row("connections-full", limits.connections_full),
    Row("disk-full", limits.disk_full, needs_stack=False),
    Row("clock-wrong", clocks.clock_wrong, needs_stack=False),
    Row("webhook-hostile", webhooks.webhook_hostile, needs_stack=False),
)

CI_SECONDS = 150
"""All of CI's rows, the start of the system included."""
START_SECONDS = 25
"""What the start takes on a machine that does nothing else. One that takes longer is slower in all that follows."""
CI_ORDER = (
    "relay-killed", "web-killed", "poison-event", "postgres-killed", "frames-mangled", "edited-by-two",
    "unit-sent-twice", "late-commits", "valkey-frozen", "sweepers-killed",
)  # fmt: skip
"""What finds most comes first: a machine that is slower than this leaves out the last ones, and says so."""
