"""Answers to the questions of an SOP count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.questions import KEYS, question_of, unknown_key
from dispatch.questions import MEANINGS, read_answers
from incidents.triage import PRIORITIES


@pytest.mark.parametrize(
    ("answers", "priority", "types"),
    [
        ({"victims": True}, "high", ("traffic", "medical")),
        ({"victims": 2}, "high", ("traffic", "medical")),
        ({"victims": 7}, "critical", ("traffic", "medical")),
        ({"conscious": False}, "critical", ("traffic", "medical")),
        ({"conscious": True}, "normal", ("traffic",)),
        ({"weapon": True}, "critical", ("traffic", "public_order")),
        ({"trapped": True, "electricity": True}, "critical", ("traffic", "fire", "public_facility")),
        ({}, "normal", ("traffic",)),
    ],
)
def test_an_answer_raises_the_priority_and_brings_whom_it_takes(answers, priority, types):
    meant = read_answers(answers)
    assert (meant.priority("normal"), meant.types(["traffic"])) == (priority, types)


def test_nobody_hurt_takes_back_the_ambulance_that_was_only_inferred():
    assert read_answers({"victims": False}).types(["medical", "traffic"]) == ("traffic",)
    assert read_answers({"victims": 0}).types(["medical"]) == ()
    assert read_answers({"victims": False, "breathing": False}).types(["medical"]) == ("medical",)


def test_what_means_nothing_here_is_kept_as_words():
    meant = read_answers({"warna mobil": "merah", "victims": "dua", "gas": -1, "child": None})
    assert meant.unknown == {"warna mobil": "merah", "victims": "dua", "gas": "-1"}
    assert not meant.known
    assert not meant.reasons


@pytest.mark.parametrize(
    ("line", "text", "key", "wrong"),
    [
        ("Apakah korban sadar? {conscious}", "Apakah korban sadar?", "conscious", ""),
        ("Di mana lokasinya?", "Di mana lokasinya?", "", ""),
        ("Warna mobil? {color}", "Warna mobil? {color}", "", "color"),
    ],
)
def test_a_question_may_carry_a_key(line, text, key, wrong):
    found = question_of(line)
    assert (found.text, found.key, unknown_key(line)) == (text, key, wrong)


@given(
    st.dictionaries(st.sampled_from(KEYS) | st.text(), st.none() | st.booleans() | st.integers() | st.text()),
    st.sampled_from(PRIORITIES),
    st.lists(st.sampled_from(["medical", "fire", "traffic"]), unique=True),
)
def test_answers_never_lower_a_priority_and_never_lose_one(given_, priority, types):
    meant = read_answers(given_)
    assert PRIORITIES.index(meant.priority(priority)) >= PRIORITIES.index(priority)
    assert set(meant.known) | set(meant.unknown) == {str(k) for k, v in given_.items() if v is not None}
    assert set(types) - {"medical"} <= set(meant.types(types))


@given(st.dictionaries(st.sampled_from(KEYS), st.booleans(), max_size=4), st.sampled_from(sorted(MEANINGS)))
def test_one_more_bad_answer_never_makes_it_less_urgent(answers, bad):
    more = answers | {bad[0]: bad[1]}
    if bad[0] not in answers:
        assert PRIORITIES.index(read_answers(more).priority("low")) >= PRIORITIES.index(
            read_answers(answers).priority("low")
        )


def test_every_key_has_a_meaning():
    assert {key for key, _ in MEANINGS} == set(KEYS)
