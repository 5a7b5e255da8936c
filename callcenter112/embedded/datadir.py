"""The data directory of one installation: checks, the lock against a second start, secrets, the note of what runs.

up.lock      held as long as servers run on this data      run.json     where they listen
secret.key   signs sessions                                field.key    wraps the keys of confidential texts
vapid.key    names us before push services
embedded.json  decided at the first start, never changed: how PostgreSQL is run, where the sockets are
"""

import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from callcenter112.embedded.process import Refused

LOWEST_FREE_BYTES = 500_000_000
"""PostgreSQL panics when it cannot write its log; three WAL segments and the logs of a day fit in this."""
LONGEST_SOCKET_PATH = 103
"""`sun_path` holds 108 bytes on Linux, 104 on macOS, with the closing NUL."""
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
LOCK_TRIES, LOCK_PAUSE = 5, 0.05
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class DataDir:
    path: Path

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def prepare(self) -> None:
        """Make the directory, or say why it cannot be used. Raises Refused."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.logs.mkdir(exist_ok=True)
            (self.path / "staticfiles").mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise Refused(
                f"cannot write in the data directory {self.path} ({error.strerror}): "
                "give it to this user or choose another one with DATA_DIR"
            ) from error
        self._check_space()

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < LOWEST_FREE_BYTES:
            raise Refused(
                f"only {free // 1_000_000} MB free on the disk of {self.path}, {LOWEST_FREE_BYTES // 1_000_000} MB "
                "needed: make room, or choose another disk with DATA_DIR"
            )

    def lock(self) -> int:
        """Take the lock; it is held until the returned descriptor is closed or the process ends. Raises Refused."""
        descriptor = os.open(self.path / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for _ in range(LOCK_TRIES):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            time.sleep(LOCK_PAUSE)  # somebody may only be looking, in `running`
        os.close(descriptor)
        pid = (self.running() or {}).get("pid", "unknown")
        raise Refused(
            f"already running on the data directory {self.path} (process {pid}): "
            "stop that one, or choose another directory with DATA_DIR"
        )

    def running(self) -> dict[str, Any] | None:
        """What run.json says, as long as somebody holds the lock; None when nothing runs on this data."""
        try:
            with open(self.path / "up.lock", "rb") as lock_file:
                fcntl.flock(lock_file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except FileNotFoundError:
            return None
        except BlockingIOError:
            pass
        try:
            return json.loads(self.run_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}  # it is just starting

    def write_run_file(self, facts: dict[str, Any]) -> None:
        self.write_private("run.json", json.dumps(facts, indent=2) + "\n")

    def write_private(self, name: str, text: str) -> None:
        """Write a file that only this user reads; readers see the old text or the new one, never a half."""
        fresh = self.path / f"{name}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.path / name)

    def make_secrets(self) -> None:
        """Make the keys once; the variables of their names take precedence over the files (settings.py)."""
        if not (self.path / "secret.key").exists():
            self.write_private("secret.key", secrets.token_urlsafe(64) + "\n")
        if not (self.path / "field.key").exists():
            self.write_private("field.key", base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
        if not (self.path / "vapid.key").exists():
            self.write_private("vapid.key", new_vapid_key() + "\n")

    def recall(self, name: str) -> str | None:
        """A decision of the first start."""
        try:
            return json.loads((self.path / "embedded.json").read_text()).get(name)
        except FileNotFoundError:
            return None

    def record(self, name: str, value: str) -> None:
        try:
            decisions = json.loads((self.path / "embedded.json").read_text())
        except FileNotFoundError:
            decisions = {}
        self.write_private("embedded.json", json.dumps({**decisions, name: value}, indent=2) + "\n")

    def socket_dir(self) -> Path:
        """Where both servers put their sockets: `run/` here, or a short private directory when that is too deep."""
        own = self.path / "run"
        if _fits(own):
            own.mkdir(exist_ok=True, mode=0o700)
            return own
        recorded = self.recall("socket_dir")
        if recorded and _is_private(Path(recorded)):
            return Path(recorded)
        made = tempfile.mkdtemp(prefix="siaga-", dir="/tmp")
        self.record("socket_dir", made)
        return Path(made)


def new_vapid_key() -> str:
    """A P-256 private key, its 32 bytes in base64url without padding."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")


def _fits(directory: Path) -> bool:
    longest = len(os.fsencode(directory / LONGEST_SOCKET_NAME))
    return longest <= LONGEST_SOCKET_PATH and bool(PLAIN_PATH.fullmatch(str(directory)))


def _is_private(directory: Path) -> bool:
    """Whether the recorded directory is (again) ours: /tmp is emptied at a reboot and anybody may take the name."""
    try:
        directory.mkdir(mode=0o700)
        return True
    except FileExistsError:
        found = directory.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
