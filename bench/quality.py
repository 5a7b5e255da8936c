"""How often triage is right: our rules beside a plain keyword list, on labelled reports.

    python -m bench.quality tests/unit/data/reports/tuning.jsonl [--wrong] [--speed]

A line of a file: {"id", "text", "type", "accept_types", "extra_types", "priority"}. Right = the answer is one of
`accept_types`. `--wrong` lists the lines that were answered wrongly; never use it on reports that are held out.
`--speed` measures one process and thread on the file's texts instead, with the shipped rules and with 5,000.
"""

import argparse
import gc
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from incidents.triage import PRIORITIES, TYPES, CompiledRules, RuleSource, builtin_rules, classify, compile_rules

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


MANY_RULES = 5_000
_SYLLABLES = ("bla", "dro", "ske", "tri", "gru", "plo", "kra", "swi")
_ROUNDS = 3


def many_rules() -> CompiledRules:
    """The shipped rules and copies of them that ask for one more, invented word, 5,000 together."""
    chance = random.Random(112)  # the same rules in every run
    shipped = [row for source in builtin_rules() for row in source.data.get("rule", ()) if row.get("type")]
    rows = []
    for number in range(MANY_RULES - len(shipped)):
        row = dict(chance.choice(shipped))
        words = ["".join(chance.choices(_SYLLABLES, k=5)) for _ in range(8)]
        copies = [f"{p} & {w}" for p, w in zip(row["phrases"], words, strict=False) if p.count("&") < 2]
        rows.append({**row, "id": f"copy.{number}", "phrases": [*copies, " ".join(words[-2:])]})
    return compile_rules(*builtin_rules(), RuleSource("copies", "copies-1", {"rule": rows}))


def speed(texts: Sequence[str], rules: CompiledRules) -> dict[str, float]:
    """Reports per second of processor time and milliseconds of a single one, the best of three rounds."""
    for text in texts:
        classify(text, rules)
    gc.collect()
    gc.freeze()
    rounds = [_round(texts, rules) for _ in range(_ROUNDS)]
    return {"rules": len(rules.rules), **max(rounds, key=lambda found: found["per_second"])}


def _round(texts: Sequence[str], rules: CompiledRules) -> dict[str, float]:
    began, times = time.process_time(), []
    for text in texts:
        start = time.perf_counter()
        classify(text, rules)
        times.append((time.perf_counter() - start) * 1000)
    spent = time.process_time() - began
    times.sort()
    return {
        "per_second": round(len(texts) / spent),
        "p50_ms": round(times[len(times) // 2], 3),
        "p99_ms": round(times[int(len(times) * 0.99)], 3),
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
    made.add_argument("--speed", action="store_true")
    given = made.parse_args()
    if given.speed:
        texts = [row["text"] for row in read(given.file)]
        for rules in (compile_rules(builtin_rules()), many_rules()):
            print(json.dumps(speed(texts, rules)))
        return
    found = score(read(given.file), of_rules())
    wrong = found.pop("wrong")
    print(json.dumps(found, indent=1))
    for row, said in wrong if given.wrong else ():
        print(f"{row['id']}  {'/'.join(row['accept_types'])} ← {said.types[0]}  {row['text']}")


if __name__ == "__main__":
    main()
