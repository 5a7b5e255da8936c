"""An agency's part in an incident: every action over the API, what it needs, what it refuses."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.lifecycle import ASSIGNMENT, AssignmentStatus
from dispatch.models import Assignment, Deadline, UnitAssignment
from tests.integration.acting import Acting, a_unit, part

pytestmark = pytest.mark.django_db
BODIES = {
    "acknowledge": {}, "decline": {"reason": "pohon di luar wilayah"}, "dispatch": {"units": []}, "arrive": {},
    "complete": {"report": "selesai"}, "withdraw": {},
}  # fmt: skip
FIRE = "kebakaran rumah di kelurahan Taman"


@pytest.fixture
def fire():
    incident = Acting("operator.madiun").report(FIRE)
    return incident, part(incident, "damkar"), Acting("damkar.madiun")


def force(assignment, status):
    Assignment.objects.filter(id=assignment["id"]).update(status=status)


@pytest.mark.parametrize("status", list(AssignmentStatus))
@pytest.mark.parametrize("action", list(ASSIGNMENT.transitions))
def test_every_action_from_every_status(fire, action, status):
    _, assignment, officer = fire
    actor = Acting("supervisor.madiun") if action == "withdraw" else officer
    force(assignment, status)
    answer = actor.post(f"assignments/{assignment['id']}/{action}/", BODIES[action])
    if status in ASSIGNMENT.transitions[action].from_:
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == ASSIGNMENT.transitions[action].to
        assert answer.json()["version"] == assignment["version"] + 1
    else:
        assert answer.status_code == 409
        assert answer.json()["current"]["status"] == status


def test_the_whole_way_with_units_times_and_outcome(fire):
    incident, assignment, officer = fire
    unit = a_unit("damkar")
    officer.step(assignment, "acknowledge")
    officer.step(assignment, "dispatch", units=[str(unit.id)])
    unit.refresh_from_db()
    assert unit.status == "assigned"
    officer.step(assignment, "arrive")
    done = officer.step(
        assignment, "complete", report={"outcome": "handled", "note": "padam", "victims": {"injured": 1}}
    )
    assert (done["outcome"], done["victims"]) == ("handled", {"injured": 1})
    unit.refresh_from_db()
    job = UnitAssignment.objects.get(unit=unit)
    assert unit.status == "available"
    assert all([job.sent_at, job.on_scene_at, job.released_at])
    assert not Deadline.objects.filter(assignment_id=assignment["id"], done_at=None).exists()
    kinds = [e["kind"] for e in officer.incident(incident["id"])["timeline"]]
    assert [k for k in kinds if k.startswith("assignment.")][-4:] == [
        "assignment.acknowledged", "assignment.dispatched", "assignment.arrived", "assignment.completed"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("decline", {}),
        ("decline", {"reason": " "}),
        ("complete", {}),
        ("acknowledge", {"colour": 1}),
        ("dispatch", {"units": "x"}),
    ],
)
def test_bodies_are_read_strictly(fire, action, body):
    _, assignment, officer = fire
    answer = officer.post(f"assignments/{assignment['id']}/{action}/", body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_stale_version_is_refused_with_what_holds_now_and_none_is_fine(fire):
    _, assignment, officer = fire
    for version in (assignment["version"] + 1, 999):
        stale = officer.post(f"assignments/{assignment['id']}/acknowledge/", {"version": version})
        assert stale.status_code == 409
        assert stale.json()["current"]["version"] == assignment["version"]
    assert officer.step(assignment, "acknowledge")["status"] == "acknowledged"


def test_a_step_of_an_offline_phone_that_comes_too_late_is_kept(fire):
    incident, assignment, officer = fire
    Acting("supervisor.madiun").step(assignment, "withdraw", reason="salah instansi")
    when = (timezone.now() - timedelta(minutes=3)).isoformat()
    answer = officer.post(f"assignments/{assignment['id']}/acknowledge/", {"occurred_at": when, "source": "offline"})
    assert answer.status_code == 409
    assert answer.json()["kept"] is True
    entries = Acting("supervisor.madiun").incident(incident["id"])["timeline"]
    kept = next(e for e in entries if e.get("late"))
    assert kept["source"] == "offline"
    assert kept["agency"]["code"] == "damkar"
    assert "kept" not in officer.post(f"assignments/{assignment['id']}/acknowledge/", {}).json()


def test_a_time_of_its_own_is_kept_and_one_from_the_future_is_set_back_and_flagged(fire):
    incident, assignment, officer = fire
    early = timezone.now() - timedelta(minutes=5)
    done = officer.step(assignment, "acknowledge", occurred_at=early.isoformat())
    assert done["acknowledged_at"].startswith(early.astimezone().isoformat()[:4])
    assert Assignment.objects.get(id=assignment["id"]).acknowledged_at == early
    officer.step(assignment, "dispatch", occurred_at=(timezone.now() + timedelta(hours=1)).isoformat())
    assert Assignment.objects.get(id=assignment["id"]).dispatched_at <= timezone.now()
    assert any(e.get("clamped") for e in officer.incident(incident["id"])["timeline"])


@pytest.mark.parametrize(("action", "who"), [("decline", "damkar.madiun"), ("withdraw", "operator.madiun")])
def test_after_its_end_an_agency_keeps_number_type_and_its_own_assignment_only(fire, action, who):
    incident, assignment, officer = fire
    Acting(who).step(assignment, action, reason="bukan wewenang kami")
    seen = officer.incident(incident["id"])
    assert (seen["number"], seen["type"], seen["level"]) == (incident["number"], "fire", "stub")
    assert [a["id"] for a in seen["assignments"]] == [assignment["id"]]
    assert (seen["lat"], seen["area"], seen["label"]) == (None, None, "")
    assert not {"narrative", "texts", "people", "location", "classification"} & set(seen)
    assert FIRE not in str(seen)
    assert incident["id"] not in {row["id"] for row in officer.board()["incidents"]}
    assert officer.post(f"incidents/{incident['id']}/notes/", {"text": "x"}).status_code == 403


def test_a_call_taker_withdraws_before_the_acknowledge_only(fire):
    _, assignment, officer = fire
    officer.step(assignment, "acknowledge")
    assert Acting("operator.madiun").post(f"assignments/{assignment['id']}/withdraw/", {}).status_code == 403
    assert Acting("supervisor.madiun").step(assignment, "withdraw")["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("username", "status"),
    [("operator.madiun", 403), ("supervisor.madiun", 403), ("qa.madiun", 403), ("bpbd.madiun", 404),
     ("wall.madiun", 403), ("damkar.ppu", 404), ("supervisor.ppu", 404), ("admin.madiun", 404), ("national", 404)],
)  # fmt: skip
def test_only_the_agency_itself_acts(fire, username, status):
    _, assignment, _ = fire
    answer = Acting(username).post(f"assignments/{assignment['id']}/acknowledge/", {})
    assert answer.status_code == status, answer.content


def test_another_agency_on_the_same_incident_cannot_touch_it(fire):
    incident, assignment, _ = fire
    updated = Acting("operator.madiun").act(
        incident, "assign", version=incident["version"], agency="bpbd", role="support"
    )
    assert part(updated, "bpbd")["status"] == "assigned"
    assert Acting("bpbd.madiun").post(f"assignments/{assignment['id']}/acknowledge/", {}).status_code == 404
    assert Acting("head-damkar.madiun").step(assignment, "acknowledge")["status"] == "acknowledged"


def test_a_unit_is_sent_once(fire):
    incident, assignment, officer = fire
    unit = a_unit("damkar")
    other = part(Acting("operator.madiun").report(FIRE), "damkar")
    for one in (assignment, other):
        officer.step(one, "acknowledge")
    officer.step(assignment, "dispatch", units=[str(unit.id)])
    refused = officer.post(f"assignments/{other['id']}/dispatch/", {"units": [str(unit.id)]})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/unit-taken"
    assert refused.json()["incident"] == incident["number"]
    assert Assignment.objects.get(id=other["id"]).status == "acknowledged"
    again = officer.step(assignment, "dispatch", units=[str(unit.id)])
    assert again["status"] == "dispatched"


def test_units_of_others_and_unknown_ones_are_refused(fire):
    _, assignment, officer = fire
    officer.step(assignment, "acknowledge")
    for unit in (str(a_unit("bpbd").id), str(uuid.uuid4())):
        assert officer.post(f"assignments/{assignment['id']}/dispatch/", {"units": [unit]}).status_code == 400


def test_a_unit_tells_its_own_status_and_position(fire):
    _, assignment, officer = fire
    unit = a_unit("damkar")
    officer.step(assignment, "acknowledge")
    officer.step(assignment, "dispatch", units=[str(unit.id)])
    told = officer.ok(f"units/{unit.id}/status/", {"status": "en_route", "assignment": assignment["id"]})
    assert told["status"] == "en_route"
    assert UnitAssignment.objects.get(unit=unit).en_route_at
    position = {"unit": str(unit.id), "lat": -7.62, "lon": 111.52, "at": timezone.now().isoformat()}
    assert officer.ok("units/positions/", [position]) == {"kept": 1}
    assert officer.ok("units/positions/", [position]) == {"kept": 0}
    assert Acting("bpbd.madiun").ok("units/positions/", [position]) == {"kept": 0}
    assert Acting("bpbd.madiun").post(f"units/{unit.id}/status/", {"status": "available"}).status_code == 404
    assert Acting("operator.madiun").post(f"units/{unit.id}/status/", {"status": "available"}).status_code == 403
