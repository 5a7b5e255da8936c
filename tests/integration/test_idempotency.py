"""A key makes a repeated write harmless: one incident, the stored answer, rendered for whoever asks."""

import threading
import uuid
from collections import Counter

import httpx
import pytest

from events.models import Once
from incidents.models import Incident
from tests.integration.acting import MADIUN, PPU, Acting, another, part

FIRE = {"region": MADIUN, "narrative": "kebakaran rumah"}
db = pytest.mark.django_db


@db
def test_the_same_key_and_body_is_one_incident_and_the_stored_answer():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    first = operator.post("incidents/", FIRE, key=key)
    second = operator.post("incidents/", dict(reversed(FIRE.items())), key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotency-Replayed" not in first.headers
    assert second["Idempotency-Replayed"] == "true"
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["seq"] == second.json()["seq"]
    assert Incident.objects.filter(id=first.json()["id"]).count() == 1


@db
def test_every_answer_to_a_write_with_a_key_names_the_key():
    """What a client keeps it forgets only after an answer that does: no proxy, no half answer can fake it."""
    operator, key = Acting("operator.madiun"), str(uuid.uuid4())
    first, second = (operator.post("incidents/", FIRE, key=key) for _ in range(2))
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == key
    call = operator.post("calls/", {"region": MADIUN}, key=str(uuid.uuid4()).upper())
    assert call["Idempotency-Key"].isupper()
    step_key = str(uuid.uuid4())
    step = Acting("damkar.madiun").post(
        f"assignments/{part(first.json(), 'damkar')['id']}/acknowledge/", {}, key=step_key
    )
    assert step["Idempotency-Key"] == step_key
    assert "Idempotency-Key" not in operator.post("incidents/", FIRE).headers
    assert "Idempotency-Key" not in operator.post("incidents/", FIRE, key="no uuid").headers


@db
def test_a_browser_asks_who_is_signed_in_before_it_sends_what_it_kept():
    operator = Acting("operator.madiun")
    answer = operator.get("auth/session/")
    assert answer.json()["user"] == {"id": str(operator.user.pk), "label": str(operator.user)}
    assert answer.json()["csrf"]
    assert answer["Cache-Control"] == "no-store"


@db
def test_another_body_or_another_address_with_the_same_key_is_refused():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    operator.post("incidents/", FIRE, key=key)
    for path, body in [("incidents/", FIRE | {"narrative": "banjir"}), ("calls/", FIRE)]:
        answer = operator.post(path, body, key=key)
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/key-reused"


@db
def test_a_bad_key_is_malformed():
    for key in ("x", "123", "\t"):
        assert Acting("operator.madiun").post("incidents/", FIRE, key=key).status_code in (
            400,
            201 if key == "\t" else 400,
        )


@db
def test_a_colleague_sends_a_kept_draft_and_gets_it_rendered_for_themselves():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    another("colleague", "call_taker", MADIUN)
    first = operator.post("incidents/", FIRE, key=key).json()
    replay = Acting("colleague").post("incidents/", FIRE, key=key)
    assert replay.status_code == 201
    assert replay["Idempotency-Replayed"] == "true"
    assert replay.json()["id"] == first["id"]


@db
def test_a_colleague_does_not_get_a_confidential_case_by_its_key():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    another("colleague", "call_taker", MADIUN)
    body = FIRE | {"type": "violence_women_children", "narrative": "CANARY"}
    assert operator.post("incidents/", body, key=key).status_code == 201
    replay = Acting("colleague").post("incidents/", body, key=key)
    assert replay.status_code == 404
    assert "CANARY" not in replay.content.decode()


@db
def test_somebody_of_another_region_gets_nothing_by_a_key():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    incident = operator.post("incidents/", FIRE, key=key).json()
    assignment = part(incident, "damkar")
    path, step_key = f"assignments/{assignment['id']}/acknowledge/", uuid.uuid4()
    assert Acting("damkar.madiun").post(path, {}, key=step_key).status_code == 200
    assert Acting("operator.ppu").post("incidents/", FIRE, key=key).status_code == 404
    assert Acting("damkar.ppu").post(path, {}, key=step_key).status_code == 404


@db
def test_only_what_was_done_is_stored():
    operator, key = Acting("operator.madiun"), uuid.uuid4()
    assert operator.post("incidents/", {"region": PPU}, key=key).status_code == 404
    assert not Once.objects.filter(key=key).exists()
    incident = operator.report(FIRE["narrative"])
    refused = operator.post(f"incidents/{incident['id']}/update/", {"version": 9, "priority": "low"}, key=key)
    assert refused.status_code == 409
    assert not Once.objects.filter(key=key).exists()


@db
def test_a_step_sent_twice_happens_once():
    operator = Acting("operator.madiun")
    assignment, officer = part(operator.report(FIRE["narrative"]), "damkar"), Acting("damkar.madiun")
    key = uuid.uuid4()
    path = f"assignments/{assignment['id']}/acknowledge/"
    first, second = officer.post(path, {}, key=key), officer.post(path, {}, key=key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["version"] == second.json()["version"]


def _at_once(count, work):
    barrier, found = threading.Barrier(count), []

    def run(index):
        barrier.wait()
        found.append(work(index))

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.xdist_group("services")
def test_parallel_sends_of_one_key_make_one_incident(stack):
    token, key = stack.token("operator.madiun"), str(uuid.uuid4())
    headers = {"Authorization": f"Token {token}", "Idempotency-Key": key}

    def send(_):
        return httpx.post(f"{stack.url}/api/v1/incidents/", json=FIRE, headers=headers, timeout=30)

    answers = _at_once(8, send)
    assert {a.status_code for a in answers} <= {201, 409}
    assert all(a.headers.get("Retry-After") for a in answers if a.status_code == 409)
    assert len({a.json()["id"] for a in answers if a.status_code == 201}) == 1
    assert send(0).headers["Idempotency-Replayed"] == "true"


@pytest.mark.xdist_group("services")
def test_of_two_who_send_one_unit_at_once_exactly_one_wins(stack):
    operator, officer = stack.client("operator.madiun"), stack.client("dinkes.madiun")
    body = {"region": MADIUN, "narrative": "orang pingsan", "agencies": [{"code": "dinkes", "role": "lead"}]}
    units = [u for u in officer.get("board/", params={"region": MADIUN}).json()["units"] if u["status"] == "available"]
    assert units
    steps = []
    for _ in range(4):
        assignment = operator.post("incidents/", json=body).json()["assignments"][0]["id"]
        assert officer.post(f"assignments/{assignment}/acknowledge/", json={}).status_code == 200
        steps.append(f"{stack.url}/api/v1/assignments/{assignment}/dispatch/")
    headers = {"Authorization": f"Token {stack.token('dinkes.madiun')}"}
    sent = {"units": [units[0]["id"]]}
    answers = _at_once(4, lambda i: httpx.post(steps[i], json=sent, headers=headers, timeout=30).status_code)
    assert Counter(answers) == {200: 1, 409: 3}


@pytest.mark.xdist_group("services")
def test_of_two_who_edit_the_same_version_at_once_one_wins(stack):
    operator = stack.client("operator.madiun")
    incident = operator.post("incidents/", json=FIRE).json()
    headers = {"Authorization": f"Token {stack.token('operator.madiun')}"}
    url = f"{stack.url}/api/v1/incidents/{incident['id']}/update/"
    bodies = [{"version": 1, "priority": p} for p in ("low", "normal", "critical")]
    answers = _at_once(3, lambda i: httpx.post(url, json=bodies[i], headers=headers, timeout=30).status_code)
    assert Counter(answers) == {200: 1, 409: 2}
