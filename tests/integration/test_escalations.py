"""The ladder of an assignment that nobody accepts, on the database: each rung once, and none after the acceptance."""

import json
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone

from agencies import caches
from agencies.models import Agency, Channel, Ladder, Membership, Roster
from dispatch.answering import Answering, answering_of
from dispatch.models import Assignment, Deadline, Delivery, Escalation
from dispatch.services import escalations, sweeps
from events.models import Event
from tests.integration.acting import MADIUN, Acting, as_fold, fold, number, part

LADDER = [
    {"step": "renotify", "after": 0}, {"step": "second_channel", "after": 60}, {"step": "duty_officer", "after": 60},
    {"step": "head", "after": 60}, {"step": "supervisor", "after": 60}, {"step": "backup", "after": 60},
]  # fmt: skip


def channel(agency: str, position: int, **more) -> Channel:
    found = Agency.objects.get(region_id=MADIUN, code=agency)
    given = {"kind": "email", "name": f"{agency} {position}", "address": f"{agency}@example.go.id"}
    return Channel.objects.create(
        region_id=MADIUN, agency=found, position=position, created_at=timezone.now(), **given | more
    )


@pytest.fixture
def fire(db):
    incident = Acting("operator.madiun").report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
    Deadline.objects.exclude(assignment_id=incident["assignments"][0]["id"]).delete()
    return incident


@pytest.fixture
def ladder(db):
    Ladder.objects.create(region_id=MADIUN, key="", priority="", steps=LADDER, published_at=timezone.now())
    caches.clear()


def everybody_reachable() -> None:
    channel("damkar", 1)
    channel("damkar", 2)
    Channel.objects.create(region_id=MADIUN, kind="gateway", name="SMS", address="112", url="https://gw.example.id/",
                           created_at=timezone.now())  # fmt: skip
    now, damkar = timezone.now(), Agency.objects.get(region_id=MADIUN, code="damkar")
    Roster.objects.create(
        agency=damkar, name="Piket", phone="0812", from_at=now - timedelta(hours=1), until_at=now + timedelta(hours=9)
    )


def late(fire):
    """When the time to accept is over."""
    return Deadline.objects.get(assignment_id=part(fire, "damkar")["id"], stage="acknowledge").due_at


def taken(fire) -> list[str]:
    own = part(fire, "damkar")["id"]  # the backup, once it is sent, has a ladder of its own
    rows = Escalation.objects.filter(assignment_id=own, taken_at__isnull=False).order_by("hop")
    return [row.step for row in rows]


def climb(at, minutes: int):
    for n in range(minutes * 6 + 1):
        sweeps.sweep(at=at + timedelta(seconds=10 * n))


def told(fire) -> list[dict]:
    found = Event.objects.filter(incident_id=fire["id"], kind="assignment.escalated").order_by("id")
    own = part(fire, "damkar")["id"]
    told = [json.loads(event.data) for event in found]
    return [data["escalation"] for data in told if data["assignment"]["id"] == own]


def test_nobody_accepts_and_six_rungs_are_climbed_one_after_the_other_to_the_backup(ladder, fire):
    everybody_reachable()
    at = late(fire)
    sweeps.sweep(at=at)
    assert taken(fire) == ["renotify"]
    sweeps.sweep(at=at + timedelta(seconds=59))
    assert taken(fire) == ["renotify"]
    climb(at, 6)
    assert taken(fire) == [rung["step"] for rung in LADDER]
    assert [one["hop"] for one in told(fire)] == [1, 2, 3, 4, 5, 6]
    after = Acting("supervisor.madiun").incident(fire["id"])
    joined = [a for a in after["assignments"] if a["agency"]["code"] != "damkar"]
    assert len(joined) == 1
    assert "tidak menjawab" in joined[0]["reason"]
    assert part(after, "damkar")["escalation"] == {"hop": 6, "of": 6, "step": "backup"}
    assert Assignment.objects.get(id=part(fire, "damkar")["id"]).unanswered_at is not None


@pytest.mark.parametrize("action", ["acknowledge", "decline"])
def test_an_answer_of_the_agency_stops_the_ladder(ladder, fire, action):
    everybody_reachable()
    at = late(fire)
    climb(at, 1)
    Acting("damkar.madiun").step(part(fire, "damkar"), action, **({"reason": "penuh"} if action == "decline" else {}))
    before = taken(fire)
    climb(at, 8)
    assert taken(fire) == before
    row = Escalation.objects.get(assignment_id=part(fire, "damkar")["id"], taken_at=None)
    assert row.ended_at is not None
    assert Assignment.objects.get(id=part(fire, "damkar")["id"]).unanswered_at is None


