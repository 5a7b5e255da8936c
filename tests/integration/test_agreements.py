"""No agreement, no sight: before it is signed, after it has ended, and in everything that was open meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies import caches, organising
from agencies.access import SYSTEM
from agencies.models import Agency, Agreement, ConfigVersion, RunCardLine
from dispatch.services.agreements import end_agreements
from tests.integration.acting import MADIUN, Acting, as_fold, fold, number, part

pytestmark = pytest.mark.django_db
CRIME = "ada pencurian motor oleh begal"


def police(**fields):
    """Madiun's agreement with the police, changed as the admin's page would."""
    agency = Agency.objects.get(region_id=MADIUN, code="polres")
    rows = Agreement.objects.filter(agency=agency, ended_at=None)
    now = timezone.now()
    signed = {
        "signed_on": now.date(),
        "valid_from": now - timedelta(days=1),
        "valid_until": None,
        "scope": ["*"],
    } | fields
    if not rows.update(**signed):
        Agreement.objects.create(key="polres", region_id=MADIUN, agency=agency, **signed)
    for name in ("reference", "access"):
        ConfigVersion.objects.filter(name=name).update(version=ConfigVersion.objects.get(name=name).version + 1)
    caches.refresh_now()


def test_without_an_agreement_the_police_are_a_referral_and_see_nothing():
    operator = Acting("operator.madiun")
    incident = operator.report(CRIME)
    assert [r["number"] for r in incident["referrals"] if r["agency"]["code"] == "polres"] == ["110"]
    officer = Acting("polres.madiun")
    assert officer.get("board/", region=MADIUN).status_code == 404
    assert officer.get("events/", region=MADIUN).status_code == 404
    assert officer.get("incidents/", region=MADIUN).status_code == 404
    assert officer.get(f"incidents/{incident['id']}/").status_code == 404


def test_signing_counts_for_the_next_report_at_once_and_not_for_earlier_ones():
    operator = Acting("operator.madiun")
    earlier = operator.report(CRIME)
    police()
    incident = operator.report(CRIME)
    assert part(incident, "polres")["status"] == "assigned"
    officer = Acting("polres.madiun")
    assert officer.incident(incident["id"])["level"] == "full"
    assert officer.get(f"incidents/{earlier['id']}/").status_code == 404


def test_when_it_ends_everything_open_is_withdrawn_and_hidden():
    operator = Acting("operator.madiun")
    police()
    incident = operator.report(CRIME)
    officer = Acting("polres.madiun")
    officer.step(part(incident, "polres"), "acknowledge")
    number()
    supervisor = Acting("supervisor.madiun")
    board = supervisor.board()
    police(valid_until=timezone.now() - timedelta(seconds=1))
    assert officer.get(f"incidents/{incident['id']}/").status_code == 404
    assert officer.post(f"assignments/{part(incident, 'polres')['id']}/dispatch/", {}).status_code == 404
    assert end_agreements(at=timezone.now()) >= 1
    assert end_agreements(at=timezone.now()) == 0
    number()
    assert part(supervisor.incident(incident["id"]), "polres")["status"] == "withdrawn"
    assert fold(board, supervisor.events(board["seq"])) == as_fold(supervisor.board())


@pytest.mark.parametrize("fields", [{"signed_on": None}, {"scope": ["fire"]}, {"valid_until": timezone.now()}])
def test_an_agreement_that_does_not_hold_for_the_case_is_none(fields):
    police(**fields)
    assert "polres" not in {a["agency"]["code"] for a in Acting("operator.madiun").report(CRIME)["assignments"]}


def test_when_an_agency_ends_what_it_holds_is_withdrawn_and_the_screens_are_told():
    operator, officer = Acting("operator.madiun"), Acting("dlh.madiun")
    incident = operator.report("pohon tumbang", agencies=[{"code": "dlh", "role": "lead"}])
    officer.step(part(incident, "dlh"), "acknowledge")
    number()
    supervisor = Acting("supervisor.madiun")
    board = supervisor.board()
    agency = Agency.objects.get(region_id=MADIUN, code="dlh")
    assert not agency.needs_agreement
    RunCardLine.objects.filter(agency=agency).delete()
    RunCardLine.objects.filter(backup=agency).update(backup=None)
    organising.end_agency(agency=agency, actor=SYSTEM, at=timezone.now())
    caches.refresh_now()
    assert end_agreements(at=timezone.now()) == 1
    assert end_agreements(at=timezone.now()) == 0
    number()
    ended = part(supervisor.incident(incident["id"]), "dlh")
    assert ended["status"] == "withdrawn"
    frames = supervisor.events(board["seq"])
    assert "assignment.withdrawn" in {frame["kind"] for frame in frames}
    assert fold(board, frames)["incidents"] == as_fold(supervisor.board())["incidents"]
    assert officer.get(f"incidents/{incident['id']}/").status_code == 404
