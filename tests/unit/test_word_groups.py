"""The groups of words that rules name in braces are explained to admins in Indonesian."""

from dispatch.word_groups import GROUPS
from incidents.triage.groups import EXAMPLES, word_groups


def test_every_group_has_an_indonesian_name_and_no_name_is_left_over():
    assert set(GROUPS) == set(word_groups())


def test_every_group_has_examples_and_no_more_than_can_be_read():
    assert all(1 <= len(words) <= EXAMPLES for words in word_groups().values())


def test_the_examples_are_words_that_callers_say():
    assert {"sungai", "kali"} <= set(word_groups()["river"])
    assert "korban" in word_groups()["victim"]


def test_a_group_made_of_others_shows_their_words():
    assert "kejang" in word_groups(examples=5_000)["hurt"]


def test_a_pattern_is_shown_as_somebody_would_say_it():
    assert not any("|" in word for words in word_groups().values() for word in words)
