"""Finds phrases in a report: units (words with their classes), then one trie over all phrases of all rules.

A phrase is a row of elements: a word, a class `{house}`, alternatives `a|b|two+words`, an optional one `ada?`, a gap
`_` (up to 2 words) or `...` (up to 6), and `&` between parts that may stand anywhere near each other, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from incidents.triage.lexicon import Lexicon
from incidents.triage.normalise import Token, is_mark, is_stop

GAPS = {"_": 2, "...": 6}
# Sayings of these classes hide their single words ("rumah sakit" says nothing of a house or of pain); of all others
# ("pipa bocor") the words go on counting by themselves too.
OPAQUE = frozenset(
    {"idiom", "place_name", "hospital", "neg", "neg_ada", "neg_skip", "misdial", "if", "if_soft", "fear", "exist", "or"}
    | {"only", "turn", "finished", "flirt", "traffic_light", "neighbour_burn", "admin_topic", "telco", "order"}
    | {"complain", "thanks", "animal", "ask", "who"}
)
# Possessives that some write apart from their noun ("motor e", "bapak ne"); they carry nothing.
_LOOSE_CLITICS = frozenset({"e", "ne", "nya", "ipun"})
# Words that may lie between two parts joined by "&".
NEAR = 9


class Unit(NamedTuple):
    """A word or a saying: what it can be matched as, its sentence and clause, its place in the original text."""

    labels: tuple[str, ...]
    sentence: int
    clause: int
    start: int
    end: int

    def has(self, name: str) -> bool:
        """Whether the unit belongs to the word class."""
        return f"{{{name}}}" in self.labels


class Hit(NamedTuple):
    """A part of a phrase that was found: the units it names, in their order."""

    part: int
    units: tuple[int, ...]


# Makes a Hit without its checks of names: a report makes hundreds.
_new = tuple.__new__


@dataclass(slots=True)
class Node:
    """A state of the trie: next by label, gaps, and the parts that end here."""

    next: dict[str, Node] = field(default_factory=dict)
    gaps: dict[int, Node] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)


def expand_part(part: str) -> list[tuple[str, ...]]:
    """All plain rows of elements that a part with alternatives and optional elements stands for."""
    choices: list[list[str]] = []
    for element in part.split():
        options = element.rstrip("?").split("|")
        choices.append([*options, ""] if element.endswith("?") else options)
    return [tuple(word for e in row if e for word in e.split("+")) for row in product(*choices)]


def joined_sayings(row: Sequence[str], lexicon: Lexicon) -> tuple[str, ...]:
    """The row with words that the lexicon knows as one saying put together, as `build_units` will read them."""
    out: list[str] = []
    index = 0
    while index < len(row):
        for saying, _ in lexicon.sayings.get((row[index], row[index + 1] if index + 1 < len(row) else ""), ()):
            if tuple(row[index : index + len(saying)]) == saying:
                out.append(" ".join(saying))
                index += len(saying)
                break
        else:
            out.append(row[index])
            index += 1
    return tuple(out)


@dataclass(slots=True)
class PhraseIndex:
    """All parts of all phrases, each once, in one trie. Filled at compile time, then only read."""

    lexicon: Lexicon
    root: Node = field(default_factory=Node)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, phrase: str) -> tuple[int, ...]:
        """The numbers of the phrase's parts (several when it has `&`)."""
        return tuple(self._add_part(" ".join(part.split())) for part in phrase.split("&"))

    def _add_part(self, part: str) -> int:
        if part not in self.numbers:
            self.numbers[part] = len(self.numbers)
            for row in expand_part(part):
                for variant in dict.fromkeys((row, joined_sayings(row, self.lexicon))):
                    self._add_row(variant, self.numbers[part])
        return self.numbers[part]

    def _add_row(self, row: Sequence[str], number: int) -> None:
        node = self.root
        for element in row:
            if element in GAPS:
                node = node.gaps.setdefault(GAPS[element], Node())
            else:
                node = node.next.setdefault(element, Node())
        if number not in node.parts:
            node.parts.append(number)

    def find(self, units: Sequence[Unit], spans: Sequence[Sequence[tuple[str, int]]] = ()) -> list[Hit]:
        """Every part found, by place; `spans[i]` are longer concepts (label, number of units) that begin at unit i."""
        hits: list[Hit] = []
        opening = self.root.next
        rows: Rows = [[(label, 1) for label in unit.labels] for unit in units]
        where: dict[str, list[tuple[int, int]]] = {}
        for place, row in enumerate(rows):
            if spans:
                row += spans[place]
            for label, length in row:
                where.setdefault(label, []).append((place, length))
        said = _Said(units, rows, where)
        for label, places in where.items():
            if node := opening.get(label):
                for place, length in places:
                    taken = (place,) if length == 1 else tuple(range(place, place + length))
                    _walk(node, place + length, taken, said, hits)
        return hits


Rows = list[list[tuple[str, int]]]


class _Said(NamedTuple):
    """A text as the trie reads it: what each unit can be matched as, and where each of that is (unit, length)."""

    units: Sequence[Unit]
    rows: Rows
    where: dict[str, list[tuple[int, int]]]


