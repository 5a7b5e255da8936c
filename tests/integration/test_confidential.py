"""Violence against women and children: nothing of it reaches anybody who may not see it, by any door."""

import logging
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile as File
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone

from agencies.rowlevel import apply
from dispatch.services import sweeps
from incidents.models import IncidentAccess
from tests.integration.acting import MADIUN, Acting, a_unit, another, as_fold, fold, number, part

pytestmark = pytest.mark.django_db
STORY, NAME, NUMBER, NOTE, REASON, REPORT = (
    "CANARYstory", "CANARYname", "081299887766", "CANARYnote", "CANARYreason", "CANARYreport"
)  # fmt: skip
SECRETS = (STORY, NAME, NUMBER[1:], NOTE, REASON, REPORT)
PLACE = "CANARYplace jalan Pahlawan"
WORDS = f"suami memukuli istrinya, {STORY}"


def violence(operator, call=None, **more):
    """A case with a secret in every field, in work at DP3A with RSUD in support."""
    call = call or operator.ok("calls/", {"region": MADIUN, "number": NUMBER})
    agencies = [{"code": "dp3a", "role": "lead"}, {"code": "rsud", "role": "support"}]
    body = {"type": "violence_women_children"} | more
    case = operator.report(
        WORDS, call=call["id"], caller={"name": NAME, "number": NUMBER, "safe_to_call_back": False}, agencies=agencies,
        location={"lat": -7.6298, "lon": 111.5239, "text": PLACE}, **body,
    )  # fmt: skip
    return case, call


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def case(operator):
    found, call = violence(operator)
    operator.ok(f"incidents/{found['id']}/notes/", {"text": NOTE})
    operator.act(found, "update", version=found["version"] + 1, priority="critical", reason=REASON)
    dp3a = Acting("dp3a.madiun")
    dp3a.step(part(found, "dp3a"), "acknowledge")
    dp3a.step(part(found, "dp3a"), "dispatch", units=[str(a_unit("dp3a").id)])
    dp3a.step(part(found, "dp3a"), "arrive")
    dp3a.step(part(found, "dp3a"), "complete", report=REPORT)
    return found | {"call": call["id"]}


def addresses(case) -> list[str]:
    """Every address of the system that can be read, with this case's ids and questions for its secrets."""
    found = []
    for pattern in walk(get_resolver().url_patterns):
        if pattern.startswith(("admin/", "static/")):
            continue
        path = pattern.replace("<uuid:incident_id>", case["id"]).replace("<uuid:call_id>", case["call"])
        path = path.replace("<str:region>", MADIUN)
        if "<" not in path:
            found.append(f"/{path}")
    questions = [f"/api/v1/incidents/?region={MADIUN}&q={q}" for q in ("CANARY", NUMBER[1:], "memukuli", NAME[:8])]
    return [*found, *questions, f"/api/v1/board/?region={MADIUN}", f"/api/v1/events/?region={MADIUN}&limit=1000",
            f"/api/v1/incidents/?region={MADIUN}", f"/api/v1/places/?region={MADIUN}&q=CANARY"]  # fmt: skip


def walk(patterns, prefix=""):
    for pattern in patterns:
        text = prefix + str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, text)
        else:
            yield text


def crawl(username: str, case) -> str:
    """Everything that somebody can read, over the API with a token and as pages with a session."""
    actor = Acting(username)
    pages = Acting(username).client
    pages.force_login(actor.user, backend="django.contrib.auth.backends.ModelBackend")
    answers = []
    for path in addresses(case):
        for answer in (actor.client.get(path, headers=actor.headers), pages.get(path)):
            assert answer.status_code < 500, (username, path)
            answers.append(
                answer.getvalue().decode("utf-8", "replace") if answer.streaming else answer.content.decode()
            )
    return "\n".join(answers)


NOBODY_ELSE = (
    "wall.madiun", "qa.madiun", "admin.madiun", "damkar.madiun", "head-damkar.madiun", "polres.madiun", "national",
    "supervisor.ppu", "operator.ppu", "dp3a.ppu", "colleague", "root",
)  # fmt: skip


@pytest.fixture
def _people():
    another("colleague", "call_taker", MADIUN)
    another("root", "", None, is_superuser=True, is_staff=True)


@pytest.mark.usefixtures("_people")
def test_no_door_shows_a_word_of_it(case):
    number()
    for username in NOBODY_ELSE:
        read = crawl(username, case)
        assert [secret for secret in SECRETS if secret in read] == [], username
        if username != "qa.madiun":
            assert case["number"] not in read, username
            assert case["id"] not in read, username


