"""Sentences that rules and services write, in another language when they are shown.

They stand in Indonesian in the code and in the record: what was decided is kept in the words in which it was decided,
and pure rules know nothing of languages. `scripts/messages.py` reads them from the code as patterns ("{0}" for each
value); here a sentence is found again by its pattern and said in the language of the page. One that is not found stays
as it is.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import read_mo
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language

SAID = frozenset({"title", "detail", "message", "reason", "reasons", "shortfalls", "pause_reasons"})
"""Members of the API's answers that may hold such sentences."""
_BETWEEN = re.compile(r"(; | · |(?<=[.!?]) )")
_DECIMAL = re.compile(r"^(\d+),(\d+)$")
_PLACE = re.compile(r"\{(\d)\}")


class _Words:
    """The sentences of one language: whole ones by their words, patterns with the longest first."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self.whole = {known: other for known, other in pairs.items() if not _PLACE.search(known)}
        patterns = sorted((known for known in pairs if _PLACE.search(known)), key=lambda k: -len(_PLACE.sub("", k)))
        self.patterns = [(_compiled(known), pairs[known]) for known in patterns]

    def say(self, text: str, *, parts: bool = True) -> str:
        if text in self.whole:
            return self.whole[text]
        for pattern, other in self.patterns:
            found = pattern.fullmatch(text)
            if found:
                values = [_DECIMAL.sub(r"\1.\2", self.say(value, parts=False)) for value in found.groups()]
                return _PLACE.sub(lambda place, values=values: values[int(place[1])], other)  # type: ignore[misc]
        return "".join(self.say(piece, parts=False) for piece in _BETWEEN.split(text)) if parts else text


def _compiled(known: str) -> re.Pattern[str]:
    pieces = _PLACE.split(known)
    return re.compile("".join("(.*?)" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)), re.DOTALL)


@lru_cache(maxsize=4)
def _words(language: str) -> _Words:
    path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "sentences.mo"
    if not path.exists():
        return _Words({})
    with path.open("rb") as file:
        return _Words({str(m.id): str(m.string) for m in read_mo(file) if m.id and m.string})


@lru_cache(maxsize=4096)
def _said(language: str, text: str) -> str:
    return _words(language).say(text)


def said(text: str) -> str:
    """The sentence in the language of this request; as it is when that is Indonesian or nobody has translated it."""
    language = get_language() or settings.LANGUAGE_CODE
    return text if language == settings.LANGUAGE_CODE else _said(language, str(text))


said_lazy = lazy(said, str)


def spoken(choices: Iterable[tuple[Any, str]]) -> list[tuple[Any, str]]:
    """Choices of a form, whose labels are said when the form is shown."""
    return [(value, said_lazy(label)) for value, label in choices]


def in_language(data: Any) -> Any:
    """An answer of the API with its sentences in the language of the request. The given one is left alone: it may be
    kept for a repeated request in another language."""
    if (get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE:
        return data
    return _translated(data, "")


def _translated(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _translated(one, name if name == "pause_reasons" else key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_translated(one, name) for one in value]
    return said(value) if name in SAID and isinstance(value, str) else value
