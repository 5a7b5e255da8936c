"""`make bench`: this system and the plain reference application, measured one after the other on this machine.

Never are both running: plain, ours, plain, ours … `--rounds` times, each started, warmed up, measured and stopped.
All on loopback, bounded by counts and by seconds. Results: DATA_DIR/bench/<time>.json, and the table in BENCHMARKS.md.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import baselines, machine, measure, table
from bench.measure import Failed
from bench.ours import Ours
from bench.plain import POSTGRES_PORT, VALKEY_PORT, Plain
from bench.side import Side
from callcenter112.embedded.process import Refused

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "BENCHMARKS.md"
PLAIN_STATEMENTS = 18
PLAIN_CPU_MS = (35.0, 55.0)
"""Known of the plain application on daphne (with one client or with eight): outside of it the run is void."""
AGENCIES_PER_REPORT = 3
WARMUP = 60
BOARD, TYPING = 1000, 50
"""Open incidents on the board that is fetched; people who type at the same time."""
SETTLE_SECONDS = 12


def options() -> argparse.Namespace:
    made = argparse.ArgumentParser(prog="make bench", description=__doc__)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=8, help="of each create run at most")
    made.add_argument("--events", type=int, default=40, help="of each run with sockets")
    made.add_argument("--full", action="store_true", help="with 200 and 1,000 sockets too (some minutes more)")
    made.add_argument("--only", choices=["plain", "siaga"], help="one side only; nothing is written")
    made.add_argument("--no-page", action="store_true", help="leave BENCHMARKS.md alone")
    return made.parse_args()


def free_port() -> int:
    """A port whose follower is free too."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port


def check_ports() -> None:
    """Raises Refused when a port that the plain application's settings name is taken."""
    for port in (POSTGRES_PORT, VALKEY_PORT):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Refused(f"port {port} is taken, and the plain application's settings name it") from error


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def measure_side(side: Side, given: argparse.Namespace, sockets: list[int]) -> dict[str, Any]:
    """All measurements of one side in one round."""
    measure.settle(side, seconds=SETTLE_SECONDS)
    measure.create(side, clients=8, count=WARMUP, seconds=20)
    many = {"clients": 8, "count": 6000, "seconds": given.seconds}
    found: dict[str, Any] = {"load": machine.load(), "create8": measure.create(side, **many)}
    found["create1"] = measure.create(side, clients=1, count=400, seconds=given.seconds / 2)
    for count in sockets:
        rate = 4 if count <= 200 else 1
        events = given.events if count <= 200 else min(given.events, 15)
        found[f"fan{count}"] = measure.fan_out(side, subscribers=count, rate=rate, count=events)
    return found


def run(given: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """Alternate the two sides; returns everything that was found. Raises Failed, Refused."""
    sockets = [50, 200, 1000] if given.full else [50]
    sides: list[Plain | Ours] = [
        Plain(directory / "plain", free_port(), AGENCIES_PER_REPORT),
        Ours(directory / "siaga", free_port()),
    ]
    result: dict[str, Any] = {
        "date": datetime.now().astimezone().isoformat(timespec="minutes"), "rounds": given.rounds, "sockets": sockets,
        "machine": machine.facts(), "load_before": machine.load(), "runs": {"plain": [], "siaga": []},
        "statements": {}, "answers": {},
    }  # fmt: skip
    for number in range(given.rounds):
        for system in sides:
            if given.only and system.name != given.only:
                continue
            with system.running() as side:
                say(f"round {number + 1}: {side.name} runs")
                if number == 0:
                    _look(side, result)
                if number == 0 and isinstance(system, Ours):
                    result["screens"] = _screens(system.elsewhere(side))
                found = measure_side(side, given, sockets)
            result["runs"][side.name].append(found)
            say(_line(found, sockets))
    result["load_after"] = machine.load()
    result["classification"] = measure.alone("triage")
    result["duplicates"] = measure.alone("duplicates")
    result["places"] = measure.alone("places")
    result["triage"] = baselines.compared()
    return result


def _screens(side: Side) -> dict[str, Any]:
    """What only this system has: the board, and the suggestion while people type."""
    board = measure.board(side, incidents=BOARD)
    return {"board": board, "typing": measure.typing(side, people=TYPING, seconds=10)}


def _look(side: Side, result: dict[str, Any]) -> None:
    """Once: what it answers, and how many statements that takes."""
    for _ in range(WARMUP // 3):
        answer = measure.post(side)
    facts = measure.shared_fields(answer)
    if len(facts["assignments"]) != AGENCIES_PER_REPORT:
        raise Failed(f"{side.name} alarmed {len(facts['assignments'])} agencies, not {AGENCIES_PER_REPORT}")
    result["answers"][side.name] = answer
    result["statements"][side.name] = measure.statements(side)


def _line(found: dict[str, Any], sockets: list[int]) -> str:
    eight = found["create8"]
    text = (
        f"  {eight['per_second']} creates/s, p50 {eight['ms']['p50']} ms, p99 {eight['ms']['p99']} ms, "
        f"{eight['cpu_ms']} processor ms each; 1 client p50 {found['create1']['ms']['p50']} ms"
    )
    for count in sockets:
        fan = found[f"fan{count}"]
        last = fan["last_ms"]
        text += f"; {count} sockets: last p50 {last.get('p50')} p99 {last.get('p99')} ms"
        text += f", {fan['missing_deliveries']} missing" if fan["missing_deliveries"] else ""
    return text


def why_void(result: dict[str, Any]) -> list[str]:
    """Reasons for which the plain application's run does not count."""
    reasons = []
    if result["statements"]["plain"] != PLAIN_STATEMENTS:
        reasons.append(f"{result['statements']['plain']:g} statements instead of {PLAIN_STATEMENTS}")
    low, high = PLAIN_CPU_MS
    used = [table.median(result["runs"]["plain"], name, "cpu_ms") or 0.0 for name in ("create1", "create8")]
    if not any(low <= one <= high for one in used):
        found = f"{used[0]:.1f} with one client and {used[1]:.1f} with eight"
        reasons.append(f"{found} processor ms per create, expected {low:.0f} to {high:.0f}")
    return reasons


def save(result: dict[str, Any]) -> Path:
    folder = Path(os.environ.get("DATA_DIR") or PROJECT / "var") / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result['date'].replace(':', '')}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return path


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A directory for the data of both sides, removed at the end. Short: socket paths have a limit."""
    directory = Path(tempfile.mkdtemp(prefix="siaga-bench-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main() -> int:
    given = options()
    began = time.monotonic()
    try:
        check_ports()
        with scratch() as directory:
            result = run(given, directory)
    except (Failed, Refused) as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    result["seconds"] = round(time.monotonic() - began)
    if given.only:
        print(json.dumps(result["runs"][given.only][-1], indent=1))
        return 0
    result["void"] = why_void(result)
    path = save(result)
    print(table.text(result), f"\nAll figures: {path} ({result['seconds']} s)")
    if not given.no_page:
        table.write(PAGE, result)
    if result["void"]:
        print("make bench: this run is VOID, and the page says so", file=sys.stderr)
    return int(bool(result["void"]))


if __name__ == "__main__":
    sys.exit(main())
