"""Importing boundaries and places under /kelola/: looked at, applied, in force everywhere, taken back."""

import json
from html import unescape

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from shapely.geometry import mapping

from agencies import caches, importing, terrain
from agencies.access import Actor, Post, Role
from agencies.importfile import MOST_BYTES
from agencies.models import Import, Outline, Place, User
from agencies.problems import NotPermitted, NotVisible, Unprocessable, WrongState
from events.models import Event
from tests.integration.acting import MADIUN, Acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="admin.madiun"))
    return client


@pytest.fixture
def actor():
    return Actor("00000000-0000-0000-0000-000000000001", "Admin", (Post(Role.ADMIN, MADIUN),))


def url(name, *args):
    return reverse(f"manage-{name}", args=[MADIUN, *args])


def text(answer):
    return unescape(answer.content.decode())


def areas(level):
    region = caches.reference().region(MADIUN)
    return [area for area in region.areas.values() if area.level == level and area.lat]


def box(area, metres=400.0):
    half = metres / 111_195
    return mapping(shapely.box(area.lon - half, area.lat - half, area.lon + half, area.lat + half))


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def upload(client, data, kind="boundaries", name="batas.geojson", **more):
    file = SimpleUploadedFile(name, data)
    return client.post(url("import-new"), {"kind": kind, "file": file, "source": "uji", "column": "", **more})


def draft(actor, data, kind="boundaries", name="batas.geojson"):
    return importing.draft_import(
        region=MADIUN, kind=kind, file_name=name, data=data, options={"source": "uji"}, actor=actor, at=timezone.now()
    )


def apply(actor, row):
    done = importing.apply_import(import_id=row.pk, region=MADIUN, actor=actor, at=timezone.now())
    caches.refresh_now()
    return done


def undo(actor, row):
    left = importing.undo_import(import_id=row.pk, region=MADIUN, actor=actor, at=timezone.now())
    caches.refresh_now()
    return left


def located(lat, lon):
    return terrain.area_at(caches.reference().region(MADIUN), lat, lon)


