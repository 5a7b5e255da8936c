"""Files of boundaries and of places: what is taken, what is refused and with which words."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from agencies.boundaryfile import Ground, KnownArea, code_column, dotted, read_boundaries, whole_region
from agencies.importfile import FileProblem, Row, State
from agencies.placefile import Known, Town, Where, read_places

REGION = "35.77"
AREAS = {
    code: KnownArea(code, name, -7.61, lon)
    for code, name, lon in [
        ("35.77.01", "Kartoharjo", 111.51), ("35.77.01.1001", "Kelun", 111.505),
        ("35.77.01.1002", "Rejomulyo", 111.515),
    ]
}  # fmt: skip
GROUND = Ground(REGION, AREAS, {REGION: shapely.box(111.5, -7.62, 111.53, -7.6)})


def square(west, south=-7.62, size=0.01):
    return {"type": "Polygon", "coordinates": [[[west, south], [west + size, south], [west + size, south + 0.02],
            [west, south + 0.02], [west, south]]]}  # fmt: skip


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def rows(*features, ground=GROUND, **options) -> list[Row]:
    return read_boundaries(collection(*features), ground, **options)


class TestBoundaries:
    def test_a_known_village_is_new(self):
        (row,) = rows(feature(square(111.5), kode="35.77.01.1001", nama="Kelun"))
        assert (row.key, row.name, row.state, row.problems, row.notes) == ("35.77.01.1001", "Kelun", State.NEW, (), ())
        assert shapely.from_wkb(row.values["shape"]).area == pytest.approx(0.0002)

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ("35.77.01.1001", "35.77.01.1001"), ("3577011001", "35.77.01.1001"), (3577011001, "35.77.01.1001"),
            (3577011001.0, "35.77.01.1001"), ("357701", "35.77.01"), ("3577", "35.77"), ("35", "35"), ("Kelun", ""),
            ("3577010001", ""), ("35.77.1", ""), (None, ""), (True, ""), ({}, ""),
        ],
    )  # fmt: skip
    def test_codes_with_and_without_dots_are_one(self, given, code):
        assert dotted(given) == code

    def test_the_finest_of_several_code_columns_is_taken(self):
        table = [{"KDCPUM": "35.77.01", "KDEPUM": f"35.77.01.100{n}", "OBJECTID": n} for n in (1, 2)]
        assert code_column(table) == "KDEPUM"

    def test_the_admin_can_name_the_column(self):
        features = feature(square(111.5), a="35.77.01.1001", b="35.77.01"), feature(square(111.51), a="x", b="y")
        assert [row.key for row in rows(*features, column="b")] == ["35.77.01", "#2"]

    @pytest.mark.parametrize(
        ("geometry", "problem"),
        [
            (None, "bukan poligon"), ({"type": "Point", "coordinates": [111.5, -7.6]}, "bukan poligon"),
            ({"type": "Polygon", "coordinates": []}, "poligon kosong"),
            ({"type": "Polygon", "coordinates": [[[111.5, -7.6], [111.6]]]}, "poligon tidak dapat dibaca"),
            ({"type": "Polygon", "coordinates": "x"}, "poligon tidak dapat dibaca"),
            ({"type": "Polygon", "coordinates": [[[-7.62, 111.5], [-7.6, 111.5], [-7.6, 111.51], [-7.62, 111.5]]]},
             "lintang dan bujur tertukar"),
            (square(560000, 9150000, 900), "koordinat bukan derajat (mungkin UTM): ubah dulu ke WGS 84"),
            (square(10.0, 50.0), "di luar Indonesia"),
        ],
    )  # fmt: skip
    def test_what_is_no_usable_polygon_is_said(self, geometry, problem):
        (row,) = rows(feature(geometry, kode="35.77.01.1001"))
        assert (row.state, row.problems) == (State.WRONG, (problem,))

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            ("35.78.01.1001", "bukan bagian wilayah ini"), ("35.77.09.1001", "kode tidak dikenal di wilayah ini"),
            ("", "tanpa kode"), ("Kelun", "kode “Kelun” bukan kode Kemendagri"),
        ],
    )  # fmt: skip
    def test_a_code_that_is_not_ours_is_said(self, code, problem):
        ours = feature(square(111.51), kode="35.77.01.1002")
        assert rows(feature(square(111.5), kode=code), ours)[0].problems == (problem,)

    def test_crossing_lines_are_mended_and_told(self):
        bow = {"type": "Polygon", "coordinates": [[[111.5, -7.62], [111.51, -7.6], [111.51, -7.62], [111.5, -7.6],
               [111.5, -7.62]]]}  # fmt: skip
        (row,) = rows(feature(bow, kode="35.77.01.1001"))
        assert row.state is State.NEW
        assert row.notes[0].startswith("poligon diperbaiki")
        assert shapely.from_wkb(row.values["shape"]).is_valid

    def test_an_outline_far_from_the_known_middle_is_refused(self):
        (row,) = rows(feature(square(111.6), kode="35.77.01.1001"))
        assert "periksa kodenya" in row.problems[0]

    def test_exchanged_codes_of_neighbours_are_noted(self):
        found = rows(feature(square(111.52), kode="35.77.01.1001"))
        assert "di luar batas ini" in found[0].notes[0]

    def test_the_second_of_two_with_one_code_is_refused(self):
        one = feature(square(111.5), kode="35.77.01.1001")
        assert [row.state for row in rows(one, one)] == [State.NEW, State.WRONG]

    def test_areas_that_lie_on_each_other_are_refused(self):
        found = rows(feature(square(111.5), kode="35.77.01.1001"), feature(square(111.503), kode="35.77.01.1002"))
        assert all("bertumpuk 70%" in row.problems[0] for row in found)

    def test_a_village_outside_its_kecamatan_is_noted(self):
        found = rows(
            feature(square(111.505), kode="35.77.01"), feature(square(111.5, size=0.0055), kode="35.77.01.1001")
        )
        assert "di dalam Kec. Kartoharjo" in found[1].notes[0]

    def test_another_name_is_noted(self):
        (row,) = rows(feature(square(111.5), kode="35.77.01.1001", nama="Klun"))
        assert row.notes == ("nama di sini: Kelun",)
        assert rows(feature(square(111.5), kode="35.77.01.1001", nama="KEL. KELUN"))[0].notes == ()

    def test_the_province_is_passed_over(self):
        jakarta = Ground("31", {}, {"31.71": shapely.box(106.8, -6.2, 106.9, -6.1)})
        assert rows(feature(square(106.8, -6.2), kode="31"), ground=jakarta)[0].state is State.SKIPPED

    def test_a_kabupaten_elsewhere_is_refused(self):
        (row,) = rows(feature(square(111.52, size=0.1), kode=REGION))
        assert "sama dengan letak wilayah ini yang dikenal" in row.problems[0]

    def test_what_is_in_force_is_the_same_or_changed(self):
        before = rows(feature(square(111.5), kode="35.77.01.1001"))[0].values["shape"]
        ground = Ground(REGION, AREAS, GROUND.coarse, {"35.77.01.1001": before})
        assert rows(feature(square(111.5), kode="35.77.01.1001"), ground=ground)[0].state is State.SAME
        changed = rows(feature(square(111.5, size=0.009), kode="35.77.01.1001"), ground=ground)[0]
        assert (changed.state, changed.notes) == (State.CHANGED, ("10.0% dari luas lama berubah",))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "Bukan JSON"), (b"{", "Bukan JSON"), (b"[]", "FeatureCollection"), (b"PK\x03\x04\x00", "Shapefile"),
            (b'{"type":"FeatureCollection","features":[]}', "tidak berisi"), (b"[" * 200_000, "Bukan JSON"),
            (collection({"type": "Feature"}), "Tidak ada kolom berisi kode"), (collection(7, None), "Tidak ada kolom"),
            (collection(feature(None, kode="35.77"), crs={"properties": {"name": "EPSG:32749"}}), "WGS 84"),
        ],
    )  # fmt: skip
    def test_a_file_that_cannot_be_used_is_said(self, data, words):
        with pytest.raises(FileProblem, match=words):
            read_boundaries(data, GROUND)

    def test_wgs_84_by_its_other_names_is_taken(self):
        data = collection(
            feature(square(111.5), kode="35.77.01.1001"), crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
        )
        assert read_boundaries(data, GROUND)[0].state is State.NEW

    def test_a_region_all_of_whose_villages_are_known_has_an_outline(self):
        shapes = {code: shapely.to_wkb(shapely.box(111.5 + n / 100, -7.62, 111.51 + n / 100, -7.6))
                  for n, code in enumerate(["a", "b"])}  # fmt: skip
        found = whole_region(shapes, {"all": ["a", "b"], "some": ["a", "c"], "none": []})
        assert list(found) == ["all"]
        assert shapely.from_wkb(found["all"]).area == pytest.approx(0.0004, rel=0.01)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        )
    )
    def test_no_geometry_is_too_odd(self, geometry):
        for kind in ("Polygon", "MultiPolygon"):
            (row,) = rows(feature({"type": kind, "coordinates": geometry}, kode="35.77.01.1001"))
            assert row.state is State.WRONG


def where(lat, lon):
    if lon > 112:
        return Where("35.19", "Kab. Madiun", near_border=lon < 112.001)
    return Where(REGION, "Kota Madiun", "35.77.01.1001", "Kartoharjo" if lat > -7.65 else "Taman")


TOWN = Town(REGION, where, {"Pasar Besar": Known("Pasar Besar", -7.63, 111.52, "pasar", ("pasar gede",), "uji")})


def places(text, **more):
    data = text if isinstance(text, bytes) else text.encode()
    return read_places(data, TOWN, **more)


class TestPlaces:
    @pytest.mark.parametrize(
        "table",
        [
            "nama,lat,lon,jenis,alias\nPasar Kecil,-7.64,111.51,pasar,pasar cilik|pasar lama\n",
            "\ufeffNama;Lintang;Bujur;Jenis;Alias\nPasar Kecil;-7,64;111,51;Pasar;\"pasar cilik;pasar lama\"\n",
            "NAME\tLatitude\tLongitude\tType\tAliases\nPasar Kecil\t-7.64\t111.51\tpasar\tpasar cilik; pasar lama\n",
        ],
    )  # fmt: skip
    def test_tables_of_every_common_cut_are_read(self, table):
        (row,) = places(table, source="uji")
        assert (row.number, row.state, row.problems) == (2, State.NEW, ())
        assert row.values == {
            "label": "Pasar Kecil", "lat": -7.64, "lon": 111.51, "kind": "pasar",
            "aliases": ["pasar cilik", "pasar lama"], "source": "uji", "area": "35.77.01.1001",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ("A,-7.6,111.5", "tanpa nama"), (",-7.6,111.5", "tanpa nama"), ("Toko,x,111.5", "lintang atau bujur"),
            ("Toko,,", "lintang atau bujur"), ("Toko,51.5,0.1", "di luar Indonesia"), ("Toko,nan,inf", "bukan angka"),
            ("Toko,-7.6,112.5", "di luar wilayah ini (Kab. Madiun)"),
        ],
    )  # fmt: skip
    def test_each_wrong_row_says_why(self, line, problem):
        row = places(f"nama,lat,lon\n{line}\nBalai,-7.6,111.5\n")[0]
        assert row.state is State.WRONG
        assert problem in row.problems[0]

    def test_exchanged_columns_are_set_right(self):
        (row,) = places("nama,lat,lon\nBalai Kota,111.5,-7.6\n")
        assert (row.state, row.notes) == (State.NEW, ("lintang dan bujur tertukar; dibetulkan",))

    def test_a_place_beside_the_border_is_taken_and_noted(self):
        (row,) = places("nama,lat,lon\nGapura,-7.6,112.0005\n")
        assert (row.state, row.notes) == (State.NEW, ("di batas dengan Kab. Madiun; periksa",))

    def test_namesakes_get_their_kecamatan(self):
        found = places("nama,lat,lon\nToko Maju,-7.60,111.5\nToko Maju,-7.66,111.5\n")
        assert [row.key for row in found] == ["Toko Maju (Kartoharjo)", "Toko Maju (Taman)"]

    def test_twins_side_by_side_are_one_and_others_need_a_name(self):
        found = places("nama,lat,lon\nToko Maju,-7.60,111.5\ntoko maju,-7.6005,111.5\nToko Maju,-7.61,111.5\n")
        assert [row.state for row in found] == [State.NEW, State.SKIPPED, State.WRONG]
        assert "beri nama pembeda" in found[2].problems[0]

    def test_what_is_known_is_the_same_or_changed(self):
        table = "nama,lat,lon,jenis,alias,sumber\nPasar Besar,{},111.52,pasar,pasar gede,uji\n"
        assert places(table.format(-7.63))[0].state is State.SAME
        changed = places(table.format(-7.631))[0]
        assert (changed.state, changed.notes) == (State.CHANGED, ("pindah 111 m",))

    def test_tags_of_openstreetmap_say_what_a_place_is(self):
        point = {"type": "Point", "coordinates": [111.5, -7.6]}
        tags = [
            ({"name": "RS Harapan", "amenity": "hospital", "alt_name": "RSH;rumah sakit harapan"}, "rumah_sakit"),
            ({"name": "An Nur", "amenity": "place_of_worship", "religion": "muslim"}, "masjid"),
            ({"name": "Stasiun Timur", "railway": "station"}, "stasiun"),
            ({"name": "Kantor Lurah", "office": "government"}, "kantor"),
            ({"tags": {"name": "Pos Damkar", "amenity": "fire_station"}}, "pos_damkar"),
        ]
        found = places(collection(*(feature(point, **properties) for properties, _ in tags)))
        assert [row.values["kind"] for row in found] == [kind for _, kind in tags]
        assert found[0].values["aliases"] == ["RSH", "rumah sakit harapan"]

    def test_features_without_a_name_are_passed_over(self):
        assert places(collection(feature(square(111.5), building="yes")))[0].state is State.SKIPPED

    def test_a_polygon_becomes_a_point_inside_it(self):
        (row,) = places(collection(feature(square(111.5), name="Pasar Loak", amenity="marketplace")))
        assert (row.values["lat"], row.values["lon"]) == (pytest.approx(-7.61), pytest.approx(111.505))

    def test_pieces_of_a_street_are_one_street(self):
        def piece(west):
            line = {"type": "LineString", "coordinates": [[west, -7.6], [west + 0.002, -7.6]]}
            return feature(line, name="Jalan Pahlawan", highway="primary")

        found = places(collection(piece(111.500), piece(111.502), piece(111.504)))
        assert [row.state for row in found] == [State.SKIPPED, State.NEW, State.SKIPPED]
        assert (found[1].values["kind"], found[1].values["lon"]) == ("jalan", pytest.approx(111.503))

    @pytest.mark.parametrize(
        ("data", "words"),
        [("", "Kolom tidak ditemukan"), ("a,b\n1,2", "nama"), ("nama,lat\nx,1", "bujur"), ("{", "Bukan JSON"),
         (b"PK\x03\x04\x00", "Bukan berkas teks")],
    )  # fmt: skip
    def test_a_file_that_cannot_be_used_is_said(self, data, words):
        with pytest.raises(FileProblem, match=words):
            places(data)

    def test_letters_of_windows_are_read(self):
        assert places("nama,lat,lon\nCafé Ijo,-7.6,111.5\n".encode("cp1252"))[0].key == "Café Ijo"

    @given(st.text(max_size=300))
    def test_no_table_is_too_odd(self, text):
        try:
            found = places(f"nama,lat,lon\n{text}")
        except FileProblem:
            return
        assert all(row.applies == (row.values is not None and row.state is not State.SAME) for row in found)
