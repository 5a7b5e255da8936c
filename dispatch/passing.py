"""Passing state: where units are and who has which case open. Pure.

Its frames have no number: what is lost is not sent again, and the board always has the newest.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agencies.access import Actor, Level, Role
from dispatch.sightings import Sight, level_at, sees_place

_DESK = (Role.CALL_TAKER, Role.SUPERVISOR)
_CONTENT = {"unit.moved": "units", "presence": "people"}
SAID_AGAIN = 10.0
KEPT = 30.0
"""Seconds after which a live process that says nothing any more has nobody."""


@dataclass(frozen=True, slots=True)
class Move:
    """A unit's new position, WGS 84 degrees; `case`: who sees the confidential case at which it was taken."""

    unit: str
    region: str
    agency: str
    lat: float
    lon: float
    at: str
    case: Sight | None = None


def moves_for(actor: Actor, region: str, moves: Iterable[Move]) -> list[list[Any]]:
    """`[[id, lat, lon, at]…]` of the region's units that the reader sees: the desk all, an agency its own."""
    return [
        [move.unit, move.lat, move.lon, move.at]
        for move in moves
        if move.region == region
        and level_at(actor, region, Sight({move.agency: "full"}, {}, False)) is not None
        and sees_place(actor, region, [move.agency], move.case)
    ]


@dataclass(frozen=True, slots=True, order=True)
class Present:
    """Somebody at the desk of a region who has a case open."""

    region: str
    incident: str
    user: str
    label: str
    typing: bool = False


def at_desk(actor: Actor, region: str) -> bool:
    return region in actor.regions(*_DESK)


def may_be_present(actor: Actor, region: str, sight: Sight | None) -> bool:
    """Whether somebody is shown as having the case open, and whether others are shown to them: both see it in full."""
    return sight is not None and at_desk(actor, region) and level_at(actor, region, sight) is Level.FULL


def people_for(
    actor: Actor, region: str, people: Sequence[Present], sight_of: Callable[[str], Sight | None]
) -> list[Mapping[str, Any]]:
    """Who has which case open, of the cases that the reader sees in full; the reader's own screens too. `typing`
    stands with those who are writing to the case."""
    found: dict[tuple[str, str, str], bool] = {}
    for one in sorted(set(people)):
        if one.region == region and may_be_present(actor, region, sight_of(one.incident)):
            key = one.incident, one.user, one.label
            found[key] = found.get(key, False) or one.typing
    return [
        {"user": label, "incident": incident} | ({"typing": True} if typing else {})
        for (incident, _, label), typing in found.items()
    ]


def passing_frame(kind: str, region: str, content: Any) -> str:
    """The frame as it is sent; "" when there is nothing to tell this reader."""
    if content is None or (kind == "unit.moved" and not content):
        return ""
    return json.dumps({"kind": kind, "region": region, _CONTENT[kind]: content}, separators=(",", ":"))


@dataclass(slots=True)
class Company:
    """Who has which case open, at this live process (`name`) and at the others. Times are seconds of one clock."""

    name: str
    people: list[Present] = field(default_factory=list)
    joined: bool = False
    """Somebody has come who has not been told yet."""
    _elsewhere: dict[str, tuple[float, list[Present]]] = field(default_factory=dict)
    _said: list[Present] = field(default_factory=list)
    _said_at: float = 0.0

    def hear(self, message: Mapping[str, Any], now: float) -> None:
        """What another process says of its own."""
        if message["process"] != self.name:
            self._elsewhere[message["process"]] = (now, [Present(*one) for one in message["people"]])

    def update(self, here: Sequence[Present], now: float) -> set[str]:
        """Note who is here now; the regions that have to be told."""
        self._elsewhere = {name: heard for name, heard in self._elsewhere.items() if now - heard[0] < KEPT}
        people = sorted({*here, *(one for _, others in self._elsewhere.values() for one in others)})
        told = {one.region for one in (*people, *self.people)} if people != self.people or self.joined else set()
        self.people, self.joined = people, False
        return told

    def message(self, here: Sequence[Present], now: float) -> dict[str, Any] | None:
        """What to say to the other processes: each change, and once in a while that they are still there."""
        if list(here) == self._said and not (here and now - self._said_at > SAID_AGAIN):
            return None
        self._said, self._said_at = list(here), now
        people = [[one.region, one.incident, one.user, one.label, one.typing] for one in here]
        return {"type": "presence", "process": self.name, "people": people}
