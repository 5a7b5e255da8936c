"""From what a caller says to a point and an area."""

from dataclasses import replace

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


CALLED = [
    AreaRef("1", "Kartoharjo", "kecamatan", ""), AreaRef("2", "Taman", "kecamatan", "", aliases=("Kota Lama",)),
    AreaRef("1.1", "Klegen", "kelurahan", "1", aliases=("Kampung Baru", "Taman Sari")),
    AreaRef("1.2", "Kelun", "kelurahan", "1", aliases=("Sumber",)),
    AreaRef("2.1", "Manisrejo", "kelurahan", "2", aliases=("Sumber", "Kampung Baru Timur")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rumah terbakar di kampung baru", "1.1"),
        ("kampung baru timur rt 3", "2.1"),
        ("kampung baru, kelurahan Manisrejo", "2.1"),
        ("kebakaran di taman sari", "1.1"),
        ("kebakaran di taman dekat sari", "2"),
        ("daerah sumber", None),
        ("daerah sumber kecamatan Taman", "2.1"),
        ("di kota lama", "2"),
        ("sudah lama di kota", None),
    ],
)
def test_an_area_is_known_by_its_other_names_too_and_official_names_go_first(text, code):
    found = area_named(text, CALLED)
    assert (found.code if found else None) == code


NONSENSE = st.text(alphabet="qxz", min_size=3, max_size=6)


@given(
    st.lists(NONSENSE, max_size=4), st.lists(NONSENSE, min_size=1, max_size=3), st.sampled_from(["1.1", "1.2", "2.1"])
)
def test_other_names_never_take_a_report_from_a_village_that_is_named_officially(said, aliases, called):
    areas = [replace(a, aliases=tuple(aliases)) if a.code == called else a for a in AREAS]
    found = area_named(" ".join([*said, "oro-oro ombo", *aliases]), areas)
    assert found is not None
    assert found.code == "1.2"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_no_other_name_is_too_odd(text, aliases):
    area_named(text, [replace(AREAS[0], aliases=tuple(aliases))])


@given(st.text())
def test_no_phrase_is_too_odd(text):
    coordinates_in(text)
    area_named(text, AREAS)
