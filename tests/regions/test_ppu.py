"""Kab. Penajam Paser Utara: the launch simulation, times in WITA, and the command that moves to BPBD."""

import datetime as dt

import pytest

from tests.regions.story import Browser, Form, Person, agencies, assignment_of, check_reasons

pytestmark = pytest.mark.xdist_group("services")
REGION = "64.09"
OFFICE = {"lat": -1.2960, "lon": 116.7310, "text": "depan kantor bupati"}
PROFILE = "/kelola/64.09/wilayah/"


@pytest.fixture
def operator(stack):
    return Person(stack, "operator.ppu")


def fire(operator):
    return operator.report(REGION, "kebakaran di depan kantor bupati, api besar", location=OFFICE)


def test_a_fire_in_front_of_the_regents_office_brings_fire_crew_and_medical_teams_at_once(stack, operator):
    crews = {code: Person(stack, f"{code}.ppu") for code in ("damkar", "dinkes", "rsud")}
    with (
        crews["damkar"].listening() as first,
        crews["dinkes"].listening() as second,
        crews["rsud"].listening() as third,
        Person(stack, "wall.ppu").listening() as wall,
    ):
        incident = fire(operator)
        for code, ear in zip(crews, (first, second, third), strict=True):
            ear.event("assignment.created", incident, code)
        assert agencies(incident, "lead") == ["damkar"]
        assert {"dinkes", "rsud"} <= set(agencies(incident, "support"))
        check_reasons(incident)
        for code, crew in crews.items():
            mine = assignment_of(incident, code)
            assert crew.step(mine, "acknowledge")["status"] == "acknowledged"
            units = [u["id"] for u in crew.board(REGION)["units"] if u["status"] == "available"][:1]
            assert crew.step(mine, "dispatch", units=units)["status"] == "dispatched"
            assert crew.step(mine, "arrive")["status"] == "arrived"
            wall.event("assignment.arrived", incident, code)
    detail = Person(stack, "supervisor.ppu").detail(incident)
    assert {a["agency"]["code"]: a["status"] for a in detail["assignments"]} == dict.fromkeys(crews, "arrived")


def test_every_time_is_told_in_wita(operator):
    incident = operator.detail(fire(operator))
    assert incident["zone"] == "Asia/Makassar"
    times = [incident["created_at"], incident["occurred_at"], *(e["at"] for e in incident["timeline"])]
    times += [d["due_at"] for a in incident["assignments"] for d in a["deadlines"]]
    assert len(times) > 5
    assert {dt.datetime.fromisoformat(t).utcoffset() for t in times} == {dt.timedelta(hours=8)}
    assert all(t.endswith("+08:00") for t in times)
    day = dt.datetime.fromisoformat(incident["created_at"])
    assert incident["number"].startswith(f"112-PPU-{day:%y%m%d}-")  # the number's day is the region's day


def test_command_moves_to_the_disaster_agency_and_nothing_is_lost(stack, operator):
    supervisor = Person(stack, "supervisor.ppu")
    incident = fire(operator)
    damkar = Person(stack, "damkar.ppu")
    damkar.step(assignment_of(incident, "damkar"), "acknowledge")
    before = supervisor.board(REGION)
    with supervisor.listening() as desk, damkar.listening() as crew:
        admin = Browser(stack, "admin.ppu")
        admin.send(PROFILE, command_authority="bpbd")
        try:
            assert authority(admin) == "bpbd"
            after = supervisor.board(REGION)
            assert rows(after) == rows(before)
            damkar.step(assignment_of(incident, "damkar"), "dispatch", units=[])
            for ear in (desk, crew):  # the sockets that were open go on
                ear.event("assignment.dispatched", incident, "damkar")
                assert ear.closed is None
            again = fire(operator)
            desk.event("incident.created", again)
            assert agencies(again, "lead") == ["damkar"]  # command is not dispatch: the run cards stand
        finally:
            admin.send(PROFILE, command_authority="diskominfo")
    assert authority(admin) == "diskominfo"


def authority(admin):
    return Form(admin.http.get(PROFILE).text).fields["command_authority"]


def rows(board):
    """Open incidents without their clocks, which go on."""
    return {
        row["id"]: (row["number"], row["status"], [(a["id"], a["status"]) for a in row["assignments"]])
        for row in board["incidents"]
    }


def test_a_procedure_keeps_an_agency_from_acting_beyond_its_authority(operator):
    """Public works has no business at a sickbed, even when the operator picks it."""
    incident = operator.report(
        REGION, "ibu saya sesak napas", location=OFFICE,
        agencies=[{"code": "rsud", "role": "lead"}, {"code": "pupr", "role": "support"}],
    )  # fmt: skip
    assert agencies(incident) == ["rsud"]
    answer = operator.post(
        "classify/",
        {
            "region": REGION,
            "narrative": "ibu saya sesak napas",
            "agencies": [{"code": "rsud", "role": "lead"}, {"code": "pupr", "role": "support"}],
        },
    )
    assert answer["passed_over"] == [{"agency": "pupr", "reason": "di luar wewenang menurut SOP"}]


def test_a_report_that_the_rules_do_not_know_is_marked_for_a_person_and_given_to_an_agency(stack, operator):
    incident = operator.report(REGION, "dermaga bergetar sendiri, tidak tahu kenapa", location=OFFICE)
    assert incident["classification"]["needs_review"] is True
    given = operator.post(
        f"incidents/{incident['id']}/assign/", {"agency": "bpbd", "role": "lead", "version": incident["version"]}
    )
    assert agencies(given) == ["bpbd"]
    assert Person(stack, "bpbd.ppu").sees(REGION, incident) >= {"detail", "board"}
