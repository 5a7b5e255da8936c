"""Merging two incidents and taking it back: nobody is lost, neither a caller nor anybody who is on the way."""

import pytest
from django.db import IntegrityError, transaction

from agencies.models import Unit
from dispatch.models import Assignment, Deadline, UnitAssignment
from incidents.models import Incident, IncidentCall, Text
from tests.integration.acting import MADIUN, Acting, a_unit, as_fold, fold, number, part

pytestmark = pytest.mark.django_db
HERE = {"lat": -7.6298, "lon": 111.5239}
FIRE = "kebakaran rumah di gang melati"
AGAIN = "rumah di gang melati kebakar"
TWO = [{"code": "damkar", "role": "lead"}, {"code": "dinkes", "role": "support"}]
ONE = [{"code": "damkar", "role": "lead"}]


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def supervisor():
    return Acting("supervisor.madiun")


@pytest.fixture
def pair(operator):
    """The event as it was told first (target), and as it was told again (source) with one agency more."""
    target = operator.report(FIRE, location=HERE, agencies=ONE, caller={"name": "Ani", "number": "081200000001"})
    source = operator.report(AGAIN, location=HERE, agencies=TWO, caller={"name": "Budi", "number": "081200000002"})
    return target, source


def merge(actor, source, target):
    return actor.act(source, "merge", version=actor.incident(source["id"])["version"], into=target["id"])


def test_the_other_incident_shows_the_callers_words_and_place_of_the_merged_one(operator, pair):
    target, source = pair
    assert merge(operator, source, target)["status"] == "merged"
    [shown] = operator.incident(target["id"])["merged"]
    assert (shown["id"], shown["number"]) == (source["id"], source["number"])
    assert shown["narrative"] == AGAIN
    assert [person["name"] for person in shown["people"]] == ["Budi"]
    assert (shown["location"]["lat"], shown["location"]["lon"]) == (HERE["lat"], HERE["lon"])
    assert operator.incident(source["id"])["merged_into"] == {"id": target["id"], "number": target["number"]}
    assert source["id"] not in {row["id"] for row in operator.board()["incidents"]}


def test_nothing_that_anybody_said_moves_or_goes(operator, supervisor, pair):
    target, source = pair
    rows = [list(model.objects.filter(incident_id__in=[source["id"], target["id"]]).order_by("id").values("id"))
            for model in (IncidentCall,)]  # fmt: skip
    people = supervisor.incident(source["id"])["people"]
    merge(operator, source, target)
    supervisor.act(source, "unmerge")
    assert supervisor.incident(source["id"])["people"] == people
    assert rows == [
        list(IncidentCall.objects.filter(incident_id__in=[source["id"], target["id"]]).order_by("id").values("id"))
    ]
    assert supervisor.incident(target["id"])["merged"] == []
    assert supervisor.incident(source["id"])["merged_into"] is None


def test_an_agency_that_is_on_the_way_stays_on_the_way_with_unit_times_and_clocks(operator, pair):
    target, source = pair
    dinkes, unit = Acting("dinkes.madiun"), a_unit("dinkes")
    dinkes.step(part(source, "dinkes"), "acknowledge")
    dinkes.step(part(source, "dinkes"), "dispatch", units=[str(unit.id)])
    before = Assignment.objects.get(id=part(source, "dinkes")["id"])
    clocks = set(Deadline.objects.filter(assignment=before, done_at=None).values_list("stage", "due_at"))
    merge(operator, source, target)
    now = Assignment.objects.get(incident_id=target["id"], agency=before.agency)
    assert (now.status, now.acknowledged_at, now.dispatched_at) == (
        "dispatched", before.acknowledged_at, before.dispatched_at,
    )  # fmt: skip
    assert set(Deadline.objects.filter(assignment=now, done_at=None).values_list("stage", "due_at")) == clocks
    job = UnitAssignment.objects.get(unit=unit, released_at=None)
    assert job.assignment == now
    assert Unit.objects.get(id=unit.id).status == "assigned"
    dinkes.step({"id": str(now.id)}, "arrive")
    dinkes.step({"id": str(now.id)}, "complete", report="dua orang diobati")


