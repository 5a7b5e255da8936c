"""The header of a map file: what is taken and what is refused, whoever brings it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.tilefile import HEADER_BYTES, BadTiles, read_header

MADIUN = (111.48, -7.70, 111.56, -7.58)


def archive(*, version=3, kind=1, inner=2, outer=2, zooms=(0, 14), bounds=MADIUN, root=10, data=50, cut=0) -> bytes:
    """A file with a header, a root directory of `root` bytes and `data` bytes of tiles."""
    start = HEADER_BYTES
    extents = (start, root, start + root, 0, start + root, 0, start + root, data)
    box = [round(value * 10_000_000) for value in bounds]
    head = struct.pack("<7sB8Q3Q6B4i", b"PMTiles", version, *extents, 1, 1, 1, 1, inner, outer, kind, *zooms, *box)
    whole = head.ljust(HEADER_BYTES, b"\0") + b"r" * root + b"t" * data
    return whole[: len(whole) - cut]


def test_a_whole_archive_says_what_it_holds():
    whole = archive()
    header = read_header(whole[:HEADER_BYTES], len(whole))
    assert (header.min_zoom, header.max_zoom) == (0, 14)
    assert header.holds(-7.63, 111.52)
    assert not header.holds(-6.2, 106.8)


@pytest.mark.parametrize(
    "wrong",
    [{"version": 2}, {"kind": 2}, {"inner": 3}, {"outer": 4}, {"zooms": (9, 3)}, {"zooms": (0, 30)}, {"cut": 1},
     {"data": 0}, {"root": 0}, {"bounds": (112, -7, 111, -6)}, {"bounds": (111, -95, 112, 6)}],
)  # fmt: skip
def test_what_a_page_could_not_draw_is_refused(wrong):
    whole = archive(**wrong)
    with pytest.raises(BadTiles):
        read_header(whole[:HEADER_BYTES], len(whole))


@given(st.binary(max_size=400))
def test_other_files_are_refused_and_never_crash(content):
    with pytest.raises(BadTiles):
        read_header(content, len(content))


@given(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES))
def test_a_header_of_nonsense_is_refused_or_read(rest):
    head = b"PMTiles\x03" + rest[8:]
    try:
        header = read_header(head, 1_000)
    except BadTiles:
        return
    assert header.min_zoom <= header.max_zoom
