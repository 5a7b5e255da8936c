"""How often triage is right: our rules beside a plain keyword list, on labelled reports.

    python -m bench.quality tests/unit/data/reports/tuning.jsonl [--wrong]

A line of a file: {"id", "text", "type", "accept_types", "extra_types", "priority"}. Right = the answer is one of
`accept_types`. `--wrong` lists the lines that were answered wrongly; never use it on reports that are held out.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incidents.triage import PRIORITIES, TYPES, builtin_rules, classify, compile_rules

NO_EMERGENCY = "other_non_emergency"
FAMILIES = (*TYPES, NO_EMERGENCY) if NO_EMERGENCY not in TYPES else tuple(TYPES)


@dataclass(frozen=True, slots=True)
class Guess:
    """An answer to one report: families, best first; further families; priority; whether it asks for a look."""

    types: Sequence[str]
    extra: Sequence[str] = ()
    priority: str = ""
    needs_review: bool = False


Guesser = Callable[[str], Guess]


def of_rules() -> Guesser:
    """The shipped rules."""
    rules = compile_rules(builtin_rules())

    def guess(text: str) -> Guess:
        found = classify(text, rules)
        types = [c.type for c in found.candidates] or [found.type]
        return Guess([found.type, *(t for t in types if t != found.type)], found.extra_types, found.priority,
                     found.needs_review)  # fmt: skip

    return guess


def score(rows: Iterable[Mapping[str, Any]], guess: Guesser) -> dict[str, Any]:
    """All figures of one guesser over labelled reports; shares from 0 to 1. `wrong` are the rows answered wrongly."""
    pairs = [(row, guess(row["text"])) for row in rows]
    wrong = [(row, said) for row, said in pairs if said.types[0] not in row["accept_types"]]
    missed = {row["id"] for row, _ in wrong}
    by_label = Counter(row["type"] for row, _ in pairs)
    right_by_label = Counter(row["type"] for row, _ in pairs if row["id"] not in missed)
    wanted = sum(len(row["extra_types"]) for row, _ in pairs)
    given = sum(len(said.extra) for _, said in pairs)
    hit = sum(len(set(row["extra_types"]) & set(said.extra)) for row, said in pairs)
    calm = [(row, said) for row, said in pairs if row["type"] == NO_EMERGENCY]
    return {
        "reports": len(pairs),
        "lead": _share(len(pairs) - len(wrong), len(pairs)),
        "first_two": _share(sum(bool({*said.types[:2]} & {*row["accept_types"]}) for row, said in pairs), len(pairs)),
        "macro_recall": _share(sum(right_by_label[t] / n for t, n in by_label.items()), len(by_label)),
        "supporting": _share(hit, wanted),
        "supporting_precision": _share(hit, given),
        "priority_far_off": _share(sum(_steps(row["priority"], said.priority) >= 2 for row, said in pairs), len(pairs)),
        "false_alarm": _share(sum(said.types[0] != NO_EMERGENCY for _, said in calm), len(calm)),
        "review": _share(sum(said.needs_review for _, said in pairs), len(pairs)),
        "review_of_wrong": _share(sum(said.needs_review for _, said in wrong), len(wrong)),
        "by_label": {t: _share(right_by_label[t], n) for t, n in sorted(by_label.items())},
        "wrong": wrong,
    }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 1.0


def _steps(one: str, other: str) -> int:
    return abs(PRIORITIES.index(one) - PRIORITIES.index(other)) if other else 0


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def main() -> None:
    made = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    made.add_argument("file", type=Path)
    made.add_argument("--wrong", action="store_true")
    given = made.parse_args()
    found = score(read(given.file), of_rules())
    wrong = found.pop("wrong")
    print(json.dumps(found, indent=1))
    for row, said in wrong if given.wrong else ():
        print(f"{row['id']}  {'/'.join(row['accept_types'])} ← {said.types[0]}  {row['text']}")


if __name__ == "__main__":
    main()
