"""Hazard areas: drawn by the desk, on every map of the region, told when a report lies inside, gone by themselves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from incidents.models import HazardArea
from tests.integration.acting import MADIUN, Acting, number

pytestmark = pytest.mark.django_db
SQUARE = [[-7.64, 111.51], [-7.64, 111.54], [-7.62, 111.54], [-7.62, 111.51]]
INSIDE, OUTSIDE = {"lat": -7.63, "lon": 111.525}, {"lat": -7.60, "lon": 111.525}
DRAWN = {"region": MADIUN, "kind": "flood", "name": "Banjir Taman", "hours": 6, "outline": SQUARE}


def seen_by(who: str) -> list:
    return Acting(who).get("hazards/", region=MADIUN).json()["results"]


def classify(desk: Acting, location: dict) -> list:
    answer = desk.ok("classify/", {"region": MADIUN, "narrative": "pohon tumbang", "location": location})
    return [one for one in answer["warnings"] if "hazard" in one]


def test_an_area_is_kept_with_author_time_and_end_and_everybody_in_the_region_sees_it():
    made = Acting("operator.madiun").ok("hazards/", DRAWN)
    assert made["geometry"]["type"] == "Polygon"
    assert made["by"]
    for who in ("supervisor.madiun", "damkar.madiun", "wall.madiun", "qa.madiun"):
        assert [one["id"] for one in seen_by(who)] == [made["id"]], who
    assert Acting("operator.ppu").get("hazards/", region=MADIUN).status_code == 404


def test_it_is_told_over_the_feed_to_the_desk_and_to_agencies_with_and_without_a_task():
    desk = Acting("operator.madiun")
    before = number()
    made = desk.ok("hazards/", DRAWN)
    number()
    for who in ("supervisor.madiun", "damkar.madiun", "bpbd.madiun", "wall.madiun"):
        frames = Acting(who).events(before)
        assert [(f["kind"], f["data"]["hazard"]["id"]) for f in frames] == [("hazard.drawn", made["id"])], who
        assert "sight" not in frames[0]["data"]
    event = Event.objects.get(kind="hazard.drawn")
    assert event.actor_id == str(desk.user.id), "drawing is in the audit"


def test_areas_of_a_list_do_the_same_without_a_mouse():
    desk = Acting("operator.madiun")
    made = desk.ok("hazards/", DRAWN | {"outline": None, "areas": ["35.77.01", "35.77.02"]})
    assert made["areas"] == ["35.77.01", "35.77.02"]
    assert desk.post("hazards/", DRAWN | {"outline": None, "areas": ["99.99"]}).status_code == 422


@pytest.mark.parametrize(
    ("change", "status"),
    [({"outline": SQUARE[:2]}, 422), ({"hours": 0}, 400), ({"hours": 73}, 400), ({"kind": "x"}, 400),
     ({"name": " "}, 400), ({"outline": None}, 400), ({"areas": ["35.77.01"]}, 400), ({"areas": "35.77.01"}, 400),
     ({"colour": "red"}, 400)],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_nothing_is_kept(change, status):
    assert Acting("operator.madiun").post("hazards/", DRAWN | change).status_code == status
    assert not HazardArea.objects.exists()


def test_the_operator_is_told_while_writing_and_in_the_open_case():
    desk = Acting("operator.madiun")
    desk.ok("hazards/", DRAWN)
    (warning,) = classify(desk, INSIDE)
    assert "Banjir Taman" in warning["message"]
    assert classify(desk, OUTSIDE) == []
    made = desk.report("pohon tumbang", location=INSIDE)
    assert [one["name"] for one in desk.incident(made["id"])["hazards"]] == ["Banjir Taman"]
    assert desk.incident(desk.report("pohon tumbang", location=OUTSIDE)["id"])["hazards"] == []


def test_it_goes_by_itself_and_a_person_ends_it_before():
    desk = Acting("operator.madiun")
    first, second = desk.ok("hazards/", DRAWN)["id"], desk.ok("hazards/", DRAWN)["id"]
    HazardArea.objects.filter(id=first).update(
        created_at=timezone.now() - timedelta(hours=7), expires_at=timezone.now() - timedelta(hours=1)
    )
    assert [one["id"] for one in seen_by("operator.madiun")] == [second]
    assert Acting("damkar.madiun").post(f"hazards/{second}/end/").status_code == 403
    assert Acting("operator.ppu").post(f"hazards/{second}/end/").status_code == 404
    assert desk.ok(f"hazards/{second}/end/")["ended_at"]
    assert seen_by("operator.madiun") == []
    assert classify(desk, INSIDE) == []
    assert Event.objects.filter(kind="hazard.ended").count() == 1


def test_saying_that_the_kind_is_right_ends_the_doubt():
    desk = Acting("operator.madiun")
    made = desk.report("tolong cepat ke sini")
    assert desk.board()["incidents"][0]["needs_review"]
    desk.act(made, "update", version=made["version"], type=made["type"])
    assert not desk.board()["incidents"][0]["needs_review"]
