"""Who may do what: roles, the role × permission table, and how much of an incident somebody sees.

Pure: the answers depend on the arguments only. `visible_to(actor)` in the selectors, the live hub and the row level
policies all follow `Actor`; nothing else decides about sight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CALL_TAKER = "call_taker"
    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    HEAD = "head"
    ADMIN = "admin"
    QA = "qa"
    WALL = "wall"
    NATIONAL = "national"


AGENCY_ROLES = frozenset({Role.OFFICER, Role.HEAD})
REGION_ROLES = frozenset({Role.CALL_TAKER, Role.SUPERVISOR, Role.QA, Role.WALL})
"""Roles that see the incidents of a whole region (each at its own level)."""


class Level(StrEnum):
    """How much of an incident is shown, most first."""

    FULL = "full"
    TASK = "task"
    """A supporting agency on a confidential case: where, what to bring, dangers; no names, no story."""
    STUB = "stub"
    """An agency that declined or was withdrawn: number, type and its own assignment."""
    WALL = "wall"
    """The command room: no personal data, no confidential cases."""
    MASKED = "masked"
    """QA on a confidential case: that it exists and how fast it was handled."""


ORDER = (Level.FULL, Level.TASK, Level.WALL, Level.STUB, Level.MASKED)

_SEE_REGION = {"incident.list", "board.view", "events.follow"}
_CALLS = {"call.offer", "call.answer", "call.end", "call.dispose", "call.list"}
_HAND_OVER = {f"incident.{action}" for action in ("hand_over", "accept", "refuse", "confirm", "take_back")}
_RULES = {"rules.view", "rules.edit", "rules.publish"}
"""Who has `rules.reports` besides sees the real reports that a change would touch; all others see how many."""
_REPORT = {"incident.create", "incident.classify", "incident.add_call", "incident.detach_call", "place.search"}

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CALL_TAKER: frozenset(
        _SEE_REGION
        | _CALLS
        | _REPORT
        | {"incident.update", "incident.assign", "incident.raise_alarm", "incident.cancel", "incident.merge"}
        | _HAND_OVER
        | {"assignment.withdraw", "note.add", "attachment.add", "page.console", "page.board", "map.view"}
        | {"hazard.draw"}
    ),
    Role.SUPERVISOR: frozenset(
        _SEE_REGION
        | _CALLS
        | _REPORT
        | {"incident.update", "incident.assign", "incident.raise_alarm", "incident.cancel", "incident.merge"}
        | _HAND_OVER
        | {"incident.close", "incident.reopen", "incident.unmerge", "incident.unseal", "assignment.withdraw"}
        | {"page.board", "number.flag", "hazard.draw"}
        | {"note.add", "attachment.add", "page.console", "page.wall", "page.figures", "map.view"}
        | {"unit.status", "assignment.pause"}
        | _RULES
        | {"rules.reports", "page.answers"}
    ),
    Role.OFFICER: frozenset(
        _SEE_REGION
        | {"assignment.acknowledge", "assignment.decline", "assignment.dispatch", "assignment.arrive"}
        | {"assignment.complete", "assignment.pause", "note.add", "attachment.add", "unit.status", "unit.position"}
        | {"page.agency", "map.view"}
    ),
    Role.ADMIN: frozenset({"config.view", "config.edit", "page.manage", "page.answers", "map.view"} | _RULES),
    Role.QA: frozenset(_SEE_REGION | {"call.list", "page.console", "page.figures", "map.view"}),
    Role.WALL: frozenset({"board.view", "events.follow", "page.wall", "map.view"}),
    Role.NATIONAL: frozenset({"region.readiness", "page.national", "map.view"}),
}
PERMISSIONS[Role.HEAD] = PERMISSIONS[Role.OFFICER] | {"page.wall", "page.answers", "page.figures"}
SUPERUSER_PERMISSIONS = frozenset({"config.view", "config.edit", "page.manage", "page.admin", "map.view"} | _RULES)


@dataclass(frozen=True, slots=True)
class Post:
    """One membership in force: a role in a region, for the agency roles in an agency (id, code)."""

    role: Role
    region: str
    agency_id: str = ""
    agency_code: str = ""
    women_children_unit: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with what is in force for them now. Built by agencies.caches, never by hand outside tests."""

    id: str
    label: str
    posts: tuple[Post, ...] = ()
    is_superuser: bool = False
    is_system: bool = False

    def regions(self, *roles: Role) -> frozenset[str]:
        """Regions in which the actor holds one of `roles` (any region role when none is named)."""
        wanted = set(roles) or REGION_ROLES
        return frozenset(post.region for post in self.posts if post.role in wanted)

    @property
    def agencies(self) -> frozenset[str]:
        """Ids of the agencies for which the actor works."""
        return frozenset(post.agency_id for post in self.posts if post.role in AGENCY_ROLES)

    def agency_codes(self, region: str) -> frozenset[str]:
        return frozenset(p.agency_code for p in self.posts if p.role in AGENCY_ROLES and p.region == region)

    @property
    def all_regions(self) -> frozenset[str]:
        return frozenset(post.region for post in self.posts)


