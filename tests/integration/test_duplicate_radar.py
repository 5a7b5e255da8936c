"""What is offered as the same event over the API, to whom, at what cost; and nothing of a confidential case by it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch import radar
from incidents import nearby
from incidents.models import Incident
from tests.integration.acting import MADIUN, PPU, Acting

pytestmark = pytest.mark.django_db
HERE = {"lat": -7.6298, "lon": 111.5239}
NEAR = {"lat": -7.6305, "lon": 111.5243}
FAR = {"lat": -7.6610, "lon": 111.5450}
FIRE = "kebakaran rumah di gang melati, api sudah sampai atap"
FIRE_AGAIN = "rumah tetangga saya kebakar pak, asapnya tebal, gang melati"


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    nearby.forget()
    monkeypatch.setattr(radar, "_saving", radar.Budget(share=1.0, burst=1000.0, left=1000.0))


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def supervisor():
    return Acting("supervisor.madiun")


def offered(actor, narrative, location=NEAR, region=MADIUN, **more):
    body = {"region": region, "narrative": narrative, "location": location, **more}
    return actor.ok("classify/", body)["duplicates"]


def test_the_same_event_is_offered_while_typing_and_on_saving(operator):
    first = operator.report(FIRE, location=HERE)
    assert first["duplicates"] == []
    [typed] = offered(operator, FIRE_AGAIN)
    saved = operator.report(FIRE_AGAIN, location=NEAR)["duplicates"]
    assert [one["id"] for one in saved] == [first["id"]]
    assert set(typed) == {"id", "number", "score", "reasons"}
    assert (typed["id"], typed["number"]) == (first["id"], first["number"])
    assert 0.5 <= typed["score"] <= 1
    reasons = {one["code"]: one for one in typed["reasons"]}
    assert 80 < reasons["distance"]["metres"] < 100
    assert reasons["time"]["minutes"] == 0
    assert "melati" in reasons["words"]["text"]
    assert all(one["text"] for one in typed["reasons"])


def test_another_event_is_not_offered(operator):
    operator.report(FIRE, location=HERE)
    assert offered(operator, "motor serempetan dengan becak, lecet di tangan", FAR) == []
    assert offered(operator, FIRE_AGAIN.replace("gang melati", "jalan rajawali"), FAR) == []


def test_without_a_point_the_named_village_and_the_words_decide(operator):
    first = operator.report("kebakaran kios kain di pasar sleko kelurahan Taman")
    assert [one["id"] for one in offered(operator, "pasar sleko kebakaran pak, kelurahan Taman", {})] == [first["id"]]


def test_the_same_number_calling_again_is_found_without_a_place(operator):
    caller = {"number": "0812-3456-7001"}
    first = operator.report("bapak saya pingsan", location=HERE, caller=caller)
    found = offered(operator, "ambulansnya belum datang, bapak pingsan", {}, caller={"number": "+62 812 3456 7001"})
    assert [one["id"] for one in found] == [first["id"]]
    assert "same_number" in {reason["code"] for reason in found[0]["reasons"]}


def test_what_ended_a_moment_ago_is_offered_and_says_so_and_what_ended_long_ago_is_not(operator, supervisor):
    first = operator.report(FIRE, location=HERE, agencies=[])
    supervisor.act(first, "close", version=1)
    assert {"ended"} <= {reason["code"] for reason in offered(operator, FIRE_AGAIN)[0]["reasons"]}
    Incident.objects.filter(id=first["id"]).update(closed_at=timezone.now() - timedelta(hours=3))
    assert offered(operator, FIRE_AGAIN) == []


def test_a_drill_and_the_real_thing_are_never_one_event(operator):
    operator.report(FIRE, location=HERE, exercise=True)
    assert offered(operator, FIRE_AGAIN) == []


def test_another_region_is_not_searched(operator):
    operator.report(FIRE, location=HERE)
    assert offered(Acting("operator.ppu"), FIRE_AGAIN, HERE, PPU) == []


def test_what_a_further_caller_said_helps_to_find_the_event(operator):
    first = operator.report("ada ledakan", location={})
    assert offered(operator, "suara ledakan dari gudang elpiji bu warsini", {}) == []
    operator.ok(f"incidents/{first['id']}/calls/", {"narrative": "gudang elpiji bu warsini meledak"})
    assert [one["id"] for one in offered(operator, "ledakan gudang elpiji bu warsini", {})] == [first["id"]]


def test_at_most_three_are_offered_the_best_first(operator):
    for step in range(5):
        operator.report(FIRE, location={"lat": HERE["lat"] + step * 0.0004, "lon": HERE["lon"]})
    found = offered(operator, FIRE_AGAIN, HERE)
    assert len(found) == 3
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)


def test_the_detail_of_an_open_incident_names_what_it_may_be_the_same_as(operator, supervisor):
    first = operator.report(FIRE, location=HERE)
    second = operator.report(FIRE_AGAIN, location=NEAR)
    for actor in (operator, supervisor):
        assert [one["id"] for one in actor.incident(first["id"])["duplicates"]] == [second["id"]]
    assert Acting("qa.madiun").incident(first["id"])["duplicates"] == []
    assert Acting("damkar.madiun").incident(first["id"])["duplicates"] == []


# --- confidential cases -------------------------------------------------------------------------------------------
BEATEN = "suami memukuli istri di kontrakan, istrinya berteriak"
BEATEN_AGAIN = "tetangga saya dipukuli suaminya di kontrakan, minta tolong"
LINE = "Kasus terbatas di dekat sini — hubungi supervisor."


def restricted(answer):
    return [one["message"] for one in answer["warnings"] if one["field"] == "duplicates"]


def classify(actor, narrative, location=NEAR):
    return actor.ok("classify/", {"region": MADIUN, "narrative": narrative, "location": location})


@pytest.fixture
def colleague():
    """Another call-taker of the same desk, who has not taken the case."""
    from tests.integration.acting import another

    another("second-operator", "call_taker", MADIUN)
    return Acting("second-operator")


def test_a_confidential_case_is_offered_to_those_who_may_see_it_only(operator, supervisor, colleague):
    case = operator.report(BEATEN, location=HERE)
    assert case["confidential"]
    for actor in (operator, supervisor):
        [found] = classify(actor, BEATEN_AGAIN)["duplicates"]
        assert found["id"] == case["id"]
        assert "words" not in {reason["code"] for reason in found["reasons"]}
    answer = classify(colleague, BEATEN_AGAIN)
    assert answer["duplicates"] == []
    assert case["number"] not in str(answer)
    assert restricted(answer) == [LINE]


def test_the_fixed_line_is_the_same_for_one_and_for_many_and_follows_no_point(operator, colleague):
    operator.report(BEATEN, location=HERE)
    one = classify(colleague, BEATEN_AGAIN)
    for _ in range(3):
        operator.report(BEATEN, location=HERE)
    many = classify(colleague, BEATEN_AGAIN)
    assert (restricted(one), one["duplicates"]) == (restricted(many), many["duplicates"]) == ([LINE], [])
    saved = colleague.report(BEATEN_AGAIN, location=NEAR)
    assert (restricted(saved), saved["duplicates"]) == ([LINE], [])


def test_no_line_for_a_report_of_another_kind_or_from_another_village_or_to_the_supervisor(
    operator, supervisor, colleague
):
    operator.report(BEATEN, location=HERE)
    assert restricted(classify(colleague, FIRE, HERE)) == []
    assert restricted(classify(colleague, BEATEN_AGAIN, FAR)) == []
    assert restricted(classify(supervisor, BEATEN_AGAIN)) == []


def test_no_word_of_a_confidential_case_is_kept_in_memory(operator, supervisor):
    case = operator.report(BEATEN, location=HERE)
    for actor in (operator, supervisor):
        classify(actor, BEATEN_AGAIN)
    assert case["id"] not in {str(incident_id) for incident_id, _ in nearby._kept}
    open_case = operator.report(FIRE, location=HERE)
    classify(operator, FIRE_AGAIN)
    assert open_case["id"] in {str(incident_id) for incident_id, _ in nearby._kept}
    now = operator.act(open_case, "update", version=1, type="violence_women_children")
    [found] = [one for one in classify(supervisor, FIRE_AGAIN)["duplicates"] if one["id"] == now["id"]] or [None]
    assert found is None or "words" not in {reason["code"] for reason in found["reasons"]}


# --- cost ---------------------------------------------------------------------------------------------------------
def statements(act):
    """What is asked for the radar; areas of danger are another question of the same answer."""
    with CaptureQueriesContext(connection) as captured:
        act()
    ours = [q["sql"] for q in captured.captured_queries]
    other = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return [sql for sql in ours if not sql.startswith(other) and "hazardarea" not in sql]


def test_typing_reads_new_incidents_once(operator, monkeypatch):
    operator.board()
    for step in range(4):
        operator.report(f"{FIRE} nomor {step}", location=HERE)
    nearby.forget()
    first = statements(lambda: offered(operator, FIRE_AGAIN))
    again = statements(lambda: offered(operator, FIRE_AGAIN))
    assert len(first) <= 6
    assert len(again) == 2
    monkeypatch.setattr(nearby, "POOL", 4)
    assert len(statements(lambda: offered(operator, FIRE_AGAIN))) == 1  # a crowd: the first look is enough


def test_a_spent_budget_saves_the_report_without_the_hint(operator, monkeypatch):
    operator.report(FIRE, location=HERE)
    monkeypatch.setattr(radar, "_saving", radar.Budget(share=0.0, left=0.0))
    assert operator.report(FIRE_AGAIN, location=NEAR)["duplicates"] == []
    assert offered(operator, FIRE_AGAIN) != []


def test_a_failing_look_up_never_fails_the_report(operator, monkeypatch):
    from django.db import OperationalError

    def broken(*args, **more):
        raise OperationalError("gone")

    monkeypatch.setattr(nearby, "pool_for", broken)
    assert operator.report(FIRE, location=HERE)["duplicates"] == []


# --- many calls at once -------------------------------------------------------------------------------------------
def bursts(actor, region=MADIUN):
    answer = actor.get("bursts/", region=region)
    assert answer.status_code == 200, answer.content
    return answer.json()["bursts"]


def test_reports_and_further_callers_together_make_a_burst(operator):
    first = operator.report(FIRE, location=HERE)
    for _ in range(3):
        operator.report(FIRE_AGAIN, location=NEAR)
    for _ in range(2):
        operator.ok(f"incidents/{first['id']}/calls/", {"narrative": "api besar", "location": NEAR})
    assert bursts(operator) == []
    operator.ok(f"incidents/{first['id']}/calls/", {"narrative": "dari jauh terlihat"})
    for actor in (operator, Acting("wall.madiun"), Acting("supervisor.madiun")):
        [found] = bursts(actor)
        assert (found["calls"], found["minutes"], found["radius_m"]) == (7, 4, 300)
        assert found["incidents"][0] == first["id"]
    assert bursts(Acting("operator.ppu"), PPU) == []
    assert bursts(Acting("bpbd.madiun")) == []


def test_a_call_is_counted_once_with_its_report(operator):
    for _ in range(6):
        call = operator.ok("calls/", {"region": MADIUN})
        operator.report(FIRE, location=HERE, call=call["id"])
    assert bursts(operator) == []


def test_confidential_cases_and_drills_are_in_no_burst_of_anybody(operator, supervisor):
    for _ in range(7):
        operator.report(BEATEN, location=HERE)
        operator.report(FIRE, location=FAR, exercise=True)
    assert bursts(operator) == bursts(supervisor) == []
