"""`make chaos` and `make chaos-ci`: break the running system row by row, print each ledger, fail on a broken promise.

`make chaos` runs every row with its full counts (or the rows named in ARGS) and writes the table in BENCHMARKS.md.
`make chaos-ci` runs the short ones with small counts, names the others, and writes nothing.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bench import machine
from bench.chaos import page
from bench.chaos.catalogue import CI_ORDER, CI_SECONDS, ROWS, START_SECONDS, Row
from bench.chaos.stack import Stack
from bench.chaos.trial import Trial
from callcenter112.embedded.application import PROJECT
from callcenter112.embedded.process import Refused

WHOLE_SECONDS = 40


def options() -> argparse.Namespace:
    made = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    made.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}")
    made.add_argument("--ci", action="store_true", help="small counts, only the rows that CI has time for")
    made.add_argument("--no-page", action="store_true", help="leave BENCHMARKS.md alone")
    made.add_argument("--keep", action="store_true", help="keep the data directory for a look")
    given = made.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        made.error(f"no such row: {', '.join(sorted(unknown))}")
    return given


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def chosen(given: argparse.Namespace) -> list[Row]:
    """The rows to run; CI's choice is printed with what it leaves out."""
    if given.rows:
        return [ROWS[name] for name in given.rows]
    if not given.ci:
        return list(ROWS.values())
    print("runs:    " + ", ".join(CI_ORDER))
    print("skipped: " + ", ".join(name for name in ROWS if name not in CI_ORDER) + " (make chaos)")
    return [ROWS[name] for name in CI_ORDER]


def run_row(row: Row, stack: Stack, given: argparse.Namespace) -> Trial:
    """One row; whatever goes wrong in it is a broken promise."""
    trial, began, load = Trial(row.name, stack, full=not given.ci), time.monotonic(), machine.load()
    say(f"{row.name}: {row.fault}")
    try:
        if row.needs_stack:
            stack.wait_until_whole(WHOLE_SECONDS)
        asyncio.run(row.run(trial))
        if row.needs_stack and not trial.skipped:
            trial.figures["whole_again_s"] = round(stack.wait_until_whole(WHOLE_SECONDS), 1)
    except Exception as error:
        traceback.print_exc()
        trial.broken.append(f"it ended with {type(error).__name__}: {error}")
    trial.seconds, trial.load = round(time.monotonic() - began), (load, machine.load())
    tell(trial)
    return trial


def tell(trial: Trial) -> None:
    if trial.skipped:
        say(f"  skipped: {trial.skipped}")
        return
    say(f"  {trial.counts}; {trial.ledger_line()} ({trial.seconds:.0f} s, load {trial.load[0]:g} → {trial.load[1]:g})")
    for text in trial.broken:
        say(f"  BROKEN: {text}")
    if wrong := trial.figures.pop("wrong", None):
        print(json.dumps(wrong, ensure_ascii=False)[:2000])


def left_over(rows: list[Row], began: float, given: argparse.Namespace) -> Callable[[Row], bool]:
    """Whether CI has time for a row; the first one is always run, and so are rows that were asked for by name.

    To be asked once the system has started: how long that took says how slow the machine is.
    """
    pace = max(1.0, (time.monotonic() - began) / START_SECONDS)

    def fits(row: Row) -> bool:
        if not given.ci or given.rows or row is rows[0]:
            return True
        return time.monotonic() - began + pace * row.ci_seconds <= CI_SECONDS

    return fits


def left_out(row: Row, stack: Stack) -> Trial:
    trial = Trial(row.name, stack, full=False, skipped=f"no time left of {CI_SECONDS} s on this machine (make chaos)")
    say(f"{row.name}: {row.fault}")
    tell(trial)
    return trial


def run(given: argparse.Namespace) -> list[Trial]:
    """The rows share one system; rows that need another one start their own. Raises Refused."""
    rows, found, began, started = chosen(given), [], time.monotonic(), datetime.now().astimezone()
    with contextlib.ExitStack() as stay:
        stack = Stack()
        if any(row.needs_stack for row in rows):
            stay.enter_context(stack)
            say(f"the system runs in {stack.directory}")
        fits = left_over(rows, began, given)
        for row in rows:
            found.append(run_row(row, stack, given) if fits(row) else left_out(row, stack))
            save(found, given, started)  # who ends the program early keeps what was found
        if given.keep:
            stack.own = False
    return found


def save(found: list[Trial], given: argparse.Namespace, started: datetime) -> None:
    """Everything that was found so far: as a file beside the benchmark's, and in the page."""
    result = {
        "date": started.isoformat(timespec="minutes"), "machine": machine.facts(),
        "full": not given.ci,
        "rows": [{**{k: v for k, v in vars(trial).items() if k not in ("stack", "links", "sent")}} for trial in found],
    }  # fmt: skip
    folder = Path(os.environ.get("DATA_DIR") or PROJECT / "var") / "chaos"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result['date'].replace(':', '')}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n")
    if not given.ci and not given.no_page:
        page.write(PROJECT / "BENCHMARKS.md", result)


def main() -> int:
    given, began = options(), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the system that was started is stopped, too
    try:
        found = run(given)
    except Refused as error:
        print(f"make chaos: {error}", file=sys.stderr)
        return 1
    broken = [trial.name for trial in found if trial.broken]
    ran = [trial for trial in found if not trial.skipped]
    say(
        f"{len(ran)} of {len(found)} rows in {time.monotonic() - began:.0f} s: "
        + (f"BROKEN {', '.join(broken)}" if broken else "all promises kept")
    )
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
