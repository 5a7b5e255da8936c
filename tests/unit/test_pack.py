"""Region packs: the five that ship are sound, and a bad one is refused with every fault named."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from agencies import pack
from agencies.packformat import EMERGENCY_TYPES, SUBTYPES
from agencies.packmerge import Kept, plan

CONTRACT = {
    "35.77": "bpbd damkar dinkes rsud satpolpp dishub dp3a pupr dinsos dlh polres pln pdam",
    "64.09": "bpbd damkar dinkes rsud satpolpp pupr dinsos dp3a dishub dlh polres pln",
    "36.03": "bpbd dishub dlhk dinkes rsud dp3a satpolpp pupr dinsos polres pmi pln",
    "35.79": "bpbd damkar dinkes rsud satpolpp dishub dp3a pupr dinsos dlh polres pln",
    "31": "bpbd damkar dinkes dp3a satpolpp dishub binamarga sda dlh tamanhut dinsos dkpkp citata kominfotik "
    "polda pln pdam",
}


@pytest.fixture(scope="module")
def packs() -> dict[str, pack.Pack]:
    return {loaded.code: loaded for loaded in map(pack.load, pack.shipped_packs())}


def card(loaded: pack.Pack, type_: str, subtype: str = "") -> dict[str, Any]:
    return next(c for c in loaded.run_cards if (c["type"], c["subtype"]) == (type_, subtype))


def row(rows: tuple[dict[str, Any], ...], code: str) -> dict[str, Any]:
    return next(found for found in rows if code in (found.get("code"), found.get("agency")))


class TestShippedPacks:
    def test_five_regions_have_a_pack(self, packs: dict[str, pack.Pack]) -> None:
        assert set(packs) == set(CONTRACT)

    @pytest.mark.parametrize(("code", "agencies"), CONTRACT.items())
    def test_agency_codes_are_those_of_the_contract(
        self, packs: dict[str, pack.Pack], code: str, agencies: str
    ) -> None:
        assert {agency["code"] for agency in packs[code].agencies} == set(agencies.split())

    @pytest.mark.parametrize("code", CONTRACT)
    def test_each_region_has_one_women_and_children_unit(self, packs: dict[str, pack.Pack], code: str) -> None:
        assert [a["code"] for a in packs[code].agencies if a["women_children_unit"]] == ["dp3a"]

    @pytest.mark.parametrize("code", CONTRACT)
    def test_each_type_has_targets_for_every_stage(self, packs: dict[str, pack.Pack], code: str) -> None:
        general = {target["stage"] for target in packs[code].targets if not target["type"]}
        assert general == {"answer", "ticket", "acknowledge", "dispatch", "arrive", "complete"}

    @pytest.mark.parametrize("code", CONTRACT)
    def test_each_type_has_a_procedure_that_asks_for_the_place_first(
        self, packs: dict[str, pack.Pack], code: str
    ) -> None:
        general = {p["type"]: p for p in packs[code].procedures if not p["subtype"]}
        assert set(general) == {*EMERGENCY_TYPES, "other_non_emergency"}
        for type_ in EMERGENCY_TYPES:
            asked = " ".join(general[type_]["questions"][:2])
            assert "Di mana" in asked

    @pytest.mark.parametrize("code", CONTRACT)
    def test_what_no_source_names_is_marked_as_assumed(self, packs: dict[str, pack.Pack], code: str) -> None:
        for found in (*packs[code].agencies, *packs[code].run_cards):
            assert found["assumed"] or found["source"], found

    def test_madiun_police_take_part_only_after_the_agreement(self, packs: dict[str, pack.Pack]) -> None:
        police = row(packs["35.77"].agencies, "polres")
        assert (police["needs_agreement"], police["referral_number"]) == (True, "110")
        assert row(packs["35.77"].agreements, "polres")["signed_on"] is None
        accident = card(packs["35.77"], "traffic", "accident")
        assert (accident["lead"], accident["support"], accident["backup"]) == ("polres", ["dinkes"], {"lead": "dishub"})

    def test_madiun_street_light_goes_to_public_works_and_fallen_tree_to_bpbd(
        self, packs: dict[str, pack.Pack]
    ) -> None:
        assert card(packs["35.77"], "public_facility", "street_light")["lead"] == "pupr"
        assert card(packs["35.77"], "disaster", "fallen_tree")["lead"] == "bpbd"

    def test_penajam_sends_fire_crew_and_medical_teams_together(self, packs: dict[str, pack.Pack]) -> None:
        fire = card(packs["64.09"], "fire")
        assert fire["lead"] == "damkar"
        assert {"dinkes", "rsud"} <= set(fire["support"])
        assert packs["64.09"].region["zone"] == "Asia/Makassar"
        assert packs["64.09"].region["command_authority"] == "diskominfo"

    def test_tangerang_follows_its_own_division_of_work(self, packs: dict[str, pack.Pack]) -> None:
        tangerang = packs["36.03"]
        leads = {
            ("fire", ""): "bpbd",
            ("disaster", "fallen_tree"): "dlhk",
            ("traffic", "congestion"): "dishub",
            ("public_facility", "cable_down"): "pln",
            ("violence_women_children", ""): "dp3a",
            ("public_order", "riot"): "satpolpp",
        }
        for (type_, subtype), lead in leads.items():
            assert card(tangerang, type_, subtype)["lead"] == lead

    def test_batu_is_on_trial(self, packs: dict[str, pack.Pack]) -> None:
        assert packs["35.79"].region["stage"] == "uji_coba"

    def test_body_found_is_no_emergency_in_jakarta(self, packs: dict[str, pack.Pack]) -> None:
        mapped = {m["subtype"]: m["type"] for m in packs["31"].subtype_mappings}
        assert mapped["body_found"] == "other_non_emergency"
        assert packs["31"].region["command_authority"] == "bpbd"


MINIMAL = """
region.code = "35.77"
region.name = "Kota Madiun"
region.kind = "kota"
region.slug = "madiun"
region.abbreviation = "MDN"
region.zone = "Asia/Jakarta"
region.stage = "live"
region.command_authority = "bpbd"
agencies = [{ code = "bpbd", name = "BPBD", short = "BPBD", kind = "bpbd" }]
"""
CARDS = "run_cards = [{}]\n".format(", ".join(f'{{ type = "{code}", lead = "bpbd" }}' for code in EMERGENCY_TYPES))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ok.toml").write_text(MINIMAL + CARDS)
    return tmp_path


def problems(folder: Path, text: str, name: str = "bad.toml") -> dict[str, str]:
    """Path of the fault -> reason."""
    (folder / name).write_text(text)
    with pytest.raises(pack.PackError) as raised:
        pack.load(folder / name)
    return {problem.path: problem.reason for problem in raised.value.problems}


class TestChecks:
    def test_a_small_pack_is_enough(self, folder: Path) -> None:
        loaded = pack.load(folder / "ok.toml")
        assert loaded.code == "35.77"
        assert loaded.run_cards[0]["support"] == []

    def test_every_fault_is_named_at_once(self, folder: Path) -> None:
        text = MINIMAL.replace('kind = "kota"', 'kind = "desa"').replace('slug = "madiun"', 'slog = "madiun"') + CARDS
        found = problems(folder, text)
        assert set(found) == {"region.kind", "region.slog", "region.slug"}
        assert "pilihan: provinsi, kabupaten, kota" in found["region.kind"]

    @pytest.mark.parametrize(
        ("extra", "where"),
        [
            ("nonsense = [{ a = 1 }]\n", "nonsense"),
            ('units = "x"\n', "units"),
            ('agreements = [{ agency = "polres" }]\n', "agreements[0].agency"),
            ('agreements = [{ agency = "bpbd", scope = ["x"] }]\n', "agreements[0].scope"),
            ('targets = [{ stage = "arrive", seconds = 0 }]\n', "targets[0].seconds"),
            ('targets = [{ stage = "arrive", seconds = true }]\n', "targets[0].seconds"),
            ('targets = [{ stage = "later", seconds = 9 }]\n', "targets[0].stage"),
            ('procedures = [{ type = "fire", title = "A", excludes = ["pln"] }]\n', "procedures[0].excludes"),
            ('procedures = [{ type = "fire", title = "A", steps = [1] }]\n', "procedures[0].steps"),
            ('places = [{ label = "Monas", lat = 60, lon = 106.8 }]\n', "places[0].lat"),
            ('types = [{ code = "ngaben", base = "ritual", name = "Ngaben" }]\n', "types[0].base"),
        ],
    )
    def test_each_fault_has_its_place(self, folder: Path, extra: str, where: str) -> None:
        assert where in problems(folder, MINIMAL + CARDS + extra)

    @pytest.mark.parametrize(
        ("card", "where"),
        [
            ('{ type = "fire", subtype = "snake", lead = "damkar" }', "run_cards[7].lead"),
            ('{ type = "fire", subtype = "dragon", lead = "bpbd" }', "run_cards[7].subtype"),
            ('{ type = "fire", subtype = "snake", lead = "bpbd", support = ["bpbd"] }', "run_cards[7].support"),
            ('{ type = "fire", subtype = "snake", lead = "bpbd", backup = { lead = "x" } }', "run_cards[7].backup"),
            ('{ type = "fire", subtype = "snake", lead = "bpbd", alarm = { bpbd = 2 } }', "run_cards[7].alarm.bpbd"),
            (
                '{ type = "fire", subtype = "snake", lead = "bpbd", support = ["dinkes"], alarm = { dinkes = 4 } }',
                "run_cards[7].alarm.dinkes",
            ),
            ('{ type = "fire", subtype = "snake", lead = "bpbd", from_hour = 22 }', "run_cards[7].from_hour"),
            ('{ type = "fire", area = "31.71.01", lead = "bpbd" }', "run_cards[7].area"),
            ('{ type = "fire", lead = "bpbd" }', "run_cards[7]"),
        ],
    )
    def test_faults_of_run_cards(self, folder: Path, card: str, where: str) -> None:
        assert where in problems(folder, MINIMAL + CARDS.replace("]\n", f", {card}]\n"))

    def test_an_emergency_type_without_a_general_card_is_refused(self, folder: Path) -> None:
        found = problems(folder, MINIMAL + re.sub(r"\{ type = \"fire\".*?\}, ", "", CARDS))
        assert found == {"run_cards": "kartu umum untuk fire tidak ada"}

    def test_a_run_card_may_not_send_whom_the_procedure_excludes(self, folder: Path) -> None:
        procedure = 'procedures = [{ type = "fire", title = "A", excludes = ["bpbd"] }]\n'
        assert problems(folder, MINIMAL + CARDS + procedure) == {"run_cards[1].lead": "bpbd dikecualikan oleh SOP-nya"}

    def test_broken_toml_and_missing_files_are_faults_too(self, folder: Path) -> None:
        assert "bukan TOML" in problems(folder, "region = [")["-"]
        assert "tidak ditemukan" in problems(folder, 'include = ["x.toml"]\n' + MINIMAL + CARDS)["-"]
        with pytest.raises(pack.PackError):
            pack.find("99.99")

    def test_own_entries_replace_included_ones(self, folder: Path) -> None:
        (folder / "common.toml").write_text('targets = [{ stage = "answer", seconds = 10 }]\n')
        text = 'include = ["common.toml"]\n' + MINIMAL + CARDS + 'targets = [{ stage = "answer", seconds = 15 }]\n'
        (folder / "own.toml").write_text(text)
        assert [target["seconds"] for target in pack.load(folder / "own.toml").targets] == [15]

    def test_included_procedures_may_exclude_agencies_that_a_region_lacks(self, folder: Path) -> None:
        (folder / "common.toml").write_text('procedures = [{ type = "fire", title = "A", excludes = ["sda"] }]\n')
        (folder / "own.toml").write_text('include = ["common.toml"]\n' + MINIMAL + CARDS)
        assert pack.load(folder / "own.toml").procedures[0]["excludes"] == []

    def test_the_canonical_form_survives_json(self, packs: dict[str, pack.Pack]) -> None:
        loaded = packs["31"]
        assert pack.items_of(json.loads(json.dumps(loaded.content()))) == loaded.items()

    def test_subtypes_are_unique_over_all_types(self) -> None:
        assert {"snake", "fallen_tree", "street_light", "ponding"} <= SUBTYPES


A, B = ("agencies", "a"), ("agencies", "b")


class TestThreeWayPlan:
    def test_first_load_adds(self) -> None:
        assert plan({}, {A: {"phone": "1"}}, {}).add == {A: {"phone": "1"}}

    def test_nothing_changed_means_nothing_to_do(self) -> None:
        same = {A: {"phone": "1"}}
        result = plan(same, same, same)
        assert result.empty
        assert result.kept == []

    def test_a_new_value_of_the_pack_is_taken(self) -> None:
        result = plan({A: {"phone": "1"}}, {A: {"phone": "2"}}, {A: {"phone": "1"}})
        assert result.change == {A: {"phone": "2"}}

    def test_what_an_admin_changed_is_kept_while_other_fields_follow_the_pack(self) -> None:
        last = {A: {"phone": "1", "name": "A"}}
        new = {A: {"phone": "2", "name": "AA"}}
        result = plan(last, new, {A: {"phone": "9", "name": "A"}})
        assert result.change == {A: {"phone": "9", "name": "AA"}}
        assert result.kept == [Kept(A, "phone")]

    def test_what_vanished_ends_unless_an_admin_changed_it(self) -> None:
        last = {A: {"phone": "1"}, B: {"phone": "1"}}
        result = plan(last, {}, {A: {"phone": "1"}, B: {"phone": "9"}})
        assert result.end == [A]
        assert result.kept == [Kept(B)]

    def test_what_an_admin_ended_stays_ended(self) -> None:
        last = {A: {"phone": "1"}}
        result = plan(last, last, {})
        assert result.empty
        assert result.kept == [Kept(A)]

    def test_what_only_an_admin_made_is_never_touched(self) -> None:
        assert plan({}, {}, {A: {"phone": "1"}}, force=True).empty

    def test_an_admins_entry_under_a_new_key_of_the_pack_keeps_its_values(self) -> None:
        result = plan({}, {A: {"phone": "2"}}, {A: {"phone": "9"}})
        assert result.empty
        assert result.kept == [Kept(A, "phone")]

    def test_force_lets_the_pack_win(self) -> None:
        last = {A: {"phone": "1"}, B: {"phone": "1"}}
        result = plan(last, {A: {"phone": "1"}}, {A: {"phone": "9"}, B: {"phone": "9"}}, force=True)
        assert result.change == {A: {"phone": "1"}}
        assert result.end == [B]
        assert result.kept == []
