"""docker-compose.yml without docker: its structure, and each of its command lines started for real."""

import contextlib
import json
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from websockets.sync.client import connect

from callcenter112.embedded import application
from callcenter112.embedded.application import Place
from callcenter112.embedded.valkey import binary as valkey_binary
from tests.conftest import PASSWORD, ROOT, free_ports, own_database

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
RUNNING = [name for name in OURS if name != "migrate"]
SITE = "112.example.go.id"
REFERENCE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<more>[^}]*))?\}")
MAKE_DEMO_USERS = [
    *("python", "manage.py", "shell", "-v", "0", "-c"),
    "from agencies.demo import create_demo_users as c; from django.utils import timezone as t; c(at=t.now())",
]
pytestmark = [pytest.mark.xdist_group("compose"), pytest.mark.timeout(300)]


def given() -> dict[str, str]:
    """What the administrator sets (docs/deploying.md)."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_PASSWORD": "database-password",
        "POSTGRES_PASSWORD": "superuser-password",
        "SITE_HOST": SITE,
        "TLS_DIR": "/etc/siaga112/tls",
    }


def resolved(text: str, values: dict[str, str]) -> str:
    """References replaced as docker compose does. Raises KeyError for one that is required and missing."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        if match["kind"] == ":-":
            return values.get(match["name"]) or match["more"]
        return values[match["name"]]

    return REFERENCE.sub(value, text)


def words(service: str, key: str = "command") -> list[str]:
    return [resolved(word, given()) for word in SERVICES[service][key]]


# --- Structure ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert service["image"]
    assert not service.get("privileged")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert name in OURS or service["user"] not in ("root", "0", "0:0")
    assert service["networks"]
    health = service["healthcheck"]
    if name == "migrate":  # it ends; the others wait for its exit code
        assert (service["restart"], health) == ("no", {"disable": True})
    else:
        assert service["restart"] == "unless-stopped"
        assert health["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries", "start_period"} <= set(health)


def test_there_are_all_the_processes_and_as_many_as_needed() -> None:
    assert set(SERVICES) == {
        "postgres", "valkey", "migrate", "web", "live", "relay", "worker-sweeps", "worker-chores", "worker-notify",
        "beat", "proxy",
    }  # fmt: skip
    assert SERVICES["relay"]["deploy"] == {"replicas": 2}
    assert SERVICES["beat"]["deploy"] == {"replicas": 1}
    for name in ("web", "live"):  # a fixed name or port would keep `--scale` from working
        assert not {"container_name", "ports", "hostname"} & set(SERVICES[name])


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_names_exists(name: str) -> None:
    service = SERVICES[name]
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("./"):
            assert (ROOT / source).is_file()
        elif not source.startswith("$"):
            assert source in COMPOSE["volumes"]


def test_only_the_proxy_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in SERVICES.items() if "outside" in service["networks"]} == {
        "proxy",
        "worker-notify",
    }


def test_every_reference_has_a_default_or_says_what_is_missing() -> None:
    first: dict[str, str] = {}
    for match in REFERENCE.finditer((ROOT / "docker-compose.yml").read_text()):
        if match["name"]:
            first.setdefault(match["name"], f"{match['kind'] or ''}{match['more'] or ''}")
    required = {name for name, rest in first.items() if rest.startswith(":?")}
    assert all(len(rest) > 2 for rest in first.values()), first
    assert required == set(given())
    page = (ROOT / "docs/deploying.md").read_text()
    assert [name for name in first if name not in page] == []


def test_no_secret_stands_in_the_files() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if name in ("SECRET_KEY", "FIELD_KEY", "DATABASE_URL") or "PASSWORD" in name:
                assert "${" in value, name


def test_the_application_is_not_the_superuser() -> None:
    script = (ROOT / "deploy/postgres/10-siaga-role.sh").read_text()
    assert "CREATE ROLE siaga LOGIN NOSUPERUSER NOBYPASSRLS" in script
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://siaga:${DATABASE_PASSWORD")
        assert "POSTGRES_PASSWORD" not in environment


def test_only_web_has_a_pool() -> None:
    assert [name for name in OURS if SERVICES[name]["environment"].get("DB_POOL")] == ["web"]