def _walk(node: Node, at: int, taken: tuple[int, ...], said: _Said, hits: list[Hit]) -> None:
    """Follows the phrases that go on behind the units taken so far; a phrase stays within its sentence."""
    if node.parts:
        hits += [_new(Hit, (number, taken)) for number in node.parts]
    units, rows, where = said
    if at >= len(units) or units[at].sentence != units[taken[0]].sentence:
        return
    if choices := node.next:
        for label, length in rows[at]:
            if following := choices.get(label):
                _walk(following, at + length, (*taken, *range(at, at + length)), said, hits)
    for reach, behind in node.gaps.items():
        if not behind.next.keys().isdisjoint(where):
            _skip(behind.next, at, at + reach, taken, said, hits)


def _skip(
    choices: dict[str, Node], first: int, final: int, taken: tuple[int, ...], said: _Said, hits: list[Hit]
) -> None:
    """Takes every choice that is said from `first` to `final`, in the order in which the rules name them."""
    sentence = said.units[taken[0]].sentence
    for label, following in choices.items():
        for place, length in said.where.get(label, ()):
            if first <= place <= final and said.units[place].sentence == sentence:
                _walk(following, place + length, (*taken, *range(place, place + length)), said, hits)


Spans = list[list[tuple[str, int]]]


def build_units(tokens: Iterable[Token], lexicon: Lexicon) -> tuple[list[Unit], Spans]:
    """Words with their classes, in sentences and clauses; beside them the sayings that begin at each unit (label,
    number of units). A saying of an opaque class is one unit, unless a longer saying begins at the same word."""
    words, breaks = _words_and_breaks(tokens, lexicon)
    units: list[Unit] = []
    spans: Spans = []
    clause = sentence = index = 0
    while index < len(words):
        sentence += breaks[index] == "sentence"
        found = _sayings_at(words, breaks, index, lexicon)
        length, labels = found[0][:2] if found and found[0][2] else (1, ())
        if length == 1:
            word = words[index][0]
            labels = _labels(word, lexicon)
        clause += breaks[index] != "" or "{turn}" in labels
        units.append(Unit(labels, sentence, clause, words[index][1].start, words[index + length - 1][1].end))
        spans.append([(name, n) for n, names, opaque in found if length == 1 for name in names])
        index += length
    _cut_to_units(spans)
    return units, spans


def _labels(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    labels = lexicon.labels.get(word)
    if labels is None:
        return (word, "{number}") if word[0].isdecimal() else (word,)
    return labels


def _cut_to_units(spans: Spans) -> None:
    """Drops sayings that would reach behind the last unit (their end was taken into an opaque saying)."""
    for index, row in enumerate(spans):
        spans[index] = [(name, n) for name, n in row if index + n <= len(spans)]


def _words_and_breaks(tokens: Iterable[Token], lexicon: Lexicon) -> tuple[list[tuple[str, Token]], list[str]]:
    words: list[tuple[str, Token]] = []
    breaks: list[str] = []
    pending = ""
    for token in tokens:
        if is_mark(token.text):
            pending = "sentence" if is_stop(token.text) or pending == "sentence" else "clause"
            continue
        if token.text in _LOOSE_CLITICS and words and not pending:
            continue
        for form in lexicon.forms(token.text):
            words.append((form, token))
            breaks.append(pending)
            pending = ""
    return words, breaks


def _sayings_at(
    words: Sequence[tuple[str, Token]], breaks: Sequence[str], index: int, lexicon: Lexicon
) -> list[tuple[int, tuple[str, ...], bool]]:
    """All sayings that begin here, longest first: number of words, labels, whether they hide their words."""
    found: list[tuple[int, tuple[str, ...], bool]] = []
    if index + 1 == len(words):
        return found
    for saying, classes in lexicon.sayings.get((words[index][0], words[index + 1][0]), ()):
        end = index + len(saying)
        if end > len(words) or any(breaks[index + 1 : end]):
            continue
        if all(words[index + offset][0] == word for offset, word in enumerate(saying)):
            labels = (" ".join(saying), *(f"{{{c}}}" for c in sorted(classes)))
            found.append((len(saying), labels, not OPAQUE.isdisjoint(classes)))
    return found


def near_hits(parts: Sequence[int], by_part: dict[int, list[Hit]]) -> list[tuple[Hit, ...]]:
    """For each place of the first part: it and the nearest place of every other part; never the same word twice."""
    firsts = by_part.get(parts[0], [])
    if len(parts) == 1:
        return [(hit,) for hit in firsts]
    for part in parts:
        if part not in by_part:
            return []
    return [row for first in firsts if (row := _company(first, parts[1:], by_part))]


def _company(first: Hit, parts: Sequence[int], by_part: dict[int, list[Hit]]) -> tuple[Hit, ...]:
    """The first part's hit with the nearest hit of every other part; () when one is missing nearby."""
    chosen, taken = [first], set(first.units)
    start, end = first.units[0], first.units[-1]
    for part in parts:
        nearest, best = NEAR + 1, None
        for hit in by_part[part]:
            ahead = hit.units[0] - end
            distance = ahead if ahead > 0 else max(0, start - hit.units[-1])
            if distance < nearest and taken.isdisjoint(hit.units):
                nearest, best = distance, hit
        if best is None:
            return ()
        chosen.append(best)
        taken.update(best.units)
    return tuple(chosen)
