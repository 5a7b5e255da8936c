"""PostgreSQL and Valkey from their wheels: life and death on real data directories, with fsync on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from callcenter112.embedded import leftovers, postgres, process, valkey
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Refused

PROJECT = Path(__file__).resolve().parent.parent.parent
MECHANISMS = ["namespace", "nobody"] if os.geteuid() == 0 else ["direct"]


@pytest.fixture
def data(short_dir: Path) -> DataDir:
    data = DataDir(short_dir / "var")
    data.prepare()
    return data


@pytest.fixture
def short_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Below a directory that `nobody` may pass, which pytest's own are not."""
    made = Path(subprocess.check_output(["mktemp", "-d", "/tmp/siaga-XXXXXX"], text=True).strip())
    made.chmod(0o755)
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


def connect(data: DataDir) -> psycopg.Connection:
    return psycopg.connect(host=str(data.socket_dir() / "pg"), user="siaga", dbname="siaga", autocommit=True)


def cli(data: DataDir, *words: str) -> str:
    """One command to Valkey, its answer as text."""
    with redis.Redis.from_url(valkey.url(data), decode_responses=True) as client:
        return str(client.execute_command(*words))


def value(data: DataDir, query: str) -> object:
    with connect(data) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row and row[0]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_postgres_keeps_what_was_committed_through_a_stop_and_a_kill(data: DataDir, mechanism: str) -> None:
    data.record("postgres_runs", mechanism)
    spec = postgres.spec(data)
    server = process.start(spec)
    with connect(data) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    process.stop(spec, server)
    assert server.returncode == 0

    server = process.start(postgres.spec(data))
    with connect(data) as connection:
        connection.execute("INSERT INTO kept VALUES (2)")
    server.kill()
    server.wait()

    spec = postgres.spec(data)
    server = process.start(spec)
    assert value(data, "SELECT count(*) FROM kept") == 2
    process.stop(spec, server)
    assert leftovers.find(data.path / "postgres") == []


def test_the_cluster_is_durable_checked_and_closed_to_the_network(data: DataDir) -> None:
    spec = postgres.spec(data)
    server = process.start(spec)
    try:
        for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert value(data, f"SHOW {name}") == "on"
        assert value(data, "SHOW listen_addresses") == ""
        assert value(data, "SELECT datlocale FROM pg_database WHERE datname = 'siaga'") == "C.UTF-8"
        assert value(data, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        for extension in ("pg_trgm", "btree_gist"):
            with connect(data) as connection:
                connection.execute(f"CREATE EXTENSION {extension}")  # type: ignore[call-overload]
        with connect(data) as connection:
            connection.execute("CREATE DATABASE test_of_rights")
    finally:
        process.stop(spec, server)


def test_a_cut_off_first_start_leaves_nothing_that_is_taken_for_data(data: DataDir) -> None:
    (data.path / "postgres.new" / "cluster").mkdir(parents=True)
    (data.path / "postgres.new" / "cluster" / "PG_VERSION").write_text("18")
    spec = postgres.spec(data)
    server = process.start(spec)
    assert value(data, "SELECT 1") == 1
    process.stop(spec, server)


def test_a_lock_file_that_names_a_stranger_does_not_stop_the_start(data: DataDir) -> None:
    """After a reboot of a container the process id of the old server belongs to anybody."""
    spec = postgres.spec(data)
    server = process.start(spec)
    server.kill()
    server.wait()
    lock = data.path / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines() if lock.exists() else [""]
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    server = process.start(postgres.spec(data))
    assert value(data, "SELECT 1") == 1
    process.stop(spec, server)


def test_data_of_another_major_version_are_refused(data: DataDir) -> None:
    (data.path / "postgres").mkdir()
    (data.path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(Refused, match="PostgreSQL 17"):
        postgres.spec(data)


def test_data_of_another_kind_of_user_are_refused(data: DataDir) -> None:
    data.record("postgres_runs", "direct" if os.geteuid() == 0 else "namespace")
    with pytest.raises(Refused, match=r"belongs to .* choose another"):
        postgres.spec(data)


def test_valkey_keeps_its_data_and_refuses_to_forget(data: DataDir) -> None:
    spec = valkey.spec(data)
    server = process.start(spec)
    cli(data, "SET", "kept", "1")
    assert "noeviction" in cli(data, "CONFIG", "GET", "maxmemory-policy")
    assert "'0'" in cli(data, "CONFIG", "GET", "port")
    process.stop(spec, server)
    server = process.start(valkey.spec(data))
    assert cli(data, "GET", "kept") == "1"
    process.stop(spec, server)


def test_both_servers_end_cleanly_when_the_process_that_started_them_is_killed(data: DataDir) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from callcenter112.embedded import postgres, process, valkey\n"
        "from callcenter112.embedded.datadir import DataDir\n"
        "data = DataDir(Path(sys.argv[1]))\n"
        "process.start(postgres.spec(data)); process.start(valkey.spec(data))\n"
        "print('up', flush=True); time.sleep(600)"
    )
    argv = [sys.executable, "-c", program, str(data.path)]
    with subprocess.Popen(argv, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        assert starter.stdout.readline() == "up\n"
        assert leftovers.find(data.path / "postgres")
        starter.send_signal(signal.SIGKILL)
    for server in ("postgres", "valkey"):
        assert wait_until(lambda server=server: not leftovers.find(data.path / server), 10)  # type: ignore[misc]
    assert not (data.path / "postgres" / "postmaster.pid").exists(), "it was killed instead of stopped"
