"""Clocks that stand still for a reason: only where the region allows it, later by exactly the time of the pause."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from agencies import caches
from agencies.models import Region
from dispatch.deadlines import plan
from dispatch.models import ClockPause, Deadline
from dispatch.services import sweeps
from events.models import Event
from tests.integration.acting import MADIUN, Acting, as_fold, fold, number, part

pytestmark = pytest.mark.django_db


@pytest.fixture
def allowed(db):
    Region.objects.filter(pk=MADIUN).update(pause_reasons=["waiting_police"])
    caches.clear()


@pytest.fixture
def fire(db):
    incident = Acting("operator.madiun").report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
    return Acting("damkar.madiun").step(part(incident, "damkar"), "acknowledge")


def open_of(assignment, stage="arrive") -> Deadline:
    return Deadline.objects.get(assignment_id=assignment["id"], stage=stage, done_at=None)


def post(who: str, assignment, action: str, **body):
    return Acting(who).post(f"assignments/{assignment['id']}/{action}/", body)


def test_a_region_that_allows_no_pause_has_none(fire):
    assert "pause" not in fire["actions"]
    answer = post("damkar.madiun", fire, "pause", reason="waiting_police")
    assert answer.status_code == 400
    assert not ClockPause.objects.exists()


def test_a_pause_stops_the_clocks_and_going_on_moves_the_limits_by_its_length(allowed, fire):
    before = open_of(fire)
    now = timezone.now()
    with time_machine.travel(now + timedelta(seconds=60), tick=False):
        paused = post("damkar.madiun", fire, "pause", reason="waiting_police").json()
    assert paused["paused"]["reason"] == "waiting_police"
    assert paused["next_due"] is None
    sweeps.sweep(at=before.due_at + timedelta(minutes=1))
    assert not Event.objects.filter(kind="deadline.breached", data__contains=str(before.id)).exists()
    with time_machine.travel(now + timedelta(seconds=360), tick=False):
        resumed = post("supervisor.madiun", fire, "resume").json()
    assert resumed["paused"] is None
    after = open_of(fire)
    assert after.due_at - before.due_at == after.warn_at - before.warn_at == timedelta(seconds=300)
    assert (after.starts_at, after.seconds, after.paused_seconds) == (before.starts_at, before.seconds, 300)
    row = ClockPause.objects.get()
    assert (row.reason, str(row.paused_by), str(row.resumed_by)) == (
        "waiting_police", str(Acting("damkar.madiun").user), str(Acting("supervisor.madiun").user),
    )  # fmt: skip


def test_the_next_step_of_the_work_ends_the_pause(allowed, fire):
    post("damkar.madiun", fire, "pause", reason="waiting_police")
    Acting("damkar.madiun").step(fire, "dispatch")
    assert ClockPause.objects.get().until_at is not None
    assert not Deadline.objects.filter(assignment_id=fire["id"], stage="dispatch", done_at=None).exists()
    assert open_of(fire).paused_seconds >= 0
    kinds = list(Event.objects.filter(kind__startswith="assignment.").order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["assignment.resumed", "assignment.dispatched"]


def test_a_new_priority_during_a_pause_counts_when_it_ends(allowed, fire):
    operator = Acting("operator.madiun")
    post("damkar.madiun", fire, "pause", reason="waiting_police")
    incident = operator.incident(fire["incident"])
    operator.act(incident, "update", version=incident["version"], priority="low")
    post("damkar.madiun", fire, "resume")
    here = caches.reference().region(MADIUN)
    assert open_of(fire).seconds == plan(here, "arrive", "fire", "fire", "low", open_of(fire).starts_at).seconds


def test_it_cannot_be_paused_twice_nor_before_it_is_accepted(allowed, fire):
    assert post("damkar.madiun", fire, "pause", reason="waiting_police").status_code == 200
    assert post("damkar.madiun", fire, "pause", reason="waiting_police").status_code == 409
    fresh = part(Acting("operator.madiun").report("pohon tumbang", agencies=[{"code": "bpbd", "role": "lead"}]), "bpbd")
    assert post("bpbd.madiun", fresh, "pause", reason="waiting_police").status_code == 409


def test_another_agency_cannot_pause_it_and_qa_reads_why(allowed, fire):
    assert post("bpbd.madiun", fire, "pause", reason="waiting_police").status_code == 404
    assert post("operator.madiun", fire, "pause", reason="waiting_police").status_code == 403
    post("damkar.madiun", fire, "pause", reason="waiting_police")
    told = [e for e in Acting("qa.madiun").incident(fire["incident"])["timeline"] if e["kind"] == "assignment.paused"]
    assert told[0]["pause"]["reason"] == "waiting_police"


def test_open_screens_follow_a_pause(allowed, fire):
    number()
    supervisor = Acting("supervisor.madiun")
    before = supervisor.board()
    post("damkar.madiun", fire, "pause", reason="waiting_police")
    number()
    assert fold(before, supervisor.events(before["seq"])) == as_fold(supervisor.board())
    assert json.loads(Event.objects.get(kind="assignment.paused").data)["pause"]["stages"]
