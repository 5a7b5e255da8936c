"""The table of BENCHMARKS.md. Only the program writes between the two markers."""

import statistics
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def median(runs: list[dict[str, Any]], *path: str) -> float | None:
    """The median of one figure over the runs; None when a run lacks it."""
    values = []
    for run in runs:
        value: Any = run
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is None:
            return None
        values.append(float(value))
    return statistics.median(values) if values else None


ROWS = (
    ("creates a second, 8 clients", ("create8", "per_second"), "more"),
    ("create p50 (ms), 8 clients", ("create8", "ms", "p50"), "less"),
    ("create p99 (ms), 8 clients", ("create8", "ms", "p99"), "less"),
    ("processor ms per create, 8 clients", ("create8", "cpu_ms"), "less"),
    ("create p50 (ms), 1 client", ("create1", "ms", "p50"), "less"),
    ("create p99 (ms), 1 client", ("create1", "ms", "p99"), "less"),
)
FAN_OUT_ROWS = (
    ("POST sent → first of {n} sockets, p50 (ms)", ("first_ms", "p50")),
    ("POST sent → median of {n} sockets, p50 (ms)", ("median_ms", "p50")),
    ("POST sent → last of {n} sockets, p50 (ms)", ("last_ms", "p50")),
    ("POST sent → last of {n} sockets, p99 (ms)", ("last_ms", "p99")),
    ("processor ms per report and socket, {n} sockets", ("cpu_ms_per_delivery",)),
    ("processor ms per frame, {n} sockets", ("cpu_ms_per_frame",)),
    ("deliveries missing, {n} sockets", ("missing_deliveries",)),
)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _row(label: str, plain: float | None, ours: float | None, better: str) -> str:
    ratio = "–"
    if plain and ours:
        ratio = f"{(ours / plain if better == 'more' else plain / ours):.1f}×"
    return f"| {label} | {_number(plain)} | {_number(ours)} | {ratio} |"


def rows(result: dict[str, Any]) -> list[str]:
    """The lines of the table below its head."""
    plain, ours = result["runs"]["plain"], result["runs"]["siaga"]
    made = [_row(label, median(plain, *path), median(ours, *path), better) for label, path, better in ROWS]
    asked = result["statements"]
    made.insert(4, _row("statements per create", asked["plain"], asked["siaga"], "less"))
    for count in result["sockets"]:
        for label, path in FAN_OUT_ROWS:
            where = (f"fan{count}", *path)
            made.append(_row(label.format(n=count), median(plain, *where), median(ours, *where), "less"))
    return made


