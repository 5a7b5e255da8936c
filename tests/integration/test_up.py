"""`manage.py up --demo` as a whole: ready, killed piece by piece, stopped, killed at once."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import report_by_keyboard, row, signed_in, wait_live

PROJECT = Path(__file__).resolve().parent.parent.parent
PROCESSES = (
    "postgres", "valkey", "web", "live", "relay-1", "relay-2", "worker-sweeps", "worker-chores", "worker-notify",
    "beat",
)  # fmt: skip
BACK_SECONDS, SECOND_START_SECONDS = 5.0, 10.0
"""How long a killed process may be gone, and a second start may take, on a machine that does nothing else."""
SPIN = """
import time
wall, cpu = time.perf_counter(), time.process_time()
while time.process_time() - cpu < 0.3: pass
print((time.perf_counter() - wall) / 0.3)
"""
pytestmark = [pytest.mark.alone, pytest.mark.timeout(300), pytest.mark.xdist_group("alone")]


def slowdown() -> float:
    """How many times longer work takes now than on a machine that does nothing else: our limits are for such a one."""
    argv = [sys.executable, "-c", SPIN]
    spinners = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(os.cpu_count() or 1)]
    return max(1.0, *(float(spinner.communicate()[0]) for spinner in spinners))


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@dataclass
class Centre:
    """One installation, started by the command that people type."""

    directory: Path
    ports: tuple[int, int] = field(default_factory=free_ports)
    process: subprocess.Popen | None = None

    def environment(self) -> dict[str, str]:
        given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "VALKEY_URL", "SECRET_KEY")}
        port, live_port = map(str, self.ports)
        return {**given, "DATA_DIR": str(self.directory), "PORT": port, "LIVE_PORT": live_port, "SIAGA_TEST": "1"}

    def start(self) -> float:
        """Start and wait for the line `ready:`; returns the seconds that it took."""
        began = time.monotonic()
        argv = [sys.executable, "manage.py", "up", "--demo"]
        with open(self.directory.parent / "out.txt", "wb") as out:
            self.process = subprocess.Popen(argv, cwd=PROJECT, env=self.environment(), stdout=out, stderr=out)
        while "\nready: " not in (text := self.output()):
            assert self.process.poll() is None, text
            time.sleep(0.05)
        return time.monotonic() - began

    def output(self) -> str:
        return (self.directory.parent / "out.txt").read_text(errors="replace")

    def stop(self, signum: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(signum)
        return self.process.wait(60)

    def children(self) -> dict[str, int]:
        """Name → process id of what the supervisor runs now."""
        assert self.process
        found: dict[str, int] = {}
        for pid in child_ids(self.process.pid):
            with contextlib.suppress(OSError):
                found[name_of(Path(f"/proc/{pid}/cmdline").read_text().split("\0"), found)] = pid
        return found

    def processes(self) -> list[int]:
        """Every process that knows this data directory, from its environment."""
        mark = f"DATA_DIR={self.directory}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                alive = entry.name.isdigit() and (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
                if alive and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def get(self, path: str, port: int | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.ports[0], timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/readyz")[0] == 200 and self.get("/", self.ports[1])[0] > 0
        return False


def child_ids(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def name_of(argv: list[str], taken: dict[str, int]) -> str:
    line = " ".join(argv)
    if "relay" in argv:
        return "relay-2" if "relay-1" in taken else "relay-1"
    marks = {
        "bin/postgres": "postgres",
        "valkey-server": "valkey",
        "callcenter112.preloaded": "web",
        "daphne": "live",
        "sweeps@": "worker-sweeps",
        "chores@": "worker-chores",
        "notify@": "worker-notify",
        " beat ": "beat",
    }
    return next((name for mark, name in marks.items() if mark in line), line)


def wait_for_return(centre: Centre, killed: list[int], seconds: float) -> float:
    """Seconds until every process runs under a new id and both ports answer."""
    seconds *= slowdown()
    began = time.monotonic()
    while True:
        children = centre.children()
        if set(PROCESSES) <= set(children) and not set(killed) & set(children.values()) and centre.answers():
            return time.monotonic() - began
        assert time.monotonic() - began < seconds, f"not back after {seconds} s: {centre.output()[-2000:]}"
        time.sleep(0.1)


def workers_of(parent: int) -> list[int]:
    """Its workers, as soon as both are there and tied to it (they tie themselves while they load)."""
    deadline = time.monotonic() + 60
    while len(workers := child_ids(parent)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)
    return workers


def pids_that_answer(centre: Centre, requests: int = 50) -> set[int]:
    found = set()
    for _ in range(requests):
        status, body = centre.get("/healthz")
        assert status == 200
        found.add(json.loads(body)["pid"])
    return found


@pytest.fixture(scope="module")
def installation() -> Iterator[Centre]:
    """One centre for all tests of this file: a start takes seconds, and what one test kills has to be well for the
    next. At the end everything has to stop."""
    made = Path(subprocess.check_output(["mktemp", "-d", "/tmp/siaga-XXXXXX"], text=True).strip())
    centre = Centre(made / "var")
    yield centre
    if centre.process and centre.process.poll() is None:
        centre.stop()
    assert wait_gone(centre, 15)
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.fixture
def centre(installation: Centre) -> Centre:
    """Running."""
    if installation.process is None or installation.process.poll() is not None:
        installation.start()
    return installation


def wait_gone(centre: Centre, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while centre.processes():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_it_says_who_may_log_in_and_then_in_one_line_where(centre: Centre) -> None:
    port, live_port = centre.ports
    lines = centre.output().splitlines()
    ready = lines.index(f"ready: http://127.0.0.1:{port} live: ws://127.0.0.1:{live_port}")
    assert len([line for line in lines if line.startswith("ready:")]) == 1
    before = "\n".join(lines[:ready])
    assert "operator.madiun" in before
    assert "siaga-112-demo" in before
    assert centre.answers()
    note = json.loads((centre.directory / "run.json").read_text())
    assert centre.process
    assert note["pid"] == centre.process.pid


def test_a_second_start_on_the_same_data_is_refused_in_one_line(centre: Centre) -> None:
    argv = [sys.executable, "manage.py", "up", "--demo"]
    second = subprocess.run(argv, cwd=PROJECT, env=centre.environment(), capture_output=True, text=True)
    assert second.returncode == 1
    assert re.fullmatch(r"manage.py: already running on .*\n", second.stderr)


def test_other_commands_find_the_running_database(centre: Centre) -> None:
    argv = [sys.executable, "manage.py", "shell", "-v0", "-c"]
    argv.append("from agencies.models import Agency; print(Agency.objects.exists())")
    found = subprocess.run(argv, cwd=PROJECT, env=centre.environment(), capture_output=True, text=True)
    assert found.stdout.strip().splitlines()[-1:] == ["True"], found.stderr


def test_sigterm_stops_everything_and_the_second_start_is_quick(centre: Centre) -> None:
    assert centre.stop() == 0
    assert centre.processes() == []
    assert not (centre.directory / "run.json").exists()
    assert not (centre.directory / "postgres" / "postmaster.pid").exists()
    factor = slowdown()
    assert centre.start() < SECOND_START_SECONDS * max(factor, slowdown())


def test_a_killed_supervisor_leaves_no_orphan(centre: Centre) -> None:
    assert centre.process
    assert len(centre.processes()) > len(PROCESSES)
    centre.stop(signal.SIGKILL)
    assert wait_gone(centre, 10), centre.processes()
    centre.start()  # and its leftovers are in nobody's way
    assert centre.answers()


def test_while_valkey_does_not_answer_reports_are_saved_and_reach_the_other_screens(
    centre: Centre, browser: Browser
) -> None:
    """Frozen and not killed: a killed one is back before a screen has noticed. Screens that are not cut off do not say
    so: what Valkey no longer rings for, the feed finds in the database."""
    wait_for_return(centre, [], 60)
    url, valkey = f"http://127.0.0.1:{centre.ports[0]}", centre.children()["valkey"]
    with (
        signed_in(browser, url, "operator.madiun") as operator,
        signed_in(browser, url, "damkar.madiun") as desk,
    ):
        screens = [operator.page, desk.page]
        for page in screens:
            wait_live(page)
        os.kill(valkey, signal.SIGSTOP)
        try:
            time.sleep(5)  # everything that had an answer of it on the way has seen it fail
            number = report_by_keyboard(operator.page, place="Taman", words="kebakaran rumah di kelurahan Taman")
            expect(row(desk.page, number)).to_be_visible(timeout=10_000)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(valkey, signal.SIGCONT)
        for page in screens:
            expect(page.locator("#age")).to_have_attribute("data-link", "live", timeout=30_000)


def test_each_killed_process_is_back_within_five_seconds(centre: Centre) -> None:
    wait_for_return(centre, [], 60)
    for name in PROCESSES:
        before = centre.children()
        os.kill(before[name], signal.SIGKILL)
        wait_for_return(centre, [before[name]], BACK_SECONDS)


@pytest.mark.parametrize("victim", ["web", "worker-chores"])
def test_killed_workers_and_their_killed_parents_leave_the_work_to_new_ones(centre: Centre, victim: str) -> None:
    wait_for_return(centre, [], 60)
    parent = centre.children()[victim]
    old = workers_of(parent)
    os.kill(parent, signal.SIGKILL)  # its workers would go on sharing the port, or the queue, with the new ones
    wait_for_return(centre, [parent], BACK_SECONDS)
    assert not set(old) & set(centre.processes())
    assert not pids_that_answer(centre) & set(old)

    workers = workers_of(centre.children()[victim])
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    time.sleep(0.5)
    wait_for_return(centre, [], BACK_SECONDS)
    assert not pids_that_answer(centre) & set(workers)


def test_a_worker_that_dies_again_and_again_does_not_take_the_others_with_it(centre: Centre) -> None:
    wait_for_return(centre, [], 60)
    parent = centre.children()["web"]
    workers_of(parent)
    for _ in range(4):  # granian by itself ends the server at the second death within 5.5 s
        for worker in child_ids(parent):
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        time.sleep(1)
    wait_for_return(centre, [], BACK_SECONDS)
    assert centre.children()["web"] == parent
    assert len(workers_of(parent)) == 2
