"""Numbers that are a nuisance: proposed, marked by a supervisor, told and never hidden; and what is one's own."""

import pytest

from events.models import Event
from incidents.models import Call, NumberFlag
from tests.integration.acting import MADIUN, PPU, Acting

pytestmark = pytest.mark.django_db
NUMBER = "081234567890"


def prank(desk: Acting, number: str = NUMBER, times: int = 1, disposition: str = "prank") -> str:
    call = ""
    for _ in range(times):
        call = desk.ok("calls/", {"region": MADIUN, "number": number})["id"]
        desk.ok(f"calls/{call}/answer/")
        desk.ok(f"calls/{call}/disposition/", {"disposition": disposition})
    return call


def numbers(who: Acting) -> dict:
    return who.get("numbers/", region=MADIUN).json()


def test_three_nuisance_calls_propose_a_number_two_do_not():
    desk = Acting("operator.madiun")
    prank(desk, times=2)
    assert numbers(desk)["proposed"] == []
    call = prank(desk)
    (found,) = numbers(desk)["proposed"]
    assert (found["call"], found["calls"], found["hint"]) == (call, 3, "0812•••7890")
    assert "345678" not in str(numbers(desk)), "a list on a screen tells no whole number"


def test_emergencies_propose_nobody():
    desk = Acting("operator.madiun")
    prank(desk, times=4, disposition="emergency")
    assert numbers(desk)["proposed"] == []


def test_calls_of_confidential_cases_are_not_counted():
    desk = Acting("operator.madiun")
    prank(desk, times=3)
    Call.objects.update(confidential=True)
    assert numbers(Acting("supervisor.madiun"))["proposed"] == []


def test_only_a_supervisor_of_the_region_marks_and_the_mark_ends():
    desk, supervisor = Acting("operator.madiun"), Acting("supervisor.madiun")
    mark = {"call": prank(desk, times=3), "reason": "iseng berulang", "days": 7}
    assert desk.post("numbers/", mark).status_code == 403
    assert Acting("supervisor.ppu").post("numbers/", mark).status_code == 404
    made = supervisor.post("numbers/", mark)
    assert made.status_code == 201
    (flag,) = numbers(desk)["flags"]
    assert (flag["hint"], flag["reason"]) == ("0812•••7890", "iseng berulang")
    assert numbers(desk)["proposed"] == []
    assert desk.post(f"numbers/{flag['id']}/end/").status_code == 403
    assert Acting("supervisor.ppu").post(f"numbers/{flag['id']}/end/").status_code == 404
    supervisor.ok(f"numbers/{flag['id']}/end/")
    assert numbers(desk)["flags"] == []
    kinds = set(Event.objects.filter(kind__startswith="number.").values_list("kind", "public"))
    assert kinds == {("number.flagged", False), ("number.unflagged", False)}
    assert not Event.objects.filter(kind__startswith="number.", data__contains="7890").exists()


def test_marking_twice_is_one_mark_and_days_are_bounded():
    supervisor = Acting("supervisor.madiun")
    call = prank(supervisor, times=3)
    first = supervisor.ok("numbers/", {"call": call, "reason": "x", "days": 9999})
    assert supervisor.ok("numbers/", {"call": call, "reason": "y", "days": 1}) == first
    flag = NumberFlag.objects.get()
    assert (flag.until - flag.since).days == 30


def test_a_call_without_a_number_cannot_be_marked():
    supervisor = Acting("supervisor.madiun")
    call = supervisor.ok("calls/", {"region": MADIUN})["id"]
    assert supervisor.post("numbers/", {"call": call, "reason": "x", "days": 1}).status_code == 409


def test_own_cases_are_the_open_ones_on_which_one_has_acted():
    operator, supervisor = Acting("operator.madiun"), Acting("supervisor.madiun")
    made = operator.report("pohon tumbang")["id"]
    other = supervisor.report("kebakaran rumah")["id"]
    assert operator.get("board/own/", region=MADIUN).json() == {"incidents": [made]}
    operator.ok(f"incidents/{other}/notes/", {"text": "sudah dikonfirmasi"})
    assert set(operator.get("board/own/", region=MADIUN).json()["incidents"]) == {made, other}
    operator.act(operator.incident(made), "cancel", reason="salah")
    assert operator.get("board/own/", region=MADIUN).json() == {"incidents": [other]}
    assert operator.get("board/own/", region=PPU).status_code == 404
