"""Coordinates in every form in which they reach a call-taker."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidents import coordinates
from incidents.coordinates import in_indonesia, read
from incidents.gridcodes import (
    decode_geohash,
    decode_osm_short,
    decode_plus_code,
    encode_plus_code,
    recover_plus_code,
)

MADIUN = (-7.63, 111.52)
LAT, LON = -7.6298, 111.5239
CLOSE = 0.0003  # 30 m: a Plus Code's cell and whole seconds

FORMS = {
    "google @": "https://www.google.com/maps/@-7.6298,111.5239,17z",
    "google !3d!4d beats the view": "https://www.google.com/maps/place/Pasar/@-7.61,111.50,17z/data=!3m1!8m2!3d-7.6298!4d111.5239!16s",
    "google q": "https://maps.google.com/?q=-7.6298,111.5239",
    "google q encoded": "https://maps.google.com/maps?q=-7.6298%2C111.5239&z=17&hl=id",
    "google api query": "https://www.google.com/maps/search/?api=1&query=-7.6298%2C111.5239",
    "google dir": "https://www.google.com/maps/dir//-7.6298,111.5239/@-7.6,111.5,15z",
    "google embed, longitude first": "https://www.google.com/maps/embed?pb=!1m18!2d111.5239!3d-7.6298",
    "google place with a plus code": "https://www.google.com/maps/place/9GCF%2B3H+Madiun,+Jawa+Timur",
    "google place in degrees": "https://www.google.com/maps/place/7%C2%B037'47.3%22S+111%C2%B031'26.0%22E/",
    "google without scheme": "lokasi saya maps.google.com/?q=-7.6298,111.5239 cepat",
    "apple ll": "https://maps.apple.com/?ll=-7.6298,111.5239&q=Pin",
    "apple coordinate": "https://maps.apple.com/place?coordinate=-7.6298,111.5239&name=x",
    "osm map": "https://www.openstreetmap.org/#map=17/-7.6298/111.5239",
    "osm marker beats the view": "https://www.openstreetmap.org/?mlat=-7.6298&mlon=111.5239#map=5/-1/110",
    "waze ll": "https://waze.com/ul?ll=-7.6298%2C111.5239&navigate=yes",
    "waze directions": "https://www.waze.com/live-map/directions?to=ll.-7.6298%2C111.5239",
    "waze geohash": "https://waze.com/ul/hqqxk9g11pnp",
    "here": "https://share.here.com/l/-7.6298,111.5239,Toko",
    "geo uri": "geo:-7.6298,111.5239;u=35",
    "geo uri of android": "geo:0,0?q=-7.6298,111.5239(Rumah)",
    "decimal": "-7.6298, 111.5239",
    "decimal in a sentence": "saya di -7.6298 111.5239 dekat pasar",
    "decimal with a real minus": "−7.6298, 111.5239",
    "decimal comma": "-7,6298; 111,5239",
    "decimal comma, comma between": "-7,6298, 111,5239",
    "decimal comma, nothing but commas": "-7,6298,111,5239",
    "degrees, minutes, seconds": "7°37'47.3\"S 111°31'26.0\"E",
    "degrees LS BT": "7° 37' 47.28\" LS, 111° 31' 26\" BT",
    "degrees by spaces": "7 37 47.28 LS 111 31 26 BT",
    "degrees and minutes": "S7°37.788' E111°31.434'",
    "degrees with letters before": "LS 7°37'47\" BT 111°31'26\"",
    "degrees, longitude first": "111°31'26\" BT - 7°37'47\" LS",
    "degrees in words": "7 derajat 37 menit 47 detik lintang selatan 111 derajat 31 menit 26 detik bujur timur",
    "degrees with letters between": "07d37m47s S 111d31m26s E",
    "decimal degrees LS BT": "7,6298° LS dan 111,5239° BT",
    "plus code": "6P4H9GCF+3H",
    "plus code, small letters": "kode 6p4h9gcf+3h ya",
    "plus code, short": "9GCF+3H Madiun",
    "aml": 'A"ML=1;lt=-7.62980;lg=111.52390;rd=50;top=20260101120000;lc=90;pm=W',
    "named fields": "lat: -7.6298, long: 111.5239",
    "json": '{"lat":-7.6298,"lng":111.5239}',
    "indonesian fields": "lintang -7,6298 bujur 111,5239",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_a_point_is_read_in_every_common_form(text):
    found = read(text, MADIUN)
    assert found is not None
    assert found.point is not None, found
    assert found.lat == pytest.approx(LAT, abs=CLOSE)
    assert found.lon == pytest.approx(LON, abs=CLOSE)
    assert found.changed == ()


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("111.5239, -7.6298", ("swapped",)),
        ("7.6298, 111.5239", ("sign",)),
        ("111.5239 7.6298", ("swapped", "sign")),
        ("https://maps.google.com/?q=111.5239,-7.6298", ("swapped",)),
        ("Latitude: 7.6298 Longitude: 111.5239", ("sign",)),
    ],
)
def test_a_wrong_order_and_a_missing_minus_are_set_right_and_told(text, changed):
    found = read(text, MADIUN)
    assert found is not None
    assert (found.lat, found.lon, found.changed) == (LAT, LON, changed)


def test_what_could_be_read_in_two_ways_is_read_near_the_region():
    assert read("1.2917, 116.5138", (-1.29, 116.5)).point == (-1.2917, 116.5138)  # type: ignore[union-attr]
    assert read("1.2917, 116.5138", (1.3, 116.5)).point == (1.2917, 116.5138)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://maps.app.goo.gl/AbCdEf123", coordinates.SHORT_LINK),
        ("ini https://goo.gl/maps/xyz ya", coordinates.SHORT_LINK),
        ("///meja.kursi.lampu", coordinates.WORDS_CODE),
        ("https://w3w.co/meja.kursi.lampu", coordinates.WORDS_CODE),
        ("51.5072, 0.1276", coordinates.OUTSIDE),
        ("https://maps.google.com/?q=51.5072,-0.1276", coordinates.OUTSIDE),
        ("https://www.google.com/maps/place/Pasar+Besar+Madiun/", coordinates.NO_POINT),
    ],
)
def test_what_cannot_be_opened_is_named(text, problem):
    found = read(text, MADIUN)
    assert found is not None
    assert (found.point, found.problem) == (None, problem)


def test_a_link_with_a_name_only_gives_the_name():
    assert read("https://www.google.com/maps/place/Pasar+Besar+Madiun/").words == "Pasar Besar Madiun"  # type: ignore[union-attr]


def test_a_point_beside_a_short_link_wins():
    assert read("https://maps.app.goo.gl/abc -7.6298, 111.5239").point == (LAT, LON)  # type: ignore[union-attr]


def test_the_phone_says_how_sure_it_is():
    assert read('A"ML=1;lt=-7.6298;lg=111.5239;rd=50').radius_m == 50  # type: ignore[union-attr]
    assert read("geo:-7.6298,111.5239;u=35").radius_m == 35  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "jalan 12 nomor 7.5", "blok 7 S no 111 E", "Rp 5.000, 110.000", "rumah no 7 rt 03 rw 05",
        "telp 0812-3456-7890", "7.5, 111", "jl pahlawan no 7, 111 meter dari pasar", "lantai 23+45", "korban 2+2",
        "https://example.org/halaman?id=7", "RT 7 RW 111", "jam 07.30, 111 orang", "www", "geo", "°'\"",
    ],
)  # fmt: skip
def test_numbers_that_are_no_place_are_left_alone(text):
    assert read(text, MADIUN) is None


def test_a_short_plus_code_without_a_region_says_nothing():
    assert read("9GCF+3H") is None


@given(st.floats(-11.4, 6.4), st.floats(94.1, 141.9), st.sampled_from(["{}, {}", "{} {}", "di {};{} ya"]))
def test_any_point_of_the_country_is_read_back(lat, lon, form):
    """Near the region nothing is turned around, wherever it is."""
    text = form.format(*(f"{value:+.6f}" for value in (lat, lon)))
    found = read(text, (lat, lon))
    assert found is not None
    assert found.point == (pytest.approx(lat, abs=1e-6), pytest.approx(lon, abs=1e-6))


@given(st.text())
@example("7°" * 2000)
@example("https://maps.google.com/?q=" + "1" * 3999)
@example("!3d!4d@,,geo:,lt=;lg=")
def test_no_text_is_too_odd_and_what_is_read_lies_in_the_country(text):
    found = read(text, MADIUN)
    assert found is None or found.point is None or in_indonesia(*found.point)


@pytest.mark.parametrize("piece", ["7 ", "-7.6", "°'\"", "a?q=", "/place/", "lat", "7°", "https://", "-7.6,111.5 LS "])
def test_no_text_takes_long(piece):
    start = time.thread_time()
    read((piece * 2000)[:4000], MADIUN)
    assert time.thread_time() - start < 0.25


# --- Codes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [  # the specification's own examples (test_data/decoding.csv: the middle of the cell)
        ("7FG49Q00+", 20.375, 2.775),
        ("7FG49QCJ+2V", 20.3700625, 2.7821875),
        ("7FG49QCJ+2VX", 20.3701125, 2.782234375),
        ("8FVC2222+22", 47.0000625, 8.0000625),
        ("4VCPPQGP+Q9", -41.2730625, 174.7859375),
    ],
)
def test_full_plus_codes_are_decoded_as_the_specification_says(code, lat, lon):
    assert decode_plus_code(code) == (pytest.approx(lat), pytest.approx(lon))


@pytest.mark.parametrize("code", ["", "+", "6P4H9GCF", "6P3Q9GC+3H", "6P3Q9GCFA+3H", "6P3Q9GCF+3", "AAAAAAAA+AA"])
def test_what_is_no_full_code_is_none(code):
    assert decode_plus_code(code) is None


@given(st.floats(-11, 6), st.floats(95, 141), st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_a_shortened_code_is_recovered_from_anywhere_near(lat, lon, north, east):
    code = encode_plus_code(lat, lon)
    found = recover_plus_code(code[4:], (lat + north, lon + east))
    assert found == (pytest.approx(lat, abs=0.0002), pytest.approx(lon, abs=0.0002))


def test_geohash_of_its_inventor():
    assert decode_geohash("ezs42") == (pytest.approx(42.605, abs=0.03), pytest.approx(-5.603, abs=0.03))
    assert decode_geohash("abc!") is None


def test_osm_short_link_of_the_wiki():
    assert decode_osm_short("0EEQjE--") == (pytest.approx(51.510998, abs=0.002), pytest.approx(0.055000, abs=0.002))
    assert decode_osm_short("-") is None
