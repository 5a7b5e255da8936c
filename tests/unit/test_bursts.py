"""Seven calls in four minutes within 300 m raise the banner; six, slower or wider do not."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.bursts import CALLS, RADIUS_M, WITHIN, Heard, bursts
from incidents.duplicates import METRES_PER_DEGREE, metres_between

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
LAT, LON = -7.63, 111.52


def calls(count, *, apart_m=10.0, apart_s=10, lat=LAT, lon=LON, incident="a"):
    return [
        Heard(incident, NOW - timedelta(seconds=n * apart_s), lat + n * apart_m / METRES_PER_DEGREE, lon)
        for n in range(count)
    ]


def test_seven_calls_from_one_place_are_a_burst():
    [found] = bursts(calls(7), NOW)
    assert (found.calls, found.incidents) == (7, ("a",))
    assert found.since == NOW - timedelta(seconds=60)
    assert metres_between(found.lat, found.lon, LAT, LON) < 60


def test_six_calls_or_slower_or_wider_ones_are_none():
    assert bursts(calls(6), NOW) == ()
    assert bursts(calls(7, apart_s=45), NOW) == ()
    assert bursts(calls(7, apart_m=150), NOW) == ()
    assert bursts(calls(7), NOW + WITHIN + timedelta(seconds=1)) == ()
    assert bursts(calls(7), NOW - timedelta(minutes=1)) == ()  # calls from the future of the clock are not counted


def test_a_burst_over_the_edge_of_the_grid_is_seen_whole():
    for shift in range(0, 700, 50):
        assert bursts(calls(7, apart_m=45, lat=LAT + shift / METRES_PER_DEGREE), NOW) != ()


def test_two_bursts_are_two_banners_and_no_call_counts_twice():
    far = calls(9, lat=LAT + 0.02, incident="b")
    first, second = bursts([*calls(7), *far], NOW)
    assert (first.calls, second.calls) == (9, 7)
    assert first.incidents == ("b",)


def test_incidents_are_named_the_most_called_about_first():
    [found] = bursts([*calls(5, incident="main"), *calls(3, incident="side")], NOW)
    assert found.incidents == ("main", "side")


places = st.tuples(st.floats(-7.7, -7.6), st.floats(111.4, 111.6), st.integers(0, 400))


@settings(max_examples=60)
@given(st.lists(places, max_size=120))
def test_every_burst_keeps_the_rule(points):
    heard = [Heard(str(n), NOW - timedelta(seconds=s), lat, lon) for n, (lat, lon, s) in enumerate(points)]
    found = bursts(heard, NOW)
    for burst in found:
        assert burst.calls >= CALLS
        assert NOW - WITHIN <= burst.since <= burst.until <= NOW
        members = [h for h in heard if h.incident in burst.incidents]
        assert len(members) == burst.calls
        assert all(metres_between(a.lat, a.lon, b.lat, b.lon) <= 2 * RADIUS_M + 1 for a in members for b in members)
    assert sum(b.calls for b in found) <= len(heard)


def test_five_thousand_calls_from_one_block_take_no_longer_than_a_blink():
    import time

    heard = [h for n in range(700) for h in calls(7, apart_m=20, incident=str(n))]
    began = time.perf_counter()
    assert bursts(heard, NOW)[0].calls > 4000
    assert time.perf_counter() - began < 2
