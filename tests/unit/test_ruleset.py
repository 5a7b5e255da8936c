"""A region's rules over the built-in ones: the same answers as compiling both together; what is said of bad rules."""

import time
from dataclasses import asdict, replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.ruleset import check, in_indonesian, lay_over, source_of
from incidents.triage import CompiledRules, RuleError, RuleSource, builtin_rules, classify, compile_rules

PPU = "64.09"
CROCODILE = {
    "id": "ppu.crocodile", "type": "disaster", "subtype": "", "weight": 20, "priority": "high",
    "beats": ["fire"],
    "phrases": ["buaya|buayanya & {river}|kampung", "buaya|boaya & {person}"],
}  # fmt: skip
SPARROWS = {
    "id": "ppu.swiftlet", "type": "public_order", "weight": 8, "phrases": ["maling walet", "sarang+walet & hilang"],
}  # fmt: skip
TEXTS = (
    "ada buaya masuk kampung di sungai riko",
    "buayanya muncul di pinggir sungai, anak-anak lagi mandi",
    "maling walet di rumah walet pak haji",
    "rumah terbakar di jalan pahlawan, ada orang terjebak",
    "tidak ada buaya, cuma biawak",
    "kecelakaan motor lawan truk dua orang luka",
    "", "???", "halo tes",
)  # fmt: skip

WORDS = [*" ".join(TEXTS).split(), "ular", "dentuman", "keras", "tidak", "kalau"]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=9), st.lists(st.text(max_size=9), max_size=2)
)  # fmt: skip


@lru_cache(maxsize=1)
def base() -> CompiledRules:
    return compile_rules(builtin_rules())


def laid(*rows, version=1, types=None):
    return lay_over(base(), source_of(PPU, version, rows), types)


@lru_cache(maxsize=1)
def both_ways() -> tuple[CompiledRules, CompiledRules]:
    changed = {"id": "fire.explosion", "type": "fire", "weight": 3, "phrases": ["dentuman keras"]}
    rows = [CROCODILE, SPARROWS, changed, {"id": "fire.snake", "off": True}]
    source = source_of(PPU, 3, rows)
    return lay_over(base(), source), compile_rules(builtin_rules(), source)


def test_a_region_adds_a_rule_and_the_answer_names_it_and_its_version():
    answer = classify("ada buaya masuk kampung di sungai riko", laid(CROCODILE, version=3))
    assert (answer.type, answer.priority) == ("disaster", "high")
    reason = next(r for r in answer.reasons if r.rule == "ppu.crocodile")
    assert reason.version == "64.09-v3"
    assert "buaya" in reason.text


def test_a_region_changes_a_built_in_rule_by_its_id_and_switches_another_off():
    text = "rumah terbakar di jalan pahlawan"
    first = classify(text, base()).reasons[0].rule
    changed = laid({"id": first, "type": "public_facility", "weight": 20, "phrases": ["umbul umbul"]})
    assert first not in {r.rule for r in classify(text, changed).reasons}
    assert classify("umbul umbul roboh", changed).type == "public_facility"
    off = laid({"id": first, "off": True})
    assert first not in {r.rule for r in classify(text, off).reasons}
    assert first in {r.rule for r in classify(text, base()).reasons}


def test_the_rules_of_other_regions_stay_as_they_are():
    before = [classify(text, base()) for text in TEXTS]
    laid(CROCODILE, SPARROWS, {"id": "fire.snake", "off": True})
    assert [classify(text, base()) for text in TEXTS] == before


def test_the_version_names_both():
    assert laid(CROCODILE, version=7).version == f"{base().version}+64.09-v7"


@pytest.mark.parametrize("text", TEXTS)
def test_laying_over_answers_what_compiling_together_answers(text):
    over, together = both_ways()
    assert classify(text, over) == classify(text, together)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_laying_over_answers_the_same_for_any_order_of_words(words):
    over, together = both_ways()
    assert classify(" ".join(words), over) == classify(" ".join(words), together)


def test_laying_over_is_quick_enough_for_the_request_that_meets_a_new_version():
    base()
    rows = [CROCODILE | {"id": f"ppu.rule_{n}", "phrases": [f"kata{n} & {{river}}"]} for n in range(100)]
    began = time.process_time()
    laid(*rows)
    assert time.process_time() - began < 1.0


