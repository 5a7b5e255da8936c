"""Nobody waits for an agency that does not come: paused, without a free unit, or declining."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies import caches, organising
from agencies.access import SYSTEM
from agencies.models import Agency, Unit
from dispatch import availability
from tests.integration.acting import MADIUN, Acting, a_unit, fold, number, part

pytestmark = pytest.mark.django_db
HOUSE_FIRE = "kebakaran rumah di kelurahan Taman"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def roles(incident):
    return {a["agency"]["code"]: a["role"] for a in incident["assignments"] if a["status"] == "assigned"}


def paused(code: str, hours: float):
    until = timezone.now() + timedelta(hours=hours)
    agency = Agency.objects.get(region_id=MADIUN, code=code)
    organising.pause_agency(agency=agency, until=until, actor=SYSTEM, at=timezone.now())
    caches.clear()


def test_who_declines_is_followed_at_once_by_the_backup_of_the_run_card(operator):
    incident = operator.report(HOUSE_FIRE)
    board, seen = operator.board(), number()
    Acting("damkar.madiun").step(part(incident, "damkar"), "decline", reason="semua armada di kejadian lain")
    after = operator.incident(incident["id"])
    assert roles(after)["bpbd"] == "lead"
    assert "damkar" not in roles(after)
    assert "menolak" in part(after, "bpbd")["reason"]
    assert {d["stage"] for d in part(after, "bpbd")["deadlines"]} >= {"acknowledge", "arrive"}
    assert Acting("bpbd.madiun").incident(incident["id"])["number"] == incident["number"]
    number()
    frames = operator.events(seen)
    kinds = [frame["kind"] for frame in frames if frame["kind"].startswith("assignment")]
    assert kinds == ["assignment.declined", "assignment.created"]
    assert fold(board, frames) == fold(operator.board(), [])


def test_the_backup_that_declines_too_has_nobody_behind_it(operator):
    incident = operator.report(HOUSE_FIRE)
    Acting("damkar.madiun").step(part(incident, "damkar"), "decline", reason="penuh")
    backup = part(operator.incident(incident["id"]), "bpbd")
    Acting("bpbd.madiun").step(backup, "decline", reason="penuh")
    assert roles(operator.incident(incident["id"])) == {"dinkes": "support"}


def test_a_support_without_a_backup_declines_and_nobody_else_is_alarmed(operator):
    incident = operator.report(HOUSE_FIRE)
    Acting("dinkes.madiun").step(part(incident, "dinkes"), "decline", reason="bukan wewenang")
    assert roles(operator.incident(incident["id"])) == {"damkar": "lead"}


def test_an_agency_that_the_admin_paused_is_replaced_until_the_pause_is_over(operator):
    paused("damkar", 1)
    assert roles(operator.report(HOUSE_FIRE)) == {"bpbd": "lead", "dinkes": "support"}
    answer = operator.ok("classify/", {"region": MADIUN, "narrative": HOUSE_FIRE})
    assert any(p["agency"] == "damkar" and "tidak menerima" in p["reason"] for p in answer["passed_over"])
    paused("damkar", -1)
    assert roles(operator.report(HOUSE_FIRE))["damkar"] == "lead"


def test_whom_the_operator_names_is_sent_even_when_it_is_paused(operator):
    paused("damkar", 1)
    named = operator.report(HOUSE_FIRE, agencies=[{"code": "damkar", "role": "lead"}])
    assert roles(named) == {"damkar": "lead"}


def test_when_all_its_units_are_at_work_the_agency_stays_and_its_backup_joins(operator):
    unit = a_unit("damkar")
    Unit.objects.filter(agency__region_id=MADIUN, agency__code="damkar").update(status="on_scene")
    availability.clear()
    incident = operator.report(HOUSE_FIRE)
    assert roles(incident) == {"damkar": "lead", "bpbd": "support", "dinkes": "support"}
    assert "tidak ada unit" in part(incident, "damkar")["reason"]
    Unit.objects.filter(id=unit.id).update(status="available")
    availability.clear()
    assert "bpbd" not in roles(operator.report(HOUSE_FIRE))


def test_on_a_confidential_case_the_backup_sees_no_more_than_the_one_it_follows(operator):
    incident = operator.report("suami memukuli istrinya sampai pingsan")
    before = {a["agency"]["code"] for a in incident["assignments"]}
    if "dinkes" in before:
        Acting("dinkes.madiun").step(part(incident, "dinkes"), "decline", reason="penuh")
    after = Acting("supervisor.madiun").incident(incident["id"])
    for code in roles(after).keys() - before:
        row = Acting(f"{code}.madiun").incident(incident["id"])
        assert row["level"] == "task"
        assert row["narrative"] == ""


def test_the_gap_map_shows_the_admin_where_nobody_would_be_sent():
    from django.test import Client

    from agencies.models import User

    browser = Client()
    browser.force_login(User.objects.get(username="admin.madiun"))
    page = browser.get(f"/kelola/{MADIUN}/celah/").content.decode()
    assert "Tidak ada celah" in page
    assert "Kartoharjo" in page
    for ambulance in ("dinkes", "rsud"):
        paused(ambulance, 1)
    page = browser.get(f"/kelola/{MADIUN}/celah/").content.decode()
    assert "celah dari" in page
    assert "belum ada" in page
