"""The table of faults in BENCHMARKS.md. Only the program writes between the two markers; a row that was not run again
keeps the line of its last run, with its date."""

import re
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- chaos:begin -->", "<!-- chaos:end -->"
HEAD = (
    "| row | fault | counts | sent / acknowledged / stored | lost / invented / double | figures | promises | run |\n"
    "|---|---|---|---|---|---|---|---|"
)
LINE = re.compile(r"^\| ([a-z0-9-]+) \|")


def _figures(found: dict[str, Any]) -> str:
    said = []
    for name, value in found.items():
        if isinstance(value, dict):
            value = " / ".join(f"{key} {one:g}" if isinstance(one, int | float) else f"{key} {one}"
                               for key, one in value.items())  # fmt: skip
        said.append(f"{name} {value}")
    return "; ".join(said) or "–"


def _load(row: dict[str, Any]) -> str:
    before, after = row.get("load", (0, 0))
    return f"{before:g} → {after:g}" if before else "not noted"


def line(row: dict[str, Any], fault: str, date: str, commit: str) -> str:
    """One row of the table."""
    if row["skipped"]:
        return f"| {row['name']} | {fault} | – | – | – | – | skipped: {row['skipped']} | {date} {commit} |"
    verdict = row["verdict"]
    sets = " / ".join(str(verdict[name]) for name in ("sent", "acknowledged", "stored")) if verdict else "–"
    wrong = " / ".join(str(verdict[name]) for name in ("lost", "invented", "duplicates")) if verdict else "–"
    held = f"**BROKEN: {'; '.join(row['broken'])}**" if row["broken"] else f"{len(row['kept'])} kept"
    return (
        f"| {row['name']} | {fault} | {row['counts']} | {sets} | {wrong} | {_figures(row['figures'])} | {held} "
        f"| {date} {commit}, {row['seconds']} s, load {_load(row)} |"
    )


def merged(old: str, result: dict[str, Any], order: list[str], faults: dict[str, str]) -> str:
    """What stands between the markers after this run."""
    lines = {found[1]: text for text in old.splitlines() if (found := LINE.match(text))}
    commit = str(result["machine"]["commit"])
    for row in result["rows"]:
        lines[row["name"]] = line(row, faults[row["name"]], result["date"][:16], commit)
    return "\n".join([HEAD, *(lines[name] for name in order if name in lines)])


def write(path: Path, result: dict[str, Any]) -> None:
    """Replace what stands between the markers of the page."""
    from bench.chaos.catalogue import ROWS  # the rows know the trial, the page knows neither

    before, _, rest = path.read_text().partition(BEGIN)
    old, _, after = rest.partition(END)
    faults = {name: row.fault for name, row in ROWS.items()}
    path.write_text(f"{before}{BEGIN}\n{merged(old, result, list(ROWS), faults)}\n{END}{after}")