def test_a_cancelled_incident_stops_it_too(ladder, fire):
    at = late(fire)
    sweeps.sweep(at=at)
    incident = Acting("supervisor.madiun").incident(fire["id"])
    Acting("supervisor.madiun").act(incident, "cancel", reason="keliru")
    climb(at, 8)
    assert taken(fire) == ["renotify"]


def test_rungs_that_reach_nobody_are_passed_over_and_named(ladder, fire):
    Membership.objects.filter(agency__code="damkar", role="head").delete()
    climb(late(fire), 2)
    assert taken(fire)[:2] == ["renotify", "supervisor"]
    assert told(fire)[1]["skipped"] == ["second_channel", "duty_officer", "head"]


def test_a_duty_officer_whom_no_channel_reaches_is_passed_over(ladder, fire):
    everybody_reachable()
    Channel.objects.filter(kind="gateway").update(ended_at=timezone.now())
    climb(late(fire), 3)
    assert "duty_officer" not in taken(fire)
    assert "duty_officer" in told(fire)[2]["skipped"]


def test_the_ladder_of_no_region_is_the_default(fire):
    climb(late(fire), 10)
    assert taken(fire)[0] == "renotify"
    assert taken(fire)[-1] == "backup"


def test_messages_that_were_given_up_hurry_the_next_rung(ladder, fire):
    everybody_reachable()
    at = late(fire)
    sweeps.sweep(at=at)
    dead = Delivery.objects.create(
        event_id=1, assignment_id=part(fire, "damkar")["id"], channel="email", recipient="x", hop=1, state="dead",
        purpose="escalated", queued_at=at, due_at=at,
    )  # fmt: skip
    escalations.hasten(dead.assignment_id, at + timedelta(seconds=5))
    sweeps.sweep(at=at + timedelta(seconds=5))
    assert taken(fire) == ["renotify", "second_channel"]
    assert told(fire)[1]["reason"] == "pesan sebelumnya tidak sampai"
    assert told(fire)[1]["proof"] == {"messages": 1, "through": 0, "read": 0, "dead": 1}


def test_open_screens_follow_the_ladder_of_all_three_levels_of_sight(ladder, fire):
    everybody_reachable()
    number()
    people = [Acting(name) for name in ("supervisor.madiun", "damkar.madiun", "bpbd.madiun", "wall.madiun")]
    before = [one.board() for one in people]
    climb(late(fire), 6)
    number()
    for one, board in zip(people, before, strict=True):
        assert fold(board, one.events(board["seq"])) == as_fold(one.board()), one.user.username


def test_what_was_overdue_when_it_was_merged_is_escalated_from_there(ladder, fire):
    at = late(fire)
    Deadline.objects.filter(assignment_id=part(fire, "damkar")["id"]).exclude(stage="acknowledge").delete()
    sweeps.sweep(at=at)
    operator = Acting("operator.madiun")
    target = operator.report("pohon tumbang", agencies=[{"code": "bpbd", "role": "lead"}])
    incident = operator.incident(fire["id"])
    operator.act(incident, "merge", version=incident["version"], into=target["id"])
    joined = part(operator.incident(target["id"]), "damkar")
    sweeps.sweep(at=at + timedelta(minutes=1))
    assert Escalation.objects.filter(assignment_id=joined["id"], taken_at__isnull=False).count() == 1


def test_a_rung_that_cannot_be_settled_keeps_no_other_from_being_taken(ladder, fire, monkeypatch):
    other = Acting("operator.madiun").report("pohon tumbang", agencies=[{"code": "bpbd", "role": "lead"}])
    real = escalations.ladder_for
    at = Deadline.objects.filter(stage="acknowledge").latest("due_at").due_at
    Deadline.objects.filter(stage="acknowledge").update(due_at=at)
    Escalation.objects.all().delete()
    broken = Assignment.objects.get(id=part(fire, "damkar")["id"]).incident
    broken.priority = "low"
    broken.save()

    def raising(region, priority):
        if priority == "low" and Escalation.objects.exists():
            raise ZeroDivisionError
        return real(region, priority)

    monkeypatch.setattr(escalations, "ladder_for", raising)
    sweeps.sweep(at=at)
    assert Escalation.objects.filter(assignment__incident_id=other["id"], taken_at__isnull=False).exists()
    (poison,) = Escalation.objects.filter(assignment__incident=broken)
    assert (poison.taken_at, poison.due_at) == (None, at + escalations.PUT_OFF)


