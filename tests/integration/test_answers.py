"""What the caller answers to the SOP's questions counts: priority, agencies, and it is kept."""

import pytest

from incidents.models import Classification, FurtherAnswer
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


# --- after saving -------------------------------------------------------------------------------------------------
def answered(actor, incident, answers, **more):
    return actor.act(
        incident, "update", version=actor.incident(incident["id"])["version"], answers=answers, **more
    )  # fmt: skip


def test_an_answer_after_saving_raises_the_priority_and_sends_the_ambulance(operator):
    saved = operator.report(CRASH, priority="normal", agencies=[{"code": "dishub", "role": "lead"}])
    now = answered(operator, saved, {"breathing": False})
    assert now["priority"] == "critical"
    assert codes(now) == {"dishub", "dinkes"}
    [joined] = [a for a in now["assignments"] if a["agency"]["code"] == "dinkes"]
    assert joined["role"] == "support"
    assert joined["deadlines"]
    again = answered(operator, saved, {"breathing": False})
    assert codes(again) == {"dishub", "dinkes"}


def test_who_answered_what_and_when_stands_in_the_incident(operator):
    saved = operator.report(CRASH, answers={"child": True})
    answered(operator, saved, {"victims": 2, "warna mobil": "merah"})
    answered(Acting("supervisor.madiun"), saved, {"victims": 3})
    shown = operator.incident(saved["id"])
    told = {one["key"]: one for one in shown["answers"]}
    assert (told["child"]["answer"], told["victims"]["answer"]) == (True, 3)
    assert told["victims"]["by"] == Acting("supervisor.madiun").user.display_name
    assert told["victims"]["at"] > told["child"]["at"]
    assert "Jawaban SOP: warna mobil: merah" in [t["text"] for t in shown["texts"] if t["kind"] == "note"]
    assert ["answers"] in [[c for c in e.get("changed", []) if c == "answers"] for e in shown["timeline"]]
    assert FurtherAnswer.objects.filter(incident_id=saved["id"], key="victims").count() == 2
    last = Classification.objects.filter(incident_id=saved["id"]).order_by("-created_at").first()
    assert last.answers == {"child": True, "victims": 3}


def test_nobody_hurt_calls_nobody_back_and_lowers_nothing(operator):
    saved = operator.report("kecelakaan motor lawan mobil, satu orang tidak bernapas")
    now = answered(operator, saved, {"victims": False})
    assert now["priority"] == "critical"
    assert codes(now) == codes(saved)


def test_a_priority_that_a_person_says_with_the_answer_goes_before_it(operator):
    saved = operator.report(CRASH)
    assert answered(operator, saved, {"gas": True}, priority="normal")["priority"] == "normal"


def test_an_answer_needs_the_version_and_the_right(operator):
    saved = operator.report(CRASH)
    path = f"incidents/{saved['id']}/update/"
    assert operator.post(path, {"answers": {"gas": True}}).status_code == 400
    assert operator.post(path, {"version": 1, "answers": ["gas"]}).status_code == 400
    assert Acting("qa.madiun").post(path, {"version": 1, "answers": {"gas": True}}).status_code == 403


def test_the_agency_at_task_level_is_not_told_the_answers_of_a_confidential_case(operator):
    saved = operator.report("suami memukuli istrinya, istri luka parah", answers={"pregnant": True})
    supporting = next(a["agency"]["code"] for a in saved["assignments"] if a["agency"]["code"] == "dinkes")
    shown = Acting(f"{supporting}.madiun").incident(saved["id"])
    assert shown["level"] == "task"
    assert shown["answers"] == []
    assert [one["key"] for one in operator.incident(saved["id"])["answers"]] == ["pregnant"]
