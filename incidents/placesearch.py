"""From a caller's phrase to the places that it may mean, in memory: five suggestions in a few milliseconds. Pure.

Words are matched by rarity ("Kartoharjo" says more than "jalan"), with typos, joined and split words, old spellings and
abbreviations; what no name explains ("jl pahlawan rt 3 rw 5") is kept as it was said.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from incidents.placewords import LEADING, LEVELS, RELATIONS, Word, fold, name_words, words_of

SUGGESTIONS = 5
_COMMON = 400
"""A word in more names than this only ranks what rarer words have found."""
_SCORED = 80
_PREFIXES = 40
_WORTH = 0.4
"""The least share of a name's weight that the phrase must hold."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Something with a name and a point. `kind`: kelurahan, kecamatan, poi or street. `around`: names of what it lies
    in (its village, its district), which a caller says to tell it from its namesakes."""

    key: str
    kind: str
    name: str
    lat: float
    lon: float
    precision: str
    area: str = ""
    district: str = ""
    district_name: str = ""
    label: str = ""
    aliases: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    radius_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """`text`: what the operator's box should hold when this is chosen: the words that the name does not explain, then
    the place."""

    spot: Spot
    score: float
    text: str


@dataclass(slots=True)
class _Name:
    """One of a spot's names; `weights`: how much each of its words says, `total`: their sum."""

    spot: int
    words: tuple[str, ...]
    weights: dict[str, float] = field(default_factory=dict)
    total: float = 0.0


@dataclass(slots=True)
class _Found:
    """What of a name was found: word of the name → likeness; number of a word of the phrase → likeness and word."""

    sure: float = 0.0
    hits: dict[str, float] = field(default_factory=dict)
    said: dict[int, tuple[float, str]] = field(default_factory=dict)

    def note(self, n: int, spelling: str, like: float, weight: float) -> None:
        self.sure += max(0.0, like - self.hits.get(spelling, 0.0)) * weight
        self.hits[spelling] = max(like, self.hits.get(spelling, 0.0))
        self.said[n] = max((like, spelling), self.said.get(n, (0.0, "")))


