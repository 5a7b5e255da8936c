"""Reports decided by two sets of rules side by side, examples, and sets of rules as files. No database."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.pack import PackError
from agencies.packref import region_of_pack
from dispatch.offline import Desk
from dispatch.replay import Case, Difference, Side, Tally, areas_in, broken_examples, compare, example_faults, play
from dispatch.rulefile import BadFile, as_toml, difference, from_toml, tidy
from incidents.ruleset import lay_over, source_of
from incidents.triage import CompiledRules

PACKS = Path(__file__).resolve().parents[2] / "agencies" / "packs"
NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
ROW = {"id": "madiun.sirubambu", "type": "fire", "weight": 20, "priority": "critical", "phrases": ["sirubambu"]}
ORDINARY = "lampu jalan mati di taman"


@lru_cache(maxsize=1)
def desk() -> Desk:
    return Desk.of("35.77")


@lru_cache(maxsize=1)
def draft() -> CompiledRules:
    return lay_over(desk().rules, source_of("35.77", 2, [ROW]))


def case(text: str, id_: str = "1") -> Case:
    return Case(id_, text, areas_in(text, desk().region), NOW)


def test_a_report_that_both_decide_alike_makes_no_difference():
    assert compare(case(ORDINARY), desk().rules, draft(), desk().region) is None


def test_a_difference_tells_type_priority_and_who_would_be_alarmed():
    found = compare(case("sirubambu di manguharjo"), desk().rules, draft(), desk().region)
    assert found is not None
    assert found.old.type != found.new.type == "fire"
    assert found.new.priority == "critical"
    assert found.new.agencies[0] == "damkar"


def test_the_same_rules_make_no_difference_whatever_was_said():
    cases = [case(text, str(n)) for n, text in enumerate(["", "sirubambu", ORDINARY, "????", "kebakaran " * 300])]
    tally, rows = play(cases, draft(), draft(), desk().region)
    assert (tally.total, tally.changed, rows) == (5, 0, [])


def test_progress_is_told_report_by_report():
    seen: list[int] = []
    play([case(ORDINARY, str(n)) for n in range(3)], desk().rules, draft(), desk().region, seen.append)
    assert seen == [1, 2, 3]


def side(type_: str, priority: str, *agencies: str, review: bool = False) -> Side:
    return Side(type_, "", priority, (), agencies, review)


def test_the_tally_says_who_gets_more_and_who_gets_less():
    tally = Tally()
    tally.add(Difference("1", side("fire", "high", "damkar"), side("medical", "critical", "dinkes", "rsud")))
    tally.add(Difference("2", side("fire", "high", "damkar", review=True), side("fire", "normal", "damkar")))
    tally.add(None)
    told = tally.as_told()
    assert (told["total"], told["changed"], told["raised"], told["lowered"]) == (3, 2, 1, 1)
    assert dict(told["more"]) == {"dinkes": 1, "rsud": 1}
    assert dict(told["fewer"]) == {"damkar": 1}
    assert told["types"] == [["fire", "medical", 1]]
    assert (told["review_more"], told["review_fewer"]) == (0, 1)


@given(st.lists(st.tuples(*[st.lists(st.sampled_from("abc"), unique=True, max_size=3)] * 2)))
def test_more_and_fewer_balance_with_what_each_side_alarms(pairs):
    tally = Tally()
    for old, new in pairs:
        tally.add(Difference("x", side("fire", "high", *old), side("fire", "high", *new)))
    before, after = sum(len(old) for old, _ in pairs), sum(len(new) for _, new in pairs)
    assert before + sum(tally.more.values()) - sum(tally.fewer.values()) == after


class TestExamples:
    @pytest.mark.parametrize(
        ("example", "faults"),
        [
            ({"text": "sirubambu", "type": "fire"}, ()),
            ({"text": "sirubambu", "type": "fire", "at_least": "critical"}, ()),
            ({"text": "sirubambu", "type": "medical"}, ("type",)),
            ({"text": "sirubambu", "type": "fire", "at_most": "high"}, ("at_most",)),
            ({"text": ORDINARY, "type": "public_facility", "at_least": "critical"}, ("at_least",)),
            ({"text": "sirubambu", "type": "fire", "extra": ["traffic"]}, ("extra",)),
        ],
    )
    def test_what_differs_is_named(self, example, faults):
        found = broken_examples([example], draft(), desk().region, NOW)
        assert tuple(fault for one in found for fault in one.faults) == faults

    @pytest.mark.parametrize(
        "example", [7, {}, {"text": "x"}, {"text": "", "type": "fire"}, {"text": "x", "type": "dragon"},
                    {"text": "x", "type": "fire", "at_least": "urgent"}, {"text": "x", "type": "fire", "extra": "y"},
                    {"text": "x", "type": "fire", "colour": "red"}, {"text": "x" * 3000, "type": "fire"}],
    )  # fmt: skip
    def test_an_example_that_says_nothing_usable_is_refused_with_its_place(self, example):
        assert example_faults([{"text": "x", "type": "fire"}, example], desk().region)[0].startswith("contoh 2: ")


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
fields = {"weight": st.integers(0, 20), "off": st.booleans(), "each": st.floats(0, 20)}
row = st.fixed_dictionaries({"id": words, "phrases": st.lists(words, max_size=3)}, optional=fields)
rules = st.lists(row, max_size=4)


class TestFiles:
    @settings(deadline=None)
    @given(rules, st.lists(st.fixed_dictionaries({"text": words, "type": words}), max_size=3))
    def test_what_is_written_reads_back_the_same(self, rows, examples):
        assert from_toml(as_toml(rows, examples, "satu\ndua")) == (rows, examples)

    @pytest.mark.parametrize("content", ["x =", "rule = 3", "[rule]\na = 1", "[[other]]\n", "[[rule]]\nid = 2020-01-01",
                                         "#" * 600_000, "rule = ['x']"])  # fmt: skip
    def test_what_is_no_set_of_rules_is_refused(self, content):
        with pytest.raises(BadFile):
            from_toml(content)

    def test_a_difference_names_what_came_went_and_changed(self):
        found = difference([ROW, {"id": "gone"}], [ROW | {"weight": 3}, {"id": "new"}])
        assert found.ids() == {"added": ["new"], "changed": [ROW["id"]], "removed": ["gone"]}
        assert found.changed[0].fields == (("weight", 20, 3),)
        assert difference([ROW], [ROW]).empty

    def test_what_says_nothing_is_left_out(self):
        assert tidy({"weight": 0, "off": False, "needs": [], "id": "x", "type": ""}) == {"id": "x"}


RULE = """
[[rules]]
id = "madiun.sirubambu"
type = "fire"
weight = 20
phrases = ["sirubambu"]

[[rules]]
id = "fire.snake"
off = true
"""


def copy_pack(to: Path, more: str) -> None:
    (to.parent / "common.toml").write_bytes((PACKS / "common.toml").read_bytes())
    to.write_text((PACKS / "35.77.toml").read_text() + more)


def test_a_pack_with_rules_is_answered_with_them_offline(tmp_path):
    pack = tmp_path / "madiun.toml"
    copy_pack(pack, RULE)
    own = Desk.of(str(pack))
    assert own.rules.version.endswith("+35.77-v1")
    assert own.answer({"id": "1", "text": "sirubambu"}, NOW)["type"] == "fire"
    assert "fire.snake" not in {rule.rule.id for rule in own.rules.rules}
    assert region_of_pack("35.77").rule_set is None


def test_a_pack_whose_rules_cannot_be_used_is_refused_with_their_place(tmp_path):
    pack = tmp_path / "madiun.toml"
    copy_pack(pack, RULE.replace('["sirubambu"]', '["{nothing}"]'))
    with pytest.raises(PackError, match=r"rules\.madiun\.sirubambu\.phrases: kelompok kata 'nothing'"):
        Desk.of(str(pack))
