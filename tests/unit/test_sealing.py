"""Words of a confidential case can be opened with its key only, and only as what they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.sealing import CannotOpen, new_case_key, seal, unseal, unwrap

FIELD = b"f" * 32
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(json_values)
def test_what_was_sealed_comes_back(value):
    key, wrapped = new_case_key(FIELD, "case")
    assert unwrap(FIELD, wrapped, "case") == key
    assert unseal(key, seal(key, value, "row"), "row") == value


def test_plain_words_are_not_in_the_sealed_bytes():
    key, _ = new_case_key(FIELD, "case")
    assert b"Siti" not in seal(key, "Siti dipukul", "row")


def test_equal_words_are_sealed_differently():
    key, _ = new_case_key(FIELD, "case")
    assert seal(key, "sama", "row") != seal(key, "sama", "row")


def test_another_row_another_case_another_key_cannot_be_opened():
    key, wrapped = new_case_key(FIELD, "case")
    other, _ = new_case_key(FIELD, "case")
    sealed = seal(key, "rahasia", "row")
    for attempt in (
        lambda: unseal(key, sealed, "other row"),
        lambda: unseal(other, sealed, "row"),
        lambda: unwrap(FIELD, wrapped, "other case"),
        lambda: unwrap(b"x" * 32, wrapped, "case"),
        lambda: unseal(key, b"", "row"),
    ):
        with pytest.raises((CannotOpen, ValueError)):
            attempt()


@given(st.integers(0, 200))
def test_a_flipped_bit_is_noticed(position):
    key, _ = new_case_key(FIELD, "case")
    sealed = bytearray(seal(key, "rahasia sekali", "row"))
    sealed[position % len(sealed)] ^= 1
    with pytest.raises(CannotOpen):
        unseal(key, bytes(sealed), "row")
