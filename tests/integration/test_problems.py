"""Hostile input: never a 500, never a lost report, and every refusal in one shape (RFC 9457)."""

import json
import time
import uuid

import pytest

from incidents.models import Incident
from tests.integration.acting import MADIUN, Acting

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah"


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def is_problem(answer, status):
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["type"].startswith("/problems/")
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert all(set(e) == {"field", "message"} for e in body["errors"])
    return body


ODD = ["x", 5, 3.5, True, None, [], {}, [[]], {"a": 1}, "", "\x00", "1" * 500, 10**30, -1, ["x", 5, {}], "2026-99-99"]
FIELDS = [
    "narrative",
    "caller",
    "location",
    "call",
    "channel",
    "type",
    "priority",
    "agencies",
    "answers",
    "occurred_at",
    "source",
    "exercise",
    "caller.number",
    "caller.name",
    "caller.safe_to_call_back",
    "location.lat",
    "location.lon",
    "location.text",
]


@pytest.mark.parametrize("field", FIELDS)
def test_no_wrong_type_in_any_field_loses_a_report(operator, field):
    for value in ODD:
        body = {"region": MADIUN, "narrative": FIRE}
        name, _, inner = field.partition(".")
        body[name] = {inner: value} if inner else value
        answer = operator.post("incidents/", body)
        assert answer.status_code == 201, (field, value, answer.content)


@pytest.mark.parametrize("region", [5, None, [], {}, "", True])
def test_a_report_without_a_usable_region_is_malformed(operator, region):
    body = is_problem(operator.post("incidents/", {"region": region, "narrative": FIRE}), 400)
    assert [e["field"] for e in body["errors"]] == ["region"]


def test_unknown_fields_are_named_in_a_report_and_refused_in_an_action(operator):
    incident = operator.report(FIRE, colour="red", caller={"age": 5})
    assert {"colour", "caller.age"} <= {w["field"] for w in incident["warnings"]}
    body = is_problem(operator.post(f"incidents/{incident['id']}/cancel/", {"reason": "x", "colour": "red"}), 400)
    assert [e["field"] for e in body["errors"]] == ["colour"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (rb"keba\u0000karan", "kebakaran"), (rb"api \ud83d besar", "api � besar"),
        (rb"api \u202ebesar\u202c", "api besar"), (b"api \xff\xfe besar", "api �� besar"),
        (rb"api \u001b[31m besar", "api [31m besar"),
    ],
)  # fmt: skip
def test_hostile_text_is_cleaned_and_kept(operator, raw, kept):
    answer = operator.raw("incidents/", b'{"region":"35.77","narrative":"' + raw + b'"}')
    assert answer.status_code == 201, answer.content
    assert operator.incident(answer.json()["id"])["narrative"] == kept


def test_what_was_cleaned_is_said(operator):
    assert {"field": "narrative", "message": "cleaned"} in operator.report("keba\x00karan")["warnings"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"3", b'"x"', b"null", b'{"region":NaN}', b'{"region":Infinity}', b"\xff",
        b'{"a":' * 5000 + b"1" + b"}" * 5000, b"[" * 100_000, b'{"region":"35.77","x":' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_malformed(operator, raw):
    is_problem(operator.raw("incidents/", raw), 400)


def test_a_number_with_five_thousand_digits_costs_its_own_field_only(operator):
    raw = b'{"region":"35.77","narrative":"api","location":{"lat":' + b"9" * 5000 + b',"lon":1e999}}'
    answer = operator.raw("incidents/", raw)
    assert answer.status_code == 201, answer.content
    assert answer.json()["lat"] is None
    incident = answer.json()["id"]
    is_problem(operator.raw(f"incidents/{incident}/update/", b'{"version":' + b"9" * 5000 + b"}"), 400)


def test_a_body_of_300_kb_is_too_large_and_one_of_200_kb_is_taken(operator):
    is_problem(operator.post("incidents/", {"region": MADIUN, "narrative": "x" * 300_000}), 413)
    is_problem(operator.raw("incidents/", b"x" * 3_000_000), 413)
    started = time.monotonic()
    incident = operator.report("kebakaran di jalan " * 10_000)
    assert time.monotonic() - started < 10
    assert incident["type"] == "fire"


QUERIES = ("%00", "%ff", "%ed%a0%80", "x" * 3000, "1e999", "-1", "9" * 30, "%27%22;--", "..%2f..", "%E2%80%AE", "[]")


@pytest.mark.parametrize("path", ["incidents/", "events/", "board/", "places/"])
def test_odd_query_strings_are_answered(operator, path):
    for name in ("region", "q", "after", "limit", "status", "type", "agency", "epoch"):
        for value in QUERIES:
            query = f"region={MADIUN}&{name}={value}" if name != "region" else f"region={value}"
            answer = operator.client.get(f"/api/v1/{path}?{query}", headers=operator.headers)
            assert answer.status_code < 500, (path, query)
            if answer.status_code >= 400:
                is_problem(answer, answer.status_code)


def test_refusals_have_one_shape(operator):
    incident = operator.report(FIRE)
    is_problem(operator.client.get("/api/v1/board/?region=35.77"), 401)
    is_problem(operator.client.get("/api/v1/board/", headers={"Authorization": "Token x"}), 401)
    is_problem(operator.get("board/"), 400)
    is_problem(operator.get("board/", region="64.09"), 404)
    is_problem(operator.get(f"incidents/{uuid.uuid4()}/"), 404)
    is_problem(operator.get("incidents/not-an-id/"), 404)
    is_problem(operator.get("nothing/here/"), 404)
    is_problem(operator.post(f"incidents/{incident['id']}/reopen/", {"reason": "x"}), 403)
    is_problem(operator.post(f"incidents/{incident['id']}/update/", {"version": 9}), 409)
    is_problem(operator.get("events/", region=MADIUN, after=10**9), 410)
    is_problem(operator.get("events/", region=MADIUN, epoch=str(uuid.uuid4())), 410)
    is_problem(operator.get(f"incidents/{incident['id']}/calls/"), 405)
    is_problem(
        operator.client.post("/api/v1/incidents/", "a=1", content_type="text/plain", headers=operator.headers), 415
    )
    is_problem(operator.client.post("/api/v1/auth/token/", "{}", content_type="application/json"), 400)
    wrong = json.dumps({"username": "operator.madiun", "password": "x"})
    is_problem(operator.client.post("/api/v1/auth/token/", wrong, content_type="application/json"), 401)


def test_files_are_told_by_their_bytes_and_a_refused_one_leaves_the_report(operator):
    from django.core.files.uploadedfile import SimpleUploadedFile as File

    incident = operator.report(FIRE)

    def send(name, data):
        url = f"/api/v1/incidents/{incident['id']}/attachments/"
        return operator.client.post(url, {"file": File(name, data)}, headers=operator.headers)

    assert send("a.jpg", b"\xff\xd8\xff" + b"0" * 100).status_code == 201
    assert send("../../etc/x.png", b"\x89PNG\r\n\x1a\n").status_code == 201
    is_problem(send("a.jpg", b"<svg onload=alert(1)>"), 422)
    is_problem(operator.client.post(f"/api/v1/incidents/{incident['id']}/attachments/", headers=operator.headers), 400)
    assert Incident.objects.filter(id=incident["id"]).exists()
