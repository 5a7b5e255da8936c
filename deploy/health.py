"""`python deploy/health.py web|live|relay|beat`: exit code 0 when that process does its work. For health checks.

Loads no Django: it runs every few seconds. Workers are asked by `celery inspect ping` instead.
"""

import http.client
import os
import sys
import tempfile
import time
from collections.abc import Callable

import psycopg

SECONDS = 4
OLDEST_EVENT_SECONDS = 10
"""The relay numbers an event within milliseconds; a pair that cannot for this long is broken."""
OLDEST_TASK_SECONDS = 20
"""beat sends one a second; while the broker is away it cannot."""
BEAT_NOTE = os.path.join(tempfile.gettempdir(), "celerybeat-schedule.alive")
"""Touched at each task (callcenter112/celery.py)."""


def status(port: int, path: str) -> int:
    """HTTP status of a GET to this container, as the proxy would ask. Raises OSError, HTTPException."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", path, headers={"Host": host, "X-Forwarded-Proto": "https"})
    return connection.getresponse().status


def web() -> bool:
    return status(int(os.environ.get("PORT", "8112")), "/readyz") == 200


def live() -> bool:
    port = int(os.environ.get("PORT", "8112"))
    return status(int(os.environ.get("LIVE_PORT", port + 1)), "/healthz") == 200


def relay() -> bool:
    """Whether the active relay, this one or the other, keeps up."""
    late = "SELECT count(*) FROM events_event WHERE seq IS NULL AND recorded_at < now() - make_interval(secs => %s)"
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=SECONDS) as connection:
        row = connection.execute(late, [OLDEST_EVENT_SECONDS]).fetchone()
    return row == (0,)


def beat() -> bool:
    return time.time() - os.path.getmtime(BEAT_NOTE) < OLDEST_TASK_SECONDS


CHECKS: dict[str, Callable[[], bool]] = {"web": web, "live": live, "relay": relay, "beat": beat}


def main(arguments: list[str]) -> int:
    """Exit code; why not is one line on stderr, which `docker inspect` shows."""
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(f"usage: health.py {'|'.join(CHECKS)}", file=sys.stderr)
        return 2
    try:
        if CHECKS[arguments[0]]():
            return 0
        why = "not ready"
    except (OSError, http.client.HTTPException, psycopg.Error) as error:
        why = f"{type(error).__name__}: {error}"
    print(f"{arguments[0]}: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
