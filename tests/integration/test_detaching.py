"""Taking a caller off the incident that they were added to by mistake: nothing that they brought is lost."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.access import SYSTEM
from agencies.rowlevel import sight
from dispatch.services import detaching
from incidents import nearby
from incidents.models import Identity, Incident, IncidentCall, Text
from tests.integration.acting import MADIUN, Acting, another, as_fold, fold, number

pytestmark = pytest.mark.django_db
HERE, THERE = {"lat": -7.6298, "lon": 111.5239}, {"lat": -7.6420, "lon": 111.5180}
FIRE, OTHER = "kebakaran rumah di gang melati", "kecelakaan truk di jalan mayjen sungkono, dua orang luka"


@pytest.fixture(autouse=True)
def nothing_kept():
    nearby.forget()


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def supervisor():
    return Acting("supervisor.madiun")


@pytest.fixture
def fire(operator):
    return operator.report(FIRE, location=HERE, caller={"name": "Ani", "number": "081200000001"})


def add(actor, incident, narrative=OTHER, **more):
    body = {"narrative": narrative, "caller": {"name": "Budi", "number": "081200000002"}, "location": THERE, **more}
    actor.ok(f"incidents/{incident['id']}/calls/", body)
    return actor.incident(incident["id"])["calls"][-1]


def detach(actor, incident, caller, **body):
    return actor.post(f"incidents/{incident['id']}/calls/{caller['id']}/detach/", body)


def test_the_caller_becomes_an_incident_of_their_own_with_words_number_place_and_agencies(operator, fire):
    caller = add(operator, fire)
    answer = detach(operator, fire, caller)
    assert answer.status_code == 201, answer.content
    made = operator.incident(answer.json()["id"])
    assert (made["narrative"], made["type"]) == (OTHER, "traffic")
    assert (made["location"]["lat"], made["location"]["lon"]) == (THERE["lat"], THERE["lon"])
    [person] = made["people"]
    assert (person["name"], person["number"]) == ("Budi", "+6281200000002")
    assert made["assignments"]
    assert made["occurred_at"] == caller["at"]


def test_nothing_of_it_stays_behind_but_that_it_was_there_and_where_it_is(operator, fire):
    caller = add(operator, fire)
    made = detach(operator, fire, caller).json()
    left, made_id = operator.incident(fire["id"]), uuid.UUID(made["id"])
    assert [person["name"] for person in left["people"]] == ["Ani"]
    assert [text["kind"] for text in left["texts"] if text["kind"] == "caller_words"] == []
    [entry] = left["calls"]
    assert (entry["name"], entry["number"], entry["lat"]) == ("", "", None)
    assert entry["detached_to"] == {"id": made["id"], "number": made["number"]}
    with sight(SYSTEM):
        assert list(Text.objects.filter(plain__contains="truk").values_list("incident_id", flat=True)) == [made_id]
        assert Identity.objects.filter(incident_id=fire["id"]).exclude(number="").count() == 1


def test_both_timelines_say_it(operator, fire):
    made = detach(operator, fire, add(operator, fire), reason="salah sambung").json()
    [old] = [e for e in operator.incident(fire["id"])["timeline"] if "detached" in e]
    [new] = [e for e in operator.incident(made["id"])["timeline"] if "detached_from" in e]
    assert old["detached"]["to"]["number"] == made["number"]
    assert new["detached_from"]["number"] == fire["number"]
    reasons = [t["text"] for t in operator.incident(fire["id"])["texts"] if t["kind"] == "reason"]
    assert reasons == ["salah sambung"]


def test_open_screens_follow_by_the_feed_alone(operator, fire):
    caller = add(operator, fire)
    number()
    before = operator.board()
    detach(operator, fire, caller)
    number()
    assert fold(before, operator.events(before["seq"])) == as_fold(operator.board())


def test_useless_words_stay_marked_with_the_reason_and_count_no_more(operator, fire):
    caller = add(operator, fire, "halo halo tes zulkarnaen")
    assert detach(operator, fire, caller, new_incident=False).status_code == 400
    answer = detach(operator, fire, caller, new_incident=False, reason="panggilan iseng")
    assert (answer.status_code, answer.json()["id"]) == (200, fire["id"])
    left = operator.incident(fire["id"])
    [entry] = left["calls"]
    assert (entry["name"], entry["detached_to"]) == ("Budi", None)
    assert entry["detached_at"]
    assert [t["superseded"] for t in left["texts"] if t["kind"] == "caller_words"] == [True]
    assert [person["name"] for person in left["people"]] == ["Ani"]
    assert Incident.objects.filter(region_id=MADIUN).count() == 1


def test_the_call_goes_along(operator, fire):
    call = operator.ok("calls/", {"region": MADIUN, "number": "081200000009"})
    made = detach(operator, fire, add(operator, fire, call=call["id"], caller={})).json()
    [entry] = operator.incident(made["id"])["calls"]
    assert (entry["call"], entry["number"]) == (call["id"], "+6281200000009")
    assert operator.get(f"calls/{call['id']}/").json()["incident"] == made["id"]


def test_what_was_said_no_longer_makes_the_incident_look_like_another(operator, fire):
    def alike():
        said = "ada zulkarnaen mencari bantuan di manisrejo"
        answer = operator.ok("classify/", {"region": MADIUN, "narrative": said, "location": HERE})
        return [r["code"] for d in answer["duplicates"] if d["id"] == fire["id"] for r in d["reasons"]]

    caller = add(operator, fire, "zulkarnaen minta tolong di manisrejo")
    assert "words" in alike()
    detach(operator, fire, caller)
    assert "words" not in alike()


def test_a_call_taker_takes_off_whom_they_added_for_ten_minutes_and_the_supervisor_always(operator, supervisor, fire):
    caller = add(operator, fire)
    another("second-operator", "call_taker", MADIUN)
    colleague = Acting("second-operator")
    assert not colleague.incident(fire["id"])["calls"][-1]["may_detach"]
    assert detach(colleague, fire, caller).status_code == 403
    late = timezone.now() - detaching.OWN_WITHIN - timedelta(seconds=1)
    IncidentCall.objects.filter(id=caller["id"]).update(created_at=late)
    assert detach(operator, fire, caller).status_code == 403
    assert supervisor.incident(fire["id"])["calls"][-1]["may_detach"]
    assert detach(supervisor, fire, caller).status_code == 201


def test_the_first_caller_a_second_time_and_what_is_not_there_are_refused(operator, fire):
    call = operator.ok("calls/", {"region": MADIUN})
    first = operator.report("kebakaran gudang", location=THERE, call=call["id"])
    assert detach(operator, first, operator.incident(first["id"])["calls"][0]).status_code == 409
    caller = add(operator, fire)
    assert detach(operator, first, caller).status_code == 404
    assert detach(operator, fire, caller).status_code == 201
    assert detach(operator, fire, caller).status_code == 409
    nothing = add(operator, fire, "", caller={}, location={})
    assert detach(operator, fire, nothing).status_code == 400


def test_a_confidential_caller_leaves_an_ordinary_incident_sealed(operator, fire):
    caller = add(operator, fire, "suami memukuli istrinya di rumah, istrinya luka")
    made = detach(operator, fire, caller).json()
    assert made["confidential"]
    with sight(SYSTEM):
        assert Text.objects.filter(plain__contains="gang melati").exists()
        assert not Text.objects.filter(plain__contains="memukuli").exists()
        assert not Identity.objects.filter(number="+6281200000002").exists()
    [old] = [e for e in operator.incident(fire["id"])["timeline"] if "detached" in e]
    assert old["detached"] == {"moved": True}
    another("third-operator", "call_taker", MADIUN)
    assert Acting("third-operator").incident(fire["id"])["calls"][-1]["detached_to"] is None


def test_a_caller_leaves_a_confidential_case_with_the_notes_on_the_call(operator, supervisor):
    case = operator.report("suami memukuli istrinya, istri luka", location=HERE)
    call = operator.ok("calls/", {"region": MADIUN, "number": "081200000009"})
    operator.ok(f"calls/{call['id']}/disposition/", {"disposition": "emergency", "note": "suara bising"})
    made = detach(operator, case, add(operator, case, call=call["id"])).json()
    assert not made["confidential"]
    assert operator.incident(made["id"])["narrative"] == OTHER
    with sight(SYSTEM):
        assert Text.objects.get(call_id=call["id"]).plain == "suara bising"
    assert all("detached_from" not in entry for entry in supervisor.incident(made["id"])["timeline"])


def test_the_database_keeps_no_place_of_a_caller_who_moved(operator, fire):
    caller = add(operator, fire)
    detach(operator, fire, caller)
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentCall.objects.filter(id=caller["id"]).update(lat=1.0, lon=1.0)
