"""Codes that stand for a point by a published rule: Open Location Codes (Plus Codes), geohash, OSM short links. Pure.

All answers are the middle of the cell that the code names, in WGS 84 degrees; None for what is no such code. Rules:
Open Location Code specification (Google, 2014), geohash (Niemeyer, 2008), OpenStreetMap "Shortlink".
"""

from math import ceil, floor

OLC_ALPHABET = "23456789CFGHJMPQRVWX"
GEOHASH_ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
SHORT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~"
_PAIRS = 10  # digits that come in pairs of latitude and longitude; those behind them are cells of a 4 × 5 grid
_MARK = 8  # digits before the plus sign of a full code

Point = tuple[float, float]


def decode_plus_code(code: str) -> Point | None:
    """The middle of a full Plus Code (`6P3Q9GHX+2P`, also padded: `6P3Q0000+`)."""
    before, plus, after = code.upper().partition("+")
    digits = before.rstrip("0") + after
    if not plus or len(before) != _MARK or not digits or any(digit not in OLC_ALPHABET for digit in digits):
        return None
    if len(digits) < _PAIRS and len(digits) % 2:
        return None
    lat, lon, tall, wide = -90.0, -180.0, 400.0, 400.0
    for pair in range(0, min(len(digits), _PAIRS), 2):
        tall, wide = tall / 20, wide / 20
        lat += OLC_ALPHABET.index(digits[pair]) * tall
        lon += OLC_ALPHABET.index(digits[pair + 1]) * wide
    for digit in digits[_PAIRS:]:
        tall, wide = tall / 5, wide / 4
        row, column = divmod(OLC_ALPHABET.index(digit), 4)
        lat, lon = lat + row * tall, lon + column * wide
    return (lat + tall / 2, lon + wide / 2) if lat < 90 and lon < 180 else None


def encode_plus_code(lat: float, lon: float) -> str:
    """The full code of ten digits (a cell of about 14 m)."""
    y = min(max(floor((lat + 90) * 8000), 0), 180 * 8000 - 1)
    x = floor((lon + 180) * 8000) % (360 * 8000)
    digits = ""
    for _ in range(_PAIRS // 2):
        y, low = divmod(y, 20)
        x, left = divmod(x, 20)
        digits = OLC_ALPHABET[low] + OLC_ALPHABET[left] + digits
    return f"{digits[:_MARK]}+{digits[_MARK:]}"


def recover_plus_code(code: str, near: Point) -> Point | None:
    """The middle of a short code (`9GHX+2P`): of all cells that end like this the one nearest to `near`."""
    before, plus, after = code.upper().partition("+")
    missing = _MARK - len(before)
    if not plus or missing not in (2, 4, 6) or not after:
        return None
    found = decode_plus_code(encode_plus_code(*near)[:missing] + before + "+" + after)
    if found is None:
        return None
    step = 20.0 ** (2 - missing // 2)  # how far apart cells with the same ending lie
    lat, lon = (_nearest(value, around, step) for value, around in zip(found, near, strict=True))
    return lat, lon


def _nearest(value: float, around: float, step: float) -> float:
    return value + ceil((around - value) / step - 0.5) * step


def decode_geohash(code: str) -> Point | None:
    low, high = [-90.0, -180.0], [90.0, 180.0]
    axis = 1  # longitude first
    for letter in code.lower():
        if letter not in GEOHASH_ALPHABET:
            return None
        for bit in (16, 8, 4, 2, 1):
            middle = (low[axis] + high[axis]) / 2
            (low if GEOHASH_ALPHABET.index(letter) & bit else high)[axis] = middle
            axis = 1 - axis
    return ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2) if code else None


def decode_osm_short(code: str) -> Point | None:
    """The point of `osm.org/go/<code>`: six bits a letter, longitude and latitude in turns."""
    letters = code.replace("@", "~").rstrip("-")
    if not letters or len(letters) > 10 or any(letter not in SHORT_ALPHABET for letter in letters):
        return None
    x = y = 0
    for letter in letters:
        bits = SHORT_ALPHABET.index(letter)
        for shift in (4, 2, 0):
            x = x << 1 | bits >> shift + 1 & 1
            y = y << 1 | bits >> shift & 1
    size = float(1 << 3 * len(letters))
    return (y + 0.5) / size * 180 - 90, (x + 0.5) / size * 360 - 180
