"""Gives each command of manage.py a database: a running instance's, or embedded servers for as long as it runs."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from callcenter112.embedded import postgres, process, up, valkey
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Refused, Spec

NEEDS_NO_DATABASE = {
    "check",
    "classify",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "simulate",
    "spectacular",
    "startapp",
    "startproject",
    "up",
    "version",
}
URLS = ("DATABASE_URL", "VALKEY_URL")


def run(argv: list[str]) -> None:
    """The whole of manage.py. A start that cannot work ends with one line and exit code 1."""
    try:
        if argv[1:2] == ["up"]:
            sys.exit(up.main(argv[2:]))
        if argv[1:2] == ["classify"]:
            from dispatch import offline  # only here: without Django it answers four times sooner, and `up` stays small

            sys.exit(offline.main(argv[2:]))
        with contextlib.ExitStack() as stack:
            if needs_database(argv[1:]):
                stack.enter_context(database())
            from django.core.management import execute_from_command_line  # settings read DATABASE_URL: only now

            execute_from_command_line(argv)
    except Refused as error:
        sys.exit(f"manage.py: {error}")


def needs_database(arguments: list[str]) -> bool:
    """Whether the command talks to the database. An unknown command is taken to do so."""
    command = next((word for word in arguments if not word.startswith("-")), "help")
    if {"--help", "-h", "--version"} & set(arguments):
        return False
    if command == "check":
        return "--database" in arguments
    if command == "makemigrations":
        return not {"--check", "--dry-run"} & set(arguments)
    return command not in NEEDS_NO_DATABASE


def data_dir() -> DataDir:
    return DataDir(Path(os.environ.get("DATA_DIR", "var")).absolute())


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Set DATABASE_URL and VALKEY_URL, unless they are given, for as long as the context lasts."""
    data = data_dir()
    if all(os.environ.get(name) for name in URLS):
        yield
    elif running := data.running():
        for name in URLS:
            if name in running:
                os.environ.setdefault(name, running[name])
        yield
    else:
        with servers(data):
            yield


@contextlib.contextmanager
def servers(data: DataDir, *, durability: dict[str, str] = postgres.SAFE) -> Iterator[None]:
    """Embedded PostgreSQL and Valkey on `data`, stopped cleanly at the end. Raises Refused."""
    data.prepare()
    lock = data.lock()
    started: list[tuple[Spec, process.subprocess.Popen]] = []
    try:
        data.make_secrets()
        facts = {"pid": os.getpid(), "DATABASE_URL": postgres.url(data), "VALKEY_URL": valkey.url(data)}
        for spec in (postgres.spec(data, durability=durability), valkey.spec(data)):
            with open(data.logs / f"{spec.name}.log", "ab") as log:
                started.append((spec, process.start(spec, output=log)))
        data.write_run_file(facts)
        os.environ.update({name: str(facts[name]) for name in URLS})
        yield
    finally:
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave them
        data.run_file.unlink(missing_ok=True)
        for spec, child in reversed(started):
            process.stop(spec, child)
        signal.signal(signal.SIGINT, previous)
        os.close(lock)
