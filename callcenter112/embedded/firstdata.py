"""Tables, region packs and demo users of an installation that has none yet.

The work is done in a process of its own (`manage.py prepare`). A note with a fingerprint of
everything that it reads lets later starts skip it: loading Django and comparing migrations takes seconds.
"""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from callcenter112.embedded import postgres
from callcenter112.embedded.application import PROJECT
from callcenter112.embedded.datadir import DataDir
from callcenter112.embedded.process import Refused, Spec
from callcenter112.embedded.supervisor import POLL_SECONDS, Supervisor

NOTE = "prepared.json"
SOURCES = ("*/migrations/*.py", "agencies/packs/*.toml", "agencies/demo.py", "requirements.lock")


def fingerprint() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(str(path.relative_to(PROJECT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def has_demo_users(data: DataDir) -> bool:
    """Whether an earlier start with --demo made them on this data."""
    return bool(_note(data).get("demo"))


async def ensure(data: DataDir, supervisor: Supervisor, *, demo: bool, demo_allowed: bool, embedded: bool) -> str:
    """Make what is missing; returns the text about the demo logins. Raises Refused when it fails."""
    note, current = _note(data), fingerprint()
    known = note.get("fingerprint") == current and (note.get("demo") or not demo)
    if known and embedded and postgres.has_tables(data):
        return note.get("logins", "")
    logins = await _prepare(data, supervisor, ["--demo"] if demo else [] if demo_allowed else ["--without-demo"])
    if supervisor.stopping.is_set():
        return ""
    has_demo = demo or bool(note.get("demo"))
    kept = logins or note.get("logins", "")
    data.write_private(NOTE, json.dumps({"fingerprint": current, "demo": has_demo, "logins": kept}) + "\n")
    return kept


def _note(data: DataDir) -> dict:
    try:
        return json.loads((data.path / NOTE).read_text())
    except (FileNotFoundError, ValueError):
        return {}


async def _prepare(data: DataDir, supervisor: Supervisor, flags: list[str]) -> str:
    answer = data.path / "logins.new"
    arguments = ["manage.py", "prepare", "--logins", str(answer), *flags]
    spec = Spec(
        name="prepare",
        argv=[sys.executable, *arguments],
        tier=1,
        env={"STATEMENT_TIMEOUT_MS": "0"},  # a migration may take long
        cwd=str(PROJECT),
    )
    with open(data.logs / "prepare.log", "wb") as log:
        await _run(spec, supervisor, log.fileno())
    text = answer.read_text() if answer.exists() else ""
    answer.unlink(missing_ok=True)
    return text


async def _run(spec: Spec, supervisor: Supervisor, log: int) -> None:
    process = subprocess.Popen(
        spec.tethered(), env=spec.environment(), cwd=spec.cwd, stdout=log, stderr=log, process_group=0
    )
    while process.poll() is None:
        if supervisor.stopping.is_set():
            process.terminate()
        await asyncio.sleep(POLL_SECONDS)
    if process.returncode and not supervisor.stopping.is_set():
        where = Path(os.environ["DATA_DIR"]) / "logs" / "prepare.log"
        said = (where.read_text(errors="replace").strip() or "no message").splitlines()[-1]
        raise Refused(f"the database could not be prepared: {said} (all of it in {where})")
