"""Metric grids on maps and field radios: UTM and MGRS to WGS 84 degrees. Pure.

Inverse transverse Mercator by Krüger's series to the fourth order in the third flattening (Karney 2011, eq. 36: below
a millimetre inside a zone). MGRS letters by NGA.STND.0037 (2014), AA scheme.
"""

from math import atan, atanh, cos, cosh, degrees, hypot, radians, sin, sinh, sqrt

Point = tuple[float, float]
_A, _F, _K0 = 6_378_137.0, 1 / 298.257223563, 0.9996  # WGS 84 semi-major axis, flattening; UTM scale on the meridian
_N = _F / (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96 - _N**4 / 360,
    _N**2 / 48 + _N**3 / 15 - 437 * _N**4 / 1440,
    17 * _N**3 / 480 - 37 * _N**4 / 840,
    4397 * _N**4 / 161280,
)
_FALSE_EAST, _FALSE_NORTH = 500_000.0, 10_000_000.0
BANDS = "CDEFGHJKLMNPQRSTUVWX"
"""Bands of eight degrees of latitude from 80° S; from N on they lie north of the equator."""
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE = 100_000


def utm_to_point(zone: int, east: float, north: float, *, southern: bool) -> Point | None:
    """Latitude and longitude of a UTM point in metres; None outside of what UTM covers."""
    if not (1 <= zone <= 60 and 100_000 <= east <= 900_000 and 0 <= north <= _FALSE_NORTH):
        return None
    xi = (north - (_FALSE_NORTH if southern else 0.0)) / (_K0 * _RADIUS)
    eta = (east - _FALSE_EAST) / (_K0 * _RADIUS)
    xi_, eta_ = xi, eta
    for j, beta in enumerate(_BETA, start=1):
        xi_ -= beta * sin(2 * j * xi) * cosh(2 * j * eta)
        eta_ -= beta * cos(2 * j * xi) * sinh(2 * j * eta)
    conformal = sin(xi_) / hypot(sinh(eta_), cos(xi_))  # tangent of the conformal latitude
    lon = zone * 6 - 183 + degrees(atan(sinh(eta_) / cos(xi_)))
    return degrees(atan(_geographic(conformal))), lon


def _geographic(conformal: float) -> float:
    """Tangent of the latitude from that of the conformal latitude, by Newton's method (Karney 2011, eq. 19–21)."""
    e2 = _F * (2 - _F)
    e, tau = sqrt(e2), conformal
    for _ in range(5):
        sigma = sinh(e * atanh(e * tau / hypot(1, tau)))
        guess = tau * hypot(1, sigma) - sigma * hypot(1, tau)
        tau += (conformal - guess) / hypot(1, guess) * (1 + (1 - e2) * tau**2) / ((1 - e2) * hypot(1, tau))
    return tau


def mgrs_to_point(zone: int, band: str, square: str, digits: str) -> Point | None:
    """The middle of the cell that an MGRS reference names (`49`, `M`, `FM`, `1234567890`); None for what is none."""
    if band not in BANDS or len(square) != 2 or len(digits) % 2 or len(digits) > 10:
        return None
    columns = _COLUMNS[(zone - 1) % 3]
    if square[0] not in columns or square[1] not in _ROWS:
        return None
    half = len(digits) // 2
    size = 10 ** (5 - half)
    east = (columns.index(square[0]) + 1) * _SQUARE + (int(digits[:half] or 0) + 0.5) * size
    row = (_ROWS.index(square[1]) - (5 if zone % 2 == 0 else 0)) % 20
    north = row * _SQUARE + (int(digits[half:] or 0) + 0.5) * size
    south_edge = -80.0 + 8 * BANDS.index(band)
    southern = band < "N"
    lowest = _northing(south_edge) + (_FALSE_NORTH if southern else 0.0)
    while north < lowest - _SQUARE:  # letters of rows repeat every 2,000 km
        north += 20 * _SQUARE
    found = utm_to_point(zone, east, north, southern=southern)
    tall = 12 if band == "X" else 8
    return found if found and south_edge - 1 <= found[0] <= south_edge + tall + 1 else None


def _northing(lat: float) -> float:
    """Northing of a parallel on the central meridian, metres, within a few metres: enough to tell 2,000 km apart."""
    phi = radians(lat)
    e2 = _F * (2 - _F)
    arc = (1 - e2 / 4 - 3 * e2**2 / 64) * phi - (3 * e2 / 8 + 3 * e2**2 / 32) * sin(2 * phi)
    return _K0 * _A * (arc + 15 * e2**2 / 256 * sin(4 * phi))
