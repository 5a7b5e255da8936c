"""Steps that come late (an offline phone, a queued draft): kept with their time and words, and kept once."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from tests.integration.acting import Acting, part

pytestmark = pytest.mark.django_db
AGO = timedelta(minutes=7)


@pytest.fixture
def fire():
    return Acting("operator.madiun").report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])


def earlier() -> str:
    return (timezone.now() - AGO).isoformat()


def kept(incident, kind: str) -> list[dict]:
    entries = Acting("supervisor.madiun").incident(incident["id"])["timeline"]
    return [entry for entry in entries if entry["kind"] == kind]


@pytest.mark.parametrize(
    ("action", "body", "words"),
    [
        ("cancel", {"reason": "pelapor menelepon lagi"}, "pelapor menelepon lagi"),
        ("close", {"version": 1, "outcome": "handled", "note": "sudah padam"}, "sudah padam"),
        ("update", {"version": 1, "priority": "critical", "narrative": "api membesar"}, "api membesar"),
        ("hand_over", {"version": 1, "to_region": "64.09", "note": "di seberang batas"}, "di seberang batas"),
        ("assign", {"version": 1, "agency": "bpbd", "role": "support"}, ""),
    ],
)
def test_a_late_action_on_an_ended_incident_is_kept_with_its_time_and_words(fire, action, body, words):
    supervisor = Acting("supervisor.madiun")
    supervisor.act(fire, "cancel", reason="salah")
    when = earlier()
    late = supervisor.post(f"incidents/{fire['id']}/{action}/", body | {"occurred_at": when, "source": "offline"})
    assert (late.status_code, late.json()["kept"]) == (409, True)
    assert late.json()["current"]["status"] == "cancelled"
    [entry] = kept(fire, "incident.late")
    assert (entry["late"]["action"], entry["source"]) == (action, "offline")
    assert entry["at"][:19] < entry["recorded_at"][:19]
    seen = supervisor.incident(fire["id"])
    assert seen["status"] == "cancelled"
    assert not words or words in {text["text"] for text in seen["texts"]}


def test_without_a_time_of_its_own_a_refused_action_is_not_kept(fire):
    supervisor = Acting("supervisor.madiun")
    supervisor.act(fire, "cancel", reason="salah")
    refused = supervisor.post(f"incidents/{fire['id']}/cancel/", {"reason": "lagi"})
    assert (refused.status_code, "kept" in refused.json()) == (409, False)
    assert kept(fire, "incident.late") == []


def test_who_may_not_do_it_keeps_nothing_either(fire):
    Acting("supervisor.madiun").act(fire, "cancel", reason="salah")
    answer = Acting("operator.madiun").post(
        f"incidents/{fire['id']}/reopen/", {"reason": "x", "occurred_at": earlier()}
    )
    assert answer.status_code == 403
    assert kept(fire, "incident.late") == []


def test_a_kept_action_sent_again_with_its_key_is_recorded_once(fire):
    supervisor, key = Acting("supervisor.madiun"), uuid.uuid4()
    supervisor.act(fire, "cancel", reason="salah")
    body = {"reason": "pelapor menelepon lagi", "occurred_at": earlier()}
    answers = [supervisor.post(f"incidents/{fire['id']}/cancel/", body, key=key) for _ in range(3)]
    assert [(a.status_code, a.json().get("kept")) for a in answers] == [(409, True)] * 3
    assert len(kept(fire, "incident.late")) == 1
    supervisor.act(fire, "reopen", reason="ternyata perlu")
    again = supervisor.post(f"incidents/{fire['id']}/cancel/", body, key=key)
    assert (again.status_code, again.json()["kept"]) == (409, True)
    assert supervisor.incident(fire["id"])["status"] == "open"
    assert supervisor.post(f"incidents/{fire['id']}/cancel/", body | {"reason": "lain"}, key=key).status_code == 422


def test_a_kept_step_of_an_agency_sent_again_with_its_key_is_recorded_once(fire):
    assignment, damkar, key = part(fire, "damkar"), Acting("damkar.madiun"), uuid.uuid4()
    damkar.step(assignment, "acknowledge")
    Acting("supervisor.madiun").step(assignment, "withdraw", reason="salah instansi")
    body = {"occurred_at": earlier(), "source": "offline", "units": []}
    for _ in range(3):
        answer = damkar.post(f"assignments/{assignment['id']}/dispatch/", body, key=key)
        assert (answer.status_code, answer.json()["kept"]) == (409, True)
    assert Event.objects.filter(incident_id=fire["id"], kind="assignment.late").count() == 1


def test_a_late_field_report_is_not_lost(fire):
    assignment, damkar = part(fire, "damkar"), Acting("damkar.madiun")
    Acting("supervisor.madiun").step(assignment, "withdraw", reason="salah instansi")
    report = {"outcome": "handled", "note": "dua luka, dibawa ke RSUD", "victims": {"injured": 2}}
    body = {"report": report, "occurred_at": earlier(), "version": 1}
    answer = damkar.post(f"assignments/{assignment['id']}/complete/", body)
    assert (answer.status_code, answer.json()["kept"]) == (409, True)
    [entry] = kept(fire, "assignment.late")
    assert (entry["late"]["outcome"], entry["late"]["victims"]) == ("handled", {"injured": 2})
    seen = Acting("supervisor.madiun").incident(fire["id"])
    assert {"id": entry["late"]["text"], "text": "dua luka, dibawa ke RSUD"}.items() <= {
        k: v for t in seen["texts"] if t["kind"] == "report" for k, v in t.items()
    }.items()


def test_a_stale_version_is_told_where_the_table_would_allow_the_step(fire):
    assignment, damkar = part(fire, "damkar"), Acting("damkar.madiun")
    answer = damkar.post(f"assignments/{assignment['id']}/acknowledge/", {"version": 9, "occurred_at": earlier()})
    assert answer.json()["type"] == "/problems/stale-version"
    assert kept(fire, "assignment.late") == []


def test_a_note_and_another_caller_keep_the_time_at_which_they_were_written_down(fire):
    operator = Acting("operator.madiun")
    operator.act(fire, "cancel", reason="salah")
    when = timezone.now() - AGO
    late = {"occurred_at": when.isoformat(), "source": "paper"}
    operator.ok(f"incidents/{fire['id']}/notes/", {"text": "asap hitam"} | late)
    operator.ok(f"incidents/{fire['id']}/calls/", {"narrative": "api terlihat dari jalan"} | late)
    for kind in ("note.added", "incident.updated"):
        event = Event.objects.filter(incident_id=fire["id"], kind=kind).latest("id")
        assert (event.occurred_at, event.source) == (when, "paper"), kind


def test_an_answer_to_an_offer_that_came_too_late_is_kept(fire):
    operator, receiver = Acting("operator.madiun"), Acting("operator.ppu")
    operator.act(fire, "hand_over", version=1, to_region="64.09")
    copy = operator.incident(fire["id"])["handover"]["to_incident"]
    operator.act(fire, "take_back", reason="tidak dijawab")
    late = receiver.post(f"incidents/{copy}/accept/", {"occurred_at": earlier()})
    assert (late.status_code, late.json()["kept"]) == (409, True)
    assert "incident.late" in {e["kind"] for e in receiver.incident(copy)["timeline"]}