def test_an_agency_on_both_is_as_far_as_it_was_on_either(operator, pair):
    target, source = pair
    damkar, unit = Acting("damkar.madiun"), a_unit("damkar")
    for step, body in (("acknowledge", {}), ("dispatch", {"units": [str(unit.id)]}), ("arrive", {})):
        damkar.step(part(source, "damkar"), step, **body)
    merge(operator, source, target)
    [line] = [a for a in operator.incident(target["id"])["assignments"] if a["agency"]["code"] == "damkar"]
    assert line["status"] == "arrived"
    assert {d["stage"] for d in line["deadlines"]} == {"complete"}
    assert (
        UnitAssignment.objects.get(unit=unit, released_at=None).assignment_id
        == Assignment.objects.get(id=line["id"]).id
    )
    damkar.step(line, "complete", report="padam")


def test_taking_it_back_opens_it_with_its_agencies_and_leaves_the_other_as_it_is(operator, supervisor, pair):
    target, source = pair
    Acting("dinkes.madiun").step(part(source, "dinkes"), "acknowledge")
    merge(operator, source, target)
    assert operator.post(f"incidents/{source['id']}/unmerge/").status_code == 403
    again = supervisor.act(source, "unmerge")
    assert again["status"] == "open"
    at_work = {a["agency"]["code"]: a["status"] for a in again["assignments"] if a["status"] != "withdrawn"}
    assert at_work == {"damkar": "assigned", "dinkes": "assigned"}
    assert all(a["deadlines"] for a in again["assignments"] if a["status"] == "assigned")
    there = {a["agency"]["code"]: a["status"] for a in supervisor.incident(target["id"])["assignments"]}
    assert there == {"damkar": "assigned", "dinkes": "acknowledged"}


def test_screens_of_everybody_follow_by_frames_alone(operator, supervisor, pair):
    target, source = pair
    watching = [Acting(name) for name in ("operator.madiun", "supervisor.madiun", "damkar.madiun", "dinkes.madiun")]
    number()
    boards = [one.board() for one in watching]
    merge(operator, source, target)
    number()
    for one, board in zip(watching, boards, strict=True):
        assert fold(board, one.events(board["seq"])) == as_fold(one.board()), one.user.username
    assert target["id"] in {row["id"] for row in Acting("dinkes.madiun").board()["incidents"]}
    boards = [one.board() for one in watching]
    supervisor.act(source, "unmerge")
    number()
    for one, board in zip(watching, boards, strict=True):
        assert fold(board, one.events(board["seq"])) == as_fold(one.board()), one.user.username


def test_who_merged_what_into_what_stands_in_both_timelines(operator, pair):
    target, source = pair
    merge(operator, source, target)
    told = operator.incident(source["id"])["timeline"][-1]
    assert (told["kind"], told["into"]["number"], told["by"]) == (
        "incident.merged", target["number"], operator.user.display_name,
    )  # fmt: skip
    assert source["number"] in {
        e["merged"]["number"] for e in operator.incident(target["id"])["timeline"] if "merged" in e
    }


def test_a_chain_shows_everybody_at_its_end(operator, supervisor, pair):
    target, source = pair
    third = operator.report("kebakaran gang melati", agencies=[])
    merge(operator, source, target)
    merge(operator, target, third)
    assert {m["id"] for m in operator.incident(third["id"])["merged"]} == {source["id"], target["id"]}
    assert supervisor.act(target, "unmerge")["status"] == "open"
    assert {m["id"] for m in operator.incident(target["id"])["merged"]} == {source["id"]}


