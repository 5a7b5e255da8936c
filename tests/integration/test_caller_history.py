"""What a call-taker knows of a number before answering; and what nobody learns by it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from incidents.models import NumberFlag
from incidents.phones import blind_index
from tests.integration.acting import MADIUN, PPU, Acting, another

pytestmark = pytest.mark.django_db
NUMBER = "081234567890"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def ring(operator, **more):
    return operator.ok("calls/", {"region": MADIUN, "number": NUMBER, **more})


def called_before(operator, disposition):
    operator.ok(f"calls/{ring(operator)['id']}/disposition/", {"disposition": disposition})


def history(who, call):
    answer = who.get(f"calls/{call['id']}/history/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_number_that_never_called_has_no_history(operator):
    found = history(operator, ring(operator))
    assert (found["calls"], found["incidents"], found["mark"], found["warnings"]) == (0, [], None, [])
    assert found["number"] == "+6281234567890"


def test_earlier_calls_are_counted_before_this_one_is_answered(operator):
    for disposition in ("prank", "prank", "ghost", "information"):
        called_before(operator, disposition)
    found = history(operator, ring(operator))
    assert (found["calls"], found["pranks"], found["ghosts"]) == (4, 2, 1)
    assert found["last_calls"][0]["disposition"] == "information"
    assert found["likely_nuisance"] is False


def test_three_pranks_make_a_likely_nuisance_and_one_emergency_ends_it(operator):
    for _n in range(3):
        called_before(operator, "prank")
    assert history(operator, ring(operator))["likely_nuisance"] is True
    operator.report("kebakaran rumah", call=ring(operator)["id"])
    assert history(operator, ring(operator))["likely_nuisance"] is False


def test_the_last_incidents_of_the_number_are_shown_with_kind_and_place_only(operator):
    first = operator.report("kebakaran rumah di Taman", call=ring(operator)["id"], location={"text": "Taman"})
    second = operator.report("pohon tumbang", caller={"number": NUMBER})
    found = history(operator, ring(operator))["incidents"]
    assert [one["number"] for one in found] == [second["number"], first["number"]]
    assert "kebakaran rumah" not in str(found)


def test_a_marked_number_says_why_and_until_when(operator):
    now = timezone.now()
    key = blind_index("+6281234567890", settings.FIELD_KEY)
    NumberFlag.objects.create(region_id=MADIUN, number_key=key, reason="sering iseng", since=now,
                              until=now + timedelta(days=7))  # fmt: skip
    assert history(operator, ring(operator))["mark"]["reason"] == "sering iseng"
    NumberFlag.objects.update(ended_at=now)
    assert history(operator, ring(operator))["mark"] is None


def test_a_withheld_number_has_the_history_of_nobody(operator):
    operator.ok(f"calls/{ring(operator, number='')['id']}/disposition/", {"disposition": "prank"})
    found = history(operator, ring(operator, number=""))
    assert (found["calls"], found["number"]) == (0, None)


def test_a_confidential_case_is_one_fixed_line_for_colleagues_and_nothing_else(operator):
    call = ring(operator)
    case = operator.report("istri dipukul suami, KDRT", call=call["id"])
    assert case["confidential"] is True
    another("second", "call_taker", MADIUN)
    colleague = Acting("second")
    found = history(colleague, ring(colleague))
    assert (found["calls"], found["emergencies"], found["incidents"], found["last_calls"]) == (0, 0, [], [])
    assert found["warnings"] == [{"field": "history", "message": "Kasus terbatas — hubungi supervisor."}]
    assert case["number"] not in str(found)


def test_another_region_knows_nothing_of_the_number(operator):
    called_before(operator, "prank")
    far = Acting("operator.ppu")
    call = far.ok("calls/", {"region": PPU, "number": NUMBER})
    assert history(far, call)["calls"] == 0
    assert operator.get(f"calls/{call['id']}/history/").status_code == 404


def test_a_call_that_was_closed_too_soon_is_an_emergency_when_it_is_reported(operator):
    call = ring(operator)
    operator.ok(f"calls/{call['id']}/disposition/", {"disposition": "ghost"})
    operator.report("kebakaran rumah", call=call["id"])
    assert operator.get(f"calls/{call['id']}/").json()["disposition"] == "emergency"
