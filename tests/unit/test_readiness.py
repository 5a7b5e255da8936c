"""What a region lacks before it may go live: each line of the page turns with exactly the fact that it is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.packformat import EMERGENCY_TYPES, NATIONAL_TYPES
from agencies.reference import (
    AgencyRef,
    AgreementRef,
    AreaRef,
    LadderRef,
    LineRef,
    ProcedureRef,
    RegionRef,
    RuleSetRef,
    RunCardRef,
    TargetRef,
    TypeRef,
)  # fmt: skip
from dispatch.readiness import STAGES, ChannelFact, Facts, State, assess, may_go_live

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
YEAR = timedelta(days=365)
SIGNED = AgreementRef("a", 1, "polres", ("*",), True, NOW - YEAR, NOW + YEAR)


def region(**changes) -> RegionRef:
    """A region to which nothing is lacking."""
    agencies = {
        "damkar": AgencyRef("1", "damkar", "Pemadam", "Damkar", "fire", "0351-1"),
        "bpbd": AgencyRef("2", "bpbd", "Penanggulangan", "BPBD", "bpbd", "0351-2"),
        "polres": AgencyRef("3", "polres", "Kepolisian", "Polres", "police", "0351-3", "110", needs_agreement=True),
    }
    whole = {
        "code": "35.77", "name": "Kota", "kind": "kota", "zone": "Asia/Jakarta", "stage": "uji_coba", "phone": "112",
        "command_authority": "diskominfo",
        "types": MappingProxyType({c: TypeRef(c, c, n) for c, n in NATIONAL_TYPES.items()}),
        "agencies": MappingProxyType(agencies),
        "agreements": MappingProxyType({"polres": SIGNED}),
        "run_cards": tuple(
            RunCardRef(c, 1, c, "", (LineRef("damkar", "lead", 0, "bpbd"),)) for c in EMERGENCY_TYPES
        ),
        "targets": tuple(TargetRef(s, 1, s, 60) for s in STAGES),
        "procedures": tuple(ProcedureRef(c, 1, c, "", c) for c in EMERGENCY_TYPES),
        "areas": MappingProxyType({"35.77.01": AreaRef("35.77.01", "Taman", "kecamatan", "", -7.6, 111.5)}),
        "rule_set": RuleSetRef("r", 1, ()),
        "ladders": (LadderRef("l", 1, "", (("renotify", 60),)),),
    }  # fmt: skip
    return RegionRef(**(whole | changes))


def facts(**changes) -> Facts:
    everybody = frozenset({"damkar", "bpbd", "polres"})
    whole = {
        "region": region(), "at": NOW, "on_duty": everybody, "planned": everybody, "staffed": everybody,
        "roles": {"supervisor": 2, "call_taker": 6}, "outlines": 3, "places": 40,
        "channels": tuple(ChannelFact(f"WA {code}", code, True, False) for code in sorted(everybody)),
        "assured": {"key_backup": NOW, "restore": NOW},
        "legacy": ({"number": "110"}, {"number": "113", "agency": "damkar"}, {"number": "119"}),
    }  # fmt: skip
    return Facts(**(whole | changes))


def unmet(given_: Facts) -> dict[str, tuple[State, str]]:
    return {c.item: (c.state, c.findings[0].code) for c in assess(given_) if c.findings}


def with_agency(code: str, **changes) -> Facts:
    whole = region()
    agencies = dict(whole.agencies)
    agencies[code] = replace(agencies[code], **changes)
    return facts(region=replace(whole, agencies=MappingProxyType(agencies)))


def agreed(agreement: AgreementRef | None) -> Facts:
    return facts(region=region(agreements=MappingProxyType({"polres": agreement} if agreement else {})))


def test_a_region_to_which_nothing_is_lacking_may_go_live():
    assert unmet(facts()) == {}
    assert may_go_live(assess(facts()))


OK_CARD = RunCardRef("x", 1, "fire", "", (LineRef("damkar", "lead", 0, "bpbd"),))
LINES = [
    (facts(region=region(command_authority="nobody")), "profile", State.LACKING, "no_command"),
    (facts(region=region(phone="")), "profile", State.WARNING, "no_number"),
    (facts(region=region(zone="Asia/Makassar")), "zone", State.LACKING, "zone"),
    (with_agency("bpbd", phone=""), "contacts", State.LACKING, "no_phone"),
    (facts(planned=frozenset({"bpbd", "polres"}), on_duty=frozenset({"bpbd", "polres"})), "duty", State.LACKING,
     "no_roster"),
    (facts(on_duty=frozenset({"bpbd", "polres"})), "duty", State.WARNING, "nobody_now"),
    (facts(channels=()), "channels", State.WARNING, "no_channel"),
    (facts(channels=tuple(ChannelFact(c, c, False, False) for c in ("damkar", "bpbd", "polres"))), "channels",
     State.WARNING, "untested"),
    (facts(channels=tuple(ChannelFact(c, c, True, True) for c in ("damkar", "bpbd", "polres"))), "channels",
     State.LACKING, "failing"),
    (agreed(None), "police", State.WARNING, "police_unsigned"),
    (agreed(replace(SIGNED, valid_until=NOW)), "police", State.WARNING, "police_expired"),
    (agreed(replace(SIGNED, valid_until=NOW + timedelta(days=30))), "police", State.WARNING, "police_ending"),
    (with_agency("polres", kind="other"), "police", State.WARNING, "no_police"),
    (facts(legacy=({"number": "110"}, {"number": "113"})), "legacy", State.WARNING, "no_legacy"),
    (facts(legacy=({"number": "110"}, {"number": "113"}, {"number": "119", "agency": "gone"})), "legacy",
     State.LACKING, "legacy_adrift"),
    (facts(region=region(run_cards=region().run_cards[1:])), "cards", State.LACKING, "no_card"),
    (facts(region=region(run_cards=(*region().run_cards[1:], replace(region().run_cards[0],
     lines=(LineRef("damkar", "lead"),))))), "backups", State.WARNING, "no_backup"),
    (facts(region=region(run_cards=region().run_cards[1:])), "gaps", State.LACKING, "gap"),
    (facts(region=region(areas=MappingProxyType({}))), "gaps", State.LACKING, "no_districts"),
    (facts(region=region(ladders=())), "ladder", State.WARNING, "no_ladder"),
    (facts(region=region(targets=region().targets[1:])), "targets", State.LACKING, "no_target"),
    (facts(region=region(procedures=region().procedures[1:])), "procedures", State.LACKING, "no_procedure"),
    (facts(region=region(rule_set=None)), "rules", State.WARNING, "no_rules"),
    (facts(roles={"supervisor": 1, "call_taker": 1}), "people", State.LACKING, "few_supervisors"),
    (facts(roles={"supervisor": 2}), "people", State.LACKING, "no_call_taker"),
    (facts(without_role=("budi",)), "people", State.WARNING, "without_role"),
    (facts(staffed=frozenset({"damkar"})), "people", State.WARNING, "no_officer"),
    (facts(demo_users=3), "people", State.WARNING, "demo_users"),
    (facts(demo_users=3, region=region(stage="live")), "people", State.LACKING, "demo_users"),
    (facts(outlines=0), "boundaries", State.WARNING, "coarse"),
    (facts(region=region(areas=MappingProxyType({"35.77.01": AreaRef("35.77.01", "Taman", "kecamatan", "")}))),
     "boundaries", State.LACKING, "no_areas"),
    (facts(places=0), "places", State.LACKING, "no_places"),
    (facts(places=3), "places", State.WARNING, "few_places"),
    (facts(sealed=False), "keys", State.LACKING, "placeholder_key"),
    (facts(assured={"restore": NOW}), "keys", State.LACKING, "key_backup_never"),
    (facts(assured={"key_backup": NOW - YEAR, "restore": NOW}), "keys", State.LACKING, "key_backup_long_ago"),
    (facts(assured={"key_backup": NOW}), "restore", State.WARNING, "restore_never"),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "item", "state", "code"), LINES, ids=[f"{line[1]}-{line[3]}" for line in LINES])
def test_each_line_says_what_is_lacking(given_, item, state, code):
    assert unmet(given_)[item] == (state, code)


def test_police_that_nobody_can_phone_is_more_than_a_warning():
    whole = region(agreements=MappingProxyType({}))
    silent = replace(whole.agencies["polres"], phone="", referral_number="")
    agencies = MappingProxyType(dict(whole.agencies) | {"polres": silent})
    assert unmet(facts(region=replace(whole, agencies=agencies)))["police"][0] is State.LACKING


def test_a_special_card_does_not_cover_a_type():
    special = replace(OK_CARD, subtype="snake")
    cards = (*(c for c in region().run_cards if c.type != "fire"), special)
    assert unmet(facts(region=region(run_cards=cards)))["cards"] == (State.LACKING, "no_card")


def test_who_takes_no_part_needs_no_roster_and_no_channel():
    without = facts(
        region=region(agreements=MappingProxyType({})), planned=frozenset({"damkar", "bpbd"}),
        on_duty=frozenset({"damkar", "bpbd"}), staffed=frozenset({"damkar", "bpbd"}),
        channels=(ChannelFact("a", "damkar", True, False), ChannelFact("b", "bpbd", True, False)),
    )  # fmt: skip
    assert set(unmet(without)) == {"police"}


@given(st.sampled_from(LINES), st.sampled_from(LINES))
def test_a_region_may_go_live_exactly_when_no_line_is_lacking(one, other):
    for given_ in (one[0], other[0]):
        checks = assess(given_)
        assert may_go_live(checks) is all(check.state is not State.LACKING for check in checks)
        assert [check.item for check in checks] == [check.item for check in assess(facts())]
