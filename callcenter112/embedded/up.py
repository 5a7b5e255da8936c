"""`manage.py up`: everything on one machine. Checks, lock, secrets, servers, first data, application, `ready:`."""

import argparse
import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from callcenter112.embedded import application, firstdata, postgres, valkey
from callcenter112.embedded.application import Place
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.output import Output
from callcenter112.embedded.process import Refused, Spec
from callcenter112.embedded.supervisor import Supervisor

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="make demo users; plain HTTP on this machine only")
    parser.add_argument("--port", type=int, help="port of the pages (PORT, 8112); sockets on LIVE_PORT, one higher")
    parser.add_argument("--data-dir", help="where everything is kept (DATA_DIR, var)")
    parser.add_argument(
        "--demo-on-network",
        action="store_true",
        help="allow demo users, whose password everybody knows, on an ADDRESS that others can reach",
    )


def main(arguments: list[str]) -> int:
    """Run until a stop signal; returns the exit code. Raises Refused."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    add_arguments(parser)
    return run(**vars(parser.parse_args(arguments)))


def run(*, demo: bool, port: int | None, data_dir: str | None, demo_on_network: bool) -> int:
    data = DataDir(Path(data_dir or os.environ.get("DATA_DIR") or "var").absolute())
    place = _place(port)
    _set_environment(data, place, demo=demo)
    data.prepare()
    lock = data.lock()
    try:
        demo_allowed = place.is_loopback or demo_on_network
        if not demo_allowed and (demo or firstdata.has_demo_users(data)):
            raise Refused(
                f"demo users have a public password and ADDRESS {place.address} can be reached by others: "
                "leave ADDRESS at 127.0.0.1, use fresh data without --demo, or insist with --demo-on-network"
            )
        place.check_ports()
        data.make_secrets()
        return asyncio.run(_serve(data, place, demo=demo, demo_allowed=demo_allowed))
    finally:
        data.run_file.unlink(missing_ok=True)
        os.close(lock)


def _place(port: int | None) -> Place:
    try:
        port = port or int(os.environ.get("PORT", "8112"))
        live_port = int(os.environ.get("LIVE_PORT", port + 1))
    except ValueError as error:
        raise Refused(f"PORT and LIVE_PORT must be numbers: {error}") from error
    if not (0 < port < 65536 and 0 < live_port < 65536 and port != live_port):
        raise Refused(f"PORT {port} and LIVE_PORT {live_port} must be two different numbers from 1 to 65535")
    return Place(os.environ.get("ADDRESS", "127.0.0.1"), port, live_port)


def _set_environment(data: DataDir, place: Place, *, demo: bool) -> None:
    """The children read everything from the environment, as on external servers."""
    os.environ |= {
        "DATA_DIR": str(data.path),
        "ADDRESS": place.address,
        "PORT": str(place.port),
        "LIVE_PORT": str(place.live_port),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "callcenter112.settings",
    }
    if demo:
        os.environ |= {"SIAGA_DEMO": "1", "DEBUG": "0"}


async def _serve(data: DataDir, place: Place, *, demo: bool, demo_allowed: bool) -> int:
    output = Output(data.logs)
    supervisor = Supervisor(output)
    for signum in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(signum, supervisor.stopping.set)
    try:
        await _start(supervisor, data, place, demo=demo, demo_allowed=demo_allowed)
        await supervisor.stopping.wait()
        output.say("stopping")
        return 0
    finally:
        await supervisor.stop()
        output.close()


async def _start(supervisor: Supervisor, data: DataDir, place: Place, *, demo: bool, demo_allowed: bool) -> None:
    servers = await asyncio.to_thread(_embedded, data)
    await supervisor.start(servers)
    if supervisor.stopping.is_set():
        return
    embedded = any(spec.name == "postgres" for spec in servers)
    logins = await firstdata.ensure(data, supervisor, demo=demo, demo_allowed=demo_allowed, embedded=embedded)
    data.write_run_file(_facts(place, demo=demo))
    await supervisor.start(application.serving(place))
    if not supervisor.stopping.is_set():
        await supervisor.start(application.background(data.path))
    if not supervisor.stopping.is_set():
        if demo:
            supervisor.output.say(logins)
        supervisor.output.say(
            f"ready: http://{place.address}:{place.port} live: ws://{place.address}:{place.live_port}"
        )


def _embedded(data: DataDir) -> list[Spec]:
    """The servers whose address is not given, with their addresses set for the children."""
    servers = []
    for variable, server in (("DATABASE_URL", postgres), ("VALKEY_URL", valkey)):
        if not os.environ.get(variable):
            servers.append(server.spec(data))
            os.environ[variable] = server.url(data)
    return servers


def _facts(place: Place, *, demo: bool) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "VALKEY_URL": os.environ["VALKEY_URL"],
        "ADDRESS": place.address,
        "PORT": place.port,
        "LIVE_PORT": place.live_port,
        "demo": demo,
    }
