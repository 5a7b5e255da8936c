"""The words: which class each belongs to, in every form that people write.

A lexicon is data: `[class.NAME] words = "a, b, two words"`, `verbs = "tabrak, seruduk"` (written out in all their
affixed forms), `[abbreviations] yg = "yang"`, `[plain] words` (ordinary words that must not be taken for typos).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

# Possessives, emphasis and articles glued to a word: Indonesian, Javanese, Sundanese, Minang, Banjar.
_CLITICS = (
    *("nyalah", "nya", "lah", "kah", "pun", "ipun", "nipun", "nyo", "nye", "ku", "mu", "ne", "na", "e", "a"),
    *("mi", "ji", "ki", "ka", "ko", "pi", "mo", "ta", "nyah", "nah", "tha", "to"),
)
_NASAL = {"p": ("m", "mem"), "t": ("n", "men"), "k": ("ng", "meng"), "s": ("ny", "meny"), "c": ("ny", "menyc")}
_POSSESSIVES = ("nya", "ipun", "nyo", "ku", "ne", "e")
_PREFIXES = ("", "di", "ter", "ke", "ka", "ta", "te", "ba", "be", "ber", "nge", "nga", "ma", "pe")
_ENDINGS = ("", "an", "in", "i", "kan", "ke", "aken", "akan", "eun", "keun", "on", "en", "na")
# Affixes that an unknown word may carry: Indonesian, Betawi, Javanese, Sundanese, Malay of the east, Bali, Madura.
_VERB_ENDINGS = (
    *("an", "in", "i", "kan", "ke", "no", "ake", "aken", "eun", "keun", "ang", "na", "en", "aghi", "akan", "ne"),
)
_VERB_OPENINGS = (
    *("di", "ke", "ter", "ber", "se", "sa", "ka", "ta", "te", "ba", "be", "ma", "na", "tak", "dak", "kok", "dapa"),
    *("a", "e", "per", "diper", "memper", "mang", "man", "mam", "pa", "nyar", "sing", "nga", "su", "dah"),
)
_NASAL_OPENINGS = {
    "menge": ("",), "meng": ("", "k"), "meny": ("s", "c"), "mem": ("", "p"), "men": ("", "t"), "me": ("",),
    "peng": ("", "k"), "peny": ("s",), "pem": ("", "p"), "pen": ("", "t"), "pe": ("",), "nge": ("",),
    "ng": ("", "k"), "ny": ("s", "c"), "m": ("", "p", "b"), "n": ("", "t", "d"),
}  # fmt: skip
_MIN_ROOT = 4
# How the end of a word sounds elsewhere: Minang (anyuik, jatuah, dikuruang), Palembang and Minang (mato), Betawi
# (semue, udeh), Manado and Makassar (jalang, jatung).
_REGIONAL_ENDS = (
    ("uik", ("ut", "uit")), ("uih", ("us",)), ("uah", ("uh",)), ("uak", ("uk",)), ("uang", ("ung",)),
    ("iang", ("ing",)), ("iah", ("ih", "ir")), ("iak", ("ik", "il")), ("ia", ("ir", "il", "i")), ("ua", ("ur", "ul")),
    ("eh", ("as", "ah", "ih")), ("ek", ("at", "ak", "ik")), ("ok", ("ap", "uk")), ("ik", ("it", "ing")),
    ("ak", ("at", "al")), ("o", ("a",)), ("e", ("a",)), ("eu", ("a",)), ("ng", ("n", "m")), ("h", ("",)),
)  # fmt: skip
# Letters that some write double or breathed (ndhuwur, ghebluk, bhungka), and e for a (Banjar: tabakar).
_REGIONAL_LETTERS = (
    *(("dh", "d"), ("th", "t"), ("bh", "b"), ("gh", "g"), ("jh", "j"), ("oe", "u"), ("dj", "j"), ("tj", "c")),
)
_LEET = str.maketrans("013457", "oieast")
_MIN_TYPO_LENGTH = 7
# The class of ordinary words, which mean nothing to any rule.
PLAIN = "plain"
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_MIN_SLIP_LENGTH = 7
_CACHE_LIMIT = 50_000
# Words that steer how a sentence is read must stand there as they are: no unknown word is taken for a form of one.
_STEERING = frozenset({"neg", "neg_ada", "neg_noun", "if", "fear", "turn", "only", "who", "ring"})
# Openings that leave a root of four letters recognisable; others ("ma-", "ta-") are too often part of the word.
_CLEAR_OPENINGS = frozenset({"di", "ke", "ter", "ber", "nge", "meng", "me"})


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

    def add_saying(self, words: tuple[str, ...], name: str = "") -> None:
        """Puts several words together into a class ("" = only known); the words go on counting by themselves unless
        the class is opaque."""
        for word in words:
            self.add_word(word)
        entries = self.sayings.setdefault((words[0], words[1]), [])
        for index, (known, labels) in enumerate(entries):
            if known == words:
                entries[index] = (known, labels | ({name} if name else set()))
                return
        entries.append((words, frozenset({name} if name else ())))

    def include(self, wholes: dict[str, frozenset[str]]) -> None:
        """Puts every word and saying of a class into the classes that include it (part → wholes)."""
        for word, names in self.classes.items():
            if more := names.intersection(wholes):
                self.classes[word] = names.union(*(wholes[part] for part in more))
        for entries in self.sayings.values():
            entries[:] = [
                (words, names.union(*(wholes[part] for part in names if part in wholes))) for words, names in entries
            ]

    def finish(self) -> None:
        """Orders what was added: longest saying first, typo candidates alphabetically (same answer each time)."""
        for word in list(self.classes):
            if stem := self._owned_stem(word) or ("" if self.classes[word] else self._stem_of_literal(word)):
                self.stems[word] = stem
                self.classes[word] = self.classes[word] or self.classes[stem]
        for word, names in self.classes.items():
            own = (word, self.stems[word]) if word in self.stems else (word,)
            self.labels[word] = (*own, *(f"{{{name}}}" for name in sorted(names)))
        for entries in self.sayings.values():
            entries.sort(key=lambda entry: (-len(entry[0]), entry[0]))
        for words in self._typo_words.values():
            words.sort()

    def _stem_of_literal(self, word: str) -> str:
        """What a word that only a phrase names is a form of, so that naming it takes none of its classes away."""
        half, _, other = word.partition("-")
        return half if half == other and half in self.classes else self._stem(word)

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
        return self._regional(token) or self._typo(token) or token

    def _regional(self, token: str) -> str:
        """The known word that is said so in another region (anyuik → anyut, palo → pala, ndhuwur → nduwur)."""
        if len(token) < _MIN_ROOT or not token.isalpha():
            return ""
        for guess in _regional_spellings(token):
            if len(guess) >= _MIN_ROOT and self._may_be(guess):
                return guess
            stem = self._stem(guess) if len(guess) > _MIN_ROOT else ""
            if stem:
                return stem
        return ""

    def _stem(self, token: str) -> str:
        """The known word inside an unknown one: without clitics, then without ending and opening of a verb."""
        for suffix in _CLITICS:
            stem = token[: -len(suffix)]
            if (
                len(stem) >= (3 if len(suffix) > 1 and len(token) < 7 else _MIN_ROOT)
                and token.endswith(suffix)
                and self._may_be(stem)
            ):
                return stem
        if len(token) < _MIN_ROOT + 2 or not token.isalpha():
            return ""
        bare = [token, *(token[: -len(c)] for c in _CLITICS if token.endswith(c))]
        found = [root for word in bare for root in _roots(word) if self._may_be(root)]
        return max(found, key=len) if found else ""

    def _may_be(self, word: str) -> bool:
        """Whether an unknown word may be read as a form of this one."""
        return word in self.classes and _STEERING.isdisjoint(self.classes[word])

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
                if self._may_be(word):
                    best = min(best, (1, word))
        return best[1]


def _roots(word: str) -> Iterable[str]:
    """What may be left of a word when verb endings and openings are taken off; at least four letters."""
    for bare in (word, *(word[: -len(e)] for e in _VERB_ENDINGS if word.endswith(e))):
        if bare != word and len(bare) >= _MIN_ROOT:
            yield bare
        for opening in _VERB_OPENINGS:
            left = len(bare) - len(opening)
            if bare.startswith(opening) and (left > _MIN_ROOT or (left == _MIN_ROOT and opening in _CLEAR_OPENINGS)):
                yield bare[len(opening) :]
        for opening, lost in _NASAL_OPENINGS.items():
            rest = bare[len(opening) :]
            if bare.startswith(opening) and len(rest) >= _MIN_ROOT - 1:
                yield from (letter + rest for letter in lost if len(letter + rest) >= _MIN_ROOT)


def _is_key_slip(token: str, word: str) -> bool:
    """Whether the two differ by keys that lie side by side."""
    if len(token) < _MIN_SLIP_LENGTH:
        return False
    pair = next(({a, b} for a, b in zip(token, word, strict=True) if a != b), set())
    return any(pair == {row[i], row[i + 1]} for row in _KEY_ROWS for i in range(len(row) - 1))


def _regional_spellings(token: str) -> Iterable[str]:
    plain = token
    for old, new in _REGIONAL_LETTERS:
        plain = plain.replace(old, new)
    if plain != token:
        yield plain
    for end, others in _REGIONAL_ENDS:
        if plain.endswith(end):
            yield from (plain[: -len(end)] + other for other in others)
    if plain[:2] in ("ba", "ta", "ma", "ka", "sa") and len(plain) > _MIN_ROOT + 1:
        yield {"b": "ber", "t": "ter", "m": "me", "k": "ke", "s": "se"}[plain[0]] + plain[2:]


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
