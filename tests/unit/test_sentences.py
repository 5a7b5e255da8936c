"""A sentence of a rule is found again by its pattern and said in another language; anything else stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from agencies.sentences import _Words

WORDS = _Words({
    "belum diterima": "not acknowledged",
    "{0} menit": "{0} minutes",
    "perkiraan {0} ({1} km)": "about {0} ({1} km)",
    "Tidak ada {0} dalam {1} menit": "No {0} within {1} minutes",
    "{0} tidak dapat {1}": "{1} cannot be done by {0}",
})  # fmt: skip


def test_a_whole_sentence():
    assert WORDS.say("belum diterima") == "not acknowledged"


def test_values_stand_where_the_other_language_wants_them():
    assert WORDS.say("AMB-01 tidak dapat 5 menit") == "5 minutes cannot be done by AMB-01"


def test_a_value_that_is_a_sentence_is_said_too():
    assert WORDS.say("perkiraan 5 menit (2,1 km)") == "about 5 minutes (2.1 km)"


def test_parts_joined_by_a_semicolon_are_said_one_by_one():
    assert WORDS.say("5 menit; belum diterima; Pak Budi") == "5 minutes; not acknowledged; Pak Budi"


def test_the_pattern_with_more_words_wins():
    assert WORDS.say("Tidak ada ambulans dalam 20 menit") == "No ambulans within 20 minutes"


@given(st.text())
def test_what_a_person_wrote_without_our_words_stays(text):
    known = ("menit", "perkiraan", "tidak dapat", "Tidak ada", "belum diterima")
    if not any(word in text for word in known):
        assert WORDS.say(text) == text
