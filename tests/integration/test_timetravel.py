"""An incident and the board as of any moment, with the rights of now."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from tests.integration.acting import MADIUN, Acting, a_unit, part

pytestmark = pytest.mark.django_db
FIRE = "kebakaran rumah di kelurahan Taman"


def then(actor, at, **more):
    answer = actor.get("board/", region=MADIUN, at=at.isoformat(), **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def plain(board):
    """Incidents as they are shown; units without where they were, which is not kept."""
    units = [{k: v for k, v in u.items() if k not in ("lat", "lon", "at")} for u in board["units"]]
    return {"incidents": board["incidents"], "units": sorted(units, key=lambda u: u["id"])}


class Story:
    """Plays a day and photographs the board of the supervisor after every step."""

    def __init__(self) -> None:
        self.operator, self.supervisor = Acting("operator.madiun"), Acting("supervisor.madiun")
        self.damkar, self.bpbd = Acting("damkar.madiun"), Acting("bpbd.madiun")
        self.photos: list[tuple] = []
        self.details: list[tuple] = []
        self.watched = ""

    def photo(self, result=None):
        at = timezone.now()
        self.photos.append((at, plain(self.supervisor.board())))
        if self.watched:
            detail = self.supervisor.incident(self.watched)
            self.details.append((at, {k: detail[k] for k in ("status", "version", "priority", "narrative", "timeline")}
                                 | {"texts": [(t["text"], t["superseded"]) for t in detail["texts"]],
                                    "lines": [(a["status"], a["acknowledged_at"], a["arrived_at"],
                                               [(u["code"], u["status"]) for u in a["units"]])
                                              for a in detail["assignments"]]}))  # fmt: skip
        return result

    def play(self) -> None:
        self.photo()
        first = self.photo(self.operator.report(FIRE))
        self.watched = first["id"]
        second = self.photo(self.operator.report(FIRE, priority="critical"))
        line, other = part(first, "damkar"), part(second, "damkar")
        unit, extra = a_unit("damkar"), a_unit("damkar")
        for one in (line, other):
            self.photo(self.damkar.step(one, "acknowledge"))
        self.photo(self.damkar.step(line, "dispatch", units=[str(unit.id), str(extra.id)]))
        self.photo(self.damkar.ok(f"units/{unit.id}/status/", {"status": "en_route"}))
        self.photo(self.operator.act(first, "update", version=1, narrative="api di dapur", priority="low"))
        self.photo(self.damkar.ok(f"units/{extra.id}/divert/", {"assignment": other["id"]}))
        self.photo(self.damkar.ok(f"units/{unit.id}/status/", {"status": "on_scene"}))
        self.photo(self.damkar.ok(f"assignments/{line['id']}/support/", {"what": "units", "note": "perlu tangki"}))
        self.photo(self.operator.ok(f"incidents/{first['id']}/notes/", {"text": "jalan ditutup"}))
        self.photo(self.damkar.step(line, "complete", report={"outcome": "handled", "note": "padam"}))
        tree = self.photo(self.operator.report("pohon tumbang di kelurahan Taman"))
        self.photo(self.bpbd.step(part(tree, "bpbd"), "decline", reason="no_unit"))
        self.photo(self.operator.act(tree, "merge", version=self.supervisor.incident(tree["id"])["version"],
                                     into=second["id"]))  # fmt: skip
        self.photo(self.supervisor.act(tree, "unmerge"))
        now = self.supervisor.incident(first["id"])
        for one in now["assignments"]:
            if one["status"] not in ("completed", "declined", "withdrawn"):
                self.photo(self.supervisor.step(one, "withdraw"))
        now = self.supervisor.incident(first["id"])
        self.photo(self.supervisor.act(now, "close", version=now["version"]))
        self.photo(self.supervisor.act(now, "reopen", reason="api menyala lagi"))
        self.photo(self.supervisor.act(second, "cancel", reason="laporan keliru"))


def test_the_board_of_every_moment_is_the_board_that_was_fetched_then():
    story = Story()
    story.play()
    for n, (at, photo) in enumerate(story.photos):
        assert plain(then(story.supervisor, at)) == photo, f"step {n}"
    begun, ended = story.photos[0][0], story.photos[-1][0]
    moments = Event.objects.filter(region=MADIUN, recorded_at__range=(begun, ended)).values_list(
        "recorded_at", flat=True
    )
    assert len(set(moments)) > 15
    for at in set(moments):  # at every event: the picture of the step that it belongs to
        after = next(photo for taken, photo in story.photos if taken >= at)
        assert plain(then(story.supervisor, at)) == after


def test_the_incident_of_every_moment_is_the_one_that_was_fetched_then():
    story = Story()
    story.play()
    for n, (at, photo) in enumerate(story.details):
        answer = story.supervisor.get(f"incidents/{story.watched}/", at=at.isoformat())
        assert answer.status_code == 200, answer.content
        seen = answer.json()
        assert seen["as_of"]
        assert {k: seen[k] for k in ("status", "version", "priority", "narrative", "timeline")} == {
            k: photo[k] for k in ("status", "version", "priority", "narrative", "timeline")
        }, f"step {n}"
        assert [(t["text"], t["superseded"]) for t in seen["texts"]] == photo["texts"]
        lines = [(a["status"], a["acknowledged_at"], a["arrived_at"], [(u["code"], u["status"]) for u in a["units"]])
                 for a in seen["assignments"]]  # fmt: skip
        assert lines == photo["lines"], f"step {n}"
        assert all(not a["actions"] for a in seen["assignments"])


def test_before_it_was_reported_there_was_nothing():
    before = timezone.now()
    supervisor = Acting("supervisor.madiun")
    incident = Acting("operator.madiun").report(FIRE)
    assert supervisor.get(f"incidents/{incident['id']}/", at=before.isoformat()).status_code == 404
    assert incident["id"] not in {r["id"] for r in then(supervisor, before)["incidents"]}


def test_rights_are_those_of_now():
    operator, damkar, wall = Acting("operator.madiun"), Acting("damkar.madiun"), Acting("wall.madiun")
    incident = operator.report(FIRE)
    at = timezone.now()
    for actor in (damkar, wall):
        assert incident["id"] in {r["id"] for r in then(actor, at)["incidents"]}
    damkar.step(part(incident, "damkar"), "decline", reason="wrong_authority")
    assert incident["id"] not in {r["id"] for r in then(damkar, at)["incidents"]}
    stub = damkar.get(f"incidents/{incident['id']}/", at=at.isoformat()).json()
    assert (stub["level"], stub["lat"], stub["label"]) == ("stub", None, "")
    assert FIRE not in str(stub)
    now = operator.incident(incident["id"])
    Acting("supervisor.madiun").act(now, "update", version=now["version"], type="violence_women_children")
    for who in ("operator.madiun", "wall.madiun", "bpbd.madiun", "operator.ppu"):
        actor = Acting(who)
        answer = actor.get(f"incidents/{incident['id']}/", at=at.isoformat())
        assert answer.status_code == 404 or answer.json()["level"] != "full" or who == "operator.madiun"
    assert incident["id"] not in str(then(wall, at))
    masked = Acting("qa.madiun").get(f"incidents/{incident['id']}/", at=at.isoformat()).json()
    assert (masked["level"], masked["type"], masked["assignments"]) == ("masked", "", [])
    assert FIRE not in str(masked)


def test_where_a_unit_was_at_a_confidential_case_is_its_own_agencys():
    supervisor, dp3a = Acting("supervisor.madiun"), Acting("dp3a.madiun")
    case = supervisor.report("istri dipukul suami", type="violence_women_children")
    line, unit = part(case, "dp3a"), a_unit("dp3a")
    dp3a.step(line, "acknowledge")
    dp3a.step(line, "dispatch", units=[str(unit.id)])
    spot = {"unit": str(unit.id), "lat": -7.654321, "lon": 111.543211, "at": timezone.now().isoformat()}
    dp3a.ok("units/positions/", [spot])
    dp3a.ok(f"units/{unit.id}/status/", {"status": "on_scene"})
    at = timezone.now()
    assert "-7.654321" in str(then(dp3a, at)["units"])
    for who in ("operator.madiun", "wall.madiun", "qa.madiun"):
        assert "-7.654321" not in str(then(Acting(who), at)), who


@pytest.mark.parametrize("at", ["yesterday", "2026-11-22T10:00:00", "", "9999-01-01T00:00:00Z"])
def test_the_moment_has_to_be_one_of_the_past(at):
    supervisor = Acting("supervisor.madiun")
    incident = Acting("operator.madiun").report(FIRE)
    for path, query in (("board/", {"region": MADIUN}), (f"incidents/{incident['id']}/", {})):
        answer = supervisor.get(path, at=at, **query)
        assert answer.status_code == (400 if at else 200), answer.content


def test_nobody_sees_by_time_what_they_do_not_see():
    at = timezone.now() - timedelta(seconds=1)
    for who in ("admin.madiun", "national", "operator.ppu"):
        assert Acting(who).get("board/", region=MADIUN, at=at.isoformat()).status_code in (403, 404)
    assert Acting("operator.madiun").get(f"incidents/{uuid.uuid4()}/", at=at.isoformat()).status_code == 404
