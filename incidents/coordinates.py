"""Coordinates in every form in which they reach a call-taker: links, codes, degrees, decimals, fields of an SMS. Pure.

WGS 84 degrees, metres. Nothing is resolved over the internet: a short link is named as such, not guessed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from incidents.gridcodes import (
    Point,
    decode_geohash,
    decode_osm_short,
    decode_plus_code,
    recover_plus_code,
)
from incidents.gridutm import mgrs_to_point, utm_to_point

SOUTH, NORTH, WEST, EAST = -11.5, 6.5, 94.0, 142.0
"""The box around Indonesia, with its sea."""
HERE_DEGREES = 1.5
"""A reading this near to the region is taken before one elsewhere (about 165 km)."""
SHORT_LINK, WORDS_CODE, OUTSIDE, NO_POINT = "short_link", "words_code", "outside", "no_point"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `problem` (then without a point): SHORT_LINK and WORDS_CODE cannot be opened without internet,
    OUTSIDE lies outside Indonesia, NO_POINT is a link that holds the name in `words` only.

    `changed`: "swapped" and "sign" when the order or a missing minus was set right. `radius_m`: as the phone said.
    """

    form: str
    lat: float | None = None
    lon: float | None = None
    changed: tuple[str, ...] = ()
    radius_m: float | None = None
    problem: str = ""
    words: str = ""

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


def read(text: str, near: Point | None = None) -> Reading | None:
    """The point written in a text; None when there is none. `near`: a point of the region, which settles short Plus
    Codes and what could be read in two ways.
    """
    plain = unquote(text[:4000])
    problem: Reading | None = None
    for reader in _READERS:
        for found in reader(plain, near):
            if not found.problem:
                return found
            problem = problem or found
    return problem


def in_indonesia(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST


def _fit(form: str, first: float, second: float, near: Point | None = None, *, unsigned: bool = False,
         radius_m: float | None = None) -> Reading:  # fmt: skip
    """Of the ways to read two numbers the first that lies near the region, else the first in Indonesia.

    `unsigned`: no sign was written, so a missing minus is possible.
    """
    ways: list[tuple[float, float, tuple[str, ...]]] = [(first, second, ()), (second, first, ("swapped",))]
    if unsigned:
        ways += [(-first, second, ("sign",)), (-second, first, ("swapped", "sign"))]
    fitting = [way for way in ways if in_indonesia(way[0], way[1])]
    if not fitting:
        return Reading(form, problem=OUTSIDE)
    lat, lon, changed = next((way for way in fitting if near and _is_near(way, near)), fitting[0])
    return Reading(form, lat, lon, changed, radius_m)


def _is_near(way: tuple[float, float, tuple[str, ...]], near: Point) -> bool:
    return abs(way[0] - near[0]) <= HERE_DEGREES and abs(way[1] - near[1]) <= HERE_DEGREES


# --- Links -----------------------------------------------------------------------------------------------------------

_N = r"([-+]?\d{1,3}(?:\.\d+)?)"
_LINK = re.compile(r"(?:https?://|\b(?:www\.)?(?:maps|google|goo|g|waze|osm|openstreetmap|w3w|what3words)\.)\S+", re.I)
_PAIR_KEYS = (
    "q|query|ll|sll|coordinate|center|destination|origin|daddr|saddr|cbll|viewpoint|latlng|loc|near|to|map|cp|point"
)
_LINK_FORMS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"!3d{_N}!4d{_N}",
        rf"[?&#]mlat={_N}&(?:amp;)?mlon={_N}",
        rf"[?&#/](?:{_PAIR_KEYS})=(?:loc:|ll\.)?\s*{_N}\s*[,~]\s*{_N}(?![\d.])",
        rf"[?&#]lat(?:itude)?={_N}&(?:amp;)?(?:lon|lng|long|longitude)={_N}",
        rf"#map=\d+(?:\.\d+)?/{_N}/{_N}",
        rf"/(?:place|search|dir|l)/(?:[^@\s]*/)?{_N},\s*{_N}(?![\d.])",
        rf"@{_N},{_N}(?:,|/|$)",
    )
)
_EMBEDDED = re.compile(rf"!2d{_N}!3d{_N}")  # longitude first
_HOSTS = (
    ("waze", re.compile(r"waze\.com", re.I)),
    ("osm", re.compile(r"openstreetmap\.org|osm\.org", re.I)),
    ("apple", re.compile(r"maps\.apple", re.I)),
    ("google", re.compile(r"goo\.gl|google\.|g\.co/|g\.page", re.I)),
)
_UNOPENED = re.compile(
    r"(?:maps\.app\.goo\.gl|app\.goo\.gl|goo\.gl/maps|goo\.gl|g\.page|g\.co|maps\.apple/p|maps\.apple\.com/p"
    r"|bit\.ly|s\.id|tinyurl\.com|t\.ly|shorturl\.at|wa\.me)/\S+",
    re.I,
)
_WORDS_CODE = re.compile(r"///\w+\.\w+\.\w+|(?:w3w\.co|what3words\.com)/\w+\.\w+\.\w+", re.I)
_NAMED = re.compile(
    r"(?:/place/|/search/|[?&](?:q|query|daddr|destination|address)=)([^/&?#@]*[^\W\d_][^/&?#@]*)", re.I
)