@pytest.mark.usefixtures("_people")
@pytest.mark.parametrize("username", NOBODY_ELSE[:6])
def test_it_cannot_be_opened_or_acted_upon(case, username):
    actor = Acting(username)
    expected = 200 if username == "qa.madiun" else 404
    assert actor.get(f"incidents/{case['id']}/").status_code == expected
    refused = actor.post(f"incidents/{case['id']}/notes/", {"text": "x"}).status_code
    assert refused == (403 if username == "qa.madiun" else 404)
    assert actor.post(f"assignments/{part(case, 'rsud')['id']}/acknowledge/", {}).status_code in (403, 404)


def test_those_who_may_see_it_see_it(case, operator):
    for username in ("operator.madiun", "supervisor.madiun", "dp3a.madiun", "head-dp3a.madiun"):
        seen = Acting(username).incident(case["id"])
        assert STORY in seen["narrative"]
        assert any(p["name"] == NAME for p in seen["people"])
        assert {NOTE, REASON, REPORT} <= {t["text"] for t in seen["texts"]}


def test_a_supporting_agency_gets_its_task_and_no_names_and_no_story(case):
    number()
    rsud = Acting("rsud.madiun")
    seen = rsud.incident(case["id"])
    assert seen["level"] == "task"
    assert "CANARYplace" in seen["location"]["text"]
    assert seen["people"] == [{"role": "caller", "safe_to_call_back": False}]
    assert [a["agency"]["code"] for a in seen["assignments"]] == ["rsud"]
    everything = crawl("rsud.madiun", case)
    assert not any(secret in everything for secret in (STORY, NAME, NUMBER[1:], NOTE, REASON, REPORT))


def test_qa_sees_that_there_is_a_case_and_how_fast_it_was_and_no_more(case):
    qa = Acting("qa.madiun")
    seen = qa.incident(case["id"])
    assert seen["level"] == "masked"
    assert (seen["type"], seen["area"], seen["lat"], seen["assignments"]) == ("", None, None, [])
    assert {e["by"] for e in seen["timeline"]} == {""}
    assert "dp3a" not in str(seen).lower()
    for question in ({"agency": "dp3a"}, {"type": "violence_women_children"}, {"q": "Kartoharjo"}):
        ids = {row["id"] for row in qa.get("incidents/", region=MADIUN, **question).json()["results"]}
        assert case["id"] not in ids


def text_columns() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY') ORDER BY 1, 2"
        )
        return cursor.fetchall()


