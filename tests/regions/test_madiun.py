"""Kota Madiun: street lights to PUPR, trees to BPBD, and the police only after the agreement is signed."""

import json
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.regions.story import (
    LIVE_SECONDS,
    Browser,
    Person,
    agencies,
    assignment_of,
    check_reasons,
    referred,
    stages,
)

pytestmark = pytest.mark.xdist_group("services")
REGION = "35.77"
PAHLAWAN = {"lat": -7.6242, "lon": 111.5238, "text": "Jalan Pahlawan"}
AGREEMENT = "/kelola/35.77/perjanjian/polres/"


@pytest.fixture
def operator(stack):
    return Person(stack, "operator.madiun")


def test_a_street_light_that_is_out_goes_to_public_works_and_shows_on_desk_agency_and_wall(stack, operator):
    pupr, wall = Person(stack, "pupr.madiun"), Person(stack, "wall.madiun")
    with operator.listening() as desk, pupr.listening() as agency, wall.listening() as room:
        incident = operator.report(
            REGION, "lampu jalan mati, gelap sekali", location=PAHLAWAN, caller={"number": "081234567890"}
        )
        for screen in (desk, agency, room):
            screen.event("incident.created", incident)
        assert agency.event("assignment.created", incident, "pupr")["data"]["incident"]["label"]
    assert incident["type"] == "public_facility"
    assert agencies(incident) == ["pupr"]
    assert incident["number"].startswith("112-MDN-")
    assert stages(assignment_of(incident, "pupr")) == ["acknowledge", "arrive", "complete"]
    check_reasons(incident)
    assert incident["area"]["code"].startswith("35.77.")
    assert "081234567890" not in str(wall.board(REGION))


def test_a_fallen_tree_goes_to_the_disaster_agency(operator):
    incident = operator.report(REGION, "pohon tumbang di taman, menimpa pagar", location=PAHLAWAN)
    assert (incident["type"], incident["subtype"]) == ("disaster", "fallen_tree")
    assert agencies(incident, "lead") == ["bpbd"]
    check_reasons(incident)


def test_without_the_agreement_an_accident_refers_the_caller_to_110_and_the_police_see_nothing(stack, operator):
    polres, bystander = Person(stack, "polres.madiun"), Person(stack, "dishub.madiun")
    with bystander.listening() as ear:
        incident = operator.report(REGION, "kecelakaan motor dan mobil, dua orang luka", location=PAHLAWAN)
        ear.event("incident.created", incident)
    assert referred(incident) == [("polres", "110")]
    assert "polres" not in agencies(incident)
    assert agencies(incident) == ["dishub", "dinkes"]  # the backup leads, the ambulance comes
    assert polres.sees(REGION, incident) == set()
    assert polres.get(f"incidents/{incident['id']}/", 404)["type"] == "/problems/not-found"
    assert referred(operator.detail(incident)) == [("polres", "110")]  # the referral is on record
    by_hand = operator.post(
        f"incidents/{incident['id']}/assign/",
        {"agency": "polres", "role": "support", "version": incident["version"]},
    )
    assert "polres" not in agencies(by_hand)  # nor by the operator's own choice
    assert polres.sees(REGION, incident) == set()


def test_the_police_cannot_even_listen_before_the_agreement(stack):
    with connect(f"{stack.live}/ws/live/") as socket:
        socket.send(json.dumps({"token": stack.token("polres.madiun")}))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=10)
    assert socket.close_code == 4003


def test_once_the_agreement_is_signed_the_police_get_accidents_live_and_lose_sight_when_it_ends(stack, operator):
    before = operator.report(REGION, "kecelakaan mobil di jembatan, satu orang luka", location=PAHLAWAN)
    admin = Browser(stack, "admin.madiun")
    assert "berlaku" in admin.send(AGREEMENT, reference="MoU 2026", scope=["*"])
    time.sleep(1.5)  # configuration is in force everywhere within about a second
    try:
        polres = Person(stack, "polres.madiun")
        with polres.listening() as ear:
            incident, delay = quickest(operator, ear)
            assert delay < LIVE_SECONDS
        assert agencies(incident, "lead") == ["polres"]
        assert "dinkes" in agencies(incident, "support")
        assert referred(incident) == []
        assert assignment_of(incident, "polres")["deadlines"]
        assert polres.sees(REGION, incident) == {"detail", "list", "search", "board", "events"}
        assert polres.sees(REGION, before) == set()  # what was before the agreement stays unseen
        polres.step(assignment_of(incident, "polres"), "acknowledge")
    finally:
        admin.send(f"{AGREEMENT}akhiri/")
    time.sleep(4.5)  # rights are looked at every three seconds
    assert polres.sees(REGION, incident) == set()


def test_the_times_of_each_agency_show_who_is_fast_and_who_is_slow(stack, operator):
    supervisor = Person(stack, "supervisor.madiun")
    incident = operator.report(REGION, "rumah kebanjiran, air selutut di dalam rumah", location=PAHLAWAN)
    assert agencies(incident) == ["bpbd", "pupr", "dinsos"]
    fast, slow = Person(stack, "bpbd.madiun"), Person(stack, "pupr.madiun")
    quick = assignment_of(incident, "bpbd")
    fast.step(quick, "acknowledge")
    fast.step(quick, "dispatch", units=[unit_of(fast, "bpbd")])
    time.sleep(1.2)
    late = assignment_of(incident, "pupr")
    slow.step(late, "acknowledge")
    detail = supervisor.detail(incident)
    first, second = assignment_of(detail, "bpbd"), assignment_of(detail, "pupr")
    assert first["created_at"] == second["created_at"]
    assert first["acknowledged_at"] < second["acknowledged_at"]
    told = [(e["kind"], e["agency"]["code"]) for e in detail["timeline"] if e["kind"] == "assignment.acknowledged"]
    assert told == [("assignment.acknowledged", "bpbd"), ("assignment.acknowledged", "pupr")]
    assert "acknowledge" not in stages(first)  # that clock has stopped
    assert "acknowledge" in stages(assignment_of(detail, "dinsos"))  # this one runs


def quickest(operator, ear):
    """An accident, and how many seconds after the answer it was on the police's screen; the best of three."""
    found = []
    for _ in range(3):
        incident = operator.report(REGION, "kecelakaan truk dan motor, dua orang luka", location=PAHLAWAN)
        answered = time.monotonic()
        found.append((ear.event_after(answered, "assignment.created", incident, "polres"), incident))
    delay, incident = min(found, key=lambda pair: pair[0])
    return incident, delay


def unit_of(person, agency):
    """A free unit of an agency, as its own people see it."""
    units = person.board(REGION)["units"]
    assert {u["agency"]["code"] for u in units} == {agency}
    return next(u["id"] for u in units if u["status"] == "available")
