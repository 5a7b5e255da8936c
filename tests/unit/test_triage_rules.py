"""Rules as data: what is refused, with its place, and what a region may change."""

from __future__ import annotations

import pytest

from incidents.triage import RuleError, RuleSource, builtin_rules, check_rules, classify, compile_rules


def source(text: str, name: str = "region.toml") -> RuleSource:
    return RuleSource.from_toml(name, "35.77-3", text)


def rule(**values: object) -> RuleSource:
    row = {"id": "local.x", "type": "fire", "weight": 5, "phrases": ["pabrik petasan"], **values}
    return RuleSource("region.toml", "35.77-3", {"rule": [row]})


def test_the_builtin_rules_have_no_fault() -> None:
    assert check_rules(builtin_rules()) == []


def test_the_version_names_all_sources() -> None:
    assert compile_rules(builtin_rules()).version == "builtin-1"
    assert compile_rules(builtin_rules(), extra=[rule()]).version == "builtin-1+35.77-3"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"type": "fires"}, "type"),
        ({"subtype": "flood"}, "subtype"),
        ({"weight": "much"}, "weight"),
        ({"weight": 1000}, "weight"),
        ({"phrases": []}, "phrases"),
        ({"phrases": ["{no_such_class}"]}, "phrases"),
        ({"phrases": ["_ api"]}, "phrases"),
        ({"phrases": ["api (besar"]}, "phrases"),
        ({"unless": ["  "]}, "unless"),
        ({"priority": "urgent"}, "priority"),
        ({"raises": "max"}, "raises"),
        ({"extra": ["police"]}, "extra"),
        ({"wieght": 3}, "wieght"),
    ],
)
def test_a_bad_rule_is_refused_with_file_rule_and_key(values: dict[str, object], key: str) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rules(builtin_rules(), extra=[rule(**values)])
    problem = caught.value.problems[0]
    assert (problem.file, problem.rule, problem.key) == ("region.toml", "local.x", key)


def test_all_faults_are_told_at_once() -> None:
    problems = check_rules([*builtin_rules(), rule(type="x", priority="y", extra=["z"])])
    assert {p.key for p in problems} == {"type", "priority", "extra"}


def test_text_that_is_not_toml_is_refused_with_its_name() -> None:
    with pytest.raises(RuleError, match=r"broken\.toml"):
        RuleSource.from_toml("broken.toml", "1", "[[rule")


def test_an_unknown_section_is_refused() -> None:
    assert [p.key for p in check_rules([source("[rules]\nid = 'x'")])] == ["rules"]


def test_a_region_adds_a_rule_of_its_own() -> None:
    local = source('[[rule]]\nid="local.sirine"\ntype="disaster"\nweight=9\nphrases=["kentongan titir"]')
    text = "warga dengar kentongan titir"
    assert classify(text, compile_rules(builtin_rules())).type != "disaster"
    answer = classify(text, compile_rules(builtin_rules(), extra=[local]))
    assert answer.type == "disaster"
    assert (answer.reasons[0].rule, answer.reasons[0].version) == ("local.sirine", "35.77-3")


def test_a_region_adds_a_word_to_a_class() -> None:
    local = source('[class.snake]\nwords = "sawiek"')
    assert classify("ada sawiek masuk rumah", compile_rules(builtin_rules(), extra=[local])).subtype == "snake"


def test_a_region_switches_a_rule_off() -> None:
    off = source('[[rule]]\nid="order.vice"\noff=true')
    with_it = classify("ada judi togel", compile_rules(builtin_rules()))
    without = classify("ada judi togel", compile_rules(builtin_rules(), extra=[off]))
    assert with_it.reasons[0].rule == "order.vice"
    assert "order.vice" not in {reason.rule for reason in without.reasons}


def test_a_region_changes_a_rule_by_its_id() -> None:
    local = source('[[rule]]\nid="order.vice"\ntype="public_order"\nweight=9\npriority="high"\nphrases=["{gamble}"]')
    assert classify("ada judi togel", compile_rules(builtin_rules(), extra=[local])).priority == "high"


def test_without_any_rule_everything_is_left_to_a_person() -> None:
    answer = classify("kebakaran", compile_rules([]))
    assert (answer.type, answer.needs_review) == ("other_non_emergency", True)
