"""Kota Batu: a region on trial, between the folds of Kab. Malang."""

import pytest

from tests.regions.story import Browser, Person, agencies, assignment_of, check_reasons

pytestmark = pytest.mark.xdist_group("services")
REGION, NEIGHBOUR = "35.79", "35.07"
ALUN = {"lat": -7.8712, "lon": 112.5268, "text": "alun-alun"}
KEPANJEN = {"lat": -8.1306, "lon": 112.5726, "text": "Kepanjen"}


@pytest.fixture
def operator(stack):
    return Person(stack, "operator.batu")


def test_the_region_is_marked_as_on_trial_on_the_pages_of_its_people(stack):
    page = Browser(stack, "operator.batu").landing
    assert "UJI COBA" in page


def test_a_live_region_is_not_marked(stack):
    assert "UJI COBA" not in Browser(stack, "operator.madiun").landing


def test_on_trial_the_whole_life_of_a_report_runs_like_in_a_live_region(stack, operator):
    incident = operator.report(REGION, "kebakaran villa, api besar", location=ALUN)
    assert incident["number"].startswith("112-BTU-")
    assert agencies(incident, "lead") == ["damkar"]
    check_reasons(incident)
    supervisor = Person(stack, "supervisor.batu")
    too_early = supervisor.act(incident, "close", 409, version=incident["version"])
    assert too_early["type"] == "/problems/open_assignments"
    for code in agencies(incident):
        officer, mine = Person(stack, f"{code}.batu"), assignment_of(incident, code)
        for action, body in (("acknowledge", {}), ("dispatch", {"units": []}), ("arrive", {}),
                             ("complete", {"report": "api padam"})):  # fmt: skip
            officer.step(mine, action, **body)
    done = supervisor.detail(incident)
    closed = supervisor.act(incident, "close", version=done["version"])
    assert closed["status"] == "closed"
    assert supervisor.detail(incident)["outcome"] == "handled"


def test_a_call_that_belongs_to_kab_malang_names_the_neighbour_and_is_handed_over_by_phone(stack, operator):
    supervisor = Person(stack, "supervisor.batu")
    preview = operator.post("classify/", {"region": REGION, "narrative": "kebakaran toko", "location": KEPANJEN})
    assert [(w["region"], "Malang" in w["name"]) for w in preview["warnings"]] == [(NEIGHBOUR, True)]
    with supervisor.listening() as desk:
        incident = operator.report(REGION, "kebakaran toko, api besar", location=KEPANJEN)
        (warning,) = [w for w in incident["warnings"] if w.get("region")]
        assert warning["region"] == NEIGHBOUR
        assert "Kab. Malang" in warning["message"]
        assert incident["area"]["code"] == ""  # no village of Batu is claimed for it
        gone = operator.act(
            incident, "hand_over", to_region=NEIGHBOUR, note="ditelepon ke pusat Kab. Malang",
            version=incident["version"],
        )  # fmt: skip
        desk.event("incident.handed_over", incident)
    assert gone["status"] == "handed_over"
    detail = supervisor.detail(incident)
    assert detail["handover"] == {"to_region": NEIGHBOUR, "to_incident": None, "state": "by_phone"}
    assert {a["status"] for a in detail["assignments"]} == {"withdrawn"}
    kinds = [entry["kind"] for entry in detail["timeline"]]
    assert kinds[0] == "incident.created"  # both are on record: that it came here, and where it went
    assert kinds[-1] == "incident.handed_over"
    assert incident["id"] not in [row["id"] for row in supervisor.board(REGION)["incidents"]]


def test_a_hand_over_to_a_neighbour_with_a_centre_makes_an_incident_of_its_own_there(stack, operator):
    there = Person(stack, "operator.madiun")
    madiun = {"lat": -7.6242, "lon": 111.5238, "text": "Jalan Pahlawan"}
    with there.listening() as desk:
        incident = operator.report(REGION, "kebakaran ruko, api besar", location=madiun)
        gone = operator.act(incident, "hand_over", to_region="35.77", version=incident["version"])
        born = desk.wait(lambda f: f["kind"] == "incident.created")[1]["data"]["incident"]
    assert gone["status"] == "handed_over"
    own = there.detail(born)
    assert own["number"].startswith("112-MDN-")
    assert own["handover"]["from"] == incident["id"]
    assert agencies(own, "lead") == ["damkar"]
    assert there.sees(REGION, incident) == set()  # the sender's row stays the sender's


def test_a_point_inside_the_town_has_no_neighbour_to_warn_about(operator):
    incident = operator.report(REGION, "pohon tumbang", location=ALUN)
    assert [w for w in incident["warnings"] if w.get("region")] == []
    assert incident["area"]["code"].startswith("35.79.")
