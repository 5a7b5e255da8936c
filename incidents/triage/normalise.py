"""From a report as typed to plain lower-case text and tokens, each of which knows where it stood.

Normalising goes code point by code point, so that every later finding can be shown in the original text.
Never fails: lone surrogates and control characters become spaces, accents and zero-width signs vanish.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Beyond this many tokens a text is not a report any more; the rest is not read, so that time stays bounded.
MAX_TOKENS = 3000

_DROPPED = {"Mn", "Me", "Cf"}
_BLANK = {"Cc", "Cs", "Zs", "Zl", "Zp", "Co", "Cn"}
_APOSTROPHES = frozenset("'`´‘’ʼ")
_STOPS = frozenset(".!?;\n")
_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|[.,;:!?\n]")
_LONG_RUN = re.compile(r"([^\W\d_])\1\1")
# Nothing in it that normalising would drop or join: only its case may change.
_SIMPLE = re.compile(r"(?:[!-&(-_a-~]+(?: |$))*")
_TIME = re.compile(r"(?<=\d)[.,:](?=\d)")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Plain text; `origin[i]` is the position in the original of the plain character i."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's (start, end) for the plain text's; an empty span stays empty."""
        if start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a punctuation mark, with its place in the ORIGINAL text (code points)."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def plain_character(char: str) -> str:
    """The plain form of one code point: compatibility form, folded, without accents; "" when it carries nothing."""
    if char == "\n":
        return char
    if char in _APOSTROPHES:
        return ""
    if unicodedata.category(char) in _BLANK:
        return " "
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    kept = "".join(c for c in folded if unicodedata.category(c) not in _DROPPED and c not in _APOSTROPHES)
    return "".join(" " if unicodedata.category(c) in _BLANK else c for c in kept)


def normalise(text: str) -> Normalised:
    """Plain text with its map back; normalising the result again changes nothing."""
    if _SIMPLE.fullmatch(text):
        return _without_long_runs(text.lower(), range(len(text)))
    chars: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(text):
        for plain in char if "a" <= char <= "z" else plain_character(char):
            if plain == " " and chars and chars[-1] == " ":
                continue
            chars.append(plain)
            origin.append(position)
    return _without_long_runs("".join(chars), origin)


def _without_long_runs(chars: str, origin: Sequence[int]) -> Normalised:
    """Three or more of the same letter become one (`tolooong`); figures keep their runs (phone numbers)."""
    if not _LONG_RUN.search(chars):
        return Normalised(chars, tuple(origin))
    kept: list[str] = []
    places: list[int] = []
    index = 0
    while index < len(chars):
        end = index + 1
        while end < len(chars) and chars[end] == chars[index]:
            end += 1
        length = 1 if end - index >= 3 and chars[index].isalpha() else end - index
        kept.extend(chars[index : index + length])
        places.extend(origin[index : index + length])
        index = end
    return Normalised("".join(kept), tuple(places))


def tokenise(text: str) -> tuple[Token, ...]:
    """Words and punctuation of a text as given; a decimal or clock point inside figures does not end a sentence."""
    plain = normalise(text)
    readable = _TIME.sub("_", plain.text)
    tokens: list[Token] = []
    for match in _TOKEN.finditer(readable):
        start, end = plain.span(match.start(), match.end())
        tokens.append(Token(match.group(), start, end))
        if len(tokens) >= MAX_TOKENS:
            break
    return tuple(tokens)


def is_stop(word: str) -> bool:
    """Whether the mark ends a sentence."""
    return word in _STOPS


def is_mark(word: str) -> bool:
    """Whether the token is punctuation."""
    return len(word) == 1 and not word.isalnum()