def _machine(result: dict[str, Any]) -> str:
    facts = result["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in facts["packages"].items())
    return (
        f"{result['date']}, commit {facts['commit']}: {facts['cores']} cores ({facts['processor']}), "
        f"{facts['memory_gb']} GB, {facts['system']}, Python {facts['python']}, PostgreSQL {facts['postgresql']}, "
        f"Valkey {facts['valkey']}, {packages}. Load average before the runs {result['load_before']}, "
        f"after them {result['load_after']}."
    )


def _verdict(result: dict[str, Any]) -> str:
    """Whether the plain application behaved as it is known to."""
    runs = result["runs"]["plain"]
    one, eight = (_number(median(runs, name, "cpu_ms")) for name in ("create1", "create8"))
    asked = f"{result['statements']['plain']:g} statements"
    known = f"{asked}, {one} processor ms per create with one client, {eight} with eight"
    if result["void"]:
        return (
            f"**By the rule for it the run of the plain application is VOID: {'; '.join(result['void'])}.** ({known})"
        )
    return f"The run of the plain application is valid ({known})."


def text(result: dict[str, Any]) -> str:
    """Everything that stands between the markers."""
    triage = result["classification"]
    parts = median_parts(result["runs"]["siaga"])
    lines = [
        _machine(result), "",
        f"Medians of {result['rounds']} alternating rounds.", "",
        "| | plain application | Siaga 112 | ratio |", "|---|---:|---:|---:|", *rows(result), "",
        _verdict(result), "",
        "Processor ms per create of Siaga 112 by process: "
        + ", ".join(f"{name} {_number(used)}" for name, used in parts.items()) + ".", "",
        f"Classification alone, one process: {triage['per_second']} reports a second, p50 {triage['p50_ms']} ms, "
        f"p99 {triage['p99_ms']} ms.", "",
        _looked_up(result), "",
        _screens(result["screens"]), "",
        *triage_text(result["triage"]),
    ]  # fmt: skip
    return "\n".join(lines)


def _screens(found: dict[str, Any]) -> str:
    """Board and suggestions of this system, measured once."""
    board, typing = found["board"], found["typing"]
    return (
        f"Board of {board['open']} open incidents: p50 {_number(board['ms']['p50'])} ms, p99 "
        f"{_number(board['ms']['p99'])} ms. Suggestion while {typing['clients']} people type: p50 "
        f"{_number(typing['ms']['p50'])} ms, p99 {_number(typing['ms']['p99'])} ms."
    )


def _looked_up(result: dict[str, Any]) -> str:
    """Duplicates and places, each in one process without a server."""
    likely, places = result["duplicates"], result["places"]
    return (
        f"Duplicates among {likely['open']} open incidents: p50 {likely['warm_p50_ms']} ms, "
        f"p99 {likely['warm_p99_ms']} ms. "
        f"Region of a point: p99 {places['region_us']['p99']} µs; its area: p99 {places['area_us']['p99']} µs; "
        f"a phrase among {places['places']} places: p99 {places['search_ms']['p99']} ms."
    )


TRIAGE_ROWS = (
    ("right family leads", "lead", "≥ 95 %"),
    ("among the first two", "first_two", "≥ 98 %"),
    ("recall, mean of the families", "macro_recall", "≥ 94 %"),
    ("further families found", "supporting", "≥ 85 %"),
    ("… of those given, right", "supporting_precision", "≥ 60 %"),
    ("priority off by two or more", "priority_far_off", "≤ 3 %"),
    ("false alarms on what is no emergency", "false_alarm", "≤ 5 %"),
    ("asks for a look, of all", "review", "≤ 15 %"),
    ("asks for a look, of the wrong ones", "review_of_wrong", "≥ 50 %"),
)


ONLY_TYPES = ("lead", "first_two", "macro_recall", "false_alarm")
"""What can be asked of a guesser that knows types and nothing else."""


def triage_text(figures: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
    """How often triage is right, beside a list of key words and a learned linear model, on two sets of reports."""
    sets = list(figures)
    names = ("key words", "linear", "rules")
    lines = ["| triage | aim | " + " | ".join(f"{name}, {one}" for one in sets for name in names) + " |"]
    lines.append("|---|---|" + "---:|" * (len(sets) * len(names)))
    for label, key, aim in TRIAGE_ROWS:
        cells = [
            f"{figures[one][name][key]:.1%}" if name == "rules" or key in ONLY_TYPES else "–"
            for one in sets for name in names
        ]  # fmt: skip
        lines.append(f"| {label} | {aim} | " + " | ".join(cells) + " |")
    numbers = ", ".join(f"{one}: {figures[one]['rules']['reports']} reports" for one in sets)
    return [*lines, "", f"{numbers}. See tests/unit/data/reports/README.md for what each set shows."]


def median_parts(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Processor time per create of each kind of process."""
    names = sorted({name for run in runs for name in run["create8"]["cpu_parts_ms"]})
    return {name: median(runs, "create8", "cpu_parts_ms", name) or 0.0 for name in names}


def write(path: Path, result: dict[str, Any]) -> None:
    """Replace what stands between the markers of the page."""
    before, _, rest = path.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{text(result)}\n{END}{after}")
