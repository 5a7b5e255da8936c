"""The figures of a day: counted once, honest about few cases, never a mean."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reporting.kpi import CallTimes, StepTimes, calls_of_day, paces, percentile, ranked, spread

MIDNIGHT = datetime(2026, 11, 21, 17, tzinfo=UTC)  # 00.00 WIB
NOW = MIDNIGHT + timedelta(hours=20)


def at(minutes: float, seconds: float = 0) -> datetime:
    return MIDNIGHT + timedelta(minutes=minutes, seconds=seconds)


def step(
    agency: str, took: float | None, target: float = 60, stage: str = "acknowledge", start: float = 0
) -> StepTimes:
    begun = at(start)
    done = begun + timedelta(seconds=took) if took is not None else None
    return StepTimes(agency, stage, begun, begun + timedelta(seconds=target), done)


def test_the_percentile_is_a_value_that_happened():
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 3600], 0.9) == 9
    assert percentile([7], 0.9) == 7
    assert percentile([], 0.9) is None


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_at_least_the_share_lies_at_or_below_the_percentile(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


@given(st.lists(st.floats(0, 1e5)))
def test_p90_is_never_below_p50(values):
    found = spread(values, 0)
    assert found.n == len(values)
    assert (found.p50 is None) == (not values)
    if values:
        assert found.p50 <= found.p90


def test_calls_are_counted_in_the_hour_in_which_they_rang():
    calls = [
        CallTimes(at(59), at(59, 65), None),
        CallTimes(at(61), at(61, 4), None),
        CallTimes(at(62), None, at(63)),
        CallTimes(at(60 * 19 + 59), None, None),
    ]
    day = calls_of_day(calls, since=MIDNIGHT, now=NOW, target=10)
    assert [(n, h.answered, h.abandoned, h.waiting) for n, h in enumerate(day.hours) if h != type(h)()] == [
        (0, 1, 0, 0), (1, 1, 1, 0), (19, 0, 0, 1),
    ]  # fmt: skip
    assert (day.answered, day.abandoned, day.waiting) == (2, 1, 1)
    assert (day.answer.n, day.answer.in_time, day.answer.p50, day.answer.p90) == (2, 1, 4, 65)


def test_a_call_of_yesterday_or_of_tomorrow_is_not_of_today():
    calls = [CallTimes(at(-1), at(1), None), CallTimes(NOW + timedelta(minutes=1), None, None)]
    assert calls_of_day(calls, since=MIDNIGHT, now=NOW, target=10).answered == 0


def test_a_call_without_ringing_time_counts_but_has_no_waiting_time():
    day = calls_of_day([CallTimes(None, at(5), None)], since=MIDNIGHT, now=NOW, target=10)
    assert (day.answered, day.answer.n, day.answer.p90) == (1, 0, None)


moments = st.none() | st.integers(-120, 26 * 60).map(at)


@given(st.lists(st.builds(CallTimes, moments, moments, moments)))
def test_every_call_of_the_day_is_counted_exactly_once(calls):
    day = calls_of_day(calls, since=MIDNIGHT, now=NOW, target=10)
    of_today = [call for call in calls if call.began_at is not None and MIDNIGHT <= call.began_at <= NOW]
    assert day.answered + day.abandoned + day.waiting == len(of_today)


def test_a_step_in_time_and_one_too_late():
    (pace,) = paces([step("damkar", 30), step("damkar", 90)], stage="acknowledge", now=NOW)
    assert (pace.agency, pace.spread.n, pace.spread.in_time, pace.spread.p50, pace.spread.p90) == (
        "damkar",
        2,
        1,
        30,
        90,
    )
    assert (pace.least, pace.most, pace.open) == (60, 60, 0)


def test_what_is_overdue_and_not_done_counts_as_late_with_the_time_so_far():
    waiting = step("bpbd", None, target=60, start=20 * 60 - 10)
    (pace,) = paces([waiting], stage="acknowledge", now=NOW)
    assert (pace.spread.in_time, pace.spread.p90, pace.open) == (0, 600, 1)


def test_what_is_not_due_yet_says_nothing():
    assert paces([step("bpbd", None, start=20 * 60)], stage="acknowledge", now=NOW) == []


def test_only_the_stage_that_is_asked_for():
    found = paces([step("bpbd", 10), step("bpbd", 500, stage="arrive")], stage="arrive", now=NOW)
    assert [pace.spread.p50 for pace in found] == [500]


def test_few_cases_make_nobody_fast_or_slow():
    few = [step("pdam", 1) for _ in range(4)]
    many = [step("damkar", 50) for _ in range(5)]
    assert [pace.agency for pace in ranked(paces(few + many, stage="acknowledge", now=NOW))] == ["damkar"]


def test_who_keeps_the_target_comes_first_then_who_keeps_it_by_more():
    steps = (
        [step("late", 90) for _ in range(5)]
        + [step("just", 59) for _ in range(5)]
        + [step("fast", 5) for _ in range(5)]
    )
    assert [pace.agency for pace in ranked(paces(steps, stage="acknowledge", now=NOW))] == ["fast", "just", "late"]
