"""Calls: offered, answered, ended, disposed, linked; in any order."""

import pytest

from dispatch.models import Deadline
from incidents.lifecycle import Disposition
from incidents.models import Call
from tests.integration.acting import MADIUN, PPU, Acting

pytestmark = pytest.mark.django_db
FIELDS = [
    "id",
    "version",
    "region",
    "channel",
    "number",
    "line",
    "provider_id",
    "lat",
    "lon",
    "offered_at",
    "answered_at",
    "abandoned_at",
    "ended_at",
    "disposition",
    "incident",
]


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def offer(operator, **more):
    return operator.ok("calls/", {"region": MADIUN, "number": "081234567890", **more})


def test_a_call_has_the_shape_of_the_contract(operator):
    call = offer(operator, line="2", provider_id="abc", lat=-7.6, lon=111.5)
    assert list(call)[: len(FIELDS)] == FIELDS
    assert (call["number"], call["version"], call["channel"]) == ("+6281234567890", 1, "phone")


def test_answering_and_ending(operator):
    call = offer(operator)
    answered = operator.ok(f"calls/{call['id']}/answer/")
    assert answered["answered_at"]
    again = Acting("supervisor.madiun").ok(f"calls/{call['id']}/answer/")
    assert again["answered_at"] == answered["answered_at"]
    ended = operator.ok(f"calls/{call['id']}/end/")
    assert ended["ended_at"]
    assert ended["abandoned_at"] is None
    assert Deadline.objects.filter(call_id=call["id"], stage="ticket", done_at=None).exists()


def test_a_call_that_ends_unanswered_is_abandoned(operator):
    call = offer(operator)
    ended = operator.ok(f"calls/{call['id']}/end/")
    assert ended["abandoned_at"]
    assert ended["disposition"] == "abandoned"
    late = operator.ok(f"calls/{call['id']}/answer/", {"occurred_at": call["offered_at"]})
    assert late["answered_at"]


@pytest.mark.parametrize("disposition", [d.value for d in Disposition])
def test_all_ten_dispositions(operator, disposition):
    call = offer(operator)
    done = operator.ok(f"calls/{call['id']}/disposition/", {"disposition": disposition, "note": "catatan"})
    assert done["disposition"] == disposition
    stopped = not Deadline.objects.filter(call_id=call["id"], done_at=None).exists()
    assert stopped is (disposition != "emergency")


def test_an_unknown_disposition_is_malformed(operator):
    call = offer(operator)
    assert operator.post(f"calls/{call['id']}/disposition/", {"disposition": "x"}).status_code == 400


def test_the_same_call_of_the_provider_is_one_call(operator):
    first, second = offer(operator, provider_id="x-1"), offer(operator, provider_id="x-1")
    assert first["id"] == second["id"]
    assert Call.objects.filter(provider_id="x-1").count() == 1


def test_a_report_links_its_call_and_takes_its_number(operator):
    call = offer(operator)
    incident = operator.report("kebakaran rumah", call=call["id"])
    linked = operator.get(f"calls/{call['id']}/").json()
    assert (linked["incident"], linked["disposition"]) == (incident["id"], "emergency")
    assert operator.incident(incident["id"])["people"][0]["number"] == "+6281234567890"


def test_a_report_of_a_confidential_case_takes_the_number_off_its_call(operator):
    call = offer(operator)
    operator.report("suami memukuli istrinya sampai berdarah", call=call["id"])
    row = Call.objects.get(id=call["id"])
    assert (row.number, row.confidential) == ("", True)
    assert Acting("qa.madiun").get(f"calls/{call['id']}/").status_code == 404


def test_odd_fields_are_set_aside_and_named(operator):
    call = operator.ok("calls/", {"region": MADIUN, "number": 5, "lat": "x", "colour": 1, "channel": "pigeon"})
    assert {w["field"] for w in call["warnings"]} == {"number", "lat", "colour", "channel"}


@pytest.mark.parametrize(
    ("username", "status"),
    [("damkar.madiun", 404), ("wall.madiun", 404), ("admin.madiun", 404), ("national", 404), ("operator.ppu", 404),
     ("qa.madiun", 200), ("supervisor.madiun", 200)],
)  # fmt: skip
def test_who_reads_calls(operator, username, status):
    call = offer(operator)
    assert Acting(username).get(f"calls/{call['id']}/").status_code == status


def test_who_takes_calls(operator):
    call = offer(operator)
    assert Acting("qa.madiun").post(f"calls/{call['id']}/answer/").status_code == 403
    assert Acting("operator.ppu").post(f"calls/{call['id']}/answer/").status_code == 404
    assert Acting("damkar.madiun").post("calls/", {"region": MADIUN}).status_code == 403
    assert operator.post("calls/", {"region": PPU}).status_code == 404
    assert operator.post("calls/", {"region": "99"}).status_code == 404
