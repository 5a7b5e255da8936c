"""Two dispatchers send one unit at the same moment, over real servers: one has it, the other is told who has."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.acting import MADIUN, part
from tests.integration.test_feed import report

pytestmark = pytest.mark.xdist_group("services")
RACES = 20
OFFICERS = ("damkar.madiun", "head-damkar.madiun")


def ready(stack, count):
    """Assignments that Damkar has accepted, and a unit of its own that is free."""
    officer = stack.client(OFFICERS[0])
    lines = [part(report(stack), "damkar")["id"] for _ in range(count)]
    for line in lines:
        assert officer.post(f"assignments/{line}/acknowledge/", json={}).status_code == 200
    return lines


def free_unit(stack):
    board = stack.client(OFFICERS[0]).get("board/", params={"region": MADIUN}).json()
    return next(u for u in board["units"] if u["status"] == "available" and u["agency"]["code"] == "damkar")


def test_one_unit_is_sent_once_and_the_second_is_told_who_has_it_and_where_it_is(stack):
    clients = [stack.client(name) for name in OFFICERS]
    unit, lines = free_unit(stack), ready(stack, 2)
    for _ in range(RACES):
        barrier = threading.Barrier(2)

        def send(n, barrier=barrier):
            barrier.wait()
            return clients[n].post(f"assignments/{lines[n]}/dispatch/", json={"units": [unit["id"]]})

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(send, range(2)))
        assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
        won = next(n for n, a in enumerate(answers) if a.status_code == 200)
        told = answers[1 - won].json()
        assert answers[1 - won].headers["Content-Type"].startswith("application/problem+json")
        assert told["type"] == "/problems/unit-taken"
        winner = clients[won].get(f"assignments/{lines[won]}/units/")
        assert winner.status_code == 200
        assert told["unit"] == unit["code"]
        assert told["by"] in told["detail"]
        assert told["incident"] in told["detail"]
        assert told["status"] == "assigned"
        assert set(told["where"]) == {"lat", "lon", "at"}
        shown = clients[won].get("incidents/", params={"region": MADIUN, "q": told["incident"]}).json()["results"]
        assert any(line["id"] == lines[won] for row in shown for line in row["assignments"])
        freed = clients[won].post(f"units/{unit['id']}/status/", json={"status": "available"})
        assert freed.status_code == 200, freed.text


def test_sending_and_moving_and_tapping_at_once_leaves_one_job_and_no_deadlock(stack):
    """Whatever comes first: at most one open job, and every answer is an answer."""
    clients = [stack.client(name) for name in OFFICERS]
    unit, lines = free_unit(stack), ready(stack, 2)
    path = f"units/{unit['id']}"
    for _ in range(RACES // 2):
        acts = [
            (0, f"assignments/{lines[0]}/dispatch/", {"units": [unit["id"]]}),
            (1, f"assignments/{lines[1]}/dispatch/", {"units": [unit["id"]]}),
            (0, f"{path}/divert/", {"assignment": lines[1], "reason": "lebih dekat"}),
            (1, f"{path}/divert/", {"assignment": lines[0], "reason": "lebih dekat"}),
            (0, f"{path}/status/", {"status": "en_route"}),
            (1, f"{path}/status/", {"status": "available"}),
        ]
        barrier = threading.Barrier(len(acts))

        def act(one, barrier=barrier):
            who, where, body = one
            barrier.wait()
            return stack.client(OFFICERS[who]).post(where, json=body)

        with ThreadPoolExecutor(len(acts)) as pool:
            answers = list(pool.map(act, acts))
        assert {a.status_code for a in answers} <= {200, 409}, [(a.status_code, a.text) for a in answers]
        on = [
            line
            for line in lines
            for row in [_line(clients[0], line)]
            if any(u["code"] == unit["code"] and u["released_at"] is None for u in row["units"])
        ]
        assert len(on) <= 1
        clients[0].post(f"{path}/status/", json={"status": "available"})


def _line(client, line):
    rows = client.get("incidents/", params={"region": MADIUN}).json()["results"]
    found = next(row for row in rows if any(a["id"] == line for a in row["assignments"]))
    detail = client.get(f"incidents/{found['id']}/").json()
    return next(a for a in detail["assignments"] if a["id"] == line)
