"""What units tell of themselves: their steps on a job, late taps, and what follows for the agency's assignment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.models import Assignment, Deadline, UnitAssignment
from tests.integration.acting import Acting, a_unit, part

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah di kelurahan Taman"


class Job:
    """A fire with Damkar on its way with one unit (or several)."""

    def __init__(self, units: int = 1) -> None:
        self.operator, self.officer = Acting("operator.madiun"), Acting("damkar.madiun")
        self.incident = self.operator.report(FIRE)
        self.assignment = part(self.incident, "damkar")
        self.units = [a_unit("damkar") for _ in range(units)]
        self.officer.step(self.assignment, "acknowledge")
        self.officer.step(self.assignment, "dispatch", units=[str(unit.id) for unit in self.units])

    @property
    def unit(self):
        return self.units[0]

    def tell(self, status, unit=None, **more):
        return self.officer.post(f"units/{(unit or self.unit).id}/status/", {"status": status, **more})

    def row(self) -> Assignment:
        return Assignment.objects.get(id=self.assignment["id"])

    def times(self, unit=None) -> UnitAssignment:
        return UnitAssignment.objects.get(unit=unit or self.unit)

    def timeline(self):
        return self.officer.incident(self.incident["id"])["timeline"]


@pytest.fixture
def job():
    return Job()


def test_a_unit_goes_through_its_job_and_every_time_is_kept(job):
    for status in ("en_route", "on_scene", "transporting", "at_hospital", "available"):
        answer = job.tell(status)
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == status
    times = job.times()
    kept = [times.sent_at, times.en_route_at, times.on_scene_at, times.transporting_at, times.at_hospital_at,
            times.released_at]  # fmt: skip
    assert all(kept)
    assert kept == sorted(kept)
    steps = [e["unit_step"]["status"] for e in job.timeline() if "unit_step" in e]
    assert steps == ["en_route", "transporting", "at_hospital", "available"]
    assert {e["by"] for e in job.timeline() if "unit_step" in e} == {str(job.officer.user)}


def test_the_first_unit_on_the_scene_is_the_arrival_of_its_agency():
    job = Job(units=2)
    job.tell("en_route")
    assert job.row().status == "dispatched"
    when = timezone.now() - timedelta(seconds=40)
    job.tell("on_scene", occurred_at=when.isoformat())
    row = job.row()
    assert (row.status, row.arrived_at) == ("arrived", when)
    assert Deadline.objects.get(assignment=row, stage="arrive").done_at == when
    other = job.units[1]
    other.refresh_from_db()
    assert other.status == "assigned"  # the others are still on their way
    arrived = next(e for e in job.timeline() if e["kind"] == "assignment.arrived")
    assert arrived["units"] == [job.unit.code]
    assert job.tell("on_scene", unit=other).status_code == 200
    assert job.row().arrived_at == when


def test_the_agencys_own_arrive_brings_its_units_to_the_scene():
    job = Job(units=2)
    job.officer.step(job.assignment, "arrive")
    for unit in job.units:
        unit.refresh_from_db()
        assert unit.status == "on_scene"
        assert job.times(unit).on_scene_at == job.row().arrived_at


def test_a_step_that_the_table_does_not_know_is_refused_with_what_holds_now(job):
    answer = job.tell("at_hospital")
    assert answer.status_code == 409
    assert answer.json()["current"]["status"] == "assigned"
    assert "kept" not in answer.json()
    assert job.tell("assigned").status_code == 400
    free = a_unit("damkar")
    assert job.tell("en_route", unit=free).status_code == 409
    assert job.tell("out_of_service", unit=free).status_code == 200
    refused = job.officer.post(f"assignments/{job.assignment['id']}/dispatch/", {"units": [str(free.id)]})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/unit-not-ready")


def test_the_same_tap_twice_changes_nothing(job):
    first = job.tell("en_route").json()
    count = len(job.timeline())
    assert job.tell("en_route").json()["version"] == first["version"]
    assert len(job.timeline()) == count


def test_taps_of_an_offline_phone_keep_their_own_times(job):
    begun = timezone.now() - timedelta(minutes=20)
    UnitAssignment.objects.update(sent_at=begun)
    when = {status: begun + timedelta(minutes=n) for n, status in enumerate(("en_route", "on_scene"), start=2)}
    for status, at in when.items():
        assert job.tell(status, occurred_at=at.isoformat(), source="offline").status_code == 200
    times = job.times()
    assert (times.en_route_at, times.on_scene_at) == (when["en_route"], when["on_scene"])
    arrived = next(e for e in job.timeline() if e["kind"] == "assignment.arrived")
    assert arrived["source"] == "offline"
    assert arrived["at"] < arrived["recorded_at"]


def test_a_tap_that_comes_after_the_release_is_kept_with_its_time(job):
    UnitAssignment.objects.update(sent_at=timezone.now() - timedelta(minutes=9))
    job.officer.step(job.assignment, "arrive")
    job.officer.step(job.assignment, "complete", report="padam")
    when = timezone.now() - timedelta(minutes=8)
    late = {"assignment": job.assignment["id"], "occurred_at": when.isoformat(), "source": "offline"}
    answer = job.tell("en_route", **late)
    assert (answer.status_code, answer.json()["kept"]) == (409, True)
    assert job.times().en_route_at == when
    job.unit.refresh_from_db()
    assert job.unit.status == "available"
    kept = next(e for e in job.timeline() if e.get("late"))
    assert (kept["late"]["unit"], kept["late"]["status"]) == (job.unit.code, "en_route")
    assert kept["source"] == "offline"


def test_a_late_tap_of_the_last_job_does_not_touch_the_next_one(job):
    job.tell("available")
    following = part(job.operator.report(FIRE), "damkar")
    job.officer.step(following, "acknowledge")
    job.officer.step(following, "dispatch", units=[str(job.unit.id)])
    late = {"assignment": job.assignment["id"], "occurred_at": timezone.now().isoformat()}
    assert job.tell("available", **late).json()["kept"] is True
    job.unit.refresh_from_db()
    assert job.unit.status == "assigned"
    assert UnitAssignment.objects.filter(unit=job.unit, released_at=None).count() == 1


def test_completing_releases_every_unit_wherever_it_is():
    job = Job(units=3)
    for status in ("on_scene", "transporting", "at_hospital"):
        job.tell(status)
    job.officer.step(job.assignment, "complete", report={"outcome": "handled"})
    assert not UnitAssignment.objects.filter(assignment_id=job.assignment["id"], released_at=None).exists()
    for unit in job.units:
        unit.refresh_from_db()
        assert unit.status == "available"


def test_the_detail_shows_the_units_with_their_times_and_what_they_may_do_next(job):
    job.tell("en_route")
    shown = part(job.officer.incident(job.incident["id"]), "damkar")["units"]
    assert [u["code"] for u in shown] == [job.unit.code]
    assert shown[0]["en_route_at"]
    assert shown[0]["by"] == str(job.officer.user)
    assert shown[0]["actions"] == ["on_scene", "transporting", "available", "out_of_service"]
    desk = part(job.operator.incident(job.incident["id"]), "damkar")["units"]
    assert (desk[0]["status"], desk[0]["actions"]) == ("en_route", [])


def test_an_agency_can_be_sent_again_after_the_case_was_opened_again(job):
    job.officer.step(job.assignment, "arrive")
    job.officer.step(job.assignment, "complete", report="padam")
    supervisor = Acting("supervisor.madiun")
    for line in supervisor.incident(job.incident["id"])["assignments"]:
        if line["status"] == "assigned":
            supervisor.step(line, "withdraw", reason="selesai")
    now = supervisor.incident(job.incident["id"])
    closed = supervisor.act(now, "close", version=now["version"])
    opened = supervisor.act(closed, "reopen", reason="api menyala lagi")
    again = supervisor.act(opened, "assign", version=opened["version"], agency="damkar", role="lead")
    lines = [a for a in again["assignments"] if a["agency"]["code"] == "damkar"]
    assert [a["status"] for a in lines] == ["completed", "assigned"]
    refused = supervisor.post(f"incidents/{now['id']}/assign/",
                              {"version": again["version"], "agency": "damkar", "role": "support"})  # fmt: skip
    assert refused.status_code == 409


def here(unit, lat=-7.62, seconds=0):
    at = (timezone.now() + timedelta(seconds=seconds)).isoformat()
    return {"unit": str(unit.id), "lat": lat, "lon": 111.52, "at": at}


def test_a_clock_that_is_a_little_ahead_counts_as_now_and_one_far_ahead_not_at_all(job):
    assert job.officer.ok("units/positions/", [here(job.unit, seconds=40)]) == {"kept": 1}
    job.unit.refresh_from_db()
    assert job.unit.position_at <= timezone.now()
    assert job.officer.ok("units/positions/", [here(job.unit, seconds=600)]) == {"kept": 0}


def test_who_sends_positions_without_end_is_told_to_wait(job, monkeypatch):
    from dispatch.api import assignments
    from dispatch.pacing import Buckets

    monkeypatch.setattr(assignments, "pace", Buckets(burst=3, per_second=1))
    answers = [job.officer.post("units/positions/", [here(job.unit, -7.6 - n / 1000)]) for n in range(5)]
    assert [a.status_code for a in answers[:3]] == [200, 200, 200]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1
