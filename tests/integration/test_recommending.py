"""The units that the desk of an agency is offered for an assignment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Unit
from tests.integration.acting import MADIUN, Acting, a_unit, part

pytestmark = pytest.mark.django_db
AT = {"lat": -7.6155, "lon": 111.5140}
FIRE = {"narrative": "kebakaran rumah di kelurahan Taman", "location": AT}


@pytest.fixture
def officer():
    Unit.objects.filter(agency__code="damkar", agency__region_id=MADIUN).update(ended_at=timezone.now())
    return Acting("damkar.madiun")


def fire(**more):
    report = Acting("operator.madiun").report(**FIRE | more)
    return report, part(report, "damkar")


def engine(code, km=1.0, **more):
    unit = a_unit("damkar", code=code)
    fields = {"kind": "engine", "home_lat": AT["lat"] + km / 111.195, "home_lon": AT["lon"]} | more
    Unit.objects.filter(id=unit.id).update(**fields)
    return Unit.objects.get(id=unit.id)


def offered(actor, assignment):
    answer = actor.get(f"assignments/{assignment['id']}/units/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_nearest_with_reasons_and_what_is_missing(officer):
    engine("FAR", km=4)
    engine("NEAR", km=1)
    engine("GONE", km=0.1, status="out_of_service")
    _, assignment = fire(narrative="kebakaran di lantai 12 apartemen")
    found = offered(officer, assignment)
    assert [u["code"] for u in found["units"]] == ["NEAR", "FAR"]
    assert found["units"][0]["minutes"] < found["units"][1]["minutes"]
    assert any("perkiraan" in reason for reason in found["units"][0]["reasons"])
    assert found["shortfalls"] == ["Tidak ada mobil tangga terdaftar."]
    assert "mobil tangga" in found["needs"]


def test_the_shortfall_names_the_place_of_the_nearest(officer):
    engine("E1")
    engine("T1", km=12, kind="ladder")
    _, assignment = fire(narrative="kebakaran di lantai 12 apartemen")
    [sentence] = offered(officer, assignment)["shortfalls"]
    assert sentence.startswith("Tidak ada mobil tangga dalam 15 menit; terdekat T1")


def test_units_at_work_are_not_offered_and_those_on_less_urgent_events_are_named(officer):
    near, _ = engine("NEAR", km=0.5), engine("FAR", km=9)
    less, assignment = fire(priority="low")
    officer.step(assignment, "acknowledge")
    officer.step(assignment, "dispatch", units=[str(near.id)])
    assert [u["code"] for u in offered(officer, assignment)["units"]] == ["FAR"]
    _, urgent = fire(priority="critical")
    found = offered(officer, urgent)
    assert [u["code"] for u in found["units"]] == ["FAR"]
    assert [(u["code"], u["incident"]) for u in found["movable"]] == [("NEAR", less["number"])]


def test_a_told_position_counts_before_the_home(officer):
    unit = engine("E1", km=8)
    Unit.objects.filter(id=unit.id).update(**AT, position_at=timezone.now() - timedelta(seconds=30))
    _, assignment = fire()
    assert offered(officer, assignment)["units"][0]["minutes"] == 0


def test_the_desk_is_offered_the_same_and_nobody_after_a_refusal(officer):
    engine("E1")
    _, assignment = fire()
    assert offered(Acting("operator.madiun"), assignment) == offered(officer, assignment)
    officer.step(assignment, "decline", reason="bukan wewenang")
    assert officer.get(f"assignments/{assignment['id']}/units/").status_code == 403


def test_a_place_at_a_confidential_case_shortens_no_estimate_for_who_may_not_know_it(officer):
    unit = engine("E1", km=9)
    supervisor = Acting("supervisor.madiun")
    case = supervisor.report("istri dipukul suami", type="violence_women_children",
                             agencies=[{"code": "damkar", "role": "support"}])  # fmt: skip
    task = part(case, "damkar")
    officer.step(task, "acknowledge")
    officer.step(task, "dispatch", units=[str(unit.id)])
    officer.ok("units/positions/", [{"unit": str(unit.id), **AT, "at": timezone.now().isoformat()}])
    _, assignment = fire(priority="critical")
    assert [u["incident"] for u in offered(officer, assignment)["movable"]] == [case["number"]]
    assert offered(Acting("operator.madiun"), assignment)["movable"] == []
    officer.ok(f"units/{unit.id}/status/", {"status": "available"})
    told = {who: offered(Acting(who), assignment)["units"][0] for who in ("operator.madiun", "supervisor.madiun")}
    assert told["supervisor.madiun"]["minutes"] == 0
    assert told["operator.madiun"]["minutes"] > 15
    assert case["number"] not in str(told)