class PlaceIndex:
    """All places of ONE region. Built once per version of its data (0.2 s for 10,000 places), then only read."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self._spots = tuple(spots)
        self._names: list[_Name] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._around: list[frozenset[str]] = []
        for position, spot in enumerate(self._spots):
            own = dict.fromkeys(name_words(name) for name in (spot.name, *spot.aliases))
            around = [*own, *(name_words(name) for name in spot.around)]
            self._around.append(frozenset(word for words in around for word in words))
            for words in own:
                self._add(position, words)
        self._postings = dict(self._postings)
        self._weights = {word: log(1 + len(self._names) / len(found)) for word, found in self._postings.items()}
        for name in self._names:
            name.weights = self._weights_in(name)
            name.total = sum(name.weights.values())
        self._sorted = sorted(self._postings)
        self._shortened = _shortened(self._sorted)
        self._joined = self._pairs()
        self._unknown = log(1 + len(self._names) / 2) * 0.6 if self._names else 1.0

    def __len__(self) -> int:
        return len(self._spots)

    @property
    def spots(self) -> tuple[Spot, ...]:
        return self._spots

    def _add(self, position: int, words: tuple[str, ...]) -> None:
        if not words:
            return
        for word in set(words):
            self._postings[word].append(len(self._names))
        self._names.append(_Name(position, words))

    def _weights_in(self, name: _Name) -> dict[str, float]:
        """In "Stasiun Madiun" the city's own name says little: callers leave it out."""
        around = frozenset(word for where in self._spots[name.spot].around for word in name_words(where))
        own = set(name.words) - around
        return {word: self._weights[word] * (1.0 if not own or word in own else 0.3) for word in set(name.words)}

    def _pairs(self) -> dict[str, tuple[str, str]]:
        """Neighbouring words written as one: "orooro" for "oro oro"."""
        found: dict[str, tuple[str, str]] = {}
        for name in self._names:
            for left, right in pairwise(name.words):
                joined = fold(left + right)
                if joined not in self._postings:
                    found[joined] = (left, right)
        return found

    # --- Asking ------------------------------------------------------------------------------------------------------

    def search(self, phrase: str, limit: int = SUGGESTIONS) -> list[Match]:
        """The best places for a phrase, best first. Deterministic."""
        said = words_of(phrase)
        asked = self._asked(said)
        if not asked:
            return []
        found = self._candidates(asked)
        levels = _levels(said)
        best: dict[int, tuple[float, _Name, _Found]] = {}
        for number, hit in found:
            name = self._names[number]
            score = self._score(name, hit, asked, levels)
            if score > 0 and (name.spot not in best or score > best[name.spot][0]):
                best[name.spot] = (score, name, hit)
        order = sorted(best.items(), key=lambda item: (-round(item[1][0], 4), _rank(self._spots[item[0]]), item[0]))
        return [
            Match(self._spots[spot], round(score, 4), self._text(phrase, said, asked, spot, hit))
            for spot, (score, _, hit) in order[:limit]
        ]

    def _asked(self, said: list[Word]) -> list[tuple[int, str]]:
        """The words that may stand in names, with the number of the word of the phrase that each comes from."""
        content = [(n, word.fold) for n, word in enumerate(said) if not word.skip]
        asked: list[tuple[int, str]] = []
        position = 0
        while position < len(content):
            n, word = content[position]
            follower = content[position + 1][1] if position + 1 < len(content) else ""
            joined = fold(word + follower)
            if follower and word not in self._postings and joined in self._postings:
                asked += [(n, joined), (content[position + 1][0], joined)]
                position += 2
                continue
            asked += [(n, part) for part in self._joined.get(word, (word,))]
            position += 1
        return asked

    def _candidates(self, asked: list[tuple[int, str]]) -> Iterator[tuple[int, _Found]]:
        """Names that share a word with the phrase, those with the rarest words in common first."""
        last = asked[-1][0]
        variants = [(n, spelling, like) for n, word in asked for spelling, like in self._spellings(word, n == last)]
        rare = [v for v in variants if len(self._postings[v[1]]) <= _COMMON]
        common = [v for v in variants if len(self._postings[v[1]]) > _COMMON]
        if not variants:
            rare = [(n, *found) for n, word in asked for found in self._far(word)]
        found: dict[int, _Found] = defaultdict(_Found)
        for n, spelling, like in rare or sorted(common, key=lambda v: len(self._postings[v[1]]))[:1]:
            for number in self._postings[spelling][:_COMMON]:
                found[number].note(n, spelling, like, self._weights[spelling])
        best = sorted(found.items(), key=lambda item: (-item[1].sure, item[0]))[:_SCORED]
        for number, hit in best:
            words = self._names[number].words
            for n, spelling, like in common:
                if spelling in words:
                    hit.note(n, spelling, like, self._weights[spelling])
            begun = asked[-1][1]
            if len(begun) == 1:  # "nambangan k": a letter alone finds nothing, but it tells apart
                for longer in (word for word in words if word.startswith(begun) and word not in hit.hits):
                    hit.note(last, longer, 0.6, self._weights[longer])
            yield number, hit

    def _spellings(self, word: str, typing: bool) -> Iterator[tuple[str, float]]:
        """Words of the names that this word may be, with how alike they are. `typing`: it may not be finished."""
        if word in self._postings:
            yield word, 1.0
        elif len(word) >= 4:
            yield from self._near(word)
        if len(word) >= (2 if typing else 4):
            start = bisect_left(self._sorted, word)
            for longer in self._sorted[start : start + _PREFIXES]:
                if not longer.startswith(word):
                    break
                if longer != word:
                    yield longer, (0.9 if typing else 0.7) * (0.6 + 0.4 * len(word) / len(longer))

    def _near(self, word: str) -> Iterator[tuple[str, float]]:
        """Words that are one slip of the keys away (two in long words)."""
        most = 2 if len(word) >= 7 else 1
        seen = {other for short in _deletions(word) for other in self._shortened.get(short, ())}
        for other in sorted(seen):
            distance = OSA.distance(word, other, score_cutoff=most)
            if distance <= most:
                yield other, 0.85 if distance == 1 else 0.65

    def _far(self, word: str) -> list[tuple[str, float]]:
        """When nothing else was found: the words most alike, however far. A millisecond for 8,000 words."""
        if len(word) < 5:
            return []
        alike = process.extract(word, self._sorted, scorer=fuzz.ratio, score_cutoff=75, limit=5)
        return [(other, score / 100 * 0.75) for other, score, _ in alike]

    # --- Judging -----------------------------------------------------------------------------------------------------

    def _score(self, name: _Name, hit: _Found, asked: list[tuple[int, str]], levels: dict[int, str]) -> float:
        """0 to about 1.2: how much of the name was said, then how much of what was said it explains."""
        share = sum(like * name.weights[word] for word, like in hit.hits.items()) / name.total
        if share < _WORTH:
            return 0.0
        around = self._around[name.spot]
        total = held = 0.0
        for n, word in asked:
            weight = self._weights.get(word, self._unknown)
            total += weight
            held += weight * (hit.said[n][0] if n in hit.said else 0.8 if _stands_in(word, around) else 0.0)
        score = share * (0.55 + 0.45 * held / total)
        called = {levels[n] for n in hit.said if n in levels}
        if called:
            score += 0.1 if self._spots[name.spot].kind in called else -0.25
        return score

    def _text(self, phrase: str, said: list[Word], asked: list[tuple[int, str]], spot: int, hit: _Found) -> str:
        """What was said beyond the words of the place's label, then the label: nothing that was said gets lost."""
        shown = frozenset(name_words(self._spots[spot].label))
        heard = {spelling for _, spelling in hit.said.values()}
        if heard <= shown:
            used = set(hit.said) | {n for n, word in asked if _stands_in(word, shown)}
        else:  # an alias stays: it is what the caller said
            around = frozenset(word for name in self._spots[spot].around for word in name_words(name))
            used = {n for n, word in asked if n not in hit.said and _stands_in(word, around)}
        for n in range(len(said) - 1, 0, -1):  # "di kel. Taman": what leads to the name goes with it
            lead = said[n - 1]
            if n in used and n - 1 not in used and (lead.raw in LEVELS or lead.raw in LEADING):
                used.add(n - 1)
        kept = [n for n in range(len(said)) if n not in used]
        if not kept:
            return self._spots[spot].label
        joint = " " if said[kept[-1]].raw in RELATIONS else ", "
        return f"{_joined_as_said(phrase, said, kept)}{joint}{self._spots[spot].label}"


