"""The words of Indonesian addresses: abbreviations, levels, relations, spellings. Pure data and small functions."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

LEVELS = {
    "kel": "kelurahan", "kelurahan": "kelurahan", "ds": "kelurahan", "desa": "kelurahan", "kec": "kecamatan",
    "kecamatan": "kecamatan", "kecm": "kecamatan",
}  # fmt: skip
"""What a caller calls an area. A desa is a village like a kelurahan."""


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


LEADING = _set("di ke dari pada daerah wilayah kawasan lokasi alamat")
"""Words that lead to a place and say nothing without it."""
_SIDES = _set("barat timur utara selatan lor kidul wetan kulon atas bawah ujung dalam")
RELATIONS = _SIDES | _set(
    "depan dpn muka dekat dkt deket sekitar sktr belakang blkg samping smpg sebelah seberang sbrg sebrang pinggir",
    "arah menuju antara pojok luar lewat sesudah setelah sebelum",
    "baratnya timurnya utaranya selatannya depannya belakangnya sampingnya",
)
"""Words that stand before a place and lose their meaning behind a comma."""
_FILLERS = (
    (RELATIONS - _SIDES)
    | LEADING
    | _set(
        "yang yg itu ini ada sini situ sana pas persis nya lho lo ya pak bu mas mbak bang kak lokasinya alamatnya",
        "tempat kota kabupaten kab provinsi prov jawa indonesia rt rw no nomor nmr dan atau dengan dgn",
    )
)

_WHOLE = {
    "jl": "jalan", "jln": "jalan", "jlan": "jalan", "gg": "gang", "gng": "gang", "lr": "lorong", "lrg": "lorong",
    "bsr": "besar", "kcl": "kecil", "lpg": "lapangan",
    "psr": "pasar", "ps": "pasar", "sta": "stasiun", "sts": "stasiun", "term": "terminal", "rs": "rumahsakit",
    "rsud": "rumahsakit", "rsu": "rumahsakit", "rsup": "rumahsakit", "pkm": "puskesmas", "pusk": "puskesmas",
    "perum": "perumahan", "prm": "perumahan", "komp": "kompleks", "komplek": "kompleks", "kp": "kampung",
    "kmp": "kampung", "kpg": "kampung", "kampong": "kampung", "dsn": "dusun", "dk": "dukuh", "lap": "lapangan",
    "jemb": "jembatan", "jbt": "jembatan", "perempatan": "simpang", "prapatan": "simpang", "pertigaan": "simpang",
    "pertelon": "simpang", "prempatan": "simpang", "persimpangan": "simpang", "simp": "simpang", "smp": "smp",
    "sdn": "sd", "smpn": "smp", "sman": "sma", "smkn": "smk", "univ": "universitas", "mesjid": "masjid",
    "musholla": "mushola", "musola": "mushola", "langgar": "mushola", "brt": "barat", "bar": "barat", "tmr": "timur",
    "tim": "timur", "sel": "selatan", "slt": "selatan", "utr": "utara", "tgh": "tengah", "ktr": "kantor",
    "balaikota": "balai", "kec": "kecamatan", "kel": "kelurahan", "ds": "desa", "jend": "jenderal",
    "jendral": "jenderal", "jnd": "jenderal", "kol": "kolonel", "dr": "dokter", "prof": "profesor", "kh": "kiai",
    "kyai": "kiai", "st": "santo", "mayjen": "mayor", "letjen": "letnan", "brigjen": "brigadir",
    "i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "satu": "1", "dua": "2", "tiga": "3",
}  # fmt: skip
_OLD_SPELLING = (
    ("oe", "u"),
    ("tj", "c"),
    ("dj", "j"),
    ("sj", "sy"),
    ("ch", "kh"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "f"),
)
_TWICE = re.compile(r"([a-z])\1+")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_NUMBERED = re.compile(
    r"\b(?:r\.?\s?[tw]\.?\s*\d{1,3}(?:\s*/\s*\d{1,3}|\s*[/,-]?\s*r\.?\s?[tw]\.?\s*\d{1,3})?|(?:no|nomor|nmr|blok)\.?\s*[a-z]?\d{1,4}[a-z]?"
    r"(?:\s*/\s*\d{1,3})?|km\.?\s*\d{1,3})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase. `raw`: as typed, in small letters; `fold`: as it is compared; `skip`: no part of a name."""

    raw: str
    fold: str
    skip: bool
    start: int
    end: int


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """One spelling for many: abbreviations written out, old spellings renewed, double letters single, no accents."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _WHOLE.get(plain, plain)
    if plain.isascii() and len(plain) > 3:
        for old, new in _OLD_SPELLING:
            plain = plain.replace(old, new)
    return _TWICE.sub(r"\1", plain)


def is_filler(word: str) -> bool:
    return word in _FILLERS or word in LEVELS


def words_of(phrase: str) -> list[Word]:
    """The words of a phrase in their order; house numbers, RT and RW are one word each and belong to no name."""
    phrase = phrase[:500]
    found: list[Word] = []
    at = 0
    for number in _NUMBERED.finditer(phrase):
        found += _plain_words(phrase, at, number.start())
        found.append(Word(number[0].casefold(), "", True, number.start(), number.end()))
        at = number.end()
    return found + _plain_words(phrase, at, len(phrase))


def _plain_words(phrase: str, start: int, end: int) -> list[Word]:
    found = []
    for match in _WORD.finditer(phrase, start, end):
        raw = match[0].casefold()
        folded = fold(raw)
        found.append(Word(raw, folded, is_filler(raw) or not folded, match.start(), match.end()))
    return found


def name_words(name: str) -> tuple[str, ...]:
    """The words of a place's own name, as phrases are compared with them."""
    words = [match[0].casefold() for match in _WORD.finditer(name)]
    own = [folded for word in words if not is_filler(word) and (folded := fold(word))]
    return tuple(own or filter(None, map(fold, words)))
