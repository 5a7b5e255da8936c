"""How agencies answer: the definitions on the page, each as a case that they decide."""

import uuid
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.answers import Attempt, Part, answers_of, by_agency, by_shift, day_of, messages_of, shift_of

WIB = timezone(timedelta(hours=7))
GIVEN = datetime(2026, 11, 23, 9, tzinfo=WIB)
NOW = GIVEN + timedelta(hours=2)


def after(seconds: float | None) -> datetime | None:
    return None if seconds is None else GIVEN + timedelta(seconds=seconds)


def part(accepted=None, declined=None, withdrawn=None, due: float | None = 60, agency="damkar") -> Part:
    return Part(agency, GIVEN, after(due), after(accepted), after(declined), after(withdrawn))


@pytest.mark.parametrize(
    ("one", "silent", "never"),
    [
        (part(accepted=60), False, False),
        (part(accepted=61), True, False),
        (part(declined=30), False, False),
        (part(declined=300), True, False),
        (part(), True, True),
        (part(due=None), False, False),
        (part(due=99_999), False, False),
        (part(withdrawn=30), False, False),
        (part(withdrawn=300), True, True),
    ],
)
def test_who_does_not_answer_in_time_is_silent_and_who_never_does_is_both(one, silent, never):
    assert (one.silent(NOW), one.never(NOW)) == (silent, never)


def test_an_overdue_task_counts_with_the_time_so_far_and_one_that_is_not_due_not_at_all():
    found = answers_of("x", [part(accepted=10), part(accepted=20), part(), part(due=99_999)], [], now=NOW)
    assert (found.given, found.accepted, found.silent, found.never) == (4, 2, 1, 1)
    assert (found.accept.n, found.accept.p50, found.accept.p90) == (3, 20, 7200)
    assert found.accept.in_time == 2


def test_a_withdrawn_task_has_no_time_to_accept():
    assert answers_of("x", [part(withdrawn=300)], [], now=NOW).accept.n == 0


def test_a_message_counts_once_by_its_best_attempt():
    one, other, lost, waits = (uuid.uuid4() for _ in range(4))
    told = messages_of(
        [
            Attempt("a", one, "failed"), Attempt("a", one, "failed"), Attempt("a", one, "read"),
            Attempt("a", other, "sent"), Attempt("a", lost, "failed"), Attempt("a", lost, "dead"),
            Attempt("a", waits, "failed"), Attempt("a", waits, "queued"),
        ]
    )  # fmt: skip
    assert (told.read, told.sent, told.delivered, told.dead, told.waiting, told.failed) == (1, 1, 0, 1, 1, 4)
    assert told.n == 4


@pytest.mark.parametrize(
    ("hour", "shift", "day"),
    [(5, "malam", 22), (6, "pagi", 23), (13, "pagi", 23), (14, "siang", 23), (22, "malam", 23), (0, "malam", 22)],
)
def test_a_night_is_one_shift_of_one_day(hour, shift, day):
    at = datetime(2026, 11, 23, hour, 59, tzinfo=WIB)
    assert shift_of(at) == shift
    assert day_of(at) == datetime(2026, 11, day, 6, tzinfo=WIB)


TIMES = st.none() | st.integers(0, 7000)
PARTS = st.lists(
    st.builds(part, TIMES, TIMES, TIMES, st.none() | st.integers(1, 9000), st.sampled_from("abc")), max_size=30
)  # fmt: skip


@given(PARTS)
def test_agencies_and_shifts_add_up_to_the_whole(parts):
    whole = answers_of("", parts, [], now=NOW)
    for split in (by_agency(parts, [], now=NOW), by_shift(parts, now=NOW)):
        for name in ("given", "accepted", "declined", "silent", "never"):
            assert sum(getattr(row, name) for row in split) == getattr(whole, name)
    assert whole.never <= whole.silent <= whole.given
    assert whole.accept.in_time <= whole.accept.n <= whole.given
