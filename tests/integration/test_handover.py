"""Handing a case to the region it belongs to: never a moved row, never a lost case."""

import pytest

from incidents.models import Handover, Incident
from tests.integration.acting import MADIUN, PPU, Acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah", caller={"name": "Ani", "number": "0812345678"})
    return incident, operator.act(incident, "hand_over", version=1, to_region=PPU, note="salah alamat")


def test_the_sender_keeps_its_row_and_the_target_gets_one_of_its_own(sent):
    incident, answer = sent
    assert answer["status"] == "handed_over"
    handover = Acting("supervisor.madiun").incident(incident["id"])["handover"]
    assert (handover["to_region"], handover["state"]) == (PPU, "offered")
    copy = Acting("operator.ppu").incident(handover["to_incident"])
    assert copy["narrative"] == "kebakaran rumah"
    assert copy["people"][0]["name"] == "Ani"
    assert copy["number"].startswith("112-PPU-")
    assert Incident.objects.get(id=copy["id"]).handed_over_from_id == Incident.objects.get(id=incident["id"]).id
    assert {a["status"] for a in answer["assignments"]} == {"withdrawn"}


def test_neither_side_sees_the_others_row(sent):
    incident, _ = sent
    copy = Handover.objects.get(incident_id=incident["id"]).to_incident_id
    assert Acting("operator.ppu").get(f"incidents/{incident['id']}/").status_code == 404
    assert Acting("operator.madiun").get(f"incidents/{copy}/").status_code == 404


def test_a_region_without_a_centre_is_told_by_phone():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    operator.act(incident, "hand_over", version=1, to_region="35.19")
    handover = operator.incident(incident["id"])["handover"]
    assert (handover["state"], handover["to_incident"]) == ("by_phone", None)


@pytest.mark.parametrize("region", [MADIUN, "99.99", "x"])
def test_an_impossible_target_is_malformed(region):
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    answer = operator.post(f"incidents/{incident['id']}/hand_over/", {"version": 1, "to_region": region})
    assert answer.status_code == 400
    assert operator.incident(incident["id"])["status"] == "open"


def test_a_case_marked_confidential_by_a_person_stays_confidential_at_the_target():
    operator = Acting("supervisor.madiun")
    incident = operator.report("orang menangis di rumah", type="violence_women_children")
    operator.act(incident, "hand_over", version=1, to_region=PPU)
    copy = Handover.objects.get(incident_id=incident["id"]).to_incident
    assert copy.confidential
    assert Acting("operator.ppu").get(f"incidents/{copy.id}/").status_code == 404
    assert Acting("supervisor.ppu").incident(str(copy.id))["type"] == "violence_women_children"
