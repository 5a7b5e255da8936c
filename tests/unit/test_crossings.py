"""Where two streets meet, as callers say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.spatial import haversine_m
from incidents.crossings import MOST_APART_M, find, meeting, splits
from incidents.placesearch import PlaceIndex, Spot


def street(key: str, name: str, lat: float, lon: float, *aliases: str, kind: str = "street") -> Spot:
    return Spot(key, kind, name, lat, lon, kind, aliases=aliases, around=("Kejuron", "Taman", "Kota Madiun"),
                radius_m=500.0)  # fmt: skip


PAHLAWAN = street("p", "Pahlawan Street Center", -7.6242, 111.5238, "Jalan Pahlawan")
SUDIRMAN = street("s", "Jalan Panglima Sudirman", -7.6290, 111.5215)
SUDIRMAN_FAR = street("s2", "Jalan Panglima Sudirman Selatan", -7.6490, 111.5215)
THAMRIN = street("t", "Jalan M.H. Thamrin", -7.6210, 111.5300)
FAR = street("f", "Jalan Ring Road Barat", -7.6600, 111.4800)
MARKET = street("m", "Pasar Besar Madiun", -7.6300, 111.5200, kind="poi")
INDEX = PlaceIndex([PAHLAWAN, SUDIRMAN, SUDIRMAN_FAR, THAMRIN, FAR, MARKET])


@pytest.mark.parametrize(
    "said",
    [
        "simpang jalan pahlawan dan jalan sudirman",
        "perempatan pahlawan - sudirman",
        "pertigaan jl. sudirman dgn jl. pahlawan",
        "jl pahlawan x jl sudirman",
        "jl pahlawan x panglima sudirman",
        "pojok pahlawan/sudirman",
        "simpang empat jl pahlawan & jl panglima sudirman, dekat pasar",
        "kecelakaan di persimpangan antara jalan pahlwan dan jalan sudirman",
        "perempatan jl pahlawan - jl sudirman depan pasar besar",
        "prapatan pahlawan ketemu sudirman",
        "simpang jl pahlawan taman dan jl sudirman",
    ],
)
def test_two_streets_are_read_from_what_people_say(said):
    found = find(said, INDEX)
    assert found is not None
    assert {spot.key for spot in found.streets} == {"p", "s"}
    assert found.meets
    assert found.lat == pytest.approx((PAHLAWAN.lat + SUDIRMAN.lat) / 2)


@pytest.mark.parametrize(
    ("said", "known", "unknown"),
    [
        ("simpang jalan pahlawan dan jalan melati", "p", "jalan melati"),
        ("perempatan jl melati - jl thamrin", "t", "jl melati"),
        ("pertigaan pahlawan dan pasar besar", "p", "pasar besar"),
    ],
)
def test_a_street_that_is_known_alone_is_offered_and_the_other_named(said, known, unknown):
    found = find(said, INDEX)
    assert found is not None
    assert [spot.key for spot in found.streets] == [known]
    assert found.unknown == unknown
    assert not found.meets


@pytest.mark.parametrize(
    "said",
    ["", "jalan pahlawan", "pasar besar dan masjid", "simpang jalan melati dan jalan mawar", "perempatan", "jl - jl",
     "jalan raya madiun - ponorogo", "suami dan istri di jalan pahlawan", "bapak x di jl sudirman"],
)  # fmt: skip
def test_what_is_no_crossing_of_known_streets_is_left_to_the_ordinary_search(said):
    assert find(said, INDEX) is None


def test_streets_far_apart_are_offered_each_and_not_a_point_between_them():
    found = find("simpang jl thamrin dan jl ring road barat", INDEX)
    assert found is not None
    assert found.apart_m > MOST_APART_M
    assert not found.meets


def test_a_name_with_hyphens_of_its_own_is_split_where_both_sides_are_streets():
    index = PlaceIndex(
        [street("a", "Jalan Ngawi-Maospati", -7.60, 111.52), street("b", "Jalan Melati", -7.602, 111.522)]
    )
    found = find("simpang jl ngawi-maospati - jl melati", index)
    assert found is not None
    assert {spot.key for spot in found.streets} == {"a", "b"}


POINTS = st.tuples(st.floats(-7.70, -7.55), st.floats(111.45, 111.60))
SIDES = st.lists(POINTS, min_size=1, max_size=5)


@given(SIDES, SIDES)
def test_the_nearest_pair_is_taken_drawn_whole_and_the_same_from_either_side(one, other):
    left = [street(f"a{n}", "Jalan A", *at) for n, at in enumerate(one)]
    right = [street(f"b{n}", "Jalan B", *at) for n, at in enumerate(other)]
    found, back = meeting(left, right), meeting(right, left)
    assert (found.lat, found.lon, found.radius_m) == (back.lat, back.lon, back.radius_m)
    nearest = min(haversine_m(*a, *b) for a in one for b in other)
    assert found.apart_m == pytest.approx(nearest, abs=0.01)
    assert found.meets == (found.apart_m <= MOST_APART_M)
    if found.lat is not None and found.lon is not None:
        assert all(haversine_m(found.lat, found.lon, s.lat, s.lon) <= found.radius_m for s in found.streets)


@given(st.text())
def test_no_phrase_is_too_odd(said):
    list(splits(said))
    find(f"simpang {said} dan jl {said}", INDEX)


@given(st.integers(1, 300))
def test_a_long_phrase_of_separators_is_read_in_few_steps(n):
    assert len(list(splits("simpang " + "jl a - " * n))) <= 6
