"""Declining with a coded reason, and help that an agency asks the desk for."""

import pytest

from dispatch.models import Assignment, SupportRequest
from tests.integration.acting import Acting, part

pytestmark = pytest.mark.django_db
TREE = "pohon tumbang menutup jalan di kelurahan Taman"
FIRE = "kebakaran rumah di kelurahan Taman"


@pytest.fixture
def desk():
    return Acting("operator.madiun")


def on_board(desk, incident):
    return next(r for r in desk.board()["incidents"] if r["id"] == incident["id"])


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"reason": "no_unit"}, "no_unit", None),
        ({"reason": "out_of_area", "note": "masuk Kabupaten Madiun"}, "out_of_area", "masuk Kabupaten Madiun"),
        ({"reason": "wrong_authority"}, "wrong_authority", None),
        ({"reason": "duplicate", "note": "sama dengan 0007"}, "duplicate", "sama dengan 0007"),
        ({"reason": "semua regu di lapangan"}, "other", "semua regu di lapangan"),
        ({"reason": "other", "note": "jembatan putus"}, "other", "jembatan putus"),
    ],
)  # fmt: skip
def test_a_refusal_has_a_code_and_keeps_its_words(desk, body, code, words):
    incident = desk.report(FIRE)
    line = part(incident, "damkar")
    Acting("damkar.madiun").step(line, "decline", **body)
    row = Assignment.objects.get(id=line["id"])
    assert (row.status, row.decline_code) == ("declined", code)
    shown = desk.incident(incident["id"])
    assert part(shown, "damkar")["decline_code"] == code
    assert next(e for e in shown["timeline"] if e["kind"] == "assignment.declined")["decline"] == code
    assert [t["text"] for t in shown["texts"] if t["kind"] == "reason"] == ([words] if words else [])


def test_the_backup_of_the_run_card_has_it_at_once_and_the_desk_is_asked_for_nothing(desk):
    incident = desk.report(TREE)
    Acting("bpbd.madiun").step(part(incident, "bpbd"), "decline", reason="no_unit")
    now = desk.incident(incident["id"])
    assert part(now, "dlh")["status"] == "assigned"
    assert now["support"] == []


def test_without_a_backup_the_desk_has_a_task_until_somebody_is_assigned(desk):
    incident = desk.report(TREE)
    Acting("bpbd.madiun").step(part(incident, "bpbd"), "decline", reason="no_unit")
    Acting("dlh.madiun").step(part(desk.incident(incident["id"]), "dlh"), "decline", reason="no_unit")
    row = on_board(desk, incident)
    assert [(s["what"], s["agency"]["code"]) for s in row["support"]] == [("no_backup", "dlh")]
    desk.act(row, "assign", version=row["version"], agency="damkar", role="lead")
    assert on_board(desk, incident)["support"] == []


def ask(desk, **body):
    incident = desk.report(FIRE)
    line, officer = part(incident, "damkar"), Acting("damkar.madiun")
    officer.step(line, "acknowledge")
    answer = officer.post(f"assignments/{line['id']}/support/", body)
    return incident, line, officer, answer


def test_an_agency_asks_for_another_and_the_desk_sees_the_task(desk):
    incident, line, officer, answer = ask(desk, what="agency", agency="pdam", note="tolong buka hidran")
    assert answer.status_code == 201, answer.content
    row = on_board(desk, incident)
    [asked] = row["support"]
    assert (asked["what"], asked["agency"]["code"], asked["wanted"]["code"]) == ("agency", "damkar", "pdam")
    shown = desk.incident(incident["id"])
    entry = next(e for e in shown["timeline"] if e["kind"] == "support.requested")
    assert entry["support"] == {"what": "agency", "wanted": "pdam"}
    assert entry["by"] == str(officer.user)
    assert "tolong buka hidran" in [t["text"] for t in shown["texts"]]
    assert "tolong" not in str(row)
    assert officer.post(f"assignments/{line['id']}/support/", {"what": "agency"}).status_code == 409
    desk.act(row, "assign", version=row["version"], agency="dishub", role="support")
    row = on_board(desk, incident)
    assert [s["id"] for s in row["support"]] == [asked["id"]]  # not the one that was wanted
    desk.act(row, "assign", version=row["version"], agency="pdam", role="support")
    assert on_board(desk, incident)["support"] == []
    assert SupportRequest.objects.get(id=asked["id"]).answer == "given"


def test_the_desk_answers_and_the_asker_reads_it(desk):
    incident, line, officer, _ = ask(desk, what="units", note="perlu satu tangki lagi")
    [asked] = on_board(desk, incident)["support"]
    answer = desk.post(f"support/{asked['id']}/answer/", {"answer": "refused", "note": "tidak ada lagi"})
    assert answer.status_code == 200, answer.content
    assert on_board(desk, incident)["support"] == []
    entry = next(e for e in officer.incident(incident["id"])["timeline"] if e["kind"] == "support.answered")
    assert entry["support"] == {"what": "units", "answer": "refused"}
    assert desk.post(f"support/{asked['id']}/answer/", {"answer": "given"}).status_code == 409
    assert officer.post(f"assignments/{line['id']}/support/", {"what": "units"}).status_code == 201


def test_nobody_asks_after_the_end_and_open_requests_end_with_the_work(desk):
    incident, line, officer, _ = ask(desk, what="units")
    Acting("supervisor.madiun").step(line, "withdraw", reason="cukup")
    assert on_board(desk, incident)["support"] == []
    assert SupportRequest.objects.get(assignment_id=line["id"]).answer == "lapsed"
    assert officer.post(f"assignments/{line['id']}/support/", {"what": "units"}).status_code == 409


def test_what_is_asked_is_read_strictly(desk):
    for body in ({}, {"what": "cake"}, {"what": "no_backup"}, {"what": "agency", "agency": "nobody"},
                 {"what": "units", "x": 1}):  # fmt: skip
        assert ask(desk, **body)[3].status_code == 400, body


def test_only_the_desk_and_the_asker_see_what_is_asked(desk):
    incident = ask(desk, what="units", note="RAHASIA")[0]
    for who, count in (("supervisor.madiun", 1), ("damkar.madiun", 1), ("wall.madiun", 0)):
        assert len(on_board(Acting(who), incident)["support"]) == count, who
    wall = Acting("wall.madiun").board()
    assert "RAHASIA" not in str(wall)
