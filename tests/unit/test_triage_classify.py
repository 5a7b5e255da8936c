"""What reports are taken for, and why: by example, by property, and in time."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.triage import PRIORITIES, TYPES, Classification, builtin_rules, classify, compile_rules

RULES = compile_rules(builtin_rules())
DATA = Path(__file__).parent / "data" / "triage_examples.toml"
EXAMPLES: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["example"]
BATCHES: dict[str, list[str]] = tomllib.loads((DATA.parent / "triage_batches.toml").read_text(encoding="utf-8"))
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=300)
REPORTS = st.sampled_from([e["text"] for e in EXAMPLES])
WORDS = st.lists(st.sampled_from(sorted({w for e in EXAMPLES for w in e["text"].split()})), max_size=25).map(" ".join)
DANGERS = [
    "dia tidak bernapas",
    "ada anak tenggelam",
    "pelaku bawa celurit",
    "orangnya mau bunuh diri",
    "ketubannya pecah mau melahirkan",
    "ada orang terjebak kebakaran",
    "kakek tidak sadar",
]


def ask(text: str) -> Classification:
    return classify(text, RULES)


def rank(priority: str) -> int:
    return PRIORITIES.index(priority)


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["text"][:50] for e in EXAMPLES])
def test_example_gets_its_type_priority_and_further_types(example: dict[str, Any]) -> None:
    answer = ask(example["text"])
    assert answer.type in [example["type"], *example.get("also", [])]
    assert rank(answer.priority) >= rank(example.get("at_least", "low"))
    assert rank(answer.priority) <= rank(example.get("at_most", "critical"))
    assert set(example.get("extra", [])) - {answer.type} <= set(answer.extra_types)


def test_the_examples_cover_all_types() -> None:
    assert {e["type"] for e in EXAMPLES} == set(TYPES)
    assert len(EXAMPLES) >= 120


def test_the_batches_are_mostly_right_and_nearly_always_among_the_first_two() -> None:
    answers = [(kind, ask(text)) for kind, texts in BATCHES.items() for text in texts]
    right = sum(a.type == kind for kind, a in answers)
    near = sum(kind in [c.type for c in a.candidates[:2]] for kind, a in answers)
    assert right / len(answers) >= 0.95
    assert near / len(answers) >= 0.97


def test_few_calls_without_an_emergency_raise_an_alarm() -> None:
    answers = [ask(text) for text in BATCHES["other_non_emergency"]]
    assert sum(a.type != "other_non_emergency" for a in answers) / len(answers) <= 0.05


@given(st.one_of(ANY_TEXT, WORDS))
@settings(max_examples=400, deadline=None)
def test_any_text_gets_a_complete_answer(text: str) -> None:
    answer = ask(text)
    assert answer.type in TYPES
    assert answer.priority in PRIORITIES
    assert 0 <= answer.confidence <= 1
    assert 1 <= len(answer.candidates) <= 5
    assert answer.candidates[0].type == answer.type
    assert answer.type not in answer.extra_types
    assert answer == ask(text)


@given(st.one_of(ANY_TEXT, WORDS, REPORTS), st.text(max_size=5))
@settings(max_examples=200, deadline=None)
def test_reasons_point_at_the_very_words(text: str, before: str) -> None:
    given_text = before + text
    for reason in ask(given_text).reasons:
        assert given_text[reason.start : reason.end] == reason.text
        assert reason.text
        assert reason.version == "builtin-1"


@given(st.one_of(REPORTS, WORDS), st.sampled_from(DANGERS))
@settings(max_examples=300, deadline=None)
def test_adding_a_danger_phrase_never_lowers_the_priority(text: str, danger: str) -> None:
    assert rank(ask(f"{text}. {danger}").priority) >= rank(ask(text).priority)


@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize(
    "text", ["", "lampu jalan mati. ", "cuma nyoba nomor. ", "mau tanya syarat ktp. ", "sudah padam. "]
)
def test_danger_to_life_is_critical_whatever_stands_before(text: str, danger: str) -> None:
    assert ask(text + danger).priority == "critical"


@pytest.mark.parametrize("text", ["", "   ", "\x00\ud800", "…", "😀😀"])
def test_an_empty_text_is_left_to_a_person(text: str) -> None:
    answer = ask(text)
    assert (answer.type, answer.needs_review, answer.reasons) == ("other_non_emergency", True, ())


def test_a_text_in_an_unknown_language_is_left_to_a_person() -> None:
    assert ask("мой дом далеко").needs_review


@pytest.mark.parametrize(
    ("text", "told", "kind"),
    [
        ("bukan kebakaran", "kebakaran", "fire"),
        ("tidak ada kebakaran di sini", "ada kebakaran di sini", "fire"),
        ("gak ada banjir pak", "ada banjir pak", "disaster"),
        ("ora ono tawuran", "ono tawuran", "public_order"),
    ],
)
def test_what_is_denied_is_not_claimed(text: str, told: str, kind: str) -> None:
    assert ask(told).type == kind
    assert ask(text).type != kind


def test_a_denial_ends_with_its_clause() -> None:
    assert ask("tidak ada korban, tapi rumahnya kebakaran").type == "fire"
    assert ask("ga bisa tidur karena rumah tetangga kebakaran").type == "fire"


def test_denied_victims_bring_no_ambulance() -> None:
    assert "medical" in ask("motor nabrak truk, ada korban luka").extra_types
    assert "medical" not in ask("motor nabrak truk, tidak ada korban luka").extra_types


def test_the_denial_inside_a_sign_of_danger_is_no_denial() -> None:
    assert ask("ayah saya tidak bernapas").priority == "critical"
    assert ask("simbah ora sadar").priority == "critical"


@pytest.mark.parametrize(
    "text",
    ["kalau kebakaran hubungi siapa?", "kalo ada kecelakaan telepon kemana ya", "nek banjir lapor sopo?"],
)
def test_a_question_about_what_might_be_is_no_event(text: str) -> None:
    assert ask(text).type == "other_non_emergency"


@pytest.mark.parametrize("text", ["bos saya kebakaran jenggot", "warung saya banjir pesanan", "dia pencuri hati saya"])
def test_a_figure_of_speech_is_no_event(text: str) -> None:
    assert ask(text).type == "other_non_emergency"


def test_what_is_over_is_less_urgent() -> None:
    now, over = ask("toko kebakaran"), ask("toko kebakaran tapi sudah padam")
    assert over.type == now.type == "fire"
    assert rank(over.priority) < rank(now.priority)


def test_the_number_of_victims_is_found_when_told() -> None:
    assert ask("tabrakan, tiga orang luka parah").facts.victims == 3
    assert ask("tabrakan di simpang lima").facts.victims is None


def test_dangers_are_named() -> None:
    assert "drowning" in ask("anak tenggelam di sungai").facts.danger
    assert "weapon" in ask("orang ngamuk bawa parang").facts.danger


def test_the_answer_does_not_depend_on_letter_case() -> None:
    text = "Pohon tumbang nimpa rumah"
    assert ask(text.upper()).type == ask(text.lower()).type == "disaster"


def test_a_report_takes_about_a_millisecond() -> None:
    texts = [e["text"] for e in EXAMPLES]
    for text in texts:
        ask(text)
    start = time.perf_counter()
    for text in texts:
        ask(text)
    assert (time.perf_counter() - start) / len(texts) < 0.01


def test_a_very_long_text_is_answered_in_bounded_time() -> None:
    start = time.perf_counter()
    ask("kebakaran rumah tidak ada korban motor nabrak pohon " * 5000)
    assert time.perf_counter() - start < 10


STRONG = (
    "kebakaran rumah di dekat pasar, api merambat ke sebelah",
    "motor tabrakan dengan truk, pengendaranya luka",
    "banjir masuk rumah setinggi dada, air terus naik",
    "lampu jalan mati sejak kemarin, gang jadi gelap",
    "istri tetangga dipukuli suaminya, dia menangis",
)


@given(st.sampled_from(STRONG), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_things_are_told_does_not_change_the_type(text: str, chance: Random) -> None:
    parts = ["tolong pak", *(part.strip() for part in text.split(",")), "cepat ya"]
    chance.shuffle(parts)
    assert ask(", ".join(parts)).type == ask(text).type


@given(st.sampled_from(STRONG), st.sampled_from(["pak", "mas", "lho", "ya", "nih", "kan", "di sini", "tadi"]))
@settings(max_examples=60, deadline=None)
def test_small_words_do_not_change_the_type(text: str, filler: str) -> None:
    assert ask(f"{filler} {text} {filler}").type == ask(text).type


def test_how_often_is_no_river() -> None:
    assert ask("sudah telepon 3 kali, ambulans belum datang, bapak pingsan").type == "medical"


def test_the_cause_leads_and_the_injury_supports() -> None:
    answer = ask("motor tabrakan, kakinya patah dan berdarah")
    assert (answer.type, "medical" in answer.extra_types) == ("traffic", True)


def test_signs_of_one_kind_give_a_guess_that_is_left_to_a_person() -> None:
    answer = ask("pak damkar tolong, ada kepulan dan gosong, pemadam segera")
    assert answer.type == "fire"


def test_several_possible_kinds_make_an_answer_doubtful() -> None:
    alone, mixed = ask("motor tabrakan di tol"), ask("motor tabrakan, rumah kebakaran, orang dipukuli, banjir")
    assert mixed.confidence < alone.confidence
