"""The plain reference application (bench/naive) on embedded servers of its own.

Its settings fix where its servers listen: PostgreSQL on 127.0.0.1:54329 without a password, Valkey on 6390.
"""

import contextlib
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.side import NARRATIVE, Side
from callcenter112.embedded import postgres, process, valkey
from callcenter112.embedded.application import status
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Spec

HERE = Path(__file__).resolve().parent / "naive"
POSTGRES_PORT, VALKEY_PORT = 54329, 6390
DSN = f"host=127.0.0.1 port={POSTGRES_PORT} user=postgres"
AGENCIES = ("bpbd", "damkar", "dinkes", "rsud", "satpolpp", "dishub", "pupr", "dinsos")
TYPES = {
    "Kebakaran": ("kebakaran", 7), "Kecelakaan": ("kecelakaan", 10), "Medis": ("pingsan", 8),
    "Banjir": ("banjir", 15), "Pohon tumbang": ("pohon tumbang", 30), "Kriminal": ("pencuri", 10),
    "Fasilitas umum": ("lampu jalan", 60), "Hewan": ("ular", 30),
}  # fmt: skip
"""Name -> keyword and minutes. Three agencies each, as many as the compared report alarms on the other side."""
FLOOD = 1 + list(TYPES).index("Banjir")
PAYLOAD = {
    "type": FLOOD,
    "description": NARRATIVE,
    "priority": 2,
    "caller_name": "Sri Wahyuni",
    "phone": "0812{{digits:8}}",
    "lat": -7.6298,
    "lon": 111.5239,
    "address": "Jalan Pahlawan {{rand:1:90}}",
}
SEED = """
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
from core.models import Agency, IncidentType, RoutingRule
agencies = [Agency.objects.create(name=code.upper(), code=code) for code in {agencies!r}]
for number, (name, (word, minutes)) in enumerate({types!r}.items()):
    kind = IncidentType.objects.create(name=name, sla_minutes=minutes)
    for offset in range({each}):
        RoutingRule.objects.create(type=kind, agency=agencies[(number + offset) % len(agencies)], keyword=word)
print(Token.objects.create(user=User.objects.create_user("operator")).key)
"""
PG_HBA = "host all all 127.0.0.1/32 trust\nlocal all all trust\n"


def _postgres(data: DataDir) -> Spec:
    """As for the centre itself (same version, memory and durability), but on TCP, where the settings look for it."""
    rules = data.path / "pg_hba.conf"
    rules.write_text(PG_HBA)
    made = postgres.spec(data)
    options = {"listen_addresses": "127.0.0.1", "port": str(POSTGRES_PORT), "hba_file": str(rules)}
    argv = [*made.argv, *(f"--{name}={value}" for name, value in options.items())]
    return dataclasses.replace(made, argv=argv, ready=_answers)


def _answers() -> bool:
    try:
        psycopg.connect(f"{DSN} dbname=postgres connect_timeout=2").close()
    except psycopg.OperationalError:
        return False
    return True


def _valkey(data: DataDir) -> Spec:
    made = valkey.spec(data)
    return dataclasses.replace(made, argv=[*made.argv, "--port", str(VALKEY_PORT), "--bind", "127.0.0.1"])


def _manage(*arguments: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=HERE, env=environment, check=True, capture_output=True, text=True).stdout


def _web(port: int) -> Spec:
    return Spec(
        name="plain",
        argv=[sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "-v", "0", "core.asgi:application"],
        tier=1,
        env={"DJANGO_SETTINGS_MODULE": "settings"},
        ready=lambda: status("127.0.0.1", port, "/ping/") == 200,
        cwd=str(HERE),
    )


class Plain:
    """Its data directory for the time of a benchmark; `running()` starts and stops it."""

    name = "plain"

    def __init__(self, directory: Path, port: int, agencies_each: int = 3) -> None:
        self.data, self.port, self.each = DataDir(directory), port, agencies_each
        self.token = ""

    @contextlib.contextmanager
    def running(self) -> Iterator[Side]:
        """Raises Refused when it cannot start, e.g. because a port is taken."""
        self.data.prepare()
        started: list[tuple[Spec, subprocess.Popen[bytes]]] = []
        try:
            for make in (_postgres, _valkey):
                self._start(make(self.data), started)
            self.token = self.token or self._seed()
            self._start(_web(self.port), started)
            yield self._side([child.pid for _, child in started])
        finally:
            for spec, child in reversed(started):
                process.stop(spec, child)

    def _start(self, spec: Spec, started: list[tuple[Spec, "subprocess.Popen[bytes]"]]) -> None:
        with open(self.data.logs / f"{spec.name}.log", "ab") as log:
            started.append((spec, process.start(spec, output=log)))

    def _seed(self) -> str:
        with psycopg.connect(f"{DSN} dbname=postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE naive")
        _manage("migrate", "--verbosity", "0")
        code = SEED.format(agencies=AGENCIES, types=TYPES, each=self.each)
        return _manage("shell", "--verbosity", "0", "-c", code).split()[-1]

    def _side(self, pids: list[int]) -> Side:
        url = f"http://127.0.0.1:{self.port}"
        return Side(
            name=self.name,
            create=f"{url}/api/incidents/",
            headers=(f"Authorization: Token {self.token}",),
            payload=PAYLOAD,
            feed=f"ws://127.0.0.1:{self.port}/ws/channels/",
            frame_id="id",
            pids=tuple(pids),
            dsn=f"{DSN} dbname=naive",
            rows="core_incident",
            parts="core_assignment",
            log=self.data.logs / "postgres.log",
        )