def _links(text: str, near: Point | None) -> Iterator[Reading]:
    for found in _LINK.finditer(text):
        # What follows the link, too: a decoded link may hold spaces.
        yield from _link(text[found.start() :], near)
    if _WORDS_CODE.search(text):
        yield Reading("what3words", problem=WORDS_CODE)


def _link(link: str, near: Point | None) -> Iterator[Reading]:
    form = next((name for name, host in _HOSTS if host.search(link.split()[0])), "link")
    for pattern in _LINK_FORMS:
        if match := pattern.search(link):
            yield _fit(form, float(match[1]), float(match[2]), near)
    if match := _EMBEDDED.search(link):
        yield _fit(form, float(match[2]), float(match[1]), near)
    if point := _coded(form, link):
        yield _fit(form, *point, near)
    yield from (found for reader in (_degrees, _plus_codes) for found in reader(link, near))
    if _UNOPENED.search(link):
        yield Reading(form, problem=SHORT_LINK)
    elif match := _NAMED.search(link):
        yield Reading(form, problem=NO_POINT, words=match[1].replace("+", " ").strip())


def _coded(form: str, link: str) -> Point | None:
    """The code in the path of a Waze or OpenStreetMap link."""
    if form == "waze" and (match := re.search(r"/ul/h([0-9a-z]{5,12})\b", link, re.I)):
        return decode_geohash(match[1])
    if form == "osm" and (match := re.search(r"/go/([\w~@]{3,10}-*)", link)):
        return decode_osm_short(match[1])
    return None


# --- Fields ----------------------------------------------------------------------------------------------------------

_GEO = re.compile(rf"\bgeo:{_N},{_N}(?:,{_N})?([^\s?]*)(?:\?q={_N},{_N})?", re.I)
_AML = re.compile(rf"\blt={_N};\s*lg={_N}(?:;\s*rd=(\d+(?:\.\d+)?))?", re.I)
_LAT_WORD = r"\b(?:latitude|lintang|lat)\b"
_LON_WORD = r"\b(?:longitude|bujur|long|lon|lng)\b"
_VALUE = r"[\"']?\s*[:=]?\s*[\"']?([-+]?\d{1,3}[.,]\d+)"
_NAMED_FIELDS = (
    re.compile(rf"{_LAT_WORD}{_VALUE}.{{0,12}}?{_LON_WORD}{_VALUE}", re.I | re.S),
    re.compile(rf"{_LON_WORD}{_VALUE}.{{0,12}}?{_LAT_WORD}{_VALUE}", re.I | re.S),
)


