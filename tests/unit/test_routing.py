"""Which agencies go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.reference import (
    AgencyRef,
    AgreementRef,
    LineRef,
    ProcedureRef,
    RegionRef,
    RunCardRef,
    TypeRef,
)
from dispatch.routing import Absence, Case, backup_for, gap_map, gaps, next_alarm, route, route_alarm, route_chosen

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)  # 10:00 WIB
AGENCIES = {
    "damkar": AgencyRef("1", "damkar", "Damkar"),
    "dinkes": AgencyRef("2", "dinkes", "Dinkes"),
    "rsud": AgencyRef("3", "rsud", "RSUD"),
    "polres": AgencyRef("4", "polres", "Polres", referral_number="110", needs_agreement=True),
}


def card(id_: str, type_: str, *lines: LineRef, **more) -> RunCardRef:
    return RunCardRef(id_, 1, type_, more.pop("subtype", ""), lines, **more)


def region(*cards: RunCardRef, **more) -> RegionRef:
    types = {code: TypeRef(code, code, code) for code in ("fire", "medical", "traffic")}
    return RegionRef("35.77", "Madiun", "kota", "Asia/Jakarta", "live", agencies=AGENCIES, run_cards=cards, types=types,
                     **more)  # fmt: skip


def case(type_: str = "fire", **more) -> Case:
    return Case(type_, type_, more.pop("subtype", ""), more.pop("priority", "high"), more.pop("at", AT), **more)


FIRE = card("fire", "fire", LineRef("damkar", "lead"), LineRef("dinkes", "support"))


def chosen(answer) -> list[tuple[str, str]]:
    return [(c.agency.code, c.role) for c in answer.chosen]


def test_the_run_card_names_lead_and_support_and_says_so():
    answer = route(region(FIRE), case())
    assert chosen(answer) == [("damkar", "lead"), ("dinkes", "support")]
    assert answer.run_card is FIRE
    assert all("kartu tugas" in c.reason for c in answer.chosen)


@pytest.mark.parametrize(
    ("special", "fits", "not_"),
    [
        ({"area": "35.77.01"}, {"areas": ("35.77.01.1001", "35.77.01")}, {"areas": ("35.77.02",)}),
        ({"subtype": "forest"}, {"subtype": "forest"}, {"subtype": "house"}),
        ({"priority": "critical"}, {"priority": "critical"}, {"priority": "low"}),
        ({"from_hour": 8, "until_hour": 16}, {}, {"at": AT + timedelta(hours=12)}),
        ({"from_hour": 22, "until_hour": 11}, {}, {"at": AT + timedelta(hours=5)}),
    ],
)
def test_the_more_specific_card_goes_before_the_general_one(special, fits, not_):
    here = region(FIRE, card("special", "fire", LineRef("rsud", "lead"), **special))
    assert chosen(route(here, case(**fits))) == [("rsud", "lead")]
    assert chosen(route(here, case(**not_)))[0] == ("damkar", "lead")


POLICE = card("p", "traffic", LineRef("polres", "lead", backup="dinkes"), LineRef("rsud", "support"))


def test_an_agency_without_an_agreement_gets_a_referral_and_its_backup_leads():
    answer = route(region(POLICE), case("traffic"))
    assert chosen(answer) == [("dinkes", "lead"), ("rsud", "support")]
    assert [(r.agency.code, r.number) for r in answer.referred] == [("polres", "110")]


def test_without_a_backup_the_first_supporting_agency_leads():
    lines = card("p", "traffic", LineRef("polres", "lead"), LineRef("rsud", "support"))
    assert chosen(route(region(lines), case("traffic"))) == [("rsud", "lead")]


@pytest.mark.parametrize(
    ("agreement", "takes_part"),
    [
        (AgreementRef("x", 1, "polres", ("*",), signed=True), True),
        (AgreementRef("x", 1, "polres", ("traffic",), signed=True), True),
        (AgreementRef("x", 1, "polres", ("fire",), signed=True), False),
        (AgreementRef("x", 1, "polres", ("*",), signed=False), False),
        (AgreementRef("x", 1, "polres", ("*",), signed=True, valid_from=AT + timedelta(seconds=1)), False),
        (AgreementRef("x", 1, "polres", ("*",), signed=True, valid_until=AT), False),
    ],
)
def test_only_a_signed_agreement_in_force_about_this_type_counts(agreement, takes_part):
    answer = route(region(POLICE, agreements={"polres": agreement}), case("traffic"))
    assert (("polres", "lead") in chosen(answer)) is takes_part
    assert bool(answer.referred) is not takes_part


def test_further_types_add_their_leads_as_support():
    medical = card("m", "medical", LineRef("rsud", "lead"), LineRef("polres", "support"))
    answer = route(region(FIRE, medical), case(extra_types=("medical",)))
    assert chosen(answer) == [("damkar", "lead"), ("dinkes", "support"), ("rsud", "support")]


def test_the_operators_choice_keeps_agreements_and_names_the_unknown():
    answer = route_chosen(region(FIRE), case(), [("rsud", "lead"), ("polres", "support"), ("nope", "support")])
    assert chosen(answer) == [("rsud", "lead")]
    assert [p.agency for p in answer.passed_over] == ["polres", "nope"]


def test_a_procedure_keeps_an_agency_out():
    procedures = (ProcedureRef("p", 1, "fire", "", "SOP", excludes=frozenset({"dinkes"})),)
    assert chosen(route(region(FIRE, procedures=procedures), case())) == [("damkar", "lead")]


def test_types_without_a_card_are_named():
    assert gaps(region(FIRE), ["fire", "medical"]) == ["medical"]


codes = st.sampled_from([*AGENCIES, "nope"])


@given(st.lists(st.builds(LineRef, codes, st.sampled_from(["lead", "support"]), st.just(0), codes), max_size=6))
def test_nobody_is_chosen_twice_and_somebody_leads(lines):
    answer = route(region(card("c", "fire", *lines)), case())
    names = [c.agency.code for c in answer.chosen]
    assert len(set(names)) == len(names)
    assert "polres" not in names
    assert not names or any(c.role == "lead" for c in answer.chosen)


def test_an_agency_that_takes_nothing_now_is_replaced_by_its_backup():
    here = region(card("f", "fire", LineRef("damkar", "lead", backup="rsud"), LineRef("dinkes", "support")))
    answer = route(here, case(absent={"damkar": Absence.PAUSED}))
    assert chosen(answer) == [("rsud", "lead"), ("dinkes", "support")]
    assert [(p.agency, "tidak menerima" in p.reason) for p in answer.passed_over] == [("damkar", True)]


def test_an_agency_without_a_free_unit_stays_responsible_and_its_backup_joins():
    here = region(card("f", "fire", LineRef("damkar", "lead", backup="rsud"), LineRef("dinkes", "support")))
    answer = route(here, case(absent={"damkar": Absence.NO_UNIT}))
    assert chosen(answer) == [("damkar", "lead"), ("rsud", "support"), ("dinkes", "support")]
    assert "tidak ada unit" in answer.chosen[0].reason
    assert "cadangan" in answer.chosen[1].reason


def test_without_a_backup_the_next_agency_leads_when_the_lead_takes_nothing():
    answer = route(region(FIRE), case(absent={"damkar": Absence.PAUSED}))
    assert chosen(answer) == [("dinkes", "lead")]
    assert "memimpin" in answer.chosen[0].reason


def test_who_declines_is_followed_by_the_backup_of_the_card_and_then_by_nobody():
    here = region(card("f", "fire", LineRef("damkar", "lead", backup="rsud"), LineRef("dinkes", "support")))
    after = backup_for(here, case(), "damkar", {"damkar", "dinkes"})
    assert after is not None
    assert (after.agency.code, after.role) == ("rsud", "lead")
    assert "menolak" in after.reason
    assert backup_for(here, case(), "damkar", {"damkar", "dinkes", "rsud"}) is None
    assert backup_for(here, case(), "dinkes", {"damkar", "dinkes"}) is None


def test_the_gap_map_names_the_lead_or_the_gap_of_every_area_and_type():
    here = region(FIRE, card("m", "medical", LineRef("rsud", "lead"), area="35.77.01"), POLICE)
    cells = gap_map(here, [("35.77.01",), ("35.77.02",)], AT)
    assert cells["35.77.01", "fire"].lead == cells["35.77.02", "fire"].lead == "damkar"
    assert cells["35.77.01", "medical"].lead == "rsud"
    assert cells["35.77.02", "medical"].lead == ""
    assert "kartu tugas" in cells["35.77.02", "medical"].reason
    assert (cells["35.77.01", "traffic"].lead, cells["35.77.01", "traffic"].referral) == ("dinkes", "polres")


def test_a_cell_of_the_matrix_says_who_stands_in_for_whom_and_which_card_it_was():
    here = region(card("f", "fire", LineRef("damkar", "lead", backup="rsud"), LineRef("dinkes", "support")))
    cell = gap_map(here, [("35.77.01",)], AT, {"damkar": Absence.PAUSED})["35.77.01", "fire"]
    assert (cell.lead, cell.planned, cell.backup, cell.card, cell.support) == (
        "rsud", "damkar", "rsud", "f", ("dinkes",)
    )  # fmt: skip
    assert cell.agencies == {"damkar", "rsud", "dinkes"}
    assert not cell.own


@given(st.dictionaries(st.sampled_from(sorted(AGENCIES)), st.sampled_from(list(Absence))))
def test_whoever_is_away_nobody_is_chosen_twice_and_one_leads_if_anybody_goes(absent):
    here = region(
        card("f", "fire", LineRef("damkar", "lead", backup="rsud"), LineRef("dinkes", "support", backup="rsud"))
    )
    answer = route(here, case(absent=absent))
    codes = [c.agency.code for c in answer.chosen]
    assert len(set(codes)) == len(codes)
    assert sum(c.role == "lead" for c in answer.chosen) == bool(codes)
    assert not {code for code, why in absent.items() if why is not Absence.NO_UNIT} & set(codes)


# --- alarm levels -------------------------------------------------------------------------------------------------
LARGE = card(
    "large", "fire", LineRef("damkar", "lead"), LineRef("dinkes", "support"),
    LineRef("rsud", "support", alarm=2), LineRef("polres", "support", backup="rsud", alarm=3),
)  # fmt: skip


def test_lines_of_a_higher_alarm_wait_until_it_is_raised():
    here = region(LARGE)
    assert chosen(route(here, case())) == [("damkar", "lead"), ("dinkes", "support")]
    assert next_alarm(here, case()) == 2
    second = route_alarm(here, case(), 2)
    assert chosen(second) == [("rsud", "support")]
    assert second.chosen[0].reason == "alarm 2: kartu tugas fire"
    assert next_alarm(here, case(alarm=3)) is None
    assert next_alarm(region(FIRE), case()) is None
    assert next_alarm(region(), case()) is None


def test_agreements_and_backups_hold_at_every_alarm():
    third = route_alarm(region(LARGE), case(alarm=2), 3)
    assert chosen(third) == [("rsud", "support")]
    assert [one.agency.code for one in third.referred] == ["polres"]


def test_what_a_raised_alarm_sends_has_its_backup_when_it_declines():
    waits = card("w", "fire", LineRef("damkar", "lead"), LineRef("dinkes", "support", backup="rsud", alarm=2))
    assert backup_for(region(waits), case(), "dinkes", ["damkar", "dinkes"]) is None
    taking_over = backup_for(region(waits), case(alarm=2), "dinkes", ["damkar", "dinkes"])
    assert taking_over is not None
    assert taking_over.agency.code == "rsud"


@given(st.lists(st.integers(1, 3), min_size=2, max_size=2), st.integers(1, 3))
def test_raising_step_by_step_sends_the_same_as_the_full_alarm_and_nobody_twice(levels, until):
    lines = [LineRef(code, "support", alarm=level) for code, level in zip(("dinkes", "rsud"), levels, strict=True)]
    here = region(card("c", "fire", LineRef("damkar", "lead"), *lines))
    sent, level = [c.agency.code for c in route(here, case()).chosen], 1
    while (nxt := next_alarm(here, case(alarm=level))) is not None and nxt <= until:
        sent += [c.agency.code for c in route_alarm(here, case(alarm=level), nxt).chosen]
        level = nxt
    assert sorted(sent) == sorted(c.agency.code for c in route(here, case(alarm=until)).chosen)