def test_a_rule_may_name_a_type_of_the_regions_own_as_its_subtype():
    row = CROCODILE | {"subtype": "crocodile"}
    assert classify(TEXTS[0], laid(row, types={"crocodile": "disaster"})).subtype == "crocodile"
    with pytest.raises(RuleError):
        laid(row, types={"crocodile": "medical"})


def said(*rows, types=None):
    return [(f.rule, f.key, f.error) for f in check(rows, base(), types)]


def test_good_rules_are_not_complained_of():
    known = [CROCODILE | {"phrases": ["sungai & ular"], "weight": 20}]
    assert said(*known) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"phrases": []}, "phrases"),
        ({"phrases": [" "]}, "phrases"),
        ({"phrases": ["{nothing}"]}, "phrases"),
        ({"phrases": ["... buaya"]}, "phrases"),
        ({"phrases": "buaya"}, "phrases"),
        ({"phrases": [7]}, "phrases"),
        ({"type": "crocodile"}, "type"),
        ({"subtype": "snake"}, "subtype"),
        ({"weight": 99}, "weight"),
        ({"weight": "9"}, "weight"),
        ({"weight": True}, "weight"),
        ({"weight": 0, "priority": "", "beats": []}, "weight"),
        ({"priority": "urgent"}, "priority"),
        ({"colour": "red"}, "colour"),
        ({"unless": ["buaya|boaya & {person}"]}, "unless"),
        ({"lowers": True, "raises": "critical"}, "lowers"),
        ({"beats": ["disaster"]}, "beats"),
        ({"id": "With Blanks"}, "id"),
        ({"id": None}, "id"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(change, key):
    found = check([CROCODILE | change], base())
    assert (key, True) in [(f.key, f.error) for f in found], found


def test_the_same_id_twice_and_two_meanings_of_one_phrase_are_refused():
    assert ("ppu.crocodile", "id", True) in said(CROCODILE, CROCODILE)
    other = CROCODILE | {"id": "ppu.other", "type": "fire"}
    assert ("ppu.crocodile", "phrases", True) in said(CROCODILE, other)


def test_switching_off_what_does_not_exist_is_refused():
    assert said({"id": "no.such_rule", "off": True}) == [("no.such_rule", "off", True)]


def test_a_danger_to_life_is_not_switched_off_or_weakened_in_silence():
    rule = next(r.rule for r in base().rules if r.rule.raises == "critical")
    for row in ({"id": rule.id, "off": True},
                {"id": rule.id, "type": rule.type, "weight": 5, "phrases": list(rule.phrases)}):  # fmt: skip
        grave = [f for f in check([row], base()) if f.grave]
        assert grave, row
        assert not grave[0].error


def test_an_unknown_word_is_pointed_out():
    found = check([CROCODILE | {"phrases": ["buayawan & {river}"]}], base())
    assert any("buayawan" in f.message and not f.error for f in found)


def test_a_rule_that_stands_behind_another_is_pointed_out_with_the_other_one():
    behind = {"id": "ppu.behind", "type": "public_facility", "weight": 1, "phrases": ["rumah terbakar"]}
    found = check([behind], base())
    assert any("tertutup" in f.message and not f.error for f in found), found


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "type", "weight", "phrases", "needs", "off", "raises", "x"]),
                       VALUES, max_size=8))  # fmt: skip
def test_whatever_an_import_holds_is_answered_and_never_breaks_the_check(row):
    found = check([row], base())
    if not any(f.error for f in found):
        laid(row)


def test_faults_are_said_in_the_admins_language():
    assert in_indonesian("unknown word class 'x'") == "kelompok kata 'x' tidak dikenal"
    assert in_indonesian("unknown subtype 'a' of fire") == "subjenis 'a' bukan bagian dari fire"
    source = RuleSource("x", "1", {"rule": [CROCODILE | {"phrases": ["{nothing}"]}]})
    with pytest.raises(RuleError) as caught:
        lay_over(base(), source)
    assert all(in_indonesian(p.message) != p.message for p in caught.value.problems)


def test_replacing_nothing_changes_nothing():
    assert replace(laid(), version="") is not None
    assert [classify(text, laid()) for text in TEXTS] == [classify(text, base()) for text in TEXTS]


def test_every_built_in_rule_can_be_taken_over_as_it_is():
    rows = []
    for one in base().rules:
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(one.rule).items()}
        rows.append({name: v for name, v in values.items() if name != "version" and v not in ("", [], False, 0)})
    assert [f for f in check(rows, base()) if f.error] == []
    assert classify(TEXTS[3], laid(*rows)).type == classify(TEXTS[3], base()).type
