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
    in_ci: bool = False
    needs_stack: bool = True
    """False: it starts a system of its own."""

    @property
    def fault(self) -> str:
        return (self.run.__doc__ or "").strip().splitlines()[0]


def _rows(*rows: Row) -> dict[str, Row]:
    return {row.name: row for row in rows}


ROWS = _rows(
    Row("web-killed", processes.web_killed, in_ci=True),
    Row("relay-killed", processes.relay_killed, in_ci=True),
    Row("relays-gone", processes.relays_gone),
    Row("live-killed", processes.live_killed, in_ci=True),
    Row("valkey-killed", servers.valkey_killed),
    Row("valkey-empty", servers.valkey_empty),
    Row("valkey-stopped", servers.valkey_stopped, in_ci=True),
    Row("valkey-frozen", servers.valkey_frozen, in_ci=True),
    Row("postgres-killed", servers.postgres_killed, in_ci=True),
    Row("postgres-away", servers.postgres_away),
    Row("sweepers-killed", deadlines.sweepers_killed, in_ci=True),
    Row("worker-killed", deadlines.worker_killed),
    Row("unit-sent-twice", races.unit_sent_twice, in_ci=True),
    Row("edited-by-two", races.edited_by_two, in_ci=True),
    Row("frozen-client", feed.frozen_client),
    Row("all-at-once", feed.all_at_once),
    Row("idle-socket", feed.idle_socket),
    Row("frames-mangled", feed.frames_mangled, in_ci=True),
    Row("late-commits", feed.late_commits, in_ci=True),
    Row("poison-event", feed.poison_event, in_ci=True),
    Row("sessions-ended", limits.sessions_ended),
    Row("connections-full", limits.connections_full),
    Row("disk-full", limits.disk_full, needs_stack=False),
    Row("clock-wrong", clocks.clock_wrong, needs_stack=False),
    Row("webhook-hostile", webhooks.webhook_hostile, needs_stack=False),
)