SYSTEM = Actor(id="system", label="Sistem", is_system=True)
NOBODY = Actor(id="", label="")


def can(actor: Actor, permission: str, region: str | None = None, agency_id: str | None = None) -> bool:
    """Whether one of the actor's posts (in `region`; for agency roles in `agency_id`, when given) has `permission`."""
    if actor.is_system:
        return True
    if actor.is_superuser and permission in SUPERUSER_PERMISSIONS:
        return True
    return any(
        permission in PERMISSIONS[post.role]
        for post in actor.posts
        if (region is None or post.region == region or post.role is Role.NATIONAL)
        and (agency_id is None or post.role not in AGENCY_ROLES or post.agency_id == agency_id)
    )


def permissions_in(actor: Actor, region: str) -> frozenset[str]:
    """Everything that the actor may do in a region."""
    own = [PERMISSIONS[post.role] for post in actor.posts if post.region == region or post.role is Role.NATIONAL]
    if actor.is_superuser:
        own.append(SUPERUSER_PERMISSIONS)
    return frozenset().union(*own) if own else frozenset()


_REGION_LEVEL = {Role.CALL_TAKER: Level.FULL, Role.SUPERVISOR: Level.FULL, Role.QA: Level.FULL, Role.WALL: Level.WALL}
_CONFIDENTIAL_LEVEL = {Role.SUPERVISOR: Level.FULL, Role.QA: Level.MASKED}


def level_of_sight(
    actor: Actor,
    *,
    region: str,
    confidential: bool,
    agency_levels: Mapping[str, str],
    user_levels: Mapping[str, str],
) -> Level | None:
    """How much of one incident the actor sees; None: nothing, not even that it exists.

    `agency_levels` and `user_levels` are the open rows of IncidentAccess: agency id / user id → level.
    Confidential cases (UU 11/2012, UU 12/2022): full only for the supervisor, the women-and-children unit and the
    users named on it; other call-takers, the wall and other agencies see nothing.
    """
    found: list[Level] = []
    if actor.is_system:
        return Level.FULL
    for post in actor.posts:
        if post.role in AGENCY_ROLES:
            if level := agency_levels.get(post.agency_id):
                found.append(Level(level))
        elif post.region == region:
            table = _CONFIDENTIAL_LEVEL if confidential else _REGION_LEVEL
            if level := table.get(post.role):
                found.append(level)
    if actor.id in user_levels:
        found.append(Level(user_levels[actor.id]))
    return highest(found)


def highest(levels: Iterable[Level]) -> Level | None:
    """The level that shows most."""
    present = set(levels)
    return next((level for level in ORDER if level in present), None)
