"""What the caller answers to the SOP's questions counts: priority, agencies, and it is kept."""

import pytest

from incidents.models import Classification
from tests.integration.acting import MADIUN, Acting

pytestmark = pytest.mark.django_db
CRASH = "motor menabrak pembatas jalan di jalan pahlawan"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def codes(answer):
    return {a["agency"]["code"] for a in answer["assignments"]}


def test_an_answer_raises_the_priority_and_brings_the_ambulance_before_and_on_saving(operator):
    body = {"region": MADIUN, "narrative": CRASH, "answers": {"conscious": False}}
    before = operator.ok("classify/", {**body, "answers": {}})
    proposed = operator.ok("classify/", body)
    assert proposed["answers"] == [{"key": "conscious", "answer": False}]
    assert (proposed["priority"], before["answers"]) == ("critical", [])
    saved = operator.ok("incidents/", body)
    assert saved["priority"] == "critical"
    assert "dinkes" in codes(saved)
    assert saved["classification"]["override"] == {"type": None, "priority": None, "agencies": None}
    assert Classification.objects.get(incident_id=saved["id"]).answers == {"conscious": False}


def test_nobody_hurt_never_lowers_what_the_words_said(operator):
    words = "kecelakaan motor lawan mobil, satu orang tidak bernapas"
    ruled = operator.ok("classify/", {"region": MADIUN, "narrative": words})
    nobody = operator.ok("classify/", {"region": MADIUN, "narrative": words, "answers": {"victims": False}})
    assert ruled["priority"] == nobody["priority"] == "critical"


def test_the_operators_own_priority_stands_beside_the_answers(operator):
    saved = operator.report(CRASH, answers={"conscious": False}, priority="normal")
    assert saved["priority"] == "normal"
    assert saved["classification"]["override"]["priority"] == "normal"


def test_answers_that_mean_nothing_here_are_kept_as_a_note(operator):
    saved = operator.report(CRASH, answers={"warna mobil": "merah", "gas": "mungkin"})
    notes = [t["text"] for t in operator.incident(saved["id"])["texts"] if t["kind"] == "note"]
    assert notes == ["Jawaban SOP: warna mobil: merah; gas: mungkin"]


def test_questions_that_count_come_with_their_key(operator):
    procedure = operator.ok("classify/", {"region": MADIUN, "narrative": "orang pingsan di rumah"})["procedures"][-1]
    asked = dict(zip(procedure["keys"], procedure["questions"], strict=True))
    assert asked["conscious"] == "Apakah korban sadar?"
    assert not any("{" in question for question in procedure["questions"])


def test_the_admin_is_told_about_a_key_that_does_not_exist():
    from django.test import Client

    from agencies.models import Procedure, User

    admin = Client()
    admin.force_login(User.objects.get(username="admin.madiun"))
    procedure = Procedure.objects.filter(region_id=MADIUN, type="medical", subtype="", ended_at=None).get()
    page = admin.get(f"/kelola/{MADIUN}/sop/{procedure.id}/")
    assert "{conscious}" in page.content.decode()
    form = {"type": "medical", "title": "x", "questions": "Warna mobil? {color}", "based_on": procedure.version}
    answer = admin.post(f"/kelola/{MADIUN}/sop/{procedure.id}/", form)
    assert answer.status_code == 422
    assert "{color} tidak dikenal" in answer.content.decode()