def test_the_processes_are_those_of_make_run() -> None:
    """A flag that is changed there must be changed here."""
    specs = [*application.serving(Place("0.0.0.0", 8112, 8113)), *application.background(Path("/tmp"))]
    there = {re.sub(r"-\d$", "", spec.name): spec.argv[1:] for spec in specs}
    launcher = {"python", "-m"}
    assert {name: [word for word in argv if word not in launcher] for name, argv in there.items()} == {
        name: [word for word in words(name) if word not in launcher] for name in RUNNING
    }


def test_the_proxy_passes_on_nothing_that_the_application_believes() -> None:
    conf = (ROOT / "deploy/nginx.conf").read_text()
    for header, value in {"X-Real-IP": "$remote_addr", "X-Forwarded-Proto": "$scheme", "Host": "$http_host"}.items():
        assert f"proxy_set_header {header} {value};" in conf
    assert "location /ws/live/ {" in conf
    assert set(re.findall(r"set \$\w+ (\S+);", conf)) == {"web:8112", "live:8113"}
    inside_a_place = re.findall(r"location [^{]*\{[^}]*proxy_set_header", conf)
    assert inside_a_place == [], "one header in a location drops all those above"


def test_the_image_runs_as_nobody_special_and_holds_no_secret() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER (\d+):\1$", dockerfile, re.M)
    assert "--require-hashes" in dockerfile
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", "var", ".env", "**/*.key", "**/*.pem", "node_modules"} <= set(ignored)


