"""The one box for the place over the API: what it offers, and what saving makes of what was chosen."""

import pytest

from agencies import caches, terrain
from agencies.models import Place
from incidents.models import Incident
from tests.integration.acting import MADIUN, Acting

pytestmark = pytest.mark.django_db

KEJURON = (-7.6298, 111.5239)
FIELDS = {"label", "lat", "lon", "precision", "area", "district", "radius_m", "outline", "text", "note"}


@pytest.fixture
def operator():
    return Acting("operator.madiun")


def asked(operator, q, region=MADIUN):
    answer = operator.get("places/", region=region, q=q)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("q", "label"),
    [
        ("depan pasar besar madiun", "Pasar Besar Madiun"),
        ("kel manisrejo", "Kel. Manisrejo, Kec. Taman"),
        ("manguharjo rt 3 rw 5", "Kel. Manguharjo, Kec. Manguharjo"),
        ("rsud sudono", "RSUD dr. Soedono"),
    ],
)
def test_a_phrase_gives_at_most_five_places_each_with_its_district(operator, q, label):
    found = asked(operator, q)
    assert 1 <= len(found) <= 5
    assert found[0]["label"].startswith(label)
    assert all(set(one) == FIELDS and one["district"]["name"] for one in found)
    assert all(one["radius_m"] or one["outline"] for one in found)


def test_what_was_said_beyond_the_place_is_kept_for_the_box(operator):
    texts = [one["text"] for one in asked(operator, "jl pahlawan rt 3 rw 5 kartoharjo")]
    assert "jl pahlawan rt 3 rw 5, Kel. Kartoharjo, Kec. Kartoharjo" in texts


def test_a_point_names_its_village_and_district(operator):
    (found,) = asked(operator, "https://maps.google.com/?q=-7.6298,111.5239")
    assert (found["lat"], found["lon"], found["precision"]) == (*KEJURON, "point")
    assert found["district"]["code"].startswith(f"{MADIUN}.")
    assert "Kec. " in found["label"]


def test_a_point_elsewhere_names_the_region(operator):
    (found,) = asked(operator, "-7.2575, 112.7521")
    assert "Kota Surabaya" in found["note"]
    assert found["area"] is None


def test_what_was_set_right_is_told(operator):
    (found,) = asked(operator, "7.6298, 111.5239")
    assert "minus" in found["note"]


@pytest.mark.parametrize("q", ["https://maps.app.goo.gl/AbCd", "///satu.dua.tiga", "51.5072, -0.1276"])
def test_what_cannot_be_opened_is_said_and_cannot_be_chosen(operator, q):
    found = asked(operator, q)
    assert (found[0]["precision"], found[0]["lat"]) == ("unread", None)


def test_a_link_with_a_name_is_looked_up_by_the_name(operator):
    found = asked(operator, "https://www.google.com/maps/place/Pasar+Besar+Madiun/")
    assert found[0]["precision"] == "unread"
    assert found[1]["label"].startswith("Pasar Besar Madiun")


def test_places_of_other_regions_and_ended_ones_are_not_offered(operator):
    Place.objects.filter(region_id=MADIUN, label="Pasar Besar Madiun").update(ended_at="2026-01-01T00:00:00Z")
    Place.objects.create(region_id="64.09", label="Pasar Besar Penajam", lat=-1.29, lon=116.51)
    caches.clear()
    labels = [one["label"] for one in asked(operator, "pasar besar")]
    assert not any("Besar" in label for label in labels)


@pytest.mark.parametrize("q", ["", "a", "   "])
def test_too_little_gives_nothing(operator, q):
    assert asked(operator, q) == []


