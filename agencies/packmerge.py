"""Three-way comparison of configuration: what the last pack said, what the new one says, what is in force. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
Place = tuple[str, str]
Items = Mapping[Place, Values]

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Kept:
    """What the pack would have changed but an admin decided otherwise; empty `field`: the whole entry."""

    place: Place
    field: str = ""


@dataclass(slots=True)
class Plan:
    """What to write: new entries, entries with their merged values, entries to end; and what stays as it is."""

    add: dict[Place, Values] = field(default_factory=dict)
    change: dict[Place, Values] = field(default_factory=dict)
    end: list[Place] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.add or self.change or self.end)


def plan(last: Items, new: Items, current: Items, *, force: bool = False) -> Plan:
    """Compare entry by entry and field by field.

    A field goes to the new pack's value when the database still holds the last pack's; what an admin changed is kept
    and listed; an entry that vanished from the pack ends unless an admin changed it. `force` lets the pack win
    wherever it says something; entries that only an admin made are never touched.
    """
    result = Plan()
    for place in dict.fromkeys([*new, *last]):
        before, after, now = last.get(place), new.get(place), current.get(place)
        if after is None:
            _vanished(result, place, before, now, force)
        elif now is None:
            _absent(result, place, before, after, force)
        else:
            _both(result, place, before or {}, after, now, force)
    return result


def _vanished(result: Plan, place: Place, before: Values | None, now: Values | None, force: bool) -> None:
    if now is None:
        return
    if force or now == before:
        result.end.append(place)
    else:
        result.kept.append(Kept(place))


def _absent(result: Plan, place: Place, before: Values | None, after: Values, force: bool) -> None:
    if before is None or force:
        result.add[place] = after
    else:  # the last pack brought it and an admin ended it
        result.kept.append(Kept(place))


def _both(result: Plan, place: Place, before: Values, after: Values, now: Values, force: bool) -> None:
    merged = dict(now)
    for name, value in after.items():
        if now.get(name, _MISSING) == value:
            continue
        if force or now.get(name, _MISSING) == before.get(name, _MISSING):
            merged[name] = value
        else:
            result.kept.append(Kept(place, name))
    if merged != now:
        result.change[place] = merged