# --- Servers that are not ours --------------------------------------------------------------------------------------
def test_valkey_takes_its_command_line_and_keeps_everything(tmp_path: Path) -> None:
    socket = tmp_path / "v.sock"
    argv = [valkey_binary(), *words("valkey")[1:], "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    with running(argv, dict(os.environ), tmp_path / "valkey.log"):
        wait_until(socket.exists)
        import redis  # the only test that talks to it directly

        with redis.Redis(unix_socket_path=str(socket), decode_responses=True) as client:
            kept = {name: client.config_get(name)[name] for name in ("appendonly", "save", "maxmemory-policy")}
    assert kept == {"appendonly": "yes", "save": "", "maxmemory-policy": "noeviction"}


def test_postgresql_knows_the_settings_and_keeps_fsync_on() -> None:
    argv = words("postgres")
    wanted = [word.split("=")[0] for word in argv[1:] if word != "-c"]
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        known = connection.execute("SELECT name FROM pg_settings WHERE lower(name) = ANY (%s)", [wanted]).fetchall()
    assert len(known) == len(wanted) == argv.count("-c")
    assert not {"fsync", "full_page_writes", "synchronous_commit"} & set(wanted)


# --- Our command lines, started ---------------------------------------------------------------------------------------
@contextlib.contextmanager
def running(argv: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    with open(log, "wb") as out:
        process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=out, stderr=out, process_group=0)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(true: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@dataclass
class Deployment:
    """The services as processes of this machine: same command lines and environment, other addresses."""

    directory: Path
    port: int
    database_url: str
    valkey_url: str
    values: dict[str, str] = field(default_factory=given)
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def here(self, text: str) -> str:
        text = resolved(text, self.values)
        for theirs, ours in (
            ("0.0.0.0", "127.0.0.1"),
            ("8112", str(self.port)),
            ("8113", str(self.port + 1)),
            ("/tmp/", f"{self.directory}/"),
        ):
            text = text.replace(theirs, ours)
        return text

    def environment(self, service: str) -> dict[str, str]:
        set_ = {name: value for name, value in SERVICES[service]["environment"].items() if value is not None}
        theirs = {name: self.here(value) for name, value in set_.items()}  # without a value: only if it is set outside
        return theirs | {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "ADDRESS": "0.0.0.0",  # what it says there; the servers are told another one by `argv`
            "DATABASE_URL": self.database_url,
            "VALKEY_URL": self.valkey_url,
            "DATA_DIR": str(self.directory),
            "TMPDIR": str(self.directory),
            "SIAGA_TEST": "1",
        }

    def argv(self, service: str) -> list[str]:
        return [self.here(word) for word in SERVICES[service]["command"]]

    def run(self, service: str, argv: list[str], seconds: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv, cwd=ROOT, env=self.environment(service), capture_output=True, text=True, timeout=seconds
        )

    def is_healthy(self, service: str) -> bool:
        kind, *test = (self.here(word) for word in SERVICES[service]["healthcheck"]["test"])
        return self.run(service, ["sh", "-c", *test] if kind == "CMD-SHELL" else test).returncode == 0

    def log(self, service: str) -> str:
        return (self.directory / f"{service}.log").read_text(errors="replace")


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An empty database, the `migrate` service, then all the others. At the end all stop in time when they are told."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    made = Deployment(
        directory=tmp_path_factory.mktemp("compose"),
        port=free_ports(),
        database_url=own_database(os.environ["DATABASE_URL"], f"compose_{worker}"),
        valkey_url=re.sub(r"(/\d*|\?db=\d+)?$", "?db=15", os.environ["VALKEY_URL"], count=1),
    )
    migrated = made.run("migrate", made.argv("migrate"), 200)
    assert migrated.returncode == 0, migrated.stderr
    assert "Kota Madiun" in migrated.stdout
    with contextlib.ExitStack() as stack:
        for name in RUNNING:
            started = running(made.argv(name), made.environment(name), made.directory / f"{name}.log")
            made.processes[name] = stack.enter_context(started)
        yield made
        for process in made.processes.values():
            process.terminate()
        for name, process in made.processes.items():  # here and not in a test: the tests come in any order
            seconds = int(str(SERVICES[name]["stop_grace_period"]).removesuffix("s"))
            assert process.wait(seconds) in (0, -signal.SIGTERM), (name, made.log(name))


@pytest.mark.parametrize("name", RUNNING)
def test_a_service_starts_and_becomes_healthy(deployment: Deployment, name: str) -> None:
    wait_until(lambda: deployment.processes[name].poll() is not None or deployment.is_healthy(name), 90)
    assert deployment.processes[name].poll() is None, deployment.log(name)


def test_a_report_goes_from_web_through_the_relay_to_live(deployment: Deployment) -> None:
    wait_until(lambda: all(deployment.is_healthy(name) for name in ("web", "live", "relay")))
    made = deployment.run("migrate", MAKE_DEMO_USERS)
    assert made.returncode == 0, made.stderr
    proxied = {"Host": SITE, "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=f"http://127.0.0.1:{deployment.port}/api/v1/", headers=proxied, timeout=30) as client:
        login = {"username": "operator.madiun", "password": PASSWORD}
        token = client.post("auth/token/", json=login).json()["token"]
        with connect(f"ws://127.0.0.1:{deployment.port + 1}/ws/live/", open_timeout=30) as socket:
            socket.send(json.dumps({"token": token}))
            assert json.loads(socket.recv(30))["kind"] == "hello"
            report = {"region": "35.77", "narrative": "pohon tumbang menutup jalan"}
            saved = client.post("incidents/", json=report, headers={"Authorization": f"Token {token}"})
            assert saved.status_code == 201, saved.text
            while (frame := json.loads(socket.recv(30)))["kind"] != "incident.created":
                pass
    assert frame["data"]["incident"]["id"] == saved.json()["id"]


def test_plain_http_and_other_hosts_are_refused(deployment: Deployment) -> None:
    wait_until(lambda: deployment.is_healthy("web"))
    address = f"http://127.0.0.1:{deployment.port}/healthz"
    assert httpx.get(address, headers={"Host": SITE}).headers["location"] == f"https://{SITE}/healthz"
    other = {"Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert httpx.get(address, headers=other).status_code == 400


def test_demo_users_keep_a_deployment_from_starting_again(deployment: Deployment) -> None:
    deployment.run("migrate", MAKE_DEMO_USERS)
    again = deployment.run("migrate", deployment.argv("migrate"))
    assert again.returncode == 1
    assert "siaga.E009" in again.stderr


def test_the_health_check_says_why_not(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "PORT": "1", "LIVE_PORT": "2"}
    for name in ("web", "live", "beat"):
        argv = shlex.split(f"{sys.executable} deploy/health.py {name}")
        ran = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert ran.returncode == 1
        assert ran.stderr.startswith(f"{name}: ")
        assert "Traceback" not in ran.stderr
