"""From an event to the frame that one reader gets, or none. Pure: the live hub and `GET /events/` share it.

A reader gets an event only if they could see the incident when it happened AND can see it now: a case that has become
confidential since is not shown by its own past.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agencies.access import ORDER, Actor, Level, Role, level_of_sight
from dispatch.rows import narrow

UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What comes of an event that is not what a service writes: it is told to nobody and must hold up nobody."""
_PRIVATE = ("sight", "was", "case", "home", "screen")
_CALL_ROLES = (Role.CALL_TAKER, Role.SUPERVISOR, Role.QA, Role.WALL)
_CALL_ON_WALL = ("line", "provider_id")


@dataclass(frozen=True, slots=True)
class Sight:
    """Who sees an incident beyond the desk, and whether it is confidential."""

    agencies: Mapping[str, str]
    users: Mapping[str, str]
    confidential: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Sight":
        return cls(data.get("agencies", {}), data.get("users", {}), data.get("confidential", False))


def level_at(actor: Actor, region: str, sight: Sight) -> Level | None:
    """How much the actor sees under this sight."""
    return level_of_sight(
        actor, region=region, confidential=sight.confidential, agency_levels=sight.agencies, user_levels=sight.users
    )


def on_board(level: Level | None) -> bool:
    """Whether an incident at this level stands on the reader's board."""
    return level is not None and level is not Level.STUB


def lesser(first: Level | None, second: Level | None) -> Level | None:
    """The level that shows less."""
    if first is None or second is None:
        return None
    return max(first, second, key=ORDER.index)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a reader is sent; the sender adds `seq`, `prev`, `region` and `at`."""

    kind: str
    data: dict[str, Any]


def frame_for(kind: str, region: str, data: Mapping[str, Any], actor: Actor, now: Sight | None = None) -> Frame | None:
    """The frame for one reader; `now` is the sight in force when it differs from the event's own."""
    if not data:
        return None  # erased by retention
    if "incident" in data:
        return _of_incident(kind, region, data, actor, now)
    if "call" in data:
        return _of_call(kind, region, data, actor)
    return _of_unit(kind, region, data, actor)


def _of_incident(kind: str, region: str, data: Mapping[str, Any], actor: Actor, now: Sight | None) -> Frame | None:
    then = Sight.of(data["sight"])
    level = level_at(actor, region, then)
    before = level_at(actor, region, Sight.of(data["was"])) if "was" in data else level
    if on_board(before) and not on_board(level):
        return Frame("incident.hidden", {"incident": {"id": data["incident"]["id"]}})
    shown = level if now is None else lesser(level, level_at(actor, region, now))
    if not on_board(shown) or shown is None:
        return None
    own = actor.agency_codes(region)
    gained = "incident.shown" if not on_board(before) else ""
    if shown is Level.TASK and not _concerns(data, own):  # another agency's step: only that the row has a new version
        return Frame(gained or "incident.updated", {"incident": narrow(data["incident"], shown, own), "changed": []})
    return Frame(gained or kind, _narrowed(data, shown, own))


def _concerns(data: Mapping[str, Any], own: frozenset[str]) -> bool:
    assignment = data.get("assignment")
    return not assignment or assignment["agency"]["code"] in own


def _narrowed(data: Mapping[str, Any], level: Level, own: frozenset[str]) -> dict[str, Any]:
    row = narrow(data["incident"], level, own)
    if level is Level.MASKED:
        return {"incident": row, "changed": []}
    return {**{k: v for k, v in data.items() if k not in _PRIVATE}, "incident": row}


def _of_call(kind: str, region: str, data: Mapping[str, Any], actor: Actor) -> Frame | None:
    sight = Sight.of(data["sight"])
    roles = {post.role for post in actor.posts if post.region == region}
    named = actor.id in sight.users
    if not named and ((sight.confidential and Role.SUPERVISOR not in roles) or not roles.intersection(_CALL_ROLES)):
        return None
    call = dict(data["call"])
    if roles == {Role.WALL}:
        call |= dict.fromkeys(_CALL_ON_WALL)
    return Frame(kind, {**{k: v for k, v in data.items() if k not in _PRIVATE}, "call": call})


def sees_place(actor: Actor, region: str, agencies: Iterable[str], case: Sight | None) -> bool:
    """Whether a reader who sees the unit of `agencies` may know where it is.

    A unit stands where its case is: at a confidential one its position is for its own agency and for those who see the
    place of the case.
    """
    return (
        case is None
        or not actor.agencies.isdisjoint(agencies)
        or level_at(actor, region, case) in (Level.FULL, Level.TASK)
    )


def _of_unit(kind: str, region: str, data: Mapping[str, Any], actor: Actor) -> Frame | None:
    sight = Sight.of(data.get("sight", {}))
    if level_at(actor, region, sight) is None:
        return None
    if "unit" in data:
        data["unit"]["id"]  # raises for what is no unit: a screen could not tell which one it shows
    shown = {k: v for k, v in data.items() if k not in _PRIVATE}
    if "case" in data and not sees_place(actor, region, sight.agencies, Sight.of(data["case"])):
        shown["unit"] = data["unit"] | data["home"]
    return Frame(kind, shown)
