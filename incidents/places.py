"""From what a caller says to a point and an area. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agencies.reference import AreaRef
from incidents.coordinates import Point, read

_WORD = re.compile(r"\w+", re.UNICODE)
_GENERIC = frozenset(["kelurahan", "desa", "kecamatan", "kota", "kabupaten", "kel", "kec", "kab", "jalan", "jl"])


@dataclass(frozen=True, slots=True)
class Named:
    """An area and the words of the one of its names that stands in a phrase."""

    area: AreaRef
    name: tuple[str, ...]
    official: bool


def coordinates_in(text: str, near: Point | None = None) -> Point | None:
    """Latitude and longitude (WGS 84 degrees) in any form that a text may hold them; None without, or when they lie
    outside Indonesia. `near`: a point of the region, which settles what could be read in two ways."""
    found = read(text, near)
    return found.point if found else None


def all_words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def words(text: str) -> list[str]:
    """Without those that stand before any name."""
    return [word for word in all_words(text) if word not in _GENERIC]


def area_named(text: str, areas: Iterable[AreaRef]) -> AreaRef | None:
    """The area that a phrase names: official names go before other names (aliases) unless one stands within such a
    name; then the longest wins, a village before a district of the same length.

    A name that several areas share decides nothing unless the district is named too.
    """
    joined, whole = _spaced(words(text)), _spaced(all_words(text))
    found = [named for area in areas if (named := _named(area, joined, whole)) is not None]
    if not found:
        return None
    districts = {n.area.code: n.area.name for n in found if n.area.level == "kecamatan"}

    def rank(n: Named) -> tuple[bool, bool, bool, int, bool]:
        """A village called like its district comes after a village that is named beside that district."""
        seat = districts.get(n.area.parent) == n.area.name
        strong = n.official or any(o.official and o.name != n.name and _holds(n.name, o.name) for o in found)
        return n.area.parent in districts, not seat, strong, len(n.name), n.area.level != "kecamatan"

    best, *others = sorted(found, key=rank, reverse=True)
    twins = [n for n in others if n.name == best.name and n.area.level == best.area.level]
    if twins and best.area.parent not in districts:
        return next((n.area for n in others if n.area.level == "kecamatan"), None)
    return best.area


def _named(area: AreaRef, joined: str, whole: str) -> Named | None:
    """The official name when it is said, else the longest other name that is, every word of it ("Kota Lama")."""
    official = tuple(words(area.name))
    if official and _spaced(official) in joined:
        return Named(area, official, True)
    said = [name for alias in area.aliases if (name := tuple(all_words(alias))) and _spaced(name) in whole]
    return Named(area, max(said, key=len), False) if said else None


def _holds(name: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return _spaced(part) in _spaced(name)


def _spaced(said: Iterable[str]) -> str:
    return f" {' '.join(said)} "