def _geo_uri(text: str, near: Point | None) -> Iterator[Reading]:
    """RFC 5870; Android writes the point behind `?q=` when the first is 0,0."""
    for match in _GEO.finditer(text):
        first, second = (match[5], match[6]) if match[5] else (match[1], match[2])
        radius = re.search(r";u=(\d+(?:\.\d+)?)", match[4])
        yield _fit("geo", float(first), float(second), near, radius_m=float(radius[1]) if radius else None)


def _aml(text: str, near: Point | None) -> Iterator[Reading]:
    """Advanced Mobile Location (ETSI TS 103 625): `lt`, `lg` in degrees, `rd` radius in metres."""
    for match in _AML.finditer(text):
        yield _fit("aml", float(match[1]), float(match[2]), near, radius_m=float(match[3]) if match[3] else None)


def _fields(text: str, near: Point | None) -> Iterator[Reading]:
    for pattern, order in zip(_NAMED_FIELDS, ((1, 2), (2, 1)), strict=True):
        for match in pattern.finditer(text):
            lat, lon = (match[n].replace(",", ".") for n in order)
            yield _fit("fields", float(lat), float(lon), near, unsigned=lat[0] not in "+-")


# --- Degrees ---------------------------------------------------------------------------------------------------------

_HEMISPHERE = r"(?:lintang\s+(?:selatan|utara)|bujur\s+(?:timur|barat)|LS|LU|BT|BB|selatan|utara|timur|[SNUEWT])"
_DEGREE = r"\s*(?:°|º|˚|\*|derajat|deg|d)\s*"
_ANGLE = (
    rf"(?P<d>[-+]?\d{{1,3}}(?:[.,]\d+)?)(?:(?P<sign>{_DEGREE})|\s+|(?=\s*$|\s*[A-Za-z]))"
    r"(?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*(?:['’′m`]|menit|min)?\s*)?"
    r"(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:''|\"|”|″|detik|sec|dtk|s(?=[\s,;]))?\s*)?"
)
_BEHIND = re.compile(rf"(?<![\w.]){_ANGLE}(?P<h>{_HEMISPHERE})(?!\w)", re.I)
_BEFORE = re.compile(rf"(?<!\w)(?P<h>{_HEMISPHERE})[\s:=]*{_ANGLE}", re.I)
_GAP = 14  # characters between latitude and longitude at most


def _degrees(text: str, near: Point | None) -> Iterator[Reading]:
    """Two angles that each name their hemisphere, side by side, in either order."""
    for pattern in (_BEHIND, _BEFORE):
        angles = [(match.span(), *angle) for match in pattern.finditer(text) if (angle := _angle(match))]
        for (span, axis, value), (next_span, next_axis, other) in pairwise(angles):
            if axis != next_axis and next_span[0] - span[1] <= _GAP:
                lat, lon = (value, other) if axis == "lat" else (other, value)
                yield Reading("degrees", lat, lon) if in_indonesia(lat, lon) else Reading("degrees", problem=OUTSIDE)


def _angle(match: re.Match[str]) -> tuple[str, float] | None:
    """Axis and degrees. Two bare numbers with a letter are house numbers, not angles."""
    parts = [match["d"], match["m"], match["s"]]
    decimals = max(len(re.split("[.,]", part)[1]) if part and re.search("[.,]", part) else 0 for part in parts)
    if not match["sign"] and match["m"] is None and decimals < 3:
        return None
    degrees, minutes, seconds = (float(part.replace(",", ".")) if part else 0.0 for part in parts)
    if minutes >= 60 or seconds >= 60 or abs(degrees) > 180:
        return None
    hemisphere = match["h"].upper()
    axis = "lat" if hemisphere[0] in "LSNU" else "lon"
    southern = hemisphere in ("S", "LS", "SELATAN") or hemisphere.endswith("SELATAN")
    western = hemisphere in ("W", "BB") or hemisphere.endswith("BARAT")
    value = abs(degrees) + minutes / 60 + seconds / 3600
    return axis, -value if southern or western else value


# --- Plus Codes and plain decimals ---------------------------------------------------------------------------------

