"""What is going to happen in a simulation, drawn from a seed before anything is sent. Pure."""

from __future__ import annotations

import random
import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MATERIAL = Path(__file__).parent / "material.toml"
MOST_RATE = 500.0
"""Calls a second: ten times a national surge."""
Point = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One request. `path` may name the ids made by earlier steps of the same call: {call}, {incident}."""

    after: float
    """Seconds since the call's step before."""
    name: str
    path: str
    body: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Call:
    """One simulated call with its steps; `at` is seconds from the start."""

    at: float
    disposition: str
    steps: tuple[Step, ...]


def read_material() -> dict[str, Any]:
    """Shares, details and narratives as shipped."""
    with MATERIAL.open("rb") as handle:
        return tomllib.load(handle)


def plan_calls(
    *, region: str, rate: float, seconds: float, seed: int, points: Sequence[Point], exercise: bool = True,
    material: Mapping[str, Any] | None = None,
) -> Iterator[Call]:  # fmt: skip
    """Calls of `rate` a second for `seconds`, the same ones for the same seed. `points`: places inside the region."""
    draw = Draw(random.Random(seed), region, points, exercise, material or read_material())
    at = draw.random.expovariate(rate)
    while at < seconds:
        yield draw.call(at)
        at += draw.random.expovariate(rate)


@dataclass(slots=True)
class Draw:
    random: random.Random
    region: str
    points: Sequence[Point]
    exercise: bool
    material: Mapping[str, Any]

    def call(self, at: float) -> Call:
        shares = self.material["shares"]
        disposition = self.random.choices(list(shares), weights=list(shares.values()))[0]
        return Call(at, disposition, tuple(self._steps(disposition)))

    def _steps(self, disposition: str) -> Iterator[Step]:
        number = f"08{self.random.randrange(10**9, 10**10)}" if self.random.random() > 0.05 else None  # without a SIM
        yield self._step(0, "offer", "calls/", {"region": self.region, "number": number, "exercise": self.exercise})
        if disposition == "abandoned":
            yield self._step(self.random.uniform(1, 6), "end", "calls/{call}/end/", {})
            return
        yield self._step(self.random.uniform(0.2, 2), "answer", "calls/{call}/answer/", {})
        talk = self.random.uniform(0.5, 4)
        if disposition in ("emergency", "non_emergency"):
            yield self._step(talk, "report", "incidents/", self._report(disposition, number))
        if disposition != "emergency":  # a saved report is an emergency unless somebody says otherwise
            body = {"disposition": disposition}
            yield self._step(0.2, "disposition", "calls/{call}/disposition/", body)
        yield self._step(0.3, "end", "calls/{call}/end/", {})

    def _report(self, disposition: str, number: str | None) -> dict[str, Any]:
        kinds = [kind for kind in self.material["narratives"] if (kind == "other_non_emergency") == (
            disposition == "non_emergency" and self.random.random() < 0.4)]  # fmt: skip
        kind = self.random.choice(kinds)
        lat, lon, place = self.random.choice(self.points)
        return {
            "region": self.region,
            "narrative": self._sentence(self.random.choice(self.material["narratives"][kind])),
            "location": {"lat": lat, "lon": lon, "text": place},
            "caller": {"number": number} if number else {},
            "call": "{call}",
            "exercise": self.exercise,
        }

    def _sentence(self, template: str) -> str:
        return template.format_map({name: self.random.choice(words) for name, words in self.material["detail"].items()})

    def _step(self, after: float, name: str, path: str, body: dict[str, Any]) -> Step:
        return Step(after, name, path, body, str(uuid.UUID(int=self.random.getrandbits(128), version=4)))
