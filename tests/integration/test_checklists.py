"""Steps of the SOP are ticked by whoever does them, seen by all, and kept in the log."""

import pytest

from dispatch.models import ProcedureTick
from tests.integration.acting import Acting, number, part

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def fire(operator):
    return operator.report("kebakaran rumah di kelurahan Taman")


def tick(who, incident, procedure, step, **more):
    return who.post(f"incidents/{incident['id']}/sop/", {"procedure": procedure["id"], "step": step, **more})


def test_a_tick_is_everybodys_and_says_who_and_when(operator, fire):
    sop = operator.incident(fire["id"])["procedures"][-1]
    assert sop["steps"][0]["done"] is None
    seen = number()
    assert tick(Acting("damkar.madiun"), fire, sop, 0).status_code == 200
    done = operator.incident(fire["id"])["procedures"][-1]["steps"]
    assert "Damkar" in done[0]["done"]["by"] or "Pemadam" in done[0]["done"]["by"]
    assert done[1]["done"] is None
    number()
    frame = operator.events(seen)[-1]
    assert (frame["kind"], frame["data"]["changed"]) == ("incident.updated", ["sop"])


def test_ticking_twice_is_one_tick_and_taking_it_back_keeps_both_in_the_log(operator, fire):
    sop = operator.incident(fire["id"])["procedures"][-1]
    versions = [tick(operator, fire, sop, 1).json()["version"] for _ in range(2)]
    assert versions[0] == versions[1]
    assert tick(operator, fire, sop, 1, done=False).status_code == 200
    assert operator.incident(fire["id"])["procedures"][-1]["steps"][1]["done"] is None
    assert ProcedureTick.objects.filter(incident_id=fire["id"]).count() == 1
    assert tick(operator, fire, sop, 1).status_code == 200
    assert ProcedureTick.objects.filter(incident_id=fire["id"]).count() == 2


@pytest.mark.parametrize(
    "body",
    [{}, {"procedure": "x", "step": 0}, {"procedure": "", "step": "a"}, {"step": 99}, {"step": -1}, {"step": True}],
)
def test_a_step_that_is_not_there_is_refused_with_the_reason(operator, fire, body):
    sop = operator.incident(fire["id"])["procedures"][-1]
    answer = operator.post(f"incidents/{fire['id']}/sop/", {"procedure": sop["id"]} | body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_who_has_only_the_stub_of_a_case_ticks_nothing(operator, fire):
    damkar = Acting("damkar.madiun")
    sop = operator.incident(fire["id"])["procedures"][-1]
    damkar.step(part(fire, "damkar"), "decline", reason="penuh")
    assert tick(damkar, fire, sop, 0).status_code == 403
    assert tick(Acting("operator.ppu"), fire, sop, 0).status_code == 404


def test_a_tick_that_comes_in_late_keeps_the_hour_at_which_it_was_made(operator, fire):
    when = "2026-11-20T08:15:00+07:00"
    tick(operator, fire, operator.incident(fire["id"])["procedures"][0], 0, occurred_at=when, source="offline")
    shown = operator.incident(fire["id"])
    assert shown["procedures"][0]["steps"][0]["done"]["at"] == when
    entry = next(e for e in shown["timeline"] if e["source"] == "offline")
    assert (entry["at"], entry["recorded_at"] > when) == (when, True)
