"""UTM and MGRS: published examples, there and back, and how people write them."""

from math import asinh, atan2, atanh, cos, cosh, hypot, radians, sin, sinh, sqrt, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.coordinates import read
from incidents.duplicates import metres_between
from incidents.gridutm import mgrs_to_point, utm_to_point


def test_published_points_of_utm():
    # the README of the Python package utm (MIT): 51.2, 7.5 is (395201.3103811303, 5673135.241182375, 32, 'U')
    assert utm_to_point(32, 395201.31038, 5673135.24118, southern=False) == pytest.approx((51.2, 7.5), abs=1e-7)
    # Wikipedia, "Universal Transverse Mercator": CN Tower, 17T 630084 4833438 = 43°38′33.24″ N 79°23′13.7″ W
    assert utm_to_point(17, 630_084, 4_833_438, southern=False) == pytest.approx((43.642567, -79.387139), abs=1e-5)


def test_a_published_point_of_mgrs():
    # the README of the Python package mgrs (MIT): 42.0, -93.0 is 15TWG0000049776
    assert mgrs_to_point(15, "T", "WG", "0000049776") == pytest.approx((42.0, -93.0), abs=1e-5)


def forward(lat, lon):
    """UTM by Krüger's forward series (Karney 2011, eq. 35), independent of what is tested."""
    zone, n, f = int((lon + 180) // 6) + 1, 0.0016792203863836474, 1 / 298.257223563
    e = sqrt(f * (2 - f))
    phi, lam = radians(lat), radians(lon - (zone * 6 - 183))
    t = sinh(asinh(tan(phi)) - e * atanh(e * sin(phi)))
    xi, eta = atan2(t, cos(lam)), asinh(sin(lam) / hypot(t, cos(lam)))
    alpha = (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16, 13 * n**2 / 48 - 3 * n**3 / 5, 61 * n**3 / 240)
    radius = 6_378_137.0 / (1 + n) * (1 + n**2 / 4 + n**4 / 64) * 0.9996
    north = xi + sum(a * sin(2 * j * xi) * cosh(2 * j * eta) for j, a in enumerate(alpha, 1))
    east = eta + sum(a * cos(2 * j * xi) * sinh(2 * j * eta) for j, a in enumerate(alpha, 1))
    return zone, 500_000 + radius * east, radius * north + (10_000_000 if lat < 0 else 0)


INDONESIA = st.tuples(st.floats(-11.0, -0.001) | st.floats(0.001, 6.0), st.floats(95.0, 141.0))


@given(INDONESIA)
def test_there_and_back_is_the_same_point(point):
    zone, east, north = forward(*point)
    found = utm_to_point(zone, east, north, southern=point[0] < 0)
    assert found is not None
    assert metres_between(*point, *found) < 0.01


@given(INDONESIA)
def test_a_reference_in_whole_metres_is_read_within_a_metre_in_both_grids(point):
    zone, east, north = forward(*point)
    band = "L" if point[0] < -8 else "M" if point[0] < 0 else "N"
    columns = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")[(zone - 1) % 3]
    row = "ABCDEFGHJKLMNPQRSTUV"[(int(north // 100_000) + (5 if zone % 2 == 0 else 0)) % 20]
    square = columns[int(east // 100_000) - 1] + row
    as_mgrs = f"{zone}{band} {square} {int(east) % 100_000:05} {int(north) % 100_000:05}"
    as_utm = f"{zone}{band} {int(east)} {int(north):06}"
    for text, form in ((as_mgrs, "mgrs"), (as_utm, "utm")):
        found = read(text)
        assert found is not None, text
        assert (found.form, metres_between(*point, found.lat, found.lon) < 2) == (form, True), text


@pytest.mark.parametrize(
    "text",
    ["49M 557800 9156600", "utm 49S 557800 9156600", "zona 49 S, X: 557800 Y: 9156600", "49M 557800mE 9156600mN",
     "posisi di 49S 557800 / 9156600 ya", "49MEM5780056600", "49M EM 578 566"],
)  # fmt: skip
def test_as_people_write_it(text):
    found = read(text)
    assert found is not None
    assert metres_between(-7.6298, 111.5239, found.lat, found.lon) < 150, found


@pytest.mark.parametrize(
    "text",
    ["jl mawar 49 rt 3 rw 5", "nomor 081234567890", "49 motor 557800 9156600", "32U 340000 5710000", "49M ZZ 1 2"],
)
def test_other_numbers_are_no_grid(text):
    assert read(text) is None


@given(st.integers(1, 60), st.sampled_from("CDMNX"), st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=2, max_size=2),
       st.text("0123456789", max_size=12))  # fmt: skip
def test_any_letters_and_digits_are_answered_or_refused(zone, band, square, digits):
    found = mgrs_to_point(zone, band, square, digits)
    assert found is None or (-90 <= found[0] <= 90)
