"""How text is read: normalising, tokens, word forms, slips of the finger."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.triage import builtin_rules, compile_rules
from incidents.triage.lexicon import verb_forms
from incidents.triage.normalise import normalise, tokenise

RULES = compile_rules(builtin_rules())
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=200)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_every_token_lies_inside_the_original_in_order(text: str) -> None:
    last = 0
    for token in tokenise(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.start >= last
        last = token.start


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("TOLOOOONG", "tolong"),
        ("Ｋｅｂａｋａｒａｎ", "kebakaran"),
        ("kébakaran", "kebakaran"),
        ("ja\u200bla\u202en", "jalan"),
        ("a\ud800b", "a b"),
        ("ma'af", "maaf"),
        ("0811000222", "0811000222"),
    ],
)
def test_odd_writing_becomes_plain(text: str, plain: str) -> None:
    assert normalise(text).text == plain


def test_a_token_knows_its_place_in_the_original() -> None:
    text = "Tolooong, ada kébakaran!!"
    token = next(t for t in tokenise(text) if t.text == "kebakaran")
    assert text[token.start : token.end] == "kébakaran"


def test_a_clock_time_does_not_end_a_sentence() -> None:
    assert "." not in [t.text for t in tokenise("jam 22.30 ada suara")]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("gedungnya", "gedung"),
        ("omahe", "omahe"),
        ("apinyo", "api"),
        ("anak2", "anak"),
        ("k3bakaran", "kebakaran"),
        ("kebakran", "kebakaran"),
        ("kebkaaran", "kebakaran"),
        ("bannjir", "banjir"),
        ("kecelakan", "kecelakaan"),
        ("tdk", "tidak"),
    ],
)
def test_other_spellings_are_read_as_the_known_word(written: str, known: str) -> None:
    (form,) = RULES.lexicon.forms(written)
    assert known in (form, RULES.lexicon.stems.get(form))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("disambungin", "sambung"),
        ("dipatahkan", "patah"),
        ("kabakaran", "kabakaran"),
        ("anyuik", "anyut"),
        ("jatuah", "jatuah"),
        ("lapuak", "lapuk"),
        ("palanye", "pala"),
        ("dhuwur", "dhuwur"),
        ("cepatki", "cepat"),
    ],
)
def test_affixes_and_regional_sounds_lead_to_the_known_word(written: str, known: str) -> None:
    (form,) = RULES.lexicon.forms(written)
    assert known in (form, RULES.lexicon.stems.get(form, form))


@pytest.mark.parametrize("word", ["sebelum", "sebelumnya", "ngerem", "beberapa", "peniti"])
def test_an_ordinary_word_is_not_cut_down_to_another(word: str) -> None:
    (form,) = RULES.lexicon.forms(word)
    assert not RULES.lexicon.classes.get(form, frozenset()) & {"neg", "drown", "bridge", "or"}


@pytest.mark.parametrize("word", ["bapak2", "mobilnya", "orang-orang", "anak-anak"])
def test_a_word_that_a_phrase_names_keeps_the_meaning_of_its_stem(word: str) -> None:
    classes = {c for form in RULES.lexicon.forms(word) for c in RULES.lexicon.classes.get(form, ())}
    assert classes & {"anyone", "vehicle"}


@pytest.mark.parametrize("word", ["kemang", "layangan", "telung", "tambang", "angka"])
def test_an_ordinary_word_is_not_taken_for_a_slip(word: str) -> None:
    classes = {c for form in RULES.lexicon.forms(word) for c in RULES.lexicon.classes.get(form, ())}
    assert not classes & {"seizure", "facility", "snake", "topple", "rescue_out"}


def test_verbs_are_known_in_their_spoken_forms() -> None:
    forms = verb_forms("tabrak")
    assert {"nabrak", "menabrak", "ditabrak", "ketabrak", "tertabrak", "tabrakan", "katabrak", "ditabrakin"} <= forms
