"""One report through the API: decided, written, answered."""

import uuid


def test_a_report_is_classified_routed_and_answered_with_reasons(api):
    incident = api("operator.madiun").report("35.77", "lampu jalan mati di jalan Pahlawan")
    assert incident["type"] == "public_facility"
    assert [a["agency"]["code"] for a in incident["assignments"]] == ["pupr"]
    assert incident["classification"]["reasons"]


def test_the_same_key_gives_the_same_incident_once(api):
    operator, key = api("operator.madiun"), uuid.uuid4()
    body = {"region": "35.77", "narrative": "pohon tumbang"}
    first, second = operator.post("incidents/", body, key=key), operator.post("incidents/", body, key=key)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert operator.post("incidents/", body | {"narrative": "lain"}, key=key).status_code == 422


def test_the_answer_of_a_save_equals_what_reading_would_answer(api):
    from uuid import UUID

    from agencies import caches
    from agencies.models import User
    from agencies.rowlevel import sight
    from dispatch.presenters import incident_answer

    for narrative in ("kebakaran rumah dua lantai", "kecelakaan motor, korban pingsan", "suami memukuli istrinya"):
        saved = api("operator.madiun").report("35.77", narrative, location={"lat": -7.63, "lon": 111.52})
        actor = caches.actor_of_user(str(User.objects.get(username="operator.madiun").id))
        with sight(actor):
            read = incident_answer(actor, UUID(saved["id"]), saved["seq"], detail=False)
        assert saved.pop("warnings") == []
        saved.pop("duplicates"), read.pop("duplicates")  # looked for while the report is taken, not by its readers
        assert saved == read


def test_a_report_is_taken_even_when_its_call_is_unknown_or_belongs_to_another_incident(api):
    operator = api("operator.madiun")
    call = operator.post("calls/", {"region": "35.77", "number": "081234567890"}, key=uuid.uuid4()).json()
    operator.report("35.77", "pohon tumbang", call=call["id"])
    for other in (call["id"], str(uuid.uuid4())):
        incident = operator.report("35.77", "pohon tumbang lagi", call=other)
        assert "call" in [warning["field"] for warning in incident["warnings"]]
