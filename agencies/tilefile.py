"""The header of a PMTiles archive, version 3: the map that a browser reads piece by piece. Pure.

Layout: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import struct
from dataclasses import dataclass

HEADER_BYTES = 127
MAGIC = b"PMTiles"
VERSION = 3
VECTOR = 1
"""Tile type 1: Mapbox vector tiles, the only ones that the pages can draw."""
COMPRESSIONS = (1, 2)
"""None and gzip: what browsers can undo without a library of their own."""
_FIELDS = struct.Struct("<7sB8Q3Q6B4i")
_E7 = 10_000_000


class BadTiles(Exception):
    """Why a file cannot be used, for the admin who brought it."""


@dataclass(frozen=True, slots=True)
class TileHeader:
    """What the pages and the admin need to know of an archive. Bounds in WGS 84 degrees."""

    min_zoom: int
    max_zoom: int
    west: float
    south: float
    east: float
    north: float

    def holds(self, lat: float, lon: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def read_header(head: bytes, size: int) -> TileHeader:
    """Read and check the first HEADER_BYTES of an archive of `size` bytes. Raises BadTiles."""
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        raise BadTiles("Bukan berkas PMTiles.")
    values = _FIELDS.unpack_from(head)
    if values[1] != VERSION:
        raise BadTiles(f"PMTiles versi {values[1]} tidak didukung; perlu versi {VERSION}.")
    _check_extents(values[2:10], size)
    _clustered, inner, outer, kind, min_zoom, max_zoom = values[13:19]
    if kind != VECTOR:
        raise BadTiles("Isi berkas bukan ubin vektor (MVT).")
    if inner not in COMPRESSIONS or outer not in COMPRESSIONS:
        raise BadTiles("Kompresi berkas tidak didukung; pakai gzip.")
    west, south, east, north = (value / _E7 for value in values[19:23])
    if not (min_zoom <= max_zoom <= 22 and -180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadTiles("Batas atau tingkat zum berkas tidak masuk akal.")
    return TileHeader(min_zoom, max_zoom, west, south, east, north)


def _check_extents(extents: tuple[int, ...], size: int) -> None:
    """Each part lies inside the file: one that was cut off on its way is refused here and not on a screen."""
    for offset, length in zip(extents[::2], extents[1::2], strict=True):
        if offset + length > size:
            raise BadTiles("Berkas terpotong: unggah lagi.")
    if extents[1] == 0 or extents[7] == 0:
        raise BadTiles("Berkas tidak berisi ubin.")
