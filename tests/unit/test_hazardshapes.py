"""Shapes of hazard areas: what a hand draws and what outlines make."""

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from incidents.hazardshapes import MOST_CORNERS, BadShape, as_geojson, circle, drawn, inside, joined

SQUARE = [[-7.63, 111.52], [-7.63, 111.54], [-7.61, 111.54], [-7.61, 111.52]]


def test_a_point_inside_its_edge_and_outside():
    geometry = as_geojson(drawn(SQUARE))
    assert inside([geometry], -7.62, 111.53) == [0]
    assert inside([geometry], -7.63, 111.53) == [0]
    assert inside([geometry], -7.60, 111.53) == []
    assert inside([geometry], None, None) == []


@pytest.mark.parametrize(
    "corners",
    [None, "x", [], SQUARE[:2], [[-7.6, 111.5]] * 4, [*SQUARE, ["a", 1]], [*SQUARE, [True, 1.0]],
     [*SQUARE, [math.nan, 111]],
     [[51.0, 0.0], [52.0, 0.0], [52.0, 1.0]], [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]],
     [[-11, 95], [-11, 141], [6, 141], [6, 95]], SQUARE * MOST_CORNERS],
)  # fmt: skip
def test_what_is_no_area_is_refused(corners):
    with pytest.raises(BadShape):
        drawn(corners)


def test_nothing_chosen_is_refused():
    with pytest.raises(BadShape):
        joined([])


@given(st.floats(-11, 6), st.floats(95, 141), st.floats(50, 5000))
def test_the_circle_around_a_middle_is_round_in_metres(lat, lon, metres):
    west, south, east, north = circle(lat, lon, metres).bounds
    wide = (east - west) * 111_320 * math.cos(math.radians(lat))
    assert wide == pytest.approx(2 * metres, rel=0.02)
    assert (north - south) * 111_320 == pytest.approx(2 * metres, rel=0.02)


@given(st.lists(st.tuples(st.floats(-7.7, -7.5), st.floats(111.4, 111.6)), min_size=1, max_size=8))
def test_joined_areas_hold_the_middles_of_all_and_stay_small(middles):
    whole = joined(circle(lat, lon, 800) for lat, lon in middles)
    geometry = as_geojson(whole)
    assert all(inside([geometry], lat, lon) == [0] for lat, lon in middles)
    assert shapely.get_num_coordinates(whole) <= 400
