"""Passing state: positions of units and who has a case open, over the socket, and what the board shows of places."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.integration.acting import MADIUN, PPU, Acting, a_unit, number, part
from tests.integration.test_feed import Listener, head_of, report

stacked = pytest.mark.xdist_group("services")


def passing(listener: Listener, kind: str, wanted: Any, within: float = 15) -> dict[str, Any]:
    """The first frame of this kind that is wanted."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        frame = listener.next(max(0.1, end - time.monotonic()))
        if frame["kind"] == kind and wanted(frame):
            return frame
    raise AssertionError(f"no {kind}")


def heard(listener: Listener, seconds: float) -> list[dict[str, Any]]:
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found.append(listener.next(max(0.1, end - time.monotonic())))
        except TimeoutError:
            break
    return found


def unit_of(stack, username: str = "damkar.madiun") -> str:
    board = stack.client(username).get("board/", params={"region": MADIUN}).json()
    return board["units"][0]["id"]


def put(stack, unit: str, lat: float, lon: float, username: str = "damkar.madiun") -> None:
    at = datetime.now(UTC).isoformat()
    answer = stack.client(username).post("units/positions/", json=[{"unit": unit, "lat": lat, "lon": lon, "at": at}])
    assert answer.json() == {"kept": 1}, answer.text


@stacked
def test_positions_are_told_to_those_who_see_the_unit_at_most_every_two_seconds(stack):
    unit = unit_of(stack)
    names = ("operator.madiun", "damkar.madiun", "bpbd.madiun", "operator.ppu")
    with (
        Listener(stack, names[0]) as desk,
        Listener(stack, names[1]) as own,
        Listener(stack, names[2]) as other,
        Listener(stack, names[3]) as far,
    ):
        for listener in (desk, own, other, far):
            assert listener.next()["kind"] == "hello"
        for n in range(20):  # over five seconds, so several rounds of two seconds
            put(stack, unit, -7.6 - n / 1000, 111.5)
            time.sleep(0.25)
        last = [unit, -7.6 - 19 / 1000, 111.5]

        def arrived(frame):
            return any(move[:3] == last for move in frame["units"])

        first = time.monotonic()
        for listener in (desk, own):
            frame = passing(listener, "unit.moved", arrived)
            assert frame["region"] == MADIUN
            assert "seq" not in frame
        assert time.monotonic() - first < 10
        assert not [f for f in heard(other, 3) + heard(far, 1) if f["kind"] == "unit.moved"]


@stacked
def test_a_burst_of_positions_is_a_few_frames(stack):
    unit = unit_of(stack)
    with Listener(stack, "operator.madiun") as desk:
        assert desk.next()["kind"] == "hello"
        started = time.monotonic()
        for n in range(40):
            put(stack, unit, -7.5 - n / 1000, 111.4)
            time.sleep(0.1)
        moved = [f for f in heard(desk, 3) if f["kind"] == "unit.moved"]
        assert 1 <= len(moved) <= (time.monotonic() - started) / 2 + 1
        assert moved[-1]["units"][0][1] == -7.5 - 39 / 1000


@stacked
def test_colleagues_see_who_has_a_case_open_and_nobody_else_does(stack):
    incident = report(stack)
    head_of(stack)
    names = ("operator.madiun", "supervisor.madiun", "damkar.madiun", "operator.ppu")
    with (
        Listener(stack, names[0]) as first,
        Listener(stack, names[1]) as second,
        Listener(stack, names[2]) as agency,
        Listener(stack, names[3]) as far,
    ):
        for listener in (first, second, agency, far):
            assert listener.next()["kind"] == "hello"
        first.socket.send(json.dumps({"open": incident["id"]}))

        def with_it(frame):
            return any(one["incident"] == incident["id"] for one in frame["people"])

        frame = passing(second, "presence", with_it)
        assert frame["region"] == MADIUN
        assert len([one for one in frame["people"] if one["incident"] == incident["id"]]) == 1
        with Listener(stack, "supervisor.madiun") as late:
            assert passing(late, "presence", with_it)
        first.socket.send(json.dumps({"open": None}))
        assert passing(second, "presence", lambda f: not with_it(f))
        assert not [f for f in heard(agency, 2) + heard(far, 1) if f["kind"] == "presence"]


