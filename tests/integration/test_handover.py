"""Handing a case to the region it belongs to: never a moved row, never a lost case."""

import time
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction

from agencies.ids import new_id
from dispatch.models import Deadline
from dispatch.services import sweeps
from incidents.models import Handover, Incident
from tests.integration.acting import MADIUN, PPU, Acting, as_fold, fold, number, part

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


@pytest.fixture
def offered(sent):
    """An incident of Madiun and the offer of it in PPU, with nobody at work there yet."""
    incident, _ = sent
    return incident, Acting("operator.ppu").incident(str(Handover.objects.get().to_incident_id))


def kinds(actor: Acting, after: int, region: str) -> list[str]:
    number()
    return [frame["kind"] for frame in actor.events(after, region)]


def timeline(incident) -> list[str]:
    return [entry["kind"] for entry in incident["timeline"]]


def expire(seconds: float = 61) -> None:
    """What the sweeper does so long after the offer, however long the test has taken since."""
    sweeps.sweep(at=Handover.objects.get().created_at + timedelta(seconds=seconds))


def test_the_receiving_centre_sees_where_it_comes_from_and_until_when_to_answer(offered):
    incident, copy = offered
    assert copy["handover"]["from_region"] == MADIUN
    assert copy["handover"]["state"] == "offered"
    assert {"accept", "refuse"} <= set(copy["actions"])
    sender = Acting("operator.madiun").incident(incident["id"])
    assert sender["handover"]["due_at"][:19] <= copy["handover"]["due_at"][:19]
    assert sender["actions"] == ["take_back"]
    assert [t["text"] for t in copy["texts"] if t["kind"] == "note"] == ["salah alamat"]
    assert any("Kota Madiun" in t["by"] for t in copy["texts"])


def test_an_incident_that_nobody_offered_has_nothing_to_answer():
    operator = Acting("operator.madiun")
    incident = operator.incident(operator.report("kebakaran rumah")["id"])
    assert not {"accept", "refuse", "confirm", "take_back"} & set(incident["actions"])
    assert operator.post(f"incidents/{incident['id']}/accept/", {}).status_code == 409
    assert operator.post(f"incidents/{incident['id']}/refuse/", {"reason": "x"}).status_code == 409


def test_accepting_ends_the_countdown_and_is_told_to_both(offered):
    incident, copy = offered
    sender, receiver = Acting("supervisor.madiun"), Acting("operator.ppu")
    here, there = sender.board()["seq"], receiver.board(PPU)["seq"]
    answer = receiver.act(copy, "accept")
    assert answer["status"] == "open"
    assert kinds(sender, here, MADIUN)[-1] == kinds(receiver, there, PPU)[-1] == "handover.accepted"
    expire()
    own = sender.incident(incident["id"])
    assert (own["status"], own["handover"]["state"]) == ("handed_over", "accepted")
    assert receiver.incident(copy["id"])["status"] == "open"
    assert "handover.accepted" in timeline(own)
    assert "handover.accepted" in timeline(receiver.incident(copy["id"]))
    assert receiver.post(f"incidents/{copy['id']}/accept/", {}).status_code == 409
    assert sender.post(f"incidents/{incident['id']}/take_back/", {"reason": "x"}).status_code == 409


def test_refusing_gives_it_back_with_the_reason_and_alarms_both(offered):
    incident, copy = offered
    sender, receiver = Acting("operator.madiun"), Acting("operator.ppu")
    boards = (sender.board(), receiver.board(PPU))
    assert receiver.act(copy, "refuse", reason="bukan wilayah kami")["status"] == "cancelled"
    here, there = kinds(sender, boards[0]["seq"], MADIUN), kinds(receiver, boards[1]["seq"], PPU)
    assert here[-2:] == ["incident.reopened", "handover.refused"]
    assert there[-1] == "handover.refused"
    own = sender.incident(incident["id"])
    assert (own["status"], own["handover"]["state"]) == ("open", "refused")
    assert own["handover"]["answer"] == "bukan wilayah kami"
    assert "unanswered" not in own["handover"]
    assert {a["status"] for a in receiver.incident(copy["id"])["assignments"]} == {"withdrawn"}
    for actor, board, region in ((sender, boards[0], MADIUN), (receiver, boards[1], PPU)):
        assert fold(board, actor.events(board["seq"], region)) == as_fold(actor.board(region))


def test_a_refusal_needs_a_reason(offered):
    assert Acting("operator.ppu").post(f"incidents/{offered[1]['id']}/refuse/", {}).status_code == 400


def test_once_an_agency_has_taken_it_only_the_supervisor_refuses(offered):
    _, copy = offered
    Acting("damkar.ppu").step(part(copy, "damkar"), "acknowledge")
    refusal = {"reason": "bukan wilayah kami"}
    assert Acting("operator.ppu").post(f"incidents/{copy['id']}/refuse/", refusal).status_code == 403
    assert Acting("supervisor.ppu").act(copy, "refuse", **refusal)["status"] == "cancelled"