def tables_with(words: tuple[str, ...]) -> list[str]:
    """Columns of the database in which one of the words stands in the clear."""
    apply({"siaga.system": "on"})
    found = []
    with connection.cursor() as cursor:
        for table, column in text_columns():
            for word in words:
                cursor.execute(f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1', [f"%{word}%"])
                if cursor.fetchone():
                    found.append(f"{table}.{column}: {word}")
    apply({"siaga.system": ""})
    return found


def test_no_word_of_it_is_in_the_clear_in_any_table(case):
    assert tables_with((*SECRETS, "CANARYplace")) == []


def noted_call(operator):
    """A call of which somebody wrote something down before it was known what it is about."""
    call = operator.ok("calls/", {"region": MADIUN, "number": NUMBER})
    operator.ok(f"calls/{call['id']}/disposition/", {"disposition": "silent_distress", "note": NOTE})
    return call


def test_notes_of_a_call_are_sealed_when_it_becomes_part_of_the_case(operator, case):
    operator.ok(f"incidents/{case['id']}/calls/", {"call": noted_call(operator)["id"], "narrative": STORY})
    assert tables_with(SECRETS) == []


def test_notes_of_the_very_call_that_the_report_comes_from_are_sealed_with_it(operator):
    violence(operator, call=noted_call(operator))
    assert tables_with(SECRETS) == []


def test_a_note_on_a_call_that_belongs_to_the_case_already_is_sealed(case):
    Acting("supervisor.madiun").ok(f"calls/{case['call']}/disposition/", {"disposition": "emergency", "note": NOTE})
    assert tables_with(SECRETS) == []


def test_no_word_of_it_is_logged(operator, caplog):
    caplog.set_level(logging.DEBUG)
    found, _ = violence(operator)
    operator.post(f"incidents/{found['id']}/update/", {"version": 99, "reason": REASON})
    operator.post(f"incidents/{found['id']}/close/", {"note": NOTE})
    told = [r.getMessage() for r in caplog.records if not r.name.startswith(("django.db", "psycopg"))]
    assert not [line for line in told if any(secret in line for secret in SECRETS)]


READERS = (
    "operator.madiun",
    "colleague",
    "supervisor.madiun",
    "qa.madiun",
    "wall.madiun",
    "damkar.madiun",
    "dp3a.madiun",
)


@pytest.mark.usefixtures("_people")
def test_turning_it_confidential_hides_it_everywhere_at_once(operator):
    ordinary = operator.report(
        f"keributan di rumah, {STORY}", type="public_order", caller={"name": NAME, "number": NUMBER},
        agencies=[{"code": "damkar", "role": "lead"}, {"code": "dp3a", "role": "support"}],
    )  # fmt: skip
    operator.ok(f"incidents/{ordinary['id']}/notes/", {"text": NOTE})
    operator.act(ordinary, "update", version=2, priority="high", reason=REASON)
    path, photo = f"/api/v1/incidents/{ordinary['id']}/attachments/", File(f"{NAME}.png", b"\x89PNG\r\n\x1a\n")
    assert operator.client.post(path, {"file": photo}, headers=operator.headers).status_code == 201
    number()
    readers = {name: Acting(name) for name in READERS}
    boards = {name: reader.board() for name, reader in readers.items()}
    assert all(ordinary["id"] in as_fold(board)["incidents"] for board in boards.values())
    operator.act(ordinary, "update", version=4, type="violence_women_children", reason=REASON)
    number()
    for name, reader in readers.items():
        fresh, frames = reader.board(), reader.events(boards[name]["seq"])
        assert fold(boards[name], frames) == as_fold(fresh), name
        gone = name in ("colleague", "wall.madiun")
        assert (ordinary["id"] not in as_fold(fresh)["incidents"]) is gone, name
        past = reader.events(0)
        if gone:
            assert [f["kind"] for f in past if f["data"].get("incident", {}).get("id") == ordinary["id"]] == [
                "incident.hidden"
            ]
        if name == "damkar.madiun":
            assert reader.incident(ordinary["id"])["level"] == "task"
        assert not any(secret in str(frames) + str(past) for secret in SECRETS)
    assert tables_with(SECRETS) == []
    assert STORY in readers["operator.madiun"].incident(ordinary["id"])["narrative"]


@pytest.mark.usefixtures("_people")
def test_the_boards_of_all_readers_follow_its_events(operator):
    """State and events equal a fresh fetch, also for those who see little or nothing of it."""
    number()
    readers = {name: Acting(name) for name in (*READERS, "rsud.madiun")}
    boards = {name: reader.board() for name, reader in readers.items()}
    found, _ = violence(operator)
    dp3a, rsud = Acting("dp3a.madiun"), Acting("rsud.madiun")
    unit = str(a_unit("dp3a").id)

    def check(step):
        number()
        for name, reader in readers.items():
            fresh = reader.board()
            units = as_fold(fresh)["units"]
            folded = fold(boards[name], reader.events(boards[name]["seq"]))
            assert folded["incidents"] == as_fold(fresh)["incidents"], (step, name)
            assert {k: v for k, v in units.items() if k in folded["units"]} == folded["units"], (step, name)

    check("created")
    for who, code, action, body in [
        (dp3a, "dp3a", "acknowledge", {}), (dp3a, "dp3a", "dispatch", {"units": [unit]}), (rsud, "rsud", "decline",
        {"reason": "penuh"}), (dp3a, "dp3a", "arrive", {}), (dp3a, "dp3a", "complete", {"report": "selesai"}),
    ]:  # fmt: skip
        who.step(part(found, code), action, **body)
        check(action)


def test_the_call_takers_sight_ends_with_the_shift_and_the_screen_drops_it(operator, case):
    number()
    board = operator.board()
    IncidentAccess.objects.filter(incident_id=case["id"], user__isnull=False).update(
        since=timezone.now() - timedelta(hours=13)
    )
    assert sweeps.end_sights(at=timezone.now()) == 1
    number()
    frames = operator.events(board["seq"])
    assert [f["kind"] for f in frames] == ["incident.hidden"]
    assert fold(board, frames) == as_fold(operator.board())
    assert operator.get(f"incidents/{case['id']}/").status_code == 404