def _joined_as_said(phrase: str, said: list[Word], kept: list[int]) -> str:
    """The kept words with what stood between those that were neighbours."""
    text = phrase[said[kept[0]].start : said[kept[0]].end]
    for before, n in pairwise(kept):
        text += phrase[said[before].end : said[n].end] if n == before + 1 else " " + phrase[said[n].start : said[n].end]
    return text


def _rank(spot: Spot) -> int:
    """Of equals: the landmark, then the street, the village, the district."""
    return ("poi", "street", "kelurahan", "kecamatan").index(spot.kind)


def _levels(said: list[Word]) -> dict[int, str]:
    """Words behind "kel." or "kec.", with the level that the caller gave them."""
    return {n + 1: LEVELS[word.raw] for n, word in enumerate(said[:-1]) if word.raw in LEVELS}


def _stands_in(word: str, around: frozenset[str]) -> bool:
    return word in around or (
        len(word) >= 4 and any(OSA.distance(word, other, score_cutoff=1) <= 1 for other in around)
    )


def _deletions(word: str) -> set[str]:
    return {word} | {word[:n] + word[n + 1 :] for n in range(len(word))}


def _shortened(words: list[str]) -> dict[str, list[str]]:
    """Each word under all spellings of it that lack one letter: two words that share one are a slip apart."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= 4:
            for short in _deletions(word):
                found[short].append(word)
    return dict(found)