def test_unanswered_it_is_given_back_once_and_both_are_alarmed(offered):
    incident, copy = offered
    sender, receiver = Acting("operator.madiun"), Acting("operator.ppu")
    here, there = sender.board()["seq"], receiver.board(PPU)["seq"]
    expire(59)
    assert sender.incident(incident["id"])["status"] == "handed_over"
    assert "deadline.warning" in kinds(sender, here, MADIUN)
    for _ in range(3):
        expire()
    heard = kinds(sender, here, MADIUN)
    assert [k for k in heard if k in ("deadline.breached", "incident.reopened", "handover.unanswered")] == [
        "deadline.breached", "incident.reopened", "handover.unanswered"
    ]  # fmt: skip
    assert kinds(receiver, there, PPU)[-1] == "handover.unanswered"
    own = sender.incident(incident["id"])
    assert (own["status"], own["handover"]["state"], own["handover"]["unanswered"]) == ("open", "refused", True)
    assert receiver.incident(copy["id"])["status"] == "cancelled"
    assert receiver.post(f"incidents/{copy['id']}/accept/", {}).status_code == 409
    assert not Deadline.objects.filter(incident_id=incident["id"], done_at=None).exists()


def test_help_that_is_under_way_there_is_not_called_off_by_the_clock(offered):
    incident, copy = offered
    Acting("damkar.ppu").step(part(copy, "damkar"), "acknowledge")
    expire()
    receiver = Acting("operator.ppu").incident(copy["id"])
    assert receiver["status"] == "open"
    assert part(receiver, "damkar")["status"] == "acknowledged"
    assert "handover.unanswered" in timeline(receiver)
    assert Acting("operator.madiun").incident(incident["id"])["status"] == "open"


def test_after_a_refusal_it_can_be_handed_over_again(offered):
    incident, copy = offered
    Acting("operator.ppu").act(copy, "refuse", reason="bukan wilayah kami")
    sender = Acting("operator.madiun")
    again = sender.incident(incident["id"])
    sender.act(again, "hand_over", version=again["version"], to_region="35.79")
    second = sender.incident(incident["id"])["handover"]
    assert (second["to_region"], second["state"]) == ("35.79", "offered")
    Acting("operator.batu").act({"id": second["to_incident"]}, "accept")
    assert sender.incident(incident["id"])["handover"]["state"] == "accepted"
    assert Handover.objects.filter(incident_id=incident["id"]).count() == 2


def test_the_database_holds_one_open_hand_over_of_an_incident(offered):
    row = Handover.objects.get()
    row.id, row.to_incident_id, row._state.adding = new_id(), row.incident_id, True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_sender_takes_an_unanswered_offer_back(offered):
    incident, copy = offered
    sender = Acting("operator.madiun")
    assert sender.act(incident, "take_back", reason="ternyata di wilayah kami")["status"] == "open"
    assert Acting("operator.ppu").incident(copy["id"])["status"] == "cancelled"
    assert sender.incident(incident["id"])["handover"]["answer"] == "ternyata di wilayah kami"


def test_by_phone_it_is_recorded_who_took_it():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    operator.act(incident, "hand_over", version=1, to_region="35.19")
    assert set(operator.incident(incident["id"])["actions"]) == {"confirm", "take_back"}
    assert operator.post(f"incidents/{incident['id']}/confirm/", {}).status_code == 400
    operator.act(incident, "confirm", taken_by="Sdr. Budi, BPBD Kab. Madiun")
    own = operator.incident(incident["id"])
    assert (own["handover"]["state"], own["handover"]["answer"]) == ("by_phone", "Sdr. Budi, BPBD Kab. Madiun")
    assert "handover.confirmed" in timeline(own)
    assert own["actions"] == ["take_back"]
    expire()
    assert operator.incident(incident["id"])["status"] == "handed_over"


def test_what_nobody_takes_on_the_telephone_is_taken_back_and_handed_over_again():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    operator.act(incident, "hand_over", version=1, to_region="35.19")
    operator.act(incident, "take_back", reason="tidak diangkat")
    own = operator.incident(incident["id"])
    assert (own["status"], own["handover"]["state"]) == ("open", "refused")
    operator.act(own, "hand_over", version=own["version"], to_region="35.19", taken_by="Sdr. Budi")
    assert operator.incident(incident["id"])["handover"]["answer"] == "Sdr. Budi"


def test_only_the_receiving_desk_answers_an_offer(offered):
    _, copy = offered
    for username, status in [("damkar.ppu", 403), ("qa.ppu", 403), ("operator.madiun", 404), ("operator.batu", 404)]:
        assert Acting(username).post(f"incidents/{copy['id']}/accept/", {}).status_code == status, username


CRIME = "CANARYstory seorang istri dipukuli"


@pytest.fixture
def confidential():
    """A sealed case of Madiun that was then called something harmless, offered to PPU by a call-taker."""
    operator = Acting("operator.madiun")
    incident = operator.report(CRIME, type="violence_women_children", caller={"name": "CANARYname"})
    operator.act(incident, "update", version=incident["version"], type="other_non_emergency")
    own = operator.incident(incident["id"])
    operator.act(own, "hand_over", version=own["version"], to_region=PPU, note="CANARYnote")
    return incident, Handover.objects.get().to_incident


