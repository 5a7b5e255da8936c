"""The rows of the suite, in the order in which they run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.chaos import rows_processes as processes
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
)
