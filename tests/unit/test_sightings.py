"""Which frame a reader gets of an event."""

import pytest

from agencies.access import Actor, Level, Post, Role
from dispatch.sightings import Frame, Sight, frame_for, lesser

HERE = "35.77"
ROW = {
    "id": "i", "number": "n", "version": 2, "type": "violence_women_children", "subtype": "s", "priority": "high",
    "status": "open", "confidential": True, "needs_review": False, "lat": 1.0, "lon": 2.0, "precision": "point",
    "area": None, "label": "Taman",
    "assignments": [{"id": "1", "agency": {"code": "dp3a"}}, {"id": "2", "agency": {"code": "rsud"}}],
}  # fmt: skip


def who(role: Role, region: str = HERE, agency: str = "") -> Actor:
    return Actor("u", "u", (Post(role, region, agency, agency),))


OPERATOR, SUPERVISOR, QA, WALL = (who(r) for r in (Role.CALL_TAKER, Role.SUPERVISOR, Role.QA, Role.WALL))
DP3A, RSUD, DAMKAR = (who(Role.OFFICER, agency=code) for code in ("dp3a", "rsud", "damkar"))
AGENCIES = {"dp3a": "full", "rsud": "task"}


def data(confidential: bool = True, agencies: dict | None = None, **more) -> dict:
    sight = {"agencies": AGENCIES if agencies is None else agencies, "users": {}, "confidential": confidential}
    return {"incident": ROW | {"confidential": confidential}, "changed": ["status"], "sight": sight, **more}


def frame(actor: Actor, event: dict, now: Sight | None = None, kind: str = "assignment.acknowledged") -> Frame | None:
    return frame_for(kind, HERE, event, actor, now)


def test_a_confidential_event_reaches_those_who_may_see_it():
    event = data(assignment={"id": "1", "agency": {"code": "dp3a"}})
    assert frame(SUPERVISOR, event).data["assignment"]
    assert frame(DP3A, event).kind == "assignment.acknowledged"
    for blind in (OPERATOR, WALL, DAMKAR, who(Role.SUPERVISOR, "64.09"), who(Role.ADMIN), who(Role.NATIONAL)):
        assert frame(blind, event) is None


def test_an_agency_on_a_task_learns_only_that_the_row_is_newer_when_another_agency_acts():
    event = data(assignment={"id": "1", "agency": {"code": "dp3a"}}, note={"id": "x"})
    got = frame(RSUD, event)
    assert got.kind == "incident.updated"
    assert set(got.data) == {"incident", "changed"}
    assert [a["agency"]["code"] for a in got.data["incident"]["assignments"]] == ["rsud"]
    assert got.data["incident"]["version"] == 2


def test_qa_gets_the_masked_row_and_nothing_beside_it():
    got = frame(QA, data(assignment={"id": "1", "agency": {"code": "dp3a"}}, reason="x"))
    assert got.data == {"incident": got.data["incident"], "changed": []}
    assert got.data["incident"]["type"] == ""


@pytest.mark.parametrize("actor", [OPERATOR, WALL])
def test_turning_confidential_hides_and_the_past_does_not_show_it(actor):
    was = {"agencies": {}, "users": {}, "confidential": False}
    turned = data(was=was)
    assert frame(actor, turned) == Frame("incident.hidden", {"incident": {"id": "i"}})
    past = data(confidential=False)
    assert frame(actor, past) is not None
    assert frame(actor, past, Sight(AGENCIES, {}, True)) is None


def test_gaining_sight_shows_the_row():
    event = data(
        confidential=False, agencies={"damkar": "full"}, was={"agencies": {}, "users": {}, "confidential": False}
    )
    assert frame(DAMKAR, event).kind == "incident.shown"
    assert frame(SUPERVISOR, event).kind == "assignment.acknowledged"


def test_after_its_end_an_agency_gets_hidden_and_then_nothing():
    was = {"agencies": {"damkar": "full"}, "users": {}, "confidential": False}
    assert frame(DAMKAR, data(False, {"damkar": "stub"}, was=was)).kind == "incident.hidden"
    assert frame(DAMKAR, data(False, {"damkar": "stub"})) is None


def test_a_named_user_keeps_seeing_the_case():
    event = data()
    event["sight"]["users"] = {"u": "full"}
    assert frame(OPERATOR, event) is not None


def test_private_parts_and_erased_events_are_not_sent():
    assert not {"sight", "was"} & set(frame(SUPERVISOR, data(was=data()["sight"])).data)
    assert frame(SUPERVISOR, {}) is None


CALL = {"call": {"id": "c", "line": "1", "provider_id": "p", "number": None},
        "sight": {"agencies": {}, "users": {"taker": "full"}, "confidential": True}}  # fmt: skip


def test_a_call_about_a_confidential_case_is_its_takers_and_the_supervisors():
    taker = Actor("taker", "t", (Post(Role.CALL_TAKER, HERE),))
    assert frame(taker, CALL, kind="call.disposed") is not None
    assert frame(SUPERVISOR, CALL, kind="call.disposed") is not None
    for blind in (OPERATOR, QA, WALL, DP3A):
        assert frame(blind, CALL, kind="call.disposed") is None


def test_the_wall_sees_that_it_rings_but_not_where_from():
    open_ = CALL | {"sight": {"agencies": {}, "users": {}, "confidential": False}}
    assert frame(WALL, open_, kind="call.offered").data["call"]["line"] is None
    assert frame(OPERATOR, open_, kind="call.offered").data["call"]["line"] == "1"
    assert frame(DAMKAR, open_, kind="call.offered") is None


def test_a_units_status_goes_to_its_agency_and_the_desk():
    event = {"unit": {"id": "x"}, "sight": {"agencies": {"damkar": "full"}, "users": {}, "confidential": False}}
    assert all(frame(a, event, kind="unit.status") for a in (OPERATOR, SUPERVISOR, WALL, QA, DAMKAR))
    assert frame(RSUD, event, kind="unit.status") is None


def test_the_lesser_level():
    assert lesser(Level.FULL, Level.TASK) is Level.TASK
    assert lesser(None, Level.FULL) is None
