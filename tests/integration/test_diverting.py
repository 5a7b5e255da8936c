"""A unit is taken from one event and sent to a more urgent one: both are told, in one step or not at all."""

import pytest

from dispatch.models import SupportRequest, UnitAssignment
from tests.integration.acting import Acting, a_unit, part

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah di kelurahan Taman"


class Two:
    """A less urgent fire with a unit on its way, and an urgent one that Damkar has accepted."""

    def __init__(self, first: str = "low", second: str = "critical") -> None:
        self.operator, self.officer = Acting("operator.madiun"), Acting("damkar.madiun")
        self.unit = a_unit("damkar")
        self.first, self.second = (self.operator.report(FIRE, priority=p) for p in (first, second))
        self.left, self.joined = part(self.first, "damkar"), part(self.second, "damkar")
        for line in (self.left, self.joined):
            self.officer.step(line, "acknowledge")
        self.officer.step(self.left, "dispatch", units=[str(self.unit.id)])

    def move(self, actor=None, **more):
        body = {"assignment": self.joined["id"]} | more
        return (actor or self.officer).post(f"units/{self.unit.id}/divert/", body)

    def timeline(self, incident):
        return self.operator.incident(incident["id"])["timeline"]


def test_the_unit_leaves_the_one_and_is_named_at_the_other():
    two = Two()
    two.officer.ok(f"units/{two.unit.id}/status/", {"status": "en_route"})
    answer = two.move()
    assert answer.status_code == 200, answer.content
    assert answer.json()["status"] == "assigned"
    old, new = UnitAssignment.objects.filter(unit=two.unit).order_by("sent_at", "id")
    assert str(old.assignment_id) == two.left["id"]
    assert old.released_at == new.sent_at
    assert (str(new.assignment_id), new.released_at) == (two.joined["id"], None)
    assert part(two.operator.incident(two.second["id"]), "damkar")["status"] == "dispatched"
    told = next(e for e in two.timeline(two.first) if e.get("diverted_to"))
    assert told["diverted_to"]["number"] == two.second["number"]
    assert told["unit_step"] == {"unit": two.unit.code, "status": "diverted"}
    told = next(e for e in two.timeline(two.second) if e.get("diverted_from"))
    assert (told["diverted_from"]["number"], told["units"]) == (two.first["number"], [two.unit.code])


def test_the_desk_of_the_first_event_has_to_find_a_replacement_until_one_is_sent():
    two = Two()
    two.move()
    row = next(r for r in two.operator.board()["incidents"] if r["id"] == two.first["id"])
    assert [(s["what"], s["agency"]["code"]) for s in row["support"]] == [("unit_diverted", "damkar")]
    two.officer.step(two.left, "dispatch", units=[str(a_unit("damkar").id)])
    row = next(r for r in two.operator.board()["incidents"] if r["id"] == two.first["id"])
    assert row["support"] == []
    assert SupportRequest.objects.get(assignment_id=two.left["id"]).answer == "given"


@pytest.mark.parametrize(("first", "second"), [("low", "low"), ("critical", "high")])
def test_to_what_is_not_more_urgent_only_with_a_reason_that_stays_with_the_first(first, second):
    two = Two(first, second)
    refused = two.move()
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-more-urgent")
    assert refused.json()["incident"] == two.first["number"]
    assert UnitAssignment.objects.filter(unit=two.unit).count() == 1
    assert two.move(reason="dua orang terjebak di atap").status_code == 200
    words = [t["text"] for t in two.operator.incident(two.first["id"])["texts"]]
    assert "dua orang terjebak di atap" in words


def test_of_a_confidential_case_no_number_stands_with_the_other_event():
    two = Two(second="low")
    supervisor = Acting("supervisor.madiun")
    case = supervisor.report("istri dipukul suami", type="violence_women_children", priority="critical",
                             agencies=[{"code": "damkar", "role": "support"}])  # fmt: skip
    line = part(case, "damkar")
    two.officer.step(line, "acknowledge")
    assert two.move(assignment=line["id"], reason="korban terkunci").status_code == 200
    shown = str(two.operator.incident(two.first["id"])) + str(two.operator.board())
    assert case["number"] not in shown
    assert case["id"] not in shown


def test_what_cannot_be_moved_is_refused_and_nothing_changes():
    two = Two()
    assert two.move(assignment=two.left["id"]).status_code == 409
    assert two.move(Acting("bpbd.madiun")).status_code == 404
    assert two.move(Acting("operator.madiun")).status_code == 403
    for status in ("on_scene", "transporting"):
        two.officer.ok(f"units/{two.unit.id}/status/", {"status": status})
    carrying = two.move()
    assert (carrying.status_code, carrying.json()["type"]) == (409, "/problems/unit-not-ready")
    two.officer.ok(f"units/{two.unit.id}/status/", {"status": "available"})
    assert two.move().status_code == 409
    fresh = part(two.operator.report(FIRE, priority="critical"), "damkar")
    other = Two()
    assert other.move(assignment=fresh["id"]).status_code == 409  # nobody has accepted it yet
    assert UnitAssignment.objects.filter(unit=other.unit).count() == 1
