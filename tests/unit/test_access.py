"""How much of an incident somebody sees, and who may do what: the whole policy, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.access import (
    AGENCY_ROLES,
    NOBODY,
    ORDER,
    PERMISSIONS,
    SYSTEM,
    Actor,
    Level,
    Post,
    Role,
    can,
    highest,
    level_of_sight,
    permissions_in,
)
from dispatch.lifecycle import ASSIGNMENT
from incidents.lifecycle import INCIDENT

HERE, ELSEWHERE = "35.77", "64.09"
posts = st.builds(
    Post, role=st.sampled_from(list(Role)), region=st.sampled_from([HERE, ELSEWHERE]),
    agency_id=st.sampled_from(["a", "b"]), agency_code=st.sampled_from(["damkar", "dp3a"]),
)  # fmt: skip
actors = st.builds(Actor, id=st.just("u"), label=st.just("u"), posts=st.lists(posts, max_size=4).map(tuple),
                   is_superuser=st.booleans())  # fmt: skip
levels = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["full", "task", "stub"]), max_size=3)


def who(role: Role, region: str = HERE, agency: str = "") -> Actor:
    return Actor("u", "u", (Post(role, region, agency, agency),))


def sight(actor: Actor, confidential: bool = False, agencies: dict | None = None, users: dict | None = None):
    return level_of_sight(
        actor, region=HERE, confidential=confidential, agency_levels=agencies or {}, user_levels=users or {}
    )


@pytest.mark.parametrize(
    ("role", "ordinary", "confidential"),
    [
        (Role.CALL_TAKER, Level.FULL, None),
        (Role.SUPERVISOR, Level.FULL, Level.FULL),
        (Role.QA, Level.FULL, Level.MASKED),
        (Role.WALL, Level.WALL, None),
        (Role.OFFICER, None, None),
        (Role.HEAD, None, None),
        (Role.ADMIN, None, None),
        (Role.NATIONAL, None, None),
    ],
)
def test_each_role_sees_what_the_contract_gives_it_and_nothing_of_another_region(role, ordinary, confidential):
    assert sight(who(role)) == ordinary
    assert sight(who(role), confidential=True) == confidential
    assert sight(who(role, ELSEWHERE)) is None
    assert sight(who(role, ELSEWHERE), confidential=True) is None


def test_an_agency_sees_by_its_own_row_only():
    officer = who(Role.OFFICER, agency="a")
    assert sight(officer, agencies={"a": "full"}) is Level.FULL
    assert sight(officer, confidential=True, agencies={"a": "task"}) is Level.TASK
    assert sight(officer, agencies={"b": "full"}) is None


def test_a_named_user_sees_a_confidential_case():
    assert sight(who(Role.CALL_TAKER), confidential=True, users={"u": "full"}) is Level.FULL
    assert sight(who(Role.CALL_TAKER), confidential=True, users={"other": "full"}) is None


def test_superuser_and_nobody_see_no_incident():
    assert sight(Actor("u", "u", is_superuser=True)) is None
    assert sight(NOBODY) is None
    assert sight(SYSTEM, confidential=True) is Level.FULL


@given(actors, levels, st.booleans())
def test_sight_needs_a_post_in_the_region_or_a_row(actor, agencies, confidential):
    rows = [agencies.get(p.agency_id) for p in actor.posts if p.role in AGENCY_ROLES]
    in_region = any(p.region == HERE and p.role not in AGENCY_ROLES for p in actor.posts)
    if not in_region and not any(rows):
        assert sight(actor, confidential, agencies) is None


@given(actors, levels)
def test_a_confidential_case_never_shows_more_than_an_ordinary_one(actor, agencies):
    hidden, plain = sight(actor, True, agencies), sight(actor, False, agencies)
    assert hidden is None or plain is not None


@given(st.lists(st.sampled_from(list(Level))))
def test_the_highest_level_wins(found):
    best = highest(found)
    assert (best is None) == (not found)
    assert all(ORDER.index(best) <= ORDER.index(level) for level in found)


@pytest.mark.parametrize("table", [INCIDENT, ASSIGNMENT], ids=lambda t: t.kind)
def test_every_action_of_the_tables_belongs_to_somebody(table):
    for transition in table.transitions.values():
        assert any(transition.permission in allowed for allowed in PERMISSIONS.values()), transition.permission


READERS = (Role.QA, Role.WALL, Role.ADMIN, Role.NATIONAL)


@pytest.mark.parametrize("role", READERS)
def test_readers_write_nothing(role):
    prefixes = ("incident.create", "incident.update", "assignment.", "call.offer", "note.", "unit.")
    assert not [p for p in PERMISSIONS[role] if p.startswith(prefixes)]


@given(actors, st.sampled_from(sorted(frozenset().union(*PERMISSIONS.values()))))
def test_rights_end_at_the_border_of_the_region(actor, permission):
    if can(actor, permission, HERE):
        assert actor.is_superuser or any(p.region == HERE or p.role is Role.NATIONAL for p in actor.posts)
    assert can(actor, permission, HERE) == (permission in permissions_in(actor, HERE))


def test_an_officer_acts_for_their_own_agency_only():
    officer = who(Role.OFFICER, agency="a")
    assert can(officer, "assignment.acknowledge", HERE, "a")
    assert not can(officer, "assignment.acknowledge", HERE, "b")
