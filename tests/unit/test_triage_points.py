"""The score card: what single words say for a type, beside the rules."""

from __future__ import annotations

import pytest

from incidents.triage import RuleSource, check_rules, classify, compile_rules
from incidents.triage.classifier import CompiledRules

WORDS = """
[class.neg]
words = "tidak"
[class.neg_noun]
words = "bukan"
[class.if]
words = "kalau"
[class.vehicle]
words = "mobil, motor, truk besar"
[points.traffic]
"2.5" = "{vehicle}, oleng"
"1.0" = "jalan"
[points.fire]
"3.0" = "menyala terang"
"2.0" = "asap"
[[rule]]
id = "fire.asap"
type = "fire"
weight = 4
priority = "critical"
phrases = ["asap"]
"""


def compiled(text: str = WORDS) -> CompiledRules:
    return compile_rules(RuleSource.from_toml("t", "t-1", text))


@pytest.fixture(scope="module")
def card() -> CompiledRules:
    return compiled()


def test_words_without_a_rule_still_point_to_a_type(card: CompiledRules) -> None:
    assert classify("motor oleng di jalan", card).type == "traffic"


def test_a_saying_counts_as_one(card: CompiledRules) -> None:
    found = classify("pohon itu menyala terang sekali", card)
    assert found.type == "fire"
    assert [(r.rule, r.text) for r in found.reasons] == [("points.fire", "menyala")]


def test_denied_and_supposed_words_say_nothing(card: CompiledRules) -> None:
    assert classify("bukan motor", card).candidates == classify("bukan itu", card).candidates
    assert classify("kalau motor oleng", card).candidates == classify("kalau saja begitu", card).candidates


def test_a_word_said_twice_counts_once(card: CompiledRules) -> None:
    once, often = classify("ada motor di sana", card), classify("ada motor motor motor di sana", card)
    assert once.candidates[0].type == often.candidates[0].type
    assert once.candidates[0].score == often.candidates[0].score


def test_points_never_touch_the_priority(card: CompiledRules) -> None:
    assert classify("ada asap", card).priority == "critical"
    without = compiled(WORDS.split("[points.traffic]")[0] + "[[rule]]" + WORDS.split("[[rule]]")[1])
    assert classify("ada asap di jalan", card).priority == classify("ada asap di jalan", without).priority


def test_a_lead_without_a_rule_is_less_certain(card: CompiledRules) -> None:
    ruled = compiled(WORDS + '[[rule]]\nid = "t.oleng"\ntype = "traffic"\nweight = 3\nphrases = ["oleng"]\n')
    assert classify("motor oleng", card).confidence < classify("motor oleng", ruled).confidence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[points.fires]\n"2" = "api"', "fires"),
        ('[points.fire]\nmuch = "api"', "much"),
        ('[points.fire]\n"9" = "api"', "9"),
        ('[points.fire]\n"1" = "{nothing}"', "points"),
    ],
)
def test_faults_in_the_card_are_named(text: str, key: str) -> None:
    problems = check_rules([RuleSource.from_toml("card.toml", "1", text)])
    assert [p.key for p in problems] == [key]


def test_a_later_source_strikes_a_word_out() -> None:
    struck = RuleSource.from_toml("region", "r-1", '[points.traffic]\n"0" = "oleng"')
    rules = compile_rules(RuleSource.from_toml("t", "t-1", WORDS), struck)
    assert classify("kapal itu oleng sekali kata orang", rules).needs_review
