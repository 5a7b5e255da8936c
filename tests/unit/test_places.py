"""From what a caller says to a point and an area."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.reference import AreaRef
from incidents.places import area_named, coordinates_in

AREAS = [
    AreaRef("1", "Kartoharjo", "kecamatan", ""), AreaRef("2", "Taman", "kecamatan", ""),
    AreaRef("1.1", "Kartoharjo", "kelurahan", "1"), AreaRef("1.2", "Oro-Oro Ombo", "kelurahan", "1"),
    AreaRef("2.1", "Taman", "kelurahan", "2"), AreaRef("1.3", "Sukosari", "kelurahan", "1"),
    AreaRef("2.3", "Sukosari", "kelurahan", "2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("di -7.6298, 111.5239 ya", (-7.6298, 111.5239)),
        ("111.5239 -7.6298", (-7.6298, 111.5239)),
        ("51.5072, 0.1276", None),
        ("jalan 12 nomor 7.5", None),
        ("", None),
    ],
)
def test_coordinates_are_found_in_either_order(text, point):
    assert coordinates_in(text) == point


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("kebakaran di kelurahan Oro-oro ombo", "1.2"),
        ("jalan pahlawan, kelurahan TAMAN", "2.1"),
        ("Sukosari kecamatan Taman", "2.3"),
        ("Sukosari", None),
        ("tidak ada nama", None),
        ("tamanan kota", None),
    ],
)
def test_the_area_that_a_phrase_names(text, code):
    found = area_named(text, AREAS)
    assert (found.code if found else None) == code


@given(st.text())
def test_no_phrase_is_too_odd(text):
    coordinates_in(text)
    area_named(text, AREAS)
