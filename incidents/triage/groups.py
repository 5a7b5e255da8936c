"""The groups of words that a phrase may name in braces, each with examples of what it stands for."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from incidents.triage.rules import RuleBook, builtin_rules, merge_sources, words_of

EXAMPLES = 6
_FURTHER = re.compile(r"\|[^\s|]+")


def word_groups(examples: int = EXAMPLES) -> dict[str, tuple[str, ...]]:
    """Name → the first of its words. Reads the files anew: keep the answer."""
    book = merge_sources(builtin_rules())
    found = {name: _first(_words(book, name), examples) for name in book.classes}
    return found | {name: _first(map(_said, patterns), examples) for name, patterns in book.concepts.items()}


def _said(pattern: str) -> str:
    """A pattern as somebody may say it: the first of its choices ("sinyal|sinyale hilang" → "sinyal hilang")."""
    return _FURTHER.sub("", pattern).replace("+", " ")


def _first(words: Iterator[str], number: int) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(words), number))


def _words(book: RuleBook, name: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Words, then verbs, then those of the groups that it includes."""
    entries: list[Mapping[str, str]] = book.classes.get(name, [])
    for key in ("words", "verbs"):
        for entry in entries:
            yield from words_of(entry.get(key, ""))
    for entry in entries:
        for part in words_of(entry.get("includes", "")):
            if part not in (*above, name):
                yield from _words(book, part, (*above, name))
