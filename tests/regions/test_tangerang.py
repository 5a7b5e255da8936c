"""Kab. Tangerang: trees to DLHK, congestion to Dishub, power lines to PLN before anybody touches anything."""

import pytest

from tests.regions.story import Person, agencies, assignment_of, check_reasons, stages

pytestmark = pytest.mark.xdist_group("services")
REGION = "36.03"
CIKUPA = {"lat": -6.2180, "lon": 106.5159, "text": "Cikupa"}


@pytest.fixture
def operator(stack):
    return Person(stack, "operator.tangerang")


def test_a_fallen_tree_goes_to_the_environment_agency_and_not_to_the_disaster_agency(stack, operator):
    bpbd = Person(stack, "bpbd.tangerang")
    with Person(stack, "dlhk.tangerang").listening() as ear:
        incident = operator.report(REGION, "pohon tumbang menimpa warung", location=CIKUPA)
        ear.event("assignment.created", incident, "dlhk")
    assert agencies(incident, "lead") == ["dlhk"]
    check_reasons(incident)
    assert bpbd.sees(REGION, incident) == set()
    assert incident["area"]["code"].startswith("36.03.")


def test_congestion_goes_to_the_transport_agency(operator):
    incident = operator.report(REGION, "macet total di perempatan", location=CIKUPA)
    assert (incident["type"], incident["subtype"]) == ("traffic", "congestion")
    assert agencies(incident) == ["dishub"]
    check_reasons(incident)


def test_a_power_line_is_made_safe_by_pln_before_the_disaster_agency_acts(stack, operator):
    incident = operator.report(REGION, "kabel listrik putus menjuntai ke jalan", location=CIKUPA)
    assert agencies(incident)[:2] == ["pln", "bpbd"]
    assert agencies(incident, "lead") == ["pln"]
    check_reasons(incident)
    procedures = operator.post("classify/", {"region": REGION, "narrative": "kabel listrik putus"})["procedures"]
    assert any("PLN" in step for step in procedures[0]["steps"])
    pln = Person(stack, "pln.tangerang")
    mine = pln.step(assignment_of(incident, "pln"), "acknowledge")
    assert mine["status"] == "acknowledged"
    assert stages(mine)[0] == "dispatch"


def test_fire_and_flood_go_to_the_disaster_agency_which_runs_the_fire_brigade_here(operator):
    assert agencies(operator.report(REGION, "kebakaran pabrik, api membesar", location=CIKUPA), "lead") == ["bpbd"]
    flood = operator.report(REGION, "banjir setinggi dada, rumah terendam", location=CIKUPA)
    assert agencies(flood)[0] == "bpbd"
    assert {"dinsos", "pmi"} <= set(agencies(flood, "support"))


def test_the_same_event_reported_by_a_second_caller_stays_one_incident(operator):
    """The older numbers go on working beside 112: the same event arrives twice."""
    incident = operator.report(REGION, "kebakaran rumah, api besar", location=CIKUPA)
    call = operator.post("calls/", {"region": REGION, "number": "081311112222"}, 201)
    operator.post(f"calls/{call['id']}/answer/")
    again = operator.post(
        f"incidents/{incident['id']}/calls/", {"call": call["id"], "narrative": "saya juga lihat apinya"}
    )
    assert again["id"] == incident["id"]
    assert again["number"] == incident["number"]
    assert operator.get(f"calls/{call['id']}/")["incident"] == incident["id"]
    detail = operator.detail(incident)
    assert [t["text"] for t in detail["texts"] if t["kind"] == "caller_words"] == ["saya juga lihat apinya"]


def test_another_region_sees_nothing_of_it(stack, operator):
    incident = operator.report(REGION, "macet total di perempatan", location=CIKUPA)
    for stranger in ("operator.madiun", "supervisor.jakarta", "dishub.batu", "national"):
        assert Person(stack, stranger).sees(REGION, incident) == set()
