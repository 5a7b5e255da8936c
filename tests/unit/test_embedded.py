"""The data directory, the ports and the command line of `manage.py up`, without any server."""

import json
import os
import shutil
import socket
import stat
from pathlib import Path

import pytest

from callcenter112.embedded import application, session, tether, up
from callcenter112.embedded.application import Place
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Refused


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    data = DataDir(tmp_path / "var")
    data.prepare()
    return data


def test_a_second_start_on_the_same_data_is_refused_and_names_the_process(data: DataDir) -> None:
    lock = data.lock()
    data.write_run_file({"pid": 4711})
    with pytest.raises(Refused, match=r"already running .*4711"):
        data.lock()
    os.close(lock)
    os.close(data.lock())


def test_a_note_left_by_a_killed_start_is_not_taken_for_a_running_one(data: DataDir) -> None:
    assert data.running() is None
    data.write_run_file({"pid": os.getpid()})
    assert data.running() is None
    lock = data.lock()
    assert data.running() == {"pid": os.getpid()}
    os.close(lock)


def test_a_full_disk_is_refused_with_the_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil._ntuple_diskusage(10**12, 10**12 - 42_000_000, 42_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Refused, match=r"only 42 MB free .* 500 MB"):
        DataDir(tmp_path / "var").prepare()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot write .*DATA_DIR"):
        DataDir(tmp_path / "file" / "var").prepare()


def test_secrets_are_made_once_and_only_this_user_reads_them(data: DataDir) -> None:
    data.make_secrets()
    first = (data.path / "secret.key").read_text()
    data.make_secrets()
    assert (data.path / "secret.key").read_text() == first
    for name in ("secret.key", "field.key"):
        assert stat.S_IMODE((data.path / name).stat().st_mode) == 0o600


def test_deep_data_get_a_short_private_socket_directory_and_keep_it(tmp_path: Path) -> None:
    deep = DataDir(tmp_path / ("d" * 60) / ("e" * 60))
    deep.prepare()
    sockets = deep.socket_dir()
    try:
        assert len(str(sockets / "pg" / ".s.PGSQL.5432.lock")) < 104
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert deep.socket_dir() == sockets
        sockets.chmod(0o777)  # somebody else may have put something there
        assert deep.socket_dir() != sockets
    finally:
        sockets.rmdir()
        Path(deep.recall("socket_dir") or sockets).rmdir()


def test_a_taken_port_is_refused_with_the_variable_that_changes_it() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refused, match=f"127.0.0.1:{port} .*choose another one with PORT"):
            Place("127.0.0.1", port, port + 1).check_ports()
        with pytest.raises(Refused, match="with LIVE_PORT"):
            Place("127.0.0.1", 0, port).check_ports()


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("pc", False)],
)
def test_only_loopback_addresses_are_private(address: str, loopback: bool) -> None:
    assert Place(address, 1, 2).is_loopback is loopback


@pytest.mark.parametrize("demo", [True, False])
def test_demo_users_are_refused_on_the_network(demo: bool, data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that an earlier start with --demo left in the data."""
    (data.path / "prepared.json").write_text(json.dumps({"demo": True}))
    for name in ("ADDRESS", "PORT", "LIVE_PORT", "DATA_DIR", "SIAGA_DEMO", "DEBUG", "PYTHONUNBUFFERED"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv("ADDRESS", "0.0.0.0")
    monkeypatch.delenv("PORT")
    monkeypatch.delenv("LIVE_PORT")
    with pytest.raises(Refused, match="--demo-on-network"):
        up.run(demo=demo, port=None, data_dir=str(data.path), demo_on_network=False)


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], False),
        (["help"], False),
        (["migrate", "--help"], False),
        (["classify", "--region", "35.77"], False),
        (["check", "--deploy"], False),
        (["check", "--database", "default"], True),
        (["makemigrations", "--check"], False),
        (["migrate"], True),
        (["verify_audit"], True),
        (["load_region", "35.77"], True),
    ],
)
def test_only_commands_that_need_a_database_get_one(arguments: list[str], needed: bool) -> None:
    assert session.needs_database(arguments) is needed


def test_a_process_that_no_server_forked_is_not_tied_to_its_parent() -> None:
    tether.die_with_parent()  # would be fatal for a test run started by a shell that ends


def test_nothing_answers_on_a_closed_port() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert application.status("127.0.0.1", closed.getsockname()[1], "/") is None
