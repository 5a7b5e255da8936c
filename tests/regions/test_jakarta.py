"""DKI Jakarta: fourteen agencies behind one number, and violence at home that only P2TP2A may see."""

import pytest

from tests.regions.story import Person, agencies, assignment_of, check_reasons, referred

pytestmark = pytest.mark.xdist_group("services")
REGION = "31"
FOURTEEN = ("bpbd", "damkar", "dinkes", "dp3a", "satpolpp", "dishub", "binamarga", "sda", "dlh", "tamanhut", "dinsos",
            "dkpkp", "citata", "kominfotik")  # fmt: skip
OTHERS = [code for code in FOURTEEN if code != "dp3a"]
GAMBIR = {"lat": -6.1767, "lon": 106.8306, "text": "rumah kontrakan dekat stasiun"}
WORDS = "suami saya memukuli saya, saya sembunyi di kamar mandi"

COLLEAGUE = """
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from agencies.models import Membership, Region, User
from agencies.services import bump
user, _ = User.objects.get_or_create(username="colleague.jakarta", defaults={
    "password": make_password("siaga-112-demo"), "display_name": "Operator lain"})
Membership.objects.get_or_create(user=user, role="call_taker", region=Region.objects.get(pk="31"),
                                 defaults={"from_at": timezone.now()})
bump("access")
"""


@pytest.fixture
def operator(stack):
    return Person(stack, "operator.jakarta")


def violence(operator):
    return operator.report(
        REGION,
        WORDS,
        location=GAMBIR,
        caller={"number": "081298765432", "name": "Ibu Melati", "safe_to_call_back": False},
    )


def test_violence_at_home_goes_to_p2tp2a_as_a_confidential_case(stack, operator):
    with Person(stack, "dp3a.jakarta").listening() as ear:
        incident = violence(operator)
        ear.event("assignment.created", incident, "dp3a")
    assert (incident["type"], incident["confidential"]) == ("violence_women_children", True)
    assert agencies(incident, "lead") == ["dp3a"]
    assert not set(agencies(incident)) & set(OTHERS)
    check_reasons(incident)
    unit = Person(stack, "dp3a.jakarta").detail(incident)
    assert unit["level"] == "full"
    assert unit["narrative"] == WORDS
    assert unit["people"][0]["safe_to_call_back"] is False


def test_the_other_thirteen_agencies_the_wall_and_other_desks_see_nothing_of_it_anywhere(stack, operator):
    strangers = [f"{code}.jakarta" for code in OTHERS]
    strangers += ["head-dinkes.jakarta", "wall.jakarta", "admin.jakarta", "national", "operator.batu", "dp3a.batu"]
    incident = violence(operator)
    seen = {name: places for name in strangers if (places := Person(stack, name).sees(REGION, incident))}
    assert seen == {}


def test_no_open_socket_of_anybody_else_hears_of_it(stack, operator):
    listeners = ["dinkes.jakarta", "satpolpp.jakarta", "bpbd.jakarta", "wall.jakarta"]
    with (
        Person(stack, "supervisor.jakarta").listening() as desk,
        Person(stack, listeners[0]).listening() as first,
        Person(stack, listeners[1]).listening() as second,
        Person(stack, listeners[2]).listening() as third,
        Person(stack, listeners[3]).listening() as wall,
    ):
        incident = violence(operator)
        desk.event("incident.created", incident)  # the supervisor does hear it
        for ear in (first, second, third, wall):
            assert ear.heard_of(incident) == []


def test_a_colleague_at_the_next_desk_sees_nothing_of_it_either(stack, operator):
    made = stack.manage("shell", "-c", COLLEAGUE)
    assert made.returncode == 0, made.stderr
    colleague = Person(stack, "colleague.jakarta")
    with colleague.listening() as ear:
        incident = violence(operator)
        other = operator.report(REGION, "pohon tumbang", location=GAMBIR)
        ear.event("incident.created", other)  # so they do hear what is not confidential
        assert ear.heard_of(incident) == []
    assert colleague.sees(REGION, incident) == set()
    assert operator.sees(REGION, incident) >= {"detail", "board"}  # who took the call sees it


def test_its_words_and_names_are_found_by_no_search(stack, operator):
    incident = violence(operator)
    for name in ("supervisor.jakarta", "operator.jakarta", "dp3a.jakarta", "qa.jakarta", "dinkes.jakarta"):
        for words in ("sembunyi di kamar mandi", "Melati", "081298765432"):
            found = Person(stack, name).get("incidents/", region=REGION, q=words)["results"]
            assert incident["id"] not in [row["id"] for row in found], (name, words)


def test_qa_knows_that_a_case_exists_and_nothing_more(stack, operator):
    incident = violence(operator)
    answer = Person(stack, "qa.jakarta").http.get(f"incidents/{incident['id']}/")
    assert answer.status_code == 200
    assert WORDS not in answer.text
    assert "Melati" not in answer.text
    assert answer.json()["lat"] is None


def test_an_injured_victim_brings_the_ambulance_which_learns_where_and_nothing_else(stack, operator):
    incident = operator.report(
        REGION, "tetangga dipukuli suaminya sampai berdarah kepalanya", location=GAMBIR, caller={"name": "Bu Rini"}
    )
    assert "dinkes" in agencies(incident, "support")
    answer = Person(stack, "dinkes.jakarta").http.get(f"incidents/{incident['id']}/")
    task = answer.json()
    assert task["level"] == "task"
    assert (task["lat"], task["lon"]) == (GAMBIR["lat"], GAMBIR["lon"])
    assert agencies(task) == ["dinkes"]
    assert "dipukuli" not in answer.text
    assert "Rini" not in answer.text
    Person(stack, "dinkes.jakarta").step(assignment_of(task, "dinkes"), "acknowledge")


def test_marking_an_open_case_confidential_takes_it_off_every_screen_at_once(stack, operator):
    """A brawl that turns out to be violence at home."""
    incident = operator.report(REGION, "ada keributan dan teriakan di rumah tetangga", location=GAMBIR)
    led_by = agencies(incident)[0]
    with Person(stack, f"{led_by}.jakarta").listening() as agency, Person(stack, "wall.jakarta").listening() as wall:
        operator.act(incident, "update", type="violence_women_children", version=incident["version"])
        wall.event("incident.hidden", incident)
        agency.wait(lambda frame: incident["id"] in str(frame))
    assert Person(stack, "wall.jakarta").sees(REGION, incident) == set()
    assert Person(stack, "dishub.jakarta").sees(REGION, incident) == set()
    assert Person(stack, "supervisor.jakarta").detail(incident)["confidential"] is True


def test_a_body_found_and_ponding_water_are_no_emergency_in_jakarta(operator):
    body = operator.report(REGION, "ada mayat di kali", location=GAMBIR)
    assert (body["type"], body["subtype"]) == ("other_non_emergency", "body_found")
    assert agencies(body, "lead") == ["polda"]  # it is passed on all the same


def test_power_and_water_are_outside_the_fourteen_and_are_referred(operator):
    incident = operator.report(REGION, "pipa air bocor di jalan", location=GAMBIR)
    assert ("pdam", "1500223") in referred(incident)
    assert "pdam" not in agencies(incident)
