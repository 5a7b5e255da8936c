"""How often somebody may send."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.pacing import MOST_KEYS, Buckets


def test_a_burst_is_let_through_and_then_the_rate():
    pace = Buckets(burst=5, per_second=2)
    assert [pace.wait("a", 0.0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert pace.wait("a", 0.5) == 0
    assert pace.wait("a", 0.5) == 1


def test_one_does_not_pay_for_another():
    pace = Buckets(burst=1, per_second=1)
    assert [pace.wait("a", 0), pace.wait("b", 0), pace.wait("a", 0)] == [0, 0, 1]


@given(st.lists(st.floats(0, 5), max_size=100))
def test_never_more_than_the_burst_and_the_rate(gaps):
    pace, now, passed = Buckets(burst=10, per_second=3), 0.0, 0
    for gap in gaps:
        now += gap
        passed += pace.wait("a", now) == 0
    assert passed <= 10 + 3 * now + 1e-6


def test_what_is_remembered_is_bounded():
    pace = Buckets(burst=2, per_second=1)
    for n in range(MOST_KEYS * 2 + 5):
        assert pace.wait(str(n), n / 1000) == 0
    assert len(pace._left) <= MOST_KEYS
