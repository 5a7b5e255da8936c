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
    """An area whose name stands in a phrase."""

    area: AreaRef
    words: int


def coordinates_in(text: str, near: Point | None = None) -> Point | None:
    """Latitude and longitude (WGS 84 degrees) in any form that a text may hold them; None without, or when they lie
    outside Indonesia. `near`: a point of the region, which settles what could be read in two ways."""
    found = read(text, near)
    return found.point if found else None


def words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _GENERIC]


def area_named(text: str, areas: Iterable[AreaRef]) -> AreaRef | None:
    """The area that a phrase names: the longest name wins, a village before a district of the same length.

    A village name that occurs twice in the region decides nothing unless its district is named too.
    """
    said = words(text)
    joined = f" {' '.join(said)} "
    found = [Named(area, len(words(area.name))) for area in areas if words(area.name) and _stands_in(area, joined)]
    if not found:
        return None
    districts = {n.area.code: n.area.name for n in found if n.area.level == "kecamatan"}

    def rank(n: Named) -> tuple[bool, bool, int, bool]:
        """A village called like its district comes after a village that is named beside that district."""
        seat = districts.get(n.area.parent) == n.area.name
        return n.area.parent in districts, not seat, n.words, n.area.level != "kecamatan"

    found.sort(key=rank, reverse=True)
    best = found[0]
    twins = [n for n in found if n.area.name == best.area.name and n.area.level == best.area.level]
    if len(twins) > 1 and best.area.parent not in districts:
        return next((n.area for n in found if n.area.level == "kecamatan"), None)
    return best.area


def _stands_in(area: AreaRef, joined: str) -> bool:
    return f" {' '.join(words(area.name))} " in joined
