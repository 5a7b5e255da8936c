"""When a stage is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.reference import RegionRef, TargetRef
from dispatch.deadlines import ON_ASSIGNED, plan, plan_all, target_for

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
    assert target_for(here, "arrive", "heart", "medical", "critical").id == "own"
    assert target_for(here, "arrive", "births", "medical", "critical").id == "base"
    assert target_for(here, "arrive", "fire", "fire", "critical").id == "urgent"
    assert target_for(here, "arrive", "fire", "fire", "low").id == "any"
    assert target_for(here, "complete", "fire", "fire", "low") is None


def test_an_assignment_starts_three_clocks():
    planned = plan_all(region(), ON_ASSIGNED, "fire", "fire", "high", AT)
    assert [p.stage for p in planned] == ["acknowledge", "arrive", "complete"]
    assert {p.starts_at for p in planned} == {AT}
