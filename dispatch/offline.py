"""What a report would be decided to be, from text alone: the shipped rules and a region's pack file.

`manage.py classify` without Django: no database, no server, a start in a third of a second. Pure except for `main`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agencies.cleaning import clean_text
from agencies.pack import PackError, PackProblem
from agencies.packref import region_of_pack
from agencies.reference import RegionRef, TypeRef
from dispatch.reports import Decision, Located, Report, decide
from incidents.places import area_named
from incidents.ruleset import in_indonesian, lay_over, source_of
from incidents.triage import Classification, CompiledRules, RuleError, builtin_rules, classify, compile_rules

MOST_CANDIDATES = 5
NATIONWIDE = RegionRef(code="", name="", kind="", zone="UTC", stage="")
"""No region: the rule's answer stands, nobody is mapped."""


class BadLine(ValueError):
    """A line that is no report; the message says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What reports are decided with."""

    rules: CompiledRules
    region: RegionRef

    @classmethod
    def of(cls, region: str = "") -> Desk:
        """The desk of a region with a pack (code or file), or of the whole country. Raises PackError."""
        found = region_of_pack(region) if region else NATIONWIDE
        return cls(rules_of(found), found)

    def decide(self, text: str, at: datetime) -> Decision:
        """Type, priority and agencies of a cleaned text."""
        named = area_named(text, self.region.areas.values())
        around = named.with_around if named else ()
        return decide(
            Report(self.region.code, text), classify(text, self.rules), Located(areas=around), self.region, at
        )

    def answer(self, entry: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        """One line of the answer for one `{"id", "text"}`."""
        text = _text_of(entry)
        decision = self.decide(text, at)
        ruled = decision.classification
        return {
            "id": entry.get("id"),
            "type": decision.type.code,
            "subtype": decision.subtype,
            "priority": decision.priority,
            "confidence": ruled.confidence,
            "candidates": _candidates(decision.type, ruled),
            "extra_types": [code for code in ruled.extra_types if code != decision.type.code],
            "agencies": [{"code": c.agency.code, "role": c.role} for c in decision.routing.chosen],
            "reasons": [
                {"rule": r.rule, "version": r.version, "text": r.text, "start": r.start, "end": r.end}
                for r in ruled.reasons
            ],
            "needs_review": ruled.needs_review or not text.strip(),
        }


def rules_of(region: RegionRef) -> CompiledRules:
    """The shipped rules with the pack's own over them. Raises PackError when those cannot be used."""
    rules = compile_rules(builtin_rules())
    own = region.rule_set
    if own is None:
        return rules
    types = {kind.code: kind.base for kind in region.types.values() if kind.code != kind.base}
    try:
        return lay_over(rules, source_of(region.code, own.version, own.rules), types)
    except RuleError as error:
        found = [PackProblem(region.code, f"rules.{p.rule}.{p.key}", in_indonesian(p.message)) for p in error.problems]
        raise PackError(found) from error


def _text_of(entry: Mapping[str, Any]) -> str:
    """As the API takes it: anything that is no text becomes text, nothing at all is an empty report."""
    value = entry.get("text")
    if value is None:
        return ""
    return clean_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _candidates(type_: TypeRef, ruled: Classification) -> list[dict[str, Any]]:
    """Best first, beginning with the type that stands: a region may see a subtype as another type than the rules."""
    found = [(c.type, c.score) for c in ruled.candidates]
    if not found or found[0][0] != type_.code:
        best = found[0][1] if found else ruled.confidence
        found = [(type_.code, best), *(row for row in found if row[0] != type_.code)]
    return [{"type": code, "score": score} for code, score in found[:MOST_CANDIDATES]]


def read_line(line: str) -> Mapping[str, Any]:
    """One JSON line. Raises BadLine."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"bukan JSON yang sah: {error}") from error
    if not isinstance(entry, dict):
        raise BadLine('bukan objek {"id", "text"}')
    return entry


def answer_lines(
    lines: Iterable[bytes], desk: Desk, at: datetime, *, write: Callable[[str], Any], complain: Callable[[str], Any]
) -> int:
    """Answer each line at once; a line that is no report is named with its number. Returns how many those were."""
    bad = 0
    for number, raw in enumerate(lines, 1):
        line = raw.decode("utf-8", errors="replace").lstrip("\ufeff").strip()
        if not line:
            continue
        try:
            answer = desk.answer(read_line(line), at)
        except BadLine as error:
            bad += 1
            complain(f"baris {number}: {error}")
        else:
            write(json.dumps(answer, ensure_ascii=False))
    return bad


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", default="", metavar="KODE", help="kode wilayah, untuk instansi yang dikirim")


def main(arguments: Sequence[str]) -> int:
    """The command line; the exit code: 1 when a line was no report or the region has no usable pack."""
    parser = argparse.ArgumentParser("manage.py classify", description="Menggolongkan baris JSON dari masukan baku.")
    add_arguments(parser)
    return run(parser.parse_args(arguments).region)


def run(region: str) -> int:
    """Standard input to standard output with the shipped data of now; the exit code."""
    try:
        desk = Desk.of(region)
    except PackError as error:
        print(error, file=sys.stderr)
        return 1
    # An id may hold a lone surrogate: backslashreplace turns it into the JSON escape that it came from.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        bad = answer_lines(
            sys.stdin.buffer, desk, datetime.now(UTC),
            write=lambda line: print(line, flush=True), complain=lambda line: print(line, file=sys.stderr),
        )  # fmt: skip
    except BrokenPipeError:  # the reader has seen enough
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 1 if bad else 0