class TestBoundaries:
    def test_a_file_is_looked_at_applied_and_taken_back_on_the_pages(self, admin):
        village = areas("kelurahan")[0]
        good = feature(box(village), kode=village.code, nama=village.name)
        data = collection(good, feature(None, kode="35.77.99.1001"))
        answer = upload(admin, data)
        assert answer.status_code == 302
        page = admin.get(answer["Location"])
        assert "kode tidak dikenal di wilayah ini" in text(page)
        assert "1 salah" in text(page)
        assert "1 baru" in text(page)
        assert Outline.objects.count() == 0
        assert admin.post(answer["Location"] + "terapkan/").status_code == 302
        assert [row.code for row in Outline.objects.filter(ended_at=None)] == [village.code]
        assert "diterapkan" in text(admin.get(url("imports")))
        undo_page = answer["Location"] + "batalkan/"
        assert "Batalkan impor" in text(admin.get(undo_page))
        assert admin.post(undo_page).status_code == 302
        assert Outline.objects.filter(ended_at=None).count() == 0
        kinds = [event.kind for event in Event.objects.filter(region=MADIUN, kind__startswith="import.").order_by("id")]
        assert kinds == ["import.applied", "import.undone"]
        assert "Batas atau tempat diimpor" in text(admin.get(url("changes")))

    def test_an_outline_decides_as_soon_as_it_is_in_force(self, actor):
        village = areas("kelurahan")[0]
        assert located(village.lat, village.lon).precision == "nearest_centroid"
        row = apply(actor, draft(actor, collection(feature(box(village), kode=village.code))))
        assert (located(village.lat, village.lon).code, located(village.lat, village.lon).precision) == (
            village.code,
            "polygon",
        )
        undo(actor, row)
        assert located(village.lat, village.lon).precision == "nearest_centroid"

    def test_a_report_says_that_its_area_is_certain(self, actor):
        village = areas("kelurahan")[0]
        apply(actor, draft(actor, collection(feature(box(village), kode=village.code))))
        saved = Acting("operator.madiun").report("kebakaran", location={"lat": village.lat, "lon": village.lon})
        assert (saved["area"]["code"], saved["area"]["precision"]) == (village.code, "polygon")

    def test_the_outline_is_drawn_and_offered(self, actor):
        village = next(a for a in areas("kelurahan") if a.name == "Manisrejo")
        apply(actor, draft(actor, collection(feature(box(village), kode=village.code))))
        operator = Acting("operator.madiun")
        found = operator.get("places/", region=MADIUN, q="manisrejo").json()[0]
        assert (found["outline"], found["radius_m"]) == (True, None)
        operator.client.force_login(operator.user, backend="django.contrib.auth.backends.ModelBackend")
        shape = operator.client.get(f"/peta/{MADIUN}/{village.code}.json").json()
        assert shape["geometry"]["type"] == "Polygon"

    def test_an_official_border_is_asked_about_at_150_metres_only(self, actor):
        outline = terrain.shipped_outlines([MADIUN])[MADIUN]
        middle = outline.representative_point()
        west = outline.bounds[0]
        steps = [(middle.y, west + n * 0.0002) for n in range(200)]

        def asks():
            hits = [terrain.region_at(*point) for point in steps]
            return sum(1 for hit in hits if hit and hit.centre == MADIUN and hit.near_border)

        before = asks()
        apply(actor, draft(actor, collection(feature(mapping(outline), kode=MADIUN))))
        assert terrain.region_at(middle.y, middle.x).centre == MADIUN
        assert 0 < asks() < before / 2

    def test_a_point_just_outside_an_official_border_is_the_neighbours(self, actor):
        outline = terrain.shipped_outlines([MADIUN])[MADIUN].buffer(-0.003)
        apply(actor, draft(actor, collection(feature(mapping(outline), kode=MADIUN))))
        x, y = shapely.get_coordinates(outline)[0]
        middle = outline.representative_point()
        outside = y + (y - middle.y) * 0.02, x + (x - middle.x) * 0.02
        hit = terrain.region_at(*outside)
        assert hit.centre != MADIUN

    def test_all_villages_together_make_the_regions_own_border(self, actor):
        villages = areas("kelurahan")
        middles = shapely.multipoints([(village.lon, village.lat) for village in villages])
        cells = shapely.get_parts(shapely.voronoi_polygons(middles))
        features = [
            feature(mapping(cell), kode=village.code)
            for village in villages
            for cell in cells
            if shapely.intersects_xy(cell, village.lon, village.lat)
        ]
        row = apply(actor, draft(actor, collection(*features)))
        assert row.counts["new"] == len(villages)
        whole = Outline.objects.get(code=MADIUN, ended_at=None)
        assert whole.source == importing.DISSOLVED
        undo(actor, row)
        assert not Outline.objects.filter(ended_at=None).exists()

    def test_undoing_brings_the_earlier_outline_back(self, actor):
        village = areas("kelurahan")[0]
        first = apply(actor, draft(actor, collection(feature(box(village, 300), kode=village.code))))
        second = apply(actor, draft(actor, collection(feature(box(village, 500), kode=village.code))))
        with pytest.raises(WrongState, match=r"batas\.geojson"):
            undo(actor, first)
        undo(actor, second)
        assert Outline.objects.get(code=village.code, ended_at=None).made_by == first
        undo(actor, first)
        with pytest.raises(WrongState):
            undo(actor, first)

    def test_the_same_file_again_changes_nothing(self, actor):
        data = collection(feature(box(areas("kelurahan")[0]), kode=areas("kelurahan")[0].code))
        apply(actor, draft(actor, data))
        with pytest.raises(Unprocessable, match="Tidak ada baris"):
            apply(actor, draft(actor, data))

    def test_two_outlines_of_one_area_are_never_in_force_together(self, actor):
        village = areas("kelurahan")[0]
        row = apply(actor, draft(actor, collection(feature(box(village), kode=village.code))))
        old = Outline.objects.get(code=village.code)
        with pytest.raises(IntegrityError), transaction.atomic():
            Outline.objects.create(region_id=MADIUN, code=village.code, level="kelurahan", name="x", shape=old.shape,
                                   made_by=row, created_at=timezone.now())  # fmt: skip