def test_the_chip_is_gone_when_it_is_accepted(ladder, fire):
    sweeps.sweep(at=late(fire))
    assert part(Acting("operator.madiun").incident(fire["id"]), "damkar")["escalation"]["step"] == "renotify"
    Acting("damkar.madiun").step(part(fire, "damkar"), "acknowledge")
    assert part(Acting("operator.madiun").incident(fire["id"]), "damkar")["escalation"] is None


def test_no_answer_is_a_figure_of_the_agency_and_tells_nobody_of_cases_that_they_do_not_see(ladder, fire):
    since = timezone.now() - timedelta(hours=1)
    secret = Acting("operator.madiun").report("suami memukuli istrinya", agencies=[{"code": "dp3a", "role": "lead"}])
    climb(late(fire), 6)
    until = timezone.now() + timedelta(hours=1)

    def figures(who: str) -> dict[str, Answering]:
        actor = caches.actor_of_user(str(Acting(who).user.id))
        return {row.agency: row for row in answering_of(actor, MADIUN, since, until)}

    damkar = figures("supervisor.madiun")["damkar"]
    assert (damkar.assignments, damkar.escalated, damkar.unanswered) == (1, 1, 1)
    assert secret["confidential"]
    assert "dp3a" in figures("supervisor.madiun")
    assert "dp3a" not in figures("wall.madiun")
    assert set(figures("damkar.madiun")) == {"damkar"}


def test_a_hundred_ladders_at_once_take_few_statements(ladder, db, django_assert_max_num_queries):
    operator = Acting("operator.madiun")
    for _ in range(12):
        operator.report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
    Deadline.objects.exclude(stage="acknowledge").delete()
    at = Deadline.objects.latest("due_at").due_at
    with django_assert_max_num_queries(45):
        sweeps.sweep(at=at)
    assert Escalation.objects.filter(taken_at__isnull=False).count() == 12


@pytest.mark.xdist_group("services")
def test_with_many_sweepers_at_once_every_rung_is_taken_exactly_once(stack):
    client = stack.client("operator.madiun")
    body = {"region": MADIUN, "narrative": "kebakaran rumah", "agencies": [{"code": "damkar", "role": "lead"}]}
    ids = [client.post("incidents/", json=body).json()["assignments"][0]["id"] for _ in range(10)]
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "UPDATE dispatch_deadline SET starts_at = now() - interval '1 hour', warn_at = now() - interval '10 min',"
            " due_at = now() WHERE stage = 'acknowledge' AND assignment_id = ANY(%s::uuid[])", [ids],
        )  # fmt: skip
    script = """
from datetime import timedelta
from django.utils import timezone
from dispatch.models import Escalation
from dispatch.services import sweeps
for _ in range(30):
    now = timezone.now()
    Escalation.objects.filter(taken_at=None, ended_at=None).update(due_at=now, after_at=now - timedelta(hours=1))
    sweeps.sweep()
"""
    threads = [threading.Thread(target=stack.manage, args=("shell", "-c", script)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until = time.monotonic() + 15
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        while True:
            rows = connection.execute(
                "SELECT data::json->'assignment'->>'id', data::json->'escalation'->>'hop', count(*) FROM events_event"
                " WHERE kind = 'assignment.escalated' AND data::json->'assignment'->>'id' = ANY(%s) GROUP BY 1, 2",
                [ids],
            ).fetchall()
            if len({row[0] for row in rows if row[1] == "6"}) == len(ids) or time.monotonic() > until:
                break
            time.sleep(0.3)
        backups = connection.execute(
            "SELECT count(*) FROM dispatch_assignment WHERE incident_id IN (SELECT incident_id FROM dispatch_assignment"
            " WHERE id = ANY(%s::uuid[])) GROUP BY incident_id", [ids],
        ).fetchall()  # fmt: skip
    assert {row[0] for row in rows if row[1] == "6"} == set(ids)
    assert {row[2] for row in rows} == {1}
    assert all(row[0] == 2 for row in backups)