def test_a_caller_who_is_added_to_what_was_merged_meanwhile_reaches_the_other(operator, pair):
    target, source = pair
    merge(operator, source, target)
    answer = operator.ok(f"incidents/{source['id']}/calls/", {
        "narrative": "apinya membesar", "caller": {"name": "Citra", "number": "081200000003"},
        "location": {"text": "depan mushola", **HERE},
    })  # fmt: skip
    assert answer["id"] == target["id"]
    detail = operator.incident(target["id"])
    assert "Citra" in {person["name"] for person in detail["people"]}
    said = [t["text"] for t in detail["texts"] if t["kind"] == "caller_words"]
    assert any("apinya membesar" in words and "depan mushola" in words for words in said)
    assert any((c["lat"], c["lon"]) == (HERE["lat"], HERE["lon"]) for c in detail["calls"] if c["words"])


# --- what may not become one ------------------------------------------------------------------------------------------
def refused(actor, source, target):
    answer = actor.post(f"incidents/{source['id']}/merge/", {"version": source["version"], "into": target["id"]})
    assert answer.status_code in (400, 409), answer.content
    assert actor.incident(source["id"])["status"] == "open"
    return answer.status_code


def test_a_drill_and_the_real_thing_stay_apart(operator):
    drill = operator.report(FIRE, exercise=True, agencies=[])
    assert refused(operator, drill, operator.report(FIRE, agencies=[])) == 400


def test_a_confidential_case_never_becomes_part_of_what_everybody_reads(operator, supervisor):
    case = operator.report("suami memukuli istri", agencies=[])
    assert refused(supervisor, case, operator.report(FIRE, agencies=[])) == 400


def test_what_becomes_part_of_a_confidential_case_is_sealed_with_it(operator, supervisor):
    case = operator.report("suami memukuli istri", agencies=[])
    open_case = operator.report("ada ribut CANARYwords di kontrakan", type="public_order", agencies=[])
    merge(supervisor, open_case, case)
    row = Incident.objects.get(id=open_case["id"])
    assert (row.confidential, row.retention) == (True, "confidential")
    assert not Text.objects.filter(incident=row, plain__contains="CANARY").exists()
    from tests.integration.acting import another

    another("third-operator", "call_taker", MADIUN)
    assert Acting("third-operator").get(f"incidents/{open_case['id']}/").status_code == 404


def test_somebody_who_may_not_see_the_target_is_told_that_it_does_not_exist(operator):
    from tests.integration.acting import another

    case = operator.report("suami memukuli istri", agencies=[])
    another("fourth-operator", "call_taker", MADIUN)
    other = Acting("fourth-operator")
    mine = other.report(FIRE, agencies=[])
    bodies = [
        other.post(f"incidents/{mine['id']}/merge/", {"version": 1, "into": into}).json()
        for into in (case["id"], "018f0000-0000-7000-8000-000000000000")
    ]
    assert bodies[0] == bodies[1]


def test_an_agency_that_has_finished_there_blocks_the_merge(operator, pair):
    target, source = pair
    damkar = Acting("damkar.madiun")
    for step, body in (("acknowledge", {}), ("dispatch", {}), ("arrive", {}), ("complete", {"report": "padam"})):
        damkar.step(part(target, "damkar"), step, **body)
    assert refused(operator, source, target) == 409


@pytest.mark.parametrize("wrong", ["itself", "another region's", "a closed one"])
def test_the_database_refuses_a_wrong_target_by_itself(operator, supervisor, pair, wrong):
    target, source = pair
    into = {"itself": source["id"], "another region's": None, "a closed one": target["id"]}[wrong]
    if wrong == "another region's":
        into = Acting("operator.ppu").report(FIRE, "64.09", agencies=[])["id"]
    if wrong == "a closed one":
        closed = operator.report(FIRE, agencies=[])
        into = supervisor.act(closed, "close", version=1)["id"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(id=source["id"]).update(status="merged", merged_into_id=into)
