"""The system checks: each wrong setting is found, and says what to do."""

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, registry
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from callcenter112 import checks
from callcenter112.checks import Server

PROJECT = Path(__file__).resolve().parent.parent.parent
GOOD = Server(version=18, role="siaga", is_superuser=False, bypasses_policies=False, off=())


def ids(messages: list[CheckMessage]) -> list[str | None]:
    for message in messages:
        assert message.hint, f"{message.id} does not say what to do"
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("check", "name", "wrong", "found"),
    [
        (checks.check_field_key, "FIELD_KEY", b"x" * 31, ["siaga.E001"]),
        (checks.check_field_key, "FIELD_KEY", b"", ["siaga.E001"]),
        (checks.check_ports, "LIVE_PORT", 8112, ["siaga.E002"]),
        (checks.check_tile_url, "TILE_URL", "https://ubin.example.go.id/", ["siaga.E011"]),
        (checks.check_hosts, "ALLOWED_HOSTS", ["112.example.go.id", "*"], ["siaga.E005"]),
    ],
)
def test_a_wrong_setting_is_found_and_the_right_one_is_not(
    settings: Any, check: Any, name: str, wrong: Any, found: list[str]
) -> None:
    settings.PORT, settings.LIVE_PORT = 8112, 8113
    settings.FIELD_KEY, settings.ALLOWED_HOSTS = b"k" * 32, ["112.example.go.id"]
    assert check() == []
    setattr(settings, name, wrong)
    assert ids(check()) == found


def test_a_pool_outside_of_web_is_found(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_pool() == []
    monkeypatch.setitem(settings.DATABASES["default"]["OPTIONS"], "pool", {"max_size": 6})
    assert ids(checks.check_pool()) == ["siaga.W001"]


def test_nobody_is_served_with_the_placeholder_keys(settings: Any) -> None:
    settings.SECRET_KEY, settings.FIELD_KEY = "a real one", b"k" * 32
    assert checks.check_secrets() == []
    checks.refuse_to_serve()
    settings.SECRET_KEY, settings.FIELD_KEY = settings.INSECURE_SECRET, settings.INSECURE_FIELD_KEY
    assert ids(checks.check_secrets()) == ["siaga.E003", "siaga.E004"]
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is the placeholder"):
        checks.refuse_to_serve()


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (GOOD, []),
        (GOOD._replace(version=15), []),
        (GOOD._replace(version=14), ["siaga.E007"]),
        (GOOD._replace(is_superuser=True), ["siaga.E008"]),
        (GOOD._replace(bypasses_policies=True), ["siaga.E008"]),
        (GOOD._replace(off=("fsync", "synchronous_commit")), ["siaga.W002"]),
    ],
)
def test_a_server_that_breaks_a_promise_is_named(settings: Any, server: Server, found: list[str]) -> None:
    settings.SIAGA_TEST = False
    assert ids(checks.judge(server)) == found


def test_a_test_server_may_lose_data(settings: Any) -> None:
    settings.SIAGA_TEST = True
    assert checks.judge(GOOD._replace(off=("fsync",))) == []


def test_servers_are_told_their_database(settings: Any) -> None:
    settings.DATABASE_URL = "postgres://siaga:secret@db/siaga"
    assert checks.check_address() == []
    settings.DATABASE_URL = settings.NO_DATABASE
    assert ids(checks.check_address()) == ["siaga.E006"]


def test_no_server_is_asked_unless_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(checks, "ask", lambda alias: (asked.append(alias), GOOD._replace(version=14))[1])
    assert checks.check_database(databases=None) == []
    assert asked == []
    assert ids(checks.check_database(databases=["default"])) == ["siaga.E007"]


@pytest.mark.parametrize(
    ("address", "exist", "found"),
    [
        ("127.0.0.1", True, []),
        ("localhost", True, []),
        ("::1", True, []),
        ("0.0.0.0", False, []),
        ("0.0.0.0", True, ["siaga.E009"]),
        ("192.168.1.5", True, ["siaga.E009"]),
        ("112.example.go.id", True, ["siaga.E009"]),
    ],
)
def test_demo_users_meet_no_network(settings: Any, address: str, exist: bool, found: list[str]) -> None:
    settings.ADDRESS = address
    assert ids(checks.check_demo_users(databases=["default"], exist=lambda: exist)) == found


def test_an_empty_database_has_no_demo_users(settings: Any) -> None:
    def no_table() -> bool:
        raise OperationalError

    settings.ADDRESS = "0.0.0.0"
    assert checks.check_demo_users(databases=["default"], exist=no_table) == []


def test_all_checks_are_registered() -> None:
    named = {check.__name__ for check in registry.registry.get_checks(include_deployment_checks=True)}
    ours = {name for name in vars(checks) if name.startswith("check_")}
    assert ours <= named


@pytest.mark.parametrize("key", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_a_missing_or_broken_key_does_not_keep_commands_from_starting(key: str, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "FIELD_KEY": key}
    program = "from callcenter112 import settings; print(len(settings.FIELD_KEY))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) == {"": 32, "not base64!": 0}.get(key, 5)


def test_a_web_server_without_keys_does_not_start(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "callcenter112.wsgi"], cwd=PROJECT, env=environment, capture_output=True
    )
    assert ran.returncode == 1
    assert b"SECRET_KEY is the placeholder" in ran.stderr
    assert b"DATABASE_URL is not set" in ran.stderr