def test_a_sealed_case_is_sealed_at_the_receiver_too_and_not_seen_by_the_sender(confidential):
    _, copy = confidential
    assert copy.confidential
    for username in ("operator.ppu", "operator.madiun", "supervisor.madiun", "wall.ppu", "damkar.ppu"):
        assert Acting(username).get(f"incidents/{copy.id}/").status_code == 404, username
    seen = Acting("supervisor.ppu").incident(str(copy.id))
    assert CRIME in seen["narrative"]
    assert "CANARYnote" in str(seen["texts"])


def test_nothing_of_a_sealed_hand_over_reaches_those_who_may_not_see_it(confidential):
    incident, copy = confidential
    readers = [("operator.ppu", PPU), ("wall.ppu", PPU), ("wall.madiun", MADIUN), ("operator.batu", "35.79")]
    Acting("supervisor.ppu").act({"id": str(copy.id)}, "refuse", reason="CANARYreason")
    number()
    for username, region in readers:
        told = str(Acting(username).events(0, region))
        assert str(copy.id) not in told, username
        assert incident["id"] not in told or username == "wall.madiun", username
        assert "CANARY" not in told, username
    assert Acting("operator.madiun").incident(incident["id"])["handover"]["answer"] == "CANARYreason"


def waiting(username: str, region: str) -> list[tuple[str, str, str]]:
    answer = Acting(username).get("handovers/", region=region)
    assert answer.status_code == 200, answer.content
    return [(row["direction"], row["region"]["code"], row["incident"]["id"]) for row in answer.json()["results"]]


def test_both_consoles_list_what_waits_for_an_answer(offered):
    incident, copy = offered
    assert waiting("operator.madiun", MADIUN) == [("out", PPU, incident["id"])]
    assert waiting("operator.ppu", PPU) == [("in", MADIUN, copy["id"])]
    assert waiting("operator.batu", "35.79") == []
    Acting("operator.ppu").act(copy, "accept")
    assert waiting("operator.madiun", MADIUN) == waiting("operator.ppu", PPU) == []


def test_a_telephone_hand_over_waits_until_somebody_has_taken_it():
    operator = Acting("operator.madiun")
    incident = operator.report("kebakaran rumah")
    operator.act(incident, "hand_over", version=1, to_region="35.19")
    assert waiting("operator.madiun", MADIUN) == [("out", "35.19", incident["id"])]
    operator.act(incident, "confirm", taken_by="Sdr. Budi")
    assert waiting("operator.madiun", MADIUN) == []


def test_a_sealed_case_waits_only_in_the_lists_of_those_who_see_it(confidential):
    incident, copy = confidential
    assert waiting("operator.ppu", PPU) == []
    assert waiting("supervisor.ppu", PPU) == [("in", MADIUN, str(copy.id))]
    assert waiting("supervisor.madiun", MADIUN) == [("out", PPU, incident["id"])]


def offer_on(stack, region: str = PPU) -> tuple[str, str]:
    """Ids of an incident of Madiun and of its offer, whose countdown ends now."""
    here = stack.client("operator.madiun")
    body = {"region": MADIUN, "narrative": "kebakaran rumah", "agencies": []}
    incident = here.post("incidents/", json=body).json()
    here.post(f"incidents/{incident['id']}/hand_over/", json={"version": 1, "to_region": region}).raise_for_status()
    offer = here.get(f"incidents/{incident['id']}/").json()["handover"]["to_incident"]
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "UPDATE dispatch_deadline SET starts_at = now() - interval '1 hour', warn_at = now() - interval '10 min',"
            " due_at = now() + interval '300 ms' WHERE stage = 'accept' AND incident_id = %s", [incident["id"]],
        )  # fmt: skip
    return incident["id"], offer


def handed(stack, incident: str) -> dict:
    return stack.client("operator.madiun").get(f"incidents/{incident}/").json()


@pytest.mark.xdist_group("services")
def test_an_answer_in_the_last_moment_and_the_clock_are_one_outcome(stack):
    """Whoever is first has decided; never both, never neither."""
    outcomes = set()
    for n in range(8):
        sender, offer = offer_on(stack)
        time.sleep(n * 0.15)
        answer = stack.client("operator.ppu").post(f"incidents/{offer}/accept/", json={})
        assert answer.status_code in (200, 409), answer.text
        end = time.monotonic() + 10
        while (found := handed(stack, sender))["handover"]["state"] == "offered":
            assert time.monotonic() < end
            time.sleep(0.1)
        accepted = answer.status_code == 200
        assert found["handover"]["state"] == ("accepted" if accepted else "refused")
        assert found["status"] == ("handed_over" if accepted else "open")
        told = [e["kind"] for e in found["timeline"] if e["kind"].startswith("handover.")]
        assert told == (["handover.accepted"] if accepted else ["handover.unanswered"])
        outcomes.add(accepted)
    assert outcomes == {True, False}
