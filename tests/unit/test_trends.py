"""Weeks of calls: every call once, in the region's own hours; few cases are few and not counted out."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reporting.trends import FEW, CallFact, call_stages, day_shares, few, heat, hours_against_band

WIB = ZoneInfo("Asia/Jakarta")
TODAY = date(2026, 11, 23)  # a Monday
MIDNIGHT = datetime(2026, 11, 22, 17, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)
CALLS = st.lists(
    st.builds(
        CallFact,
        st.datetimes(datetime(2026, 11, 15), datetime(2026, 11, 23, 5), timezones=st.just(UTC)),
        st.booleans(),
        st.sampled_from(["", "emergency", "prank", "ghost", "information"]),
    )
)


def call(days_ago: int, hour: int, disposition: str = "emergency", answered: bool = True) -> CallFact:
    return CallFact(MIDNIGHT - timedelta(days=days_ago) + timedelta(hours=hour, minutes=30), answered, disposition)


def test_today_stands_against_the_same_hour_of_the_days_before():
    calls = [call(0, 9)] * 4 + [call(1, 9)] * 2 + [call(2, 9)] * 6 + [call(3, 9)] * 3 + [call(9, 9)] * 50
    nine = hours_against_band(calls, today=TODAY, until=NOON, zone=WIB)[9]
    assert (nine.count, nine.low, nine.middle, nine.high) == (4, 2, 3, 6)


def test_an_hour_that_has_not_passed_has_no_count_and_a_day_without_calls_no_part_in_the_band():
    bands = hours_against_band([call(0, 9), call(1, 13)], today=TODAY, until=NOON, zone=WIB)
    assert (bands[11].count, bands[12].count) == (0, None)
    assert (bands[13].low, bands[13].high) == (1, 1)
    alone = hours_against_band([call(0, 9)], today=TODAY, until=NOON, zone=WIB)[9]
    assert (alone.count, alone.low, alone.middle, alone.high) == (1, None, None, None)


def test_the_heat_map_is_in_the_regions_days():
    sunday_23_wib = CallFact(MIDNIGHT - timedelta(minutes=30), True)
    assert heat([sunday_23_wib], WIB)[6][23] == 1
    assert heat([sunday_23_wib], ZoneInfo("Asia/Makassar"))[0][0] == 1


@given(CALLS)
def test_every_call_stands_once_in_the_heat_map_and_stages_only_shrink(calls):
    assert sum(map(sum, heat(calls, WIB))) == len(calls)
    came, answered, valid = call_stages(calls)
    assert len(calls) == came >= answered >= valid


@given(CALLS)
def test_shares_are_of_all_calls_of_the_day_and_only_of_five_or_more(calls):
    days = [TODAY - timedelta(days=n) for n in range(9)]
    found = day_shares(calls, days=days, zone=WIB)
    assert sum(one.n for one in found) == len(calls)
    for one in found:
        assert (one.share("prank") is None) == (one.n < 5)
        assert (one.share("prank") or 0) + (one.share("ghost") or 0) <= 1


def test_a_call_that_nobody_answered_or_that_was_a_prank_is_nobodys_report():
    calls = [call(0, 1), call(0, 1, "prank"), call(0, 1, "ghost"), call(0, 1, "", answered=False), call(0, 1, "")]
    assert call_stages(calls) == (5, 4, 2)


def test_one_to_four_cases_are_few():
    assert [few(n) for n in (0, 1, 4, 5, 60)] == [0, FEW, FEW, 5, 60]