_OLC = "23456789CFGHJMPQRVWX"
_FULL_CODE = re.compile(rf"(?<![\w+])([{_OLC}]{{8}}\+(?:[{_OLC}]{{2,7}})?)(?!\w)", re.I)
_SHORT_CODE = re.compile(rf"(?<![\w+])(?=[\d+]*[a-z])((?:[{_OLC}]{{2}}){{2,3}}\+[{_OLC}]{{2,7}})(?!\w)", re.I)
_POINT_PAIR = re.compile(r"(?<![\d.,])([-+−]?\d{1,3}\.\d{2,})°?\s*[,; /|\t]\s*([-+−]?\d{1,3}\.\d{2,})(?![\d.]*\d)")
_COMMA_PAIR = re.compile(r"(?<![\d.,])([-+−]?\d{1,3},\d{3,})°?\s*[,; /|\t]\s*([-+−]?\d{1,3},\d{3,})(?!\d)")
_MIXED = re.compile(r"(?<![\d.,])([-+−]\d{1,2}[.,]\d{3,})\s+dan\s+(\d{2,3}[.,]\d{3,})", re.I)


def _plus_codes(text: str, near: Point | None) -> Iterator[Reading]:
    for match in _FULL_CODE.finditer(text):
        if point := decode_plus_code(match[1]):
            yield _checked("plus_code", point)
    for match in _SHORT_CODE.finditer(text):
        if near and (point := recover_plus_code(match[1], near)):
            yield _checked("plus_code", point)


def _checked(form: str, point: Point) -> Reading:
    return Reading(form, *point) if in_indonesia(*point) else Reading(form, problem=OUTSIDE)


def _decimals(text: str, near: Point | None) -> Iterator[Reading]:
    for pattern in (_POINT_PAIR, _COMMA_PAIR, _MIXED):
        for match in pattern.finditer(text):
            pair = [part.replace(",", ".").replace("−", "-") for part in match.groups()]
            unsigned = not any(part[0] in "+-" for part in pair)
            if unsigned and all(len(part.partition(".")[2]) <= 3 for part in pair) and match[0] != text.strip():
                continue  # "Rp 5.000, 110.000": prices and counts have three digits behind the point
            yield _fit("decimal", float(pair[0]), float(pair[1]), near, unsigned=unsigned)


# --- Metric grids ----------------------------------------------------------------------------------------------------

_METRES = r"(?:[.,]\d{1,3})?\s*m?"
_UTM = re.compile(
    rf"(?<!\w)(4[6-9]|5[0-4])\s?([C-HJ-NP-XU])[\s,:]+(?:[xE]\s*[:=]?\s*)?(\d{{6}}){_METRES}(?:E|T)?[\s,;/]+"
    rf"(?:[yN]\s*[:=]?\s*)?(\d{{5,7}}){_METRES}(?:N|U|S)?(?!\w)",
    re.I,
)
_MGRS = re.compile(r"(?<!\w)(4[6-9]|5[0-4])\s?([LMN])\s?([A-HJ-NP-Z][A-HJ-NP-V])\s?(\d{2,5})\s?(\d{2,5})(?!\w)", re.I)
_SOUTHERN = "CDEFGHJKLMS"
"""Bands south of the equator; here S is written for the southern half, not for the band over the Mediterranean."""


def _metric(text: str, near: Point | None) -> Iterator[Reading]:
    """UTM (`49M 557800 9156600`, `zona 49S …`) and MGRS (`49M EM 57800 56600`) of Indonesia's nine zones."""
    for match in _UTM.finditer(text):
        southern = match[2].upper() in _SOUTHERN
        if point := utm_to_point(int(match[1]), float(match[3]), float(match[4]), southern=southern):
            yield _checked("utm", point)
    for match in _MGRS.finditer(text):
        digits = match[4] + match[5]
        if point := mgrs_to_point(int(match[1]), match[2].upper(), match[3].upper(), digits):
            yield _checked("mgrs", point)


_READERS: tuple[Callable[[str, Point | None], Iterator[Reading]], ...] = (
    _aml, _geo_uri, _links, _fields, _degrees, _plus_codes, _metric, _decimals,
)  # fmt: skip
