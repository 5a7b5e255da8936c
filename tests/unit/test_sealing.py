"""Words of a confidential case can be opened with its key only, and only as what they were."""

import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.sealing import (
    CHUNK,
    CannotOpen,
    keyed_digest,
    new_case_key,
    seal,
    seal_stream,
    unseal,
    unseal_stream,
    unwrap,
)

FIELD = b"f" * 32
KEY = b"k" * 32
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


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_sealed_file_opens_to_what_it_was(size):
    plain = os.urandom(size)
    sealed = b"".join(seal_stream(KEY, BytesIO(plain), "row"))
    assert size < 16 or plain[:16] not in sealed
    assert b"".join(unseal_stream(KEY, BytesIO(sealed), "row")) == plain


def broken_files():
    part = CHUNK + 28
    sealed = b"".join(seal_stream(KEY, BytesIO(os.urandom(2 * CHUNK + 5)), "row"))
    return {
        "cut off after a chunk": sealed[: 2 * part],
        "without its first chunk": sealed[part:],
        "with two chunks exchanged": sealed[part : 2 * part] + sealed[:part] + sealed[2 * part :],
        "with a changed byte": sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:],
        "empty": b"",
    }


@pytest.mark.parametrize("name", list(broken_files()))
def test_a_file_that_is_not_whole_cannot_be_opened(name):
    with pytest.raises(CannotOpen):
        list(unseal_stream(KEY, BytesIO(broken_files()[name]), "row"))


def test_a_sealed_file_opens_as_no_other_rows_and_with_no_other_key():
    sealed = b"".join(seal_stream(KEY, BytesIO(b"x"), "row"))
    for key, row in ((KEY, "other"), (bytes(32), "row")):
        with pytest.raises(CannotOpen):
            list(unseal_stream(key, BytesIO(sealed), row))


def test_a_digest_of_a_sealed_case_says_nothing_without_its_key():
    assert keyed_digest(KEY, b"x") == keyed_digest(KEY, b"x") != keyed_digest(bytes(32), b"x")