@stacked
@pytest.mark.parametrize("message", ['{"open":5}', '{"open":"x"}', '{"open":["a"]}', '{"open":{}}'])
def test_no_shape_of_what_is_open_breaks_the_socket(stack, message):
    with Listener(stack, "operator.madiun") as listener:
        assert listener.next()["kind"] == "hello"
        listener.socket.send(message)
        assert listener.up_to(head_of(stack)) is not None


@stacked
def test_a_case_of_another_region_or_a_sealed_one_has_no_visitors(stack):
    far = report(stack, "operator.ppu", PPU)
    sealed = report(stack, "supervisor.madiun", type="violence_women_children")
    head_of(stack)
    with Listener(stack, "operator.madiun") as nosy, Listener(stack, "supervisor.ppu") as there:
        for listener in (nosy, there):
            assert listener.next()["kind"] == "hello"
        with Listener(stack, "supervisor.madiun") as inside:
            assert inside.next()["kind"] == "hello"
            inside.socket.send(json.dumps({"open": sealed["id"]}))
            nosy.socket.send(json.dumps({"open": far["id"]}))
            assert passing(inside, "presence", lambda f: f["people"])
            told = str([f for f in heard(nosy, 3) + heard(there, 1) if f["kind"] == "presence"])
            assert sealed["id"] not in told
            assert far["id"] not in told


LEAD = [{"code": "dp3a", "role": "lead"}]
PLACE = {"lat": -7.6111, "lon": 111.5222}


@pytest.fixture
def at_a_victims_home(db):
    """A unit of DP3A at a confidential case."""
    operator, dp3a = Acting("operator.madiun"), Acting("dp3a.madiun")
    case = operator.report("istri dipukuli", type="violence_women_children", agencies=LEAD)
    unit, assignment = a_unit("dp3a"), part(case, "dp3a")
    unit.home_lat, unit.home_lon = -7.65, 111.55
    unit.save()
    dp3a.step(assignment, "acknowledge")
    sent = timezone.now() - timedelta(minutes=5)
    dp3a.step(assignment, "dispatch", units=[str(unit.id)], occurred_at=sent.isoformat())
    position = {"unit": str(unit.id), **PLACE, "at": timezone.now().isoformat()}
    assert dp3a.ok("units/positions/", [position]) == {"kept": 1}
    return unit, assignment


WHO_KNOWS = {"operator.madiun": True, "supervisor.madiun": True, "dp3a.madiun": True, "wall.madiun": False,
             "qa.madiun": False}  # fmt: skip


def place_on_board(username: str, unit) -> float:
    return next(u["lat"] for u in Acting(username).board()["units"] if u["id"] == str(unit.id))


def place_in_events(username: str, unit) -> float:
    number()
    told = [f["data"]["unit"] for f in Acting(username).events(0) if f["kind"] == "unit.status"]
    return [u["lat"] for u in told if u["id"] == str(unit.id)][-1]


def test_a_unit_at_a_confidential_case_is_shown_at_home_to_those_who_may_not_know_the_place(at_a_victims_home):
    unit, assignment = at_a_victims_home
    Acting("dp3a.madiun").step(assignment, "arrive")
    for username, knows in WHO_KNOWS.items():
        assert place_on_board(username, unit) == (PLACE["lat"] if knows else -7.65), username
        assert place_in_events(username, unit) == (PLACE["lat"] if knows else -7.65), username
        told = str(Acting(username).events(0))
        assert '"case"' not in told
        assert "'home'" not in told


def test_the_place_stays_secret_after_the_job_until_the_unit_has_moved_on(at_a_victims_home):
    unit, assignment = at_a_victims_home
    dp3a = Acting("dp3a.madiun")
    dp3a.step(assignment, "arrive")
    dp3a.step(assignment, "complete", report="selesai")
    assert place_on_board("wall.madiun", unit) == -7.65
    assert place_in_events("wall.madiun", unit) == -7.65
    away = {"unit": str(unit.id), "lat": -7.63, "lon": 111.53, "at": timezone.now().isoformat()}
    assert dp3a.ok("units/positions/", [away]) == {"kept": 1}
    assert place_on_board("wall.madiun", unit) == -7.63
