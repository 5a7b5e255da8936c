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


# Where the parts of phrases stand: for each part number the rows of units that say it, in the order of the text.
Hits = dict[int, list[tuple[int, ...]]]
Spans = list[list[tuple[str, int]]]
# Ways through the trie that are remembered; beyond it an index begins to remember anew, so that memory stays bounded.
_MOST_STEPS = 60_000


@dataclass(slots=True)
class Node:
    """A state of the trie: next by label, gaps, and the parts that end here."""

    next: dict[str, Node] = field(default_factory=dict)
    gaps: dict[int, Node] = field(default_factory=dict)
    parts: list[int] = field(default_factory=list)


class State:
    """All places of the trie where the words read so far have led, and the way on for each word that has come.

    The ways on are worked out when a word first comes and then remembered: reading is one look-up per word.
    """

    __slots__ = ("gaps", "nodes", "opens", "parts", "remembered", "steps")

    def __init__(self, nodes: Iterable[Node], remembered: list[int]) -> None:
        self.nodes = tuple(nodes)
        self.remembered = remembered
        self.parts = tuple(dict.fromkeys(part for node in self.nodes for part in node.parts))
        self.opens = frozenset(label for node in self.nodes for label in node.next)
        self.steps: dict[tuple[str, ...] | str, State | None] = {}
        behind: dict[int, list[Node]] = {}
        for node in self.nodes:
            for reach, following in node.gaps.items():
                behind.setdefault(reach, []).append(following)
        self.gaps = tuple((reach, State(following, remembered)) for reach, following in behind.items())

    def step(self, labels: tuple[str, ...] | str) -> State | None:
        """Where a unit with these labels (or one label alone) leads; None when no phrase goes on with it."""
        names = (labels,) if isinstance(labels, str) else labels
        nodes = {id(f): f for node in self.nodes for name in names if (f := node.next.get(name))}
        self.steps[labels] = found = State(nodes.values(), self.remembered) if nodes else None
        self.remembered[0] += 1
        return found


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
    _start: State | None = field(default=None, repr=False, compare=False)

    def add(self, phrase: str) -> tuple[int, ...]:
        """The numbers of the phrase's parts (several when it has `&`)."""
        self._start = None
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

    def find(self, units: Sequence[Unit], spans: Spans = ()) -> Hits:  # type: ignore[assignment]
        """Every part found, by place; `spans[i]` are longer concepts (label, number of units) that begin at unit i."""
        start = self._start
        if start is None or start.remembered[0] > _MOST_STEPS:
            start = self._start = State([self.root], [0])
        labels = [unit.labels for unit in units]
        text = _Text(labels, spans or [[] for _ in units], _ends(units), set().union(*labels), {})
        for row in text.spans:
            text.said.update([label for label, _ in row])
        for place in range(len(labels)):
            _advance(start, place, (), text)
        return text.hits


class _Text(NamedTuple):
    """A text as the trie reads it: what each unit can be matched as alone and with its followers, where its sentence
    ends, every label of the text, and what has been found."""

    labels: list[tuple[str, ...]]
    spans: Spans
    ends: list[int]
    said: set[str]
    hits: Hits


def _ends(units: Sequence[Unit]) -> list[int]:
    """For each unit the first place behind its sentence."""
    ends = [len(units)] * len(units)
    for place in range(len(units) - 2, -1, -1):
        same = units[place].sentence == units[place + 1].sentence
        ends[place] = ends[place + 1] if same else place + 1
    return ends


def _advance(state: State, place: int, taken: tuple[int, ...], text: _Text) -> None:
    """Takes the unit at `place`, alone or with its followers, wherever a phrase may go on with it."""
    labels = text.labels[place]
    try:
        following = state.steps[labels]
    except KeyError:
        following = state.step(labels)
    if following is not None:
        _walk(following, place + 1, (*taken, place), text)
    for label, length in text.spans[place]:
        if label in state.opens and (following := state.steps.get(label) or state.step(label)):
            _walk(following, place + length, (*taken, *range(place, place + length)), text)


def _walk(state: State, at: int, taken: tuple[int, ...], text: _Text) -> None:
    """Notes the parts that end here and follows those that go on; a phrase stays within its sentence."""
    hits = text.hits
    for part in state.parts:
        if part in hits:
            hits[part].append(taken)
        else:
            hits[part] = [taken]
    end = text.ends[taken[0]]
    if at >= end:
        return
    if state.opens:
        _advance(state, at, taken, text)
    for reach, behind in state.gaps:
        if not behind.opens.isdisjoint(text.said):
            leads, labels, spans = behind.steps, text.labels, text.spans
            for place in range(at, min(at + reach + 1, end)):
                # Most words lead nowhere: that is remembered, so they are passed without a call.
                if leads.get(labels[place], behind) is not None or spans[place]:
                    _advance(behind, place, taken, text)


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


def near_hits(parts: Sequence[int], by_part: Hits) -> list[tuple[int, ...]]:
    """For each place of the first part: the units of it and of the nearest place of every other part, in the order of
    the parts; never the same word twice."""
    firsts = by_part.get(parts[0], [])
    if len(parts) == 1:
        return firsts
    for part in parts:
        if part not in by_part:
            return []
    return [row for first in firsts if (row := _company(first, parts[1:], by_part))]


def _company(first: tuple[int, ...], parts: Sequence[int], by_part: Hits) -> tuple[int, ...]:
    """The first part's units with those of the nearest place of every other part; () when one is missing nearby."""
    taken = first
    start, end = first[0], first[-1]
    for part in parts:
        nearest, best = NEAR + 1, None
        for units in by_part[part]:
            ahead = units[0] - end
            distance = ahead if ahead > 0 else max(0, start - units[-1])
            if distance < nearest and not any(unit in taken for unit in units):
                nearest, best = distance, units
        if best is None:
            return ()
        taken += best
    return taken
