"""An emergency field is cleaned, never refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.cleaning import MAX_DEPTH, TooDeep, clean, clean_text

anything = st.text(st.characters(exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=10,
)


@given(anything)
def test_cleaned_text_can_be_stored_and_stays_as_it_is(text):
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert not [c for c in cleaned if unicodedata.category(c) == "Cs"]
    assert clean_text(cleaned) == cleaned


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("keba\x00karan", "kebakaran"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud800x", "�x"),
        ("\u202eevil\u202c", "evil"),
        ("tab\tstays", "tab\tstays"),
        ("Ngawi é", "Ngawi é"),
        ("👨‍👩‍👧 ada korban", "👨‍👩‍👧 ada korban"),
    ],
)
def test_what_is_taken_out(dirty, expected):
    assert clean_text(dirty) == expected


def test_towers_of_marks_are_cut():
    assert len(clean_text("a" + "\u0301" * 50)) < 6


@given(json_values)
def test_every_string_inside_is_cleaned(value):
    warnings: list[dict[str, str]] = []
    cleaned = clean(value, warnings)
    assert clean(cleaned, []) == cleaned


def test_what_was_cleaned_is_named_with_its_path():
    warnings: list[dict[str, str]] = []
    clean({"caller": {"name": "Si\x00ti"}, "agencies": [{"code": "\u202ex"}]}, warnings)
    assert [w["field"] for w in warnings] == ["caller.name", "agencies[0].code"]


def test_too_deep_is_refused():
    value: list = []
    for _ in range(MAX_DEPTH + 2):
        value = [value]
    with pytest.raises(TooDeep):
        clean(value, [])
