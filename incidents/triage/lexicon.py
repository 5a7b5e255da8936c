"""The words: which class each belongs to, in every form that people write.

A lexicon is data: `[class.NAME] words = "a, b, two words"`, `verbs = "tabrak, seruduk"` (written out in all their
affixed forms), `[abbreviations] yg = "yang"`, `[plain] words` (ordinary words that must not be taken for typos).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

# Possessives, emphasis and articles glued to a word: Indonesian, Javanese, Sundanese, Minang, Banjar.
_SUFFIXES = ("nyalah", "nya", "lah", "kah", "pun", "ipun", "nyo", "ku", "mu", "ne", "na", "e")
_NASAL = {"p": ("m", "mem"), "t": ("n", "men"), "k": ("ng", "meng"), "s": ("ny", "meny"), "c": ("ny", "menyc")}
_POSSESSIVES = ("nya", "ipun", "nyo", "ku", "ne", "e")
_PREFIXES = ("", "di", "ter", "ke", "ka", "ta", "te", "ba", "be", "ber", "nge", "nga", "ma", "pe")
_ENDINGS = ("", "an", "in", "i", "kan", "ke", "aken", "akan", "eun", "keun", "on", "en", "na")
_LEET = str.maketrans("013457", "oieast")
_MIN_TYPO_LENGTH = 6
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_MIN_SLIP_LENGTH = 7
_CACHE_LIMIT = 50_000


def words_of(listing: str) -> list[str]:
    """The entries of a comma- or line-separated listing, in order, without blanks."""
    return [" ".join(entry.split()) for entry in listing.replace("\n", ",").split(",") if entry.strip()]


def verb_forms(root: str) -> set[str]:
    """The affixed forms of a root, correct and colloquial (tabrak → nabrak, ketabrak, ditabrakin, …)."""
    bases = {prefix + root for prefix in _PREFIXES} | set(_nasal_forms(root))
    return {base + ending for base in bases for ending in _ENDINGS} | {root + root, f"{root}-{root}"}


def _nasal_forms(root: str) -> Iterable[str]:
    first, rest = root[0], root[1:]
    if first in _NASAL:
        short, long = _NASAL[first]
        return (short + rest, long.rstrip("c") + rest, "me" + short + rest, "pe" + short + rest, "men" + root)
    if first in "aeiou":
        return ("ng" + root, "meng" + root, "peng" + root, "nge" + root)
    if first == "b":
        return ("m" + rest, "mb" + rest, "mem" + root, "pem" + root, "m" + root)
    if first in "dj":
        return ("n" + root, "men" + root, "pen" + root)
    if first in "gh":
        return ("ng" + root, "ng" + rest, "meng" + root, "peng" + root)
    return ("nge" + root, "me" + root, "ng" + root, "pe" + root)


@dataclass(slots=True)
class Lexicon:
    """Words with their classes, sayings of several words, abbreviations. Filled once, then only read."""

    classes: dict[str, frozenset[str]] = field(default_factory=dict)
    sayings: dict[tuple[str, str], list[tuple[tuple[str, ...], frozenset[str]]]] = field(default_factory=dict)
    abbreviations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stems: dict[str, str] = field(default_factory=dict)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _typo_words: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add_word(self, word: str, name: str = "", *, typos: bool = True) -> None:
        """Puts a word into a class ("" = only known); `typos` lets misspellings be read as it."""
        labels = self.classes.get(word)
        self.classes[word] = (labels or frozenset()) | ({name} if name else frozenset())
        if labels is None and typos and len(word) >= _MIN_TYPO_LENGTH:
            self._typo_words.setdefault((word[0], len(word)), []).append(word)

    def add_saying(self, words: tuple[str, ...], name: str) -> None:
        """Puts several words together into a class; the saying hides the classes of its single words."""
        for word in words:
            self.add_word(word)
        entries = self.sayings.setdefault((words[0], words[1]), [])
        for index, (known, labels) in enumerate(entries):
            if known == words:
                entries[index] = (known, labels | {name})
                return
        entries.append((words, frozenset({name})))

    def finish(self) -> None:
        """Orders what was added: longest saying first, typo candidates alphabetically (same answer each time)."""
        for word in list(self.classes):
            if stem := self._owned_stem(word):
                self.stems[word] = stem
                self.classes[word] = self.classes[word] or self.classes[stem]
        for word, names in self.classes.items():
            own = (word, self.stems[word]) if word in self.stems else (word,)
            self.labels[word] = (*own, *(f"{{{name}}}" for name in sorted(names)))
        for entries in self.sayings.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[0]))
        for words in self._typo_words.values():
            words.sort()

    def forms(self, token: str) -> tuple[str, ...]:
        """The known words that a token stands for (several when it is an abbreviation); unknown → itself."""
        found = self._known.get(token)
        if found is None:
            if len(self._known) > _CACHE_LIMIT:
                self._known.clear()
            found = self._known[token] = self._find_forms(token)
        return found

    def _find_forms(self, token: str) -> tuple[str, ...]:
        if token in self.abbreviations:
            return self.abbreviations[token]
        if token in self.classes:
            return (token,)
        if "-" in token:
            return self._hyphenated(token)
        return (self._single(token),)

    def _hyphenated(self, token: str) -> tuple[str, ...]:
        parts = token.split("-")
        if len(parts) == 2 and len(parts[0]) > 2 and parts[1].startswith(parts[0][:3]):
            return self.forms(parts[0])
        return tuple(form for part in parts for form in self.forms(part))

    def _single(self, token: str) -> str:
        for guess in _spellings(token):
            if guess in self.classes:
                return guess
            stem = self._stem(guess)
            if stem:
                return stem
        return self._typo(token) or token

    def _stem(self, token: str) -> str:
        for suffix in _SUFFIXES:
            stem = token[: -len(suffix)]
            if len(stem) >= 3 and token.endswith(suffix) and stem in self.classes:
                return stem
        return ""

    def _owned_stem(self, word: str) -> str:
        """The word without a possessive, when that is a known word too (lehernya → leher)."""
        for suffix in _POSSESSIVES:
            stem = word[: -len(suffix)]
            if len(stem) >= 4 and word.endswith(suffix) and stem in self.classes:
                return stem
        return ""

    def _typo(self, token: str) -> str:
        """The known word one slip away: a lost, added or swapped letter, or the key beside it. Any other letter in its
        place is too often another word (kemang, kejang; layangan, lapangan)."""
        length = len(token)
        if length < _MIN_TYPO_LENGTH or not token.isalpha():
            return ""
        best: tuple[int, str] = (2, "")
        for other in (length - 1, length, length + 1):
            for word in self._typo_words.get((token[0], other), ()):
                if OSA.distance(token, word, score_cutoff=1) > 1:
                    continue
                if other == length and sorted(word) != sorted(token) and not _is_key_slip(token, word):
                    continue
                best = min(best, (1, word))
        return best[1]


def _is_key_slip(token: str, word: str) -> bool:
    """Whether the two differ by keys that lie side by side."""
    if len(token) < _MIN_SLIP_LENGTH:
        return False
    pair = next(({a, b} for a, b in zip(token, word, strict=True) if a != b), set())
    return any(pair == {row[i], row[i + 1]} for row in _KEY_ROWS for i in range(len(row) - 1))


def _spellings(token: str) -> list[str]:
    """Other readings of one token: `anak2` → anak, `k3bakaran` → kebakaran, `toloong` → tolong."""
    guesses = [token]
    if len(token) > 2 and token[:-1].isalpha() and token[-1] == "2":
        guesses.append(token[:-1])
    elif "2" in token[1:-1] and token.replace("2", "", 1).isalpha():
        guesses.append(token.replace("2", "", 1))
        guesses.append(token[: token.index("2")])
    if any(c.isdigit() for c in token) and any(c.isalpha() for c in token):
        guesses.append(token.translate(_LEET))
    single = "".join(c for i, c in enumerate(token) if i == 0 or c != token[i - 1])
    if single != token:
        guesses.append(single)
    return guesses