class TestSaving:
    def test_a_chosen_area_is_kept_as_an_area_and_not_as_a_point(self, operator):
        said = "jl mawar, Kel. Manisrejo, Kec. Taman"
        saved = operator.report("kebakaran", location={"text": said, "area": "35.77.03.1006"})
        assert saved["area"]["precision"] == "area_centre"
        assert saved["area"]["code"] == "35.77.03.1006"
        assert saved["warnings"] == []

    def test_a_chosen_area_goes_before_the_names_in_the_text(self, operator):
        saved = operator.report("kebakaran", location={"text": "dekat Kelun", "area": "35.77.03"})
        assert (saved["area"]["code"], saved["area"]["level"]) == ("35.77.03", "kecamatan")

    def test_a_landmark_is_kept_as_a_landmark(self, operator):
        location = {"text": "Pasar Besar Madiun", "lat": -7.6301, "lon": 111.5259, "precision": "poi"}
        saved = operator.report("copet di pasar", location=location)
        assert Incident.objects.get(id=saved["id"]).precision == "poi"
        assert saved["area"]["code"].startswith(MADIUN)

    @pytest.mark.parametrize("location", [{"area": "99.99"}, {"area": 7}, {"precision": "exact"}, {"area": "64.09.01"}])
    def test_an_area_or_precision_that_is_unknown_stops_nothing(self, operator, location):
        saved = operator.report("kebakaran", location={"text": "entah", **location})
        assert saved["area"]["precision"] == ""

    def test_a_pasted_link_gives_the_point(self, operator):
        saved = operator.report("kebakaran", location={"text": "https://maps.google.com/?q=-7.6298%2C111.5239"})
        row = Incident.objects.get(id=saved["id"])
        assert (row.lat, row.lon) == KEJURON

    def test_another_area_can_be_chosen_later(self, operator):
        saved = operator.report("kebakaran", location={"lat": KEJURON[0], "lon": KEJURON[1]})
        location = {"text": "Kel. Manisrejo", "area": "35.77.03.1006"}
        changed = operator.act(saved, "update", version=saved["version"], location=location)
        assert (changed["area"]["code"], changed["area"]["precision"]) == ("35.77.03.1006", "area_centre")


class TestBorders:
    def test_near_a_border_the_neighbour_is_named_for_the_question(self, operator):
        points = ((lat / 1e4, lon / 1e4) for lat in range(-76800, -75800, 10) for lon in range(1114900, 1115600, 10))
        near = next(
            point for point in points
            if (hit := terrain.region_at(*point)) and hit.centre == MADIUN and hit.near_border
        )  # fmt: skip
        saved = operator.report("kebakaran", location={"lat": near[0], "lon": near[1]})
        asked_about = [one for one in saved["warnings"] if one.get("border")]
        assert [one["region"] for one in asked_about] == ["35.19"]
        assert "tanyakan" in asked_about[0]["message"]

    def test_in_the_middle_nobody_is_named(self, operator):
        assert operator.report("kebakaran", location={"lat": KEJURON[0], "lon": KEJURON[1]})["warnings"] == []

    def test_outside_the_right_region_is_named(self, operator):
        saved = operator.report("kebakaran", location={"lat": -7.2575, "lon": 112.7521})
        (warning,) = saved["warnings"]
        assert (warning["region"], warning["name"]) == ("35.78", "Kota Surabaya")
        assert "border" not in warning


class TestOutlines:
    def test_an_area_without_an_outline_is_a_circle(self, operator):
        operator.client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
        shape = operator.client.get(f"/peta/{MADIUN}/35.77.03.json").json()
        assert shape["geometry"]["type"] == "Point"
        assert 1_000 < shape["properties"]["radius_m"] <= 25_000

    @pytest.mark.parametrize("path", ["/peta/35.77/35.77.99.json", "/peta/99.99/35.77.03.json", "/peta/35.77/x.json"])
    def test_an_unknown_area_is_not_found(self, operator, path):
        operator.client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
        assert operator.client.get(path).status_code == 404


@pytest.fixture
def sudirman(operator):
    place = Place.objects.create(region_id=MADIUN, label="Jalan Panglima Sudirman", kind="jalan", lat=-7.629,
                                 lon=111.5215)  # fmt: skip
    caches.clear()
    return place


def test_a_crossing_of_two_streets_is_a_circle_between_them_and_says_so(operator, sudirman):
    first, *others = asked(operator, "perempatan jl pahlawan - jl sudirman")
    assert first["label"].startswith("Simpang ")
    assert "Kec. " in first["label"]
    assert (first["precision"], set(first)) == ("street", FIELDS)
    assert first["radius_m"] >= 500
    assert first["note"].startswith("perkiraan")
    assert "Jalan Panglima Sudirman" in [one["label"].split(",")[0] for one in others]
    saved = operator.report("kecelakaan motor", location={"lat": first["lat"], "lon": first["lon"],
                            "text": first["text"], "precision": first["precision"]})  # fmt: skip
    assert saved["area"]["precision"] == "street"


def test_when_one_street_is_unknown_the_other_is_offered_and_that_is_said(operator):
    first, *_ = asked(operator, "simpang jalan pahlawan dan jalan sudirman")
    assert first["label"].startswith("Pahlawan Street Center")
    assert "jalan sudirman" in first["note"]
