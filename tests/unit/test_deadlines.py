"""When a stage is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.reference import RegionRef, TargetRef
from dispatch.deadlines import FROM_ASSIGNED, ON_ASSIGNED, plan, plan_all, target_for

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
STAGES = ("answer", "ticket", "acknowledge", "dispatch", "arrive", "complete")


def region(*targets: TargetRef) -> RegionRef:
    return RegionRef("35.77", "Kota Madiun", "kota", "Asia/Jakarta", "live", targets=targets)


@given(
    st.sampled_from(STAGES), st.integers(1, 10**6),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)  # fmt: skip
def test_the_warning_comes_at_80_percent_of_the_time(stage, seconds, starts):
    planned = plan(region(TargetRef("t", 3, stage, seconds)), stage, "fire", "fire", "high", starts)
    assert planned.due_at - starts == timedelta(seconds=seconds)
    assert abs((planned.warn_at - starts) - timedelta(seconds=seconds * 0.8)) < timedelta(milliseconds=1)
    assert starts <= planned.warn_at <= planned.due_at
    assert (planned.target_id, planned.target_version) == ("t", 3)


@pytest.mark.parametrize("stage", STAGES)
def test_a_region_without_targets_still_has_a_deadline_for_every_stage(stage):
    planned = plan(region(), stage, "fire", "fire", "high", AT)
    assert planned.due_at > AT
    assert planned.target_id == ""


def test_the_most_specific_target_wins():
    any_, base, own, urgent = (
        TargetRef("any", 1, "arrive", 900), TargetRef("base", 1, "arrive", 800, "medical"),
        TargetRef("own", 1, "arrive", 700, "heart"), TargetRef("urgent", 1, "arrive", 300, "", "critical"),
    )  # fmt: skip
    here = region(any_, urgent, base, own)
    assert target_for(here, "arrive", "heart", "medical", "critical", AT).id == "own"
    assert target_for(here, "arrive", "births", "medical", "critical", AT).id == "base"
    assert target_for(here, "arrive", "fire", "fire", "critical", AT).id == "urgent"
    assert target_for(here, "arrive", "fire", "fire", "low", AT).id == "any"
    assert target_for(here, "complete", "fire", "fire", "low", AT) is None


@pytest.mark.parametrize(("hour", "wins"), [(21, "any"), (22, "night"), (23, "night"), (5, "night"), (6, "any")])
def test_at_night_the_targets_of_the_night_count_by_the_clock_of_the_region(hour, wins):
    here = region(TargetRef("any", 1, "arrive", 900), TargetRef("night", 1, "arrive", 1200, "", "", 22, 6))
    starts = datetime(2026, 11, 22, hour, 30, tzinfo=here.tz).astimezone(UTC)
    assert target_for(here, "arrive", "fire", "fire", "low", starts).id == wins


def test_hours_are_less_specific_than_type_and_priority():
    night, fire, urgent = (
        TargetRef("night", 1, "arrive", 1, "", "", 0, 24), TargetRef("fire", 1, "arrive", 2, "fire"),
        TargetRef("urgent", 1, "arrive", 3, "", "critical"),
    )  # fmt: skip
    here = region(night, fire, urgent)
    assert target_for(here, "arrive", "fire", "fire", "low", AT).id == "fire"
    assert target_for(here, "arrive", "flood", "disaster", "critical", AT).id == "urgent"
    assert target_for(here, "arrive", "flood", "disaster", "low", AT).id == "night"


@given(st.sampled_from(STAGES), st.integers(1, 10**6), st.integers(0, 10**5))
def test_a_pause_moves_warning_and_limit_by_its_length_and_keeps_the_start(stage, seconds, paused):
    here = region(TargetRef("t", 1, stage, seconds))
    plain = plan(here, stage, "fire", "fire", "low", AT)
    later = plan(here, stage, "fire", "fire", "low", AT, paused=paused)
    assert later.starts_at == plain.starts_at
    assert later.due_at - plain.due_at == later.warn_at - plain.warn_at == timedelta(seconds=paused)
    assert (later.seconds, later.paused) == (seconds, paused)


def test_the_definition_of_the_clock_stands_with_the_deadline():
    assert plan(region(), "arrive", "fire", "fire", "low", AT).clock == "created>arrived"
    joined = plan(region(), "arrive", "fire", "fire", "low", AT, clock=FROM_ASSIGNED["arrive"])
    assert joined.clock == "assigned>arrived"


def test_an_assignment_starts_three_clocks():
    planned = plan_all(region(), ON_ASSIGNED, "fire", "fire", "high", AT)
    assert [p.stage for p in planned] == ["acknowledge", "arrive", "complete"]
    assert {p.starts_at for p in planned} == {AT}
