"""The application's own processes: what they are called, how they are started, when they are ready."""

import http.client
import ipaddress
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from callcenter112.embedded.process import Refused, Spec

PROJECT = Path(__file__).resolve().parent.parent.parent
WEB_WORKERS = 2
PROBE_SECONDS = 5


@dataclass(frozen=True)
class Place:
    """Where the centre listens."""

    address: str
    port: int
    live_port: int

    @property
    def is_loopback(self) -> bool:
        try:
            return self.address == "localhost" or ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return False

    @property
    def probe_address(self) -> str:
        """Where to ask ourselves: the "any" address is none to connect to."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)

    def check_ports(self) -> None:
        """Raises Refused when a port is taken. Asked before the start, without SO_REUSEPORT: granian sets that
        option, and would silently share the port with another server."""
        for variable, port in (("PORT", self.port), ("LIVE_PORT", self.live_port)):
            try:
                family, kind, _, _, where = socket.getaddrinfo(self.address, port, type=socket.SOCK_STREAM)[0]
                with socket.socket(family, kind) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # not in the way: TIME_WAIT
                    probe.bind(where)
                    probe.listen(1)
            except OSError as error:
                raise Refused(
                    f"cannot listen on {self.address}:{port} ({error.strerror}): "
                    f"stop what uses it, or choose another one with {variable}"
                ) from error


def serving(place: Place) -> list[Spec]:
    """What must answer before `ready:`. Started before the rest: on a small machine loading competes for processors."""
    return [_web(place), _live(place), _relay(1)]


def _python(name: str, *arguments: str, tier: int = 1, **more: object) -> Spec:
    return Spec(name=name, argv=[sys.executable, *arguments], tier=tier, cwd=str(PROJECT), **more)  # type: ignore[arg-type]


def _web(place: Place) -> Spec:
    threads = os.environ.get("WEB_THREADS", "4")
    return _python(
        "web",
        *("-m", "callcenter112.preloaded", "--interface", "wsgi", "--host", place.address, "--port", str(place.port)),
        *("--workers", str(WEB_WORKERS), "--blocking-threads", threads, "--backlog", "1024"),
        *("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "8"),
        *("--log-level", "warning", "--no-ws", "callcenter112.preloaded:application"),
        tier=2,
        env={"DB_POOL": "1", "WEB_THREADS": threads},
        ready=lambda: status(place.probe_address, place.port, "/readyz") == 200,
    )


def _live(place: Place) -> Spec:
    return _python(
        "live",
        *("-m", "daphne", "-b", place.address, "-p", str(place.live_port), "-v", "0"),
        # a thousand screens that come back at once must not be refused because their handshake had to wait
        *("--websocket_timeout", "-1", "--websocket_connect_timeout", "20", "--no-server-name"),
        "callcenter112.asgi:application",
        tier=2,
        ready=lambda: status(place.probe_address, place.live_port, "/") is not None,
    )


def _relay(number: int) -> Spec:
    """Two run, of which one is active: the other takes over within a second."""
    return _python(f"relay-{number}", "manage.py", "relay")


def background(data_dir: Path) -> list[Spec]:
    """What may come some seconds later; until then the relays sweep the deadlines."""
    worker = ("-m", "celery", "-q", "-A", "callcenter112", "worker", "--without-gossip", "--without-mingle")
    quiet = ("--loglevel", "WARNING")
    schedule = str(data_dir / "celerybeat-schedule")
    as_root = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}  # it unpickles nothing
    # each waits for somebody outside, for ten seconds at most
    threads = ("-Q", "notify", "--pool", "threads", "-c", "24")
    return [
        _relay(2),
        _python("worker-sweeps", *worker, "-Q", "sweeps", "--pool", "solo", "-n", "sweeps@%h", *quiet, env=as_root),
        _python("worker-chores", *worker, "-Q", "chores", "-c", "2", "-n", "chores@%h", *quiet, env=as_root),
        _python("worker-notify", *worker, *threads, "-n", "notify@%h", *quiet, env=as_root),
        _python(
            "beat", "-m", "celery", "-q", "-A", "callcenter112", "beat", "-s", schedule, "--pidfile", "", *quiet, tier=2
        ),
    ]


def status(address: str, port: int, path: str) -> int | None:
    """HTTP status of a GET, None when nothing answers within a few seconds."""
    connection = http.client.HTTPConnection(address, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
