"""Deadlines: warned at 80 %, breached at 100 %, each told exactly once, whoever sweeps."""

import json
import threading
import time
from datetime import timedelta

import psycopg
import pytest

from dispatch.models import Deadline
from dispatch.services import sweeps
from events.models import Event
from tests.integration.acting import MADIUN, Acting, number, part


@pytest.fixture
def fire(db):
    incident = Acting("operator.madiun").report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
    Deadline.objects.exclude(assignment_id=incident["assignments"][0]["id"]).delete()
    return incident


def told(incident) -> list[tuple[str, str]]:
    found = Event.objects.filter(incident_id=incident["id"]).order_by("id")
    return [(e.kind, json.loads(e.data)["deadline"]["stage"]) for e in found if '"deadline"' in e.data]


def acknowledge_of(incident) -> Deadline:
    return Deadline.objects.get(assignment_id=incident["assignments"][0]["id"], stage="acknowledge")


def test_nothing_is_told_before_80_percent(fire):
    deadline = acknowledge_of(fire)
    sweeps.sweep(at=deadline.warn_at - timedelta(milliseconds=1))
    assert told(fire) == []


def test_a_warning_at_80_and_a_breach_with_escalation_at_100_percent_each_once(fire):
    deadline = acknowledge_of(fire)
    for _ in range(3):
        sweeps.sweep(at=deadline.warn_at)
    assert told(fire) == [("deadline.warning", "acknowledge")]
    for _ in range(3):
        sweeps.sweep(at=deadline.due_at)
    assert [t for t in told(fire) if t[1] == "acknowledge"][1:] == [("deadline.breached", "acknowledge")]
    event = Event.objects.get(incident_id=fire["id"], kind="assignment.escalated")
    assert json.loads(event.data)["escalation"]["step"] == "renotify"


def test_after_a_long_silence_the_breach_is_told_without_a_warning_before_it(fire):
    sweeps.sweep(at=acknowledge_of(fire).due_at + timedelta(days=1))
    assert {kind for kind, stage in told(fire) if stage == "acknowledge"} == {"deadline.breached"}


def test_what_was_reached_in_time_is_not_told(fire):
    Acting("damkar.madiun").step(part(fire, "damkar"), "acknowledge")
    sweeps.sweep(at=acknowledge_of(fire).due_at + timedelta(seconds=1))
    assert "acknowledge" not in {stage for _, stage in told(fire)}


def test_the_agency_its_head_and_the_supervisor_are_told(fire):
    sweeps.sweep(at=acknowledge_of(fire).due_at)
    number()
    for username in ("head-damkar.madiun", "supervisor.madiun", "damkar.madiun"):
        assert "assignment.escalated" in {f["kind"] for f in Acting(username).events(0)}
    assert Acting("bpbd.madiun").events(0) == []


def test_an_unanswered_call_is_told_too(db):
    call = Acting("operator.madiun").ok("calls/", {"region": MADIUN})
    sweeps.sweep(at=Deadline.objects.get(call_id=call["id"]).due_at)
    event = Event.objects.get(kind="deadline.breached", data__contains=call["id"])
    assert json.loads(event.data)["deadline"]["stage"] == "answer"


def test_what_nobody_tells_is_late_after_a_while_and_no_longer_once_it_is_told(fire):
    assert not sweeps.is_late(0, name="siaga-test")
    came = sweeps.database_now() - timedelta(minutes=1)
    times = {"starts_at": came - timedelta(hours=1), "warn_at": came - timedelta(seconds=5), "due_at": came}
    Deadline.objects.filter(id=acknowledge_of(fire).id).update(**times)
    assert sweeps.is_late(30, name="siaga-test")
    assert not sweeps.is_late(90, name="siaga-test")
    sweeps.sweep()
    assert not sweeps.is_late(0, name="siaga-test")


def test_a_deadline_that_cannot_be_told_keeps_no_other_from_being_told(fire, monkeypatch):
    other = Acting("operator.madiun").report("kebakaran gudang", agencies=[{"code": "damkar", "role": "lead"}])
    broken, facts_of = acknowledge_of(fire), sweeps._facts

    def facts(deadlines, what):
        deadlines = list(deadlines)
        if broken in deadlines:
            raise KeyError(broken.id)
        return facts_of(deadlines, what)

    monkeypatch.setattr(sweeps, "_facts", facts)
    later = max(broken.due_at, acknowledge_of(other).due_at)
    sweeps.sweep(at=later)
    assert ("deadline.breached", "acknowledge") in told(other)
    assert told(fire) == []
    monkeypatch.undo()
    sweeps.sweep(at=later + sweeps.PUT_ASIDE)
    assert ("deadline.breached", "acknowledge") in told(fire)


def overdue(stack, count: int) -> list[str]:
    """Deadlines on the stack that come due now; returns their ids."""
    client = stack.client("operator.madiun")
    body = {"region": MADIUN, "narrative": "kebakaran rumah", "agencies": [{"code": "damkar", "role": "lead"}]}
    ids = [client.post("incidents/", json=body).json()["assignments"][0]["id"] for _ in range(count)]
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        rows = connection.execute(
            "UPDATE dispatch_deadline SET starts_at = now() - interval '1 hour', warn_at = now() - interval '10 min',"
            " due_at = now() WHERE stage = 'acknowledge' AND assignment_id = ANY(%s::uuid[]) RETURNING id", [ids],
        ).fetchall()  # fmt: skip
    return [str(row[0]) for row in rows]


def breaches(stack, ids: list[str], within: float = 15) -> dict[str, int]:
    """How often the breach of each deadline was told, once all were (or the time is over)."""
    until = time.monotonic() + within
    while True:
        with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
            rows = connection.execute(
                "SELECT data::json->'deadline'->>'id', count(*) FROM events_event WHERE kind = 'deadline.breached'"
                " AND data::json->'deadline'->>'id' = ANY(%s) GROUP BY 1", [ids],
            ).fetchall()  # fmt: skip
        if len(rows) == len(ids) or time.monotonic() > until:
            return {row[0]: row[1] for row in rows}
        time.sleep(0.2)


@pytest.mark.xdist_group("services")
def test_with_many_sweepers_at_once_every_breach_is_told_exactly_once(stack):
    ids = overdue(stack, 10)
    script = "from dispatch.services import sweeps\nfor _ in range(20): sweeps.sweep()"
    threads = [threading.Thread(target=stack.manage, args=("shell", "-c", script)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert breaches(stack, ids) == dict.fromkeys(ids, 1)