class TestPlaces:
    TABLE = (
        "nama,lat,lon,jenis,alias\n"
        "Pasar Kembangjati,{lat},111.5150,pasar,kembangjati\n"
        "Gedung Jauh,-7.2575,112.7521,gedung,\n"
    )

    @staticmethod
    def offered(operator):
        found = operator.get("places/", region=MADIUN, q="kembangjati").json()
        return [one["label"] for one in found if "Kembangjati" in one["label"]]

    def test_a_new_place_is_found_at_once_and_gone_after_undo(self, actor):
        operator = Acting("operator.madiun")
        assert not any(
            "Kembangjati" in one["label"] for one in operator.get("places/", region=MADIUN, q="kembangjati").json()
        )
        row = apply(actor, draft(actor, self.TABLE.format(lat=-7.625).encode(), "places", "tempat.csv"))
        found = operator.get("places/", region=MADIUN, q="pasar kembangjati").json()[0]
        assert found["label"].startswith("Pasar Kembangjati, ")
        assert (found["precision"], found["lat"], found["district"] is not None) == ("poi", -7.625, True)
        assert undo(actor, row) == 0
        assert not any(
            "Kembangjati" in one["label"] for one in operator.get("places/", region=MADIUN, q="kembangjati").json()
        )

    def test_a_place_in_another_region_is_refused_with_its_name(self, actor):
        rows = importing.rows_of(draft(actor, self.TABLE.format(lat=-7.625).encode(), "places"))
        assert "Surabaya" in rows[1].problems[0]

    def test_what_the_pack_brought_can_be_moved_and_comes_back(self, actor):
        before = Place.objects.get(region_id=MADIUN, label="Pasar Besar Madiun")
        row = apply(actor, draft(actor, b"nama,lat,lon\nPasar Besar Madiun,-7.6311,111.5262\n", "places"))
        moved = Place.objects.get(pk=before.pk)
        assert (moved.lat, moved.assumed, moved.source) == (-7.6311, False, "uji")
        undo(actor, row)
        again = Place.objects.get(pk=before.pk)
        assert (again.lat, again.assumed, again.aliases) == (before.lat, before.assumed, before.aliases)

    def test_undo_leaves_what_somebody_has_changed_since(self, actor):
        row = apply(actor, draft(actor, self.TABLE.format(lat=-7.625).encode(), "places"))
        Place.objects.filter(region_id=MADIUN, label="Pasar Kembangjati").update(lat=-7.6255)
        assert undo(actor, row) == 1
        assert Place.objects.get(region_id=MADIUN, label="Pasar Kembangjati").ended_at is None

    def test_a_place_that_had_ended_comes_back(self, actor):
        first = apply(actor, draft(actor, self.TABLE.format(lat=-7.625).encode(), "places"))
        undo(actor, first)
        apply(actor, draft(actor, self.TABLE.format(lat=-7.626).encode(), "places"))
        place = Place.objects.get(region_id=MADIUN, label="Pasar Kembangjati")
        assert (place.lat, place.ended_at) == (-7.626, None)


class TestTheDoor:
    def test_a_file_that_cannot_be_read_keeps_the_form(self, admin):
        answer = upload(admin, b"bukan json")
        assert answer.status_code == 422
        assert "Bukan JSON yang benar" in text(answer)
        assert Import.objects.count() == 0

    def test_a_file_that_is_too_large_is_refused(self, admin):
        answer = upload(admin, b" " * (MOST_BYTES + 1))
        assert answer.status_code == 422
        assert "lebih besar dari 20 MB" in text(answer)

    def test_a_discarded_draft_leaves_nothing(self, admin):
        village = areas("kelurahan")[0]
        address = upload(admin, collection(feature(box(village), kode=village.code)))["Location"]
        assert admin.post(address + "buang/").status_code == 302
        assert bytes(Import.objects.get().content) == b""
        assert admin.post(address + "terapkan/").status_code == 404
        assert Outline.objects.count() == 0

    def test_a_newer_draft_takes_the_place_of_the_older(self, actor):
        data = collection(feature(box(areas("kelurahan")[0]), kode=areas("kelurahan")[0].code))
        old = draft(actor, data)
        draft(actor, data)
        with pytest.raises(WrongState):
            apply(actor, old)

    def test_looking_at_a_step_by_its_address_does_nothing(self, admin):
        village = areas("kelurahan")[0]
        address = upload(admin, collection(feature(box(village), kode=village.code)))["Location"]
        for step in ("terapkan/", "buang/"):
            assert admin.get(address + step)["Location"] == address
        assert Import.objects.get().state == "draft"

    def test_an_import_of_another_region_does_not_exist(self, actor):
        row = draft(actor, collection(feature(box(areas("kelurahan")[0]), kode=areas("kelurahan")[0].code)))
        far = Actor("00000000-0000-0000-0000-000000000002", "Jauh", (Post(Role.ADMIN, "64.09"),))
        with pytest.raises(NotVisible):
            importing.apply_import(import_id=row.pk, region="64.09", actor=far, at=timezone.now())
        with pytest.raises(NotPermitted):
            importing.apply_import(import_id=row.pk, region=MADIUN, actor=far, at=timezone.now())

    def test_only_the_admin_brings_files(self):
        operator = Actor("00000000-0000-0000-0000-000000000003", "Op", (Post(Role.CALL_TAKER, MADIUN),))
        with pytest.raises(NotPermitted):
            draft(operator, collection(feature(box(areas("kelurahan")[0]), kode=areas("kelurahan")[0].code)))
