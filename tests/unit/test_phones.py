"""One spelling for a number, one blind index for finding it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.phones import blind_index, normalise

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0812-3456-7890", "+6281234567890"), ("+62 812 3456 7890", "+6281234567890"), ("62 812 34567890",
        "+6281234567890"), (" 0351 464 112 ", "+62351464112"), ("110", "110"), ("", ""), ("tidak tahu", "tidak tahu"),
    ],
)  # fmt: skip
def test_how_numbers_are_kept(typed, kept):
    assert normalise(typed) == kept


@given(st.text(max_size=60))
def test_any_input_is_kept_within_the_column(text):
    number = normalise(text)
    assert len(number) <= 30
    assert len(normalise(number)) <= 30


def test_spellings_of_one_number_have_one_index_that_is_not_the_number():
    first, second = (blind_index(normalise(n), KEY) for n in ("081234567890", "+62 812-3456-7890"))
    assert first == second
    assert first != blind_index(normalise("081234567890"), b"x" * 32)
    assert b"8123" not in first
    assert blind_index("", KEY) is None
