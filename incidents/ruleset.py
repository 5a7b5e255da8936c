"""A region's own triage rules on top of the built-in ones: laid over without compiling those again, and checked. Pure.

A row has the keys of a built-in rule. The id of a built-in rule changes that rule, `off = true` switches it off, any
other id adds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

from incidents.triage import CompiledRules, RuleError, RuleSource, builtin_rules, classify
from incidents.triage.classifier import CompiledRule
from incidents.triage.lexicon import Lexicon
from incidents.triage.matcher import Hits, PhraseIndex, Spans, Unit
from incidents.triage.result import PRIORITIES
from incidents.triage.rules import RULE_KEYS, SUBTYPES, Rule, RuleBook, merge_sources

Row = Mapping[str, Any]
MOST_RULES = 1_000
MOST_PHRASES = 200
LONGEST_ID, LONGEST_PHRASE = 60, 2000
_ID = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*")
_LISTS = ("phrases", "needs", "unless", "extra", "leads", "beats")
_MARKS = str.maketrans("&|+?", "    ")


class LayeredIndex(PhraseIndex):
    """The phrases of a region beside those below, which all regions share; part numbers go on after theirs."""

    __slots__ = ("below",)

    def __init__(self, lexicon: Lexicon, below: PhraseIndex) -> None:
        super().__init__(lexicon)
        self.below = below

    @property
    def offset(self) -> int:
        return len(self.below.numbers)

    def find(self, units: Sequence[Unit], spans: Spans = ()) -> Hits:  # type: ignore[assignment]
        own = PhraseIndex.find(self, units, spans)
        return self.below.find(units, spans) | {part + self.offset: rows for part, rows in own.items()}

    def numbers_of(self, phrases: Iterable[str]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(number + self.offset for number in self.add(phrase)) for phrase in phrases)


def source_of(region: str, version: int | str, rows: Iterable[Row]) -> RuleSource:
    """A region's rows as a source of rules; reasons and decisions name it by `35.77-v3`."""
    return RuleSource(f"aturan {region}", f"{region}-v{version}", {"rule": [dict(row) for row in rows]})


def lay_over(base: CompiledRules, source: RuleSource, types: Mapping[str, str] | None = None) -> CompiledRules:
    """`base` with the source's rules added, changed or switched off; `base` itself stays as it is.

    `types`: the region's own types and their bases; a rule of the base may name such a type as its subtype.
    Raises RuleError with every fault.
    """
    book = _merged(source, types or {})
    if book.problems:
        raise RuleError(book.problems)
    gone = {str(row.get("id")) for row in source.data.get("rule", ())}
    lexicon = _with_words(base.lexicon, _literals(book.rules.values()))
    index = LayeredIndex(lexicon, base.phrases)
    own = [
        CompiledRule(r, index.numbers_of(r.phrases), index.numbers_of(r.needs), index.numbers_of(r.unless))
        for r in book.rules.values()
    ]
    rules = (*(rule for rule in base.rules if rule.rule.id not in gone), *own)
    return replace(
        base, version=f"{base.version}+{source.version}", lexicon=lexicon, phrases=index, rules=rules,
        rules_by_part=_by_part(rules, index.offset + len(index.numbers)),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _words() -> tuple[RuleSource, ...]:
    """The built-in word classes, which a region's phrases may use."""
    return tuple(
        RuleSource(source.name, source.version, {key: part for key, part in source.data.items() if key != "rule"})
        for source in builtin_rules()
    )


def _merged(source: RuleSource, types: Mapping[str, str]) -> RuleBook:
    """The source's rules, checked by the engine; subtypes that are types of the region are put back afterwards."""
    rows, named = [], {}
    for row in source.data.get("rule", ()):
        if row.get("subtype") and types.get(row["subtype"]) == row.get("type"):
            named[str(row.get("id"))] = row["subtype"]
            row = {**row, "subtype": ""}
        rows.append(row)
    book = merge_sources([*_words(), RuleSource(source.name, source.version, {"rule": rows})])
    for rule_id, subtype in named.items():
        if rule_id in book.rules:
            book.rules[rule_id] = replace(book.rules[rule_id], subtype=subtype)
    return book


def _literals(rules: Iterable[Rule]) -> list[str]:
    phrases = [phrase for rule in rules for phrase in (*rule.phrases, *rule.needs, *rule.unless)]
    words = (word for phrase in phrases for word in phrase.translate(_MARKS).split())
    return [word for word in dict.fromkeys(words) if word[0] not in "{_."]


def _with_words(lexicon: Lexicon, words: Iterable[str]) -> Lexicon:
    """A copy that knows these words too, also misspelt."""
    own = Lexicon(
        classes=dict(lexicon.classes),
        sayings={key: list(entries) for key, entries in lexicon.sayings.items()},
        abbreviations=lexicon.abbreviations,
        stems=dict(lexicon.stems),
        labels=dict(lexicon.labels),
        _typo_words={key: list(entries) for key, entries in lexicon._typo_words.items()},
    )
    for word in words:
        own.add_word(word)
    own.finish()
    return own


def _by_part(rules: Sequence[CompiledRule], parts: int) -> tuple[tuple[int, ...], ...]:
    table: list[dict[int, None]] = [{} for _ in range(parts)]
    for number, rule in enumerate(rules):
        for phrase in rule.phrases:
            table[phrase[0]][number] = None
    return tuple(tuple(row) for row in table)


# --- checks ---


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a region's rules: where, what, and how bad."""

    rule: str
    key: str
    message: str
    error: bool = True
    grave: bool = False
    """A warning that a publisher has to give a reason for."""


_SAID = (
    (r"missing", "wajib diisi"),
    (r"unknown key", "isian ini tidak dikenal"),
    (r"unknown type (.*)", r"jenis \1 tidak dikenal"),
    (r"unknown subtype (.*) of (.*)", r"subjenis \1 bukan bagian dari \2"),
    (r"must be a number from 0 to (.*)", r"harus angka 0 sampai \1"),
    (r"a rule without phrases can never apply", "tanpa frasa aturan ini tidak akan pernah berlaku"),
    (r"unknown priority (.*)", r"prioritas \1 tidak dikenal"),
    (r"empty phrase", "frasa kosong"),
    (r"a phrase must begin and end with a word: (.*)", r"frasa harus diawali dan diakhiri kata: \1"),
    (r"cannot be read: (.*) in (.*)", r"\1 tidak dapat dibaca dalam \2"),
    (r"unknown word class (.*)", r"kelompok kata \1 tidak dikenal"),
    (r"used twice in one source", "dipakai dua kali"),
)


def in_indonesian(message: str) -> str:
    """The engine's words about a fault, for an admin; unknown ones stay as they are."""
    for pattern, said in _SAID:
        if found := re.fullmatch(pattern, message):
            return found.expand(said)
    return message


def check(rows: Sequence[Row], base: CompiledRules, types: Mapping[str, str] | None = None) -> list[Finding]:
    """Errors, which keep a set from being published, and warnings, each with its place; errors first."""
    types = types or {}
    known = {rule.rule.id: rule.rule for rule in base.rules}
    shape = [finding for row in rows for finding in _shape(row, known)]
    if len(rows) > MOST_RULES:
        shape.append(Finding("", "rules", f"paling banyak {MOST_RULES} aturan"))
    if any(finding.error for finding in shape):
        return shape
    source = source_of("-", 0, rows)
    book = _merged(source, types)
    found = [*shape, *(Finding(p.rule, p.key, in_indonesian(p.message)) for p in book.problems)]
    if not any(finding.error for finding in found):
        found += _contradictions(book.rules.values()) + _twins(book.rules.values(), known)
        found += _new_words(book.rules.values(), base.lexicon)
    if not any(finding.error for finding in found):
        found += _unreachable(book.rules.values(), lay_over(base, source, types), known)
    return sorted(found, key=lambda finding: not finding.error)


def _shape(row: Row, known: Mapping[str, Rule]) -> list[Finding]:
    """What the engine takes for granted: the kinds of values. And what happens to built-in rules about danger."""
    rule_id = row.get("id")
    if not isinstance(rule_id, str) or not _ID.fullmatch(rule_id) or len(rule_id) > LONGEST_ID:
        return [Finding(str(rule_id or ""), "id", "huruf kecil, angka, garis bawah, dan titik; diawali huruf")]
    found = [Finding(rule_id, key, "isian ini tidak dikenal") for key in sorted(set(row) - RULE_KEYS)]
    for key, value in row.items():
        if not _is_right(key, value):
            found.append(Finding(rule_id, key, "bentuk isian ini tidak sesuai"))
    if row.get("off") is True:
        if rule_id not in known:
            found.append(Finding(rule_id, "off", "tidak ada aturan bawaan dengan nama ini untuk dimatikan"))
        elif _is_grave(known[rule_id]):
            found.append(Finding(rule_id, "off", "mematikan aturan bahaya nyawa", error=False, grave=True))
    elif (old := known.get(rule_id)) and _is_grave(old) and row.get("raises") != old.raises:
        found.append(Finding(rule_id, "raises", "melemahkan aturan bahaya nyawa", error=False, grave=True))
    return found


def _is_grave(rule: Rule) -> bool:
    return bool(rule.danger) or rule.raises == "critical"


def _is_right(key: str, value: Any) -> bool:
    if key in _LISTS:
        texts = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        return texts and len(value) <= MOST_PHRASES and all(len(item) <= LONGEST_PHRASE for item in value)
    if key in ("weight", "each"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if key in ("off", "lowers", "yields"):
        return isinstance(value, bool)
    return isinstance(value, str) and len(value) <= LONGEST_PHRASE


def _contradictions(rules: Iterable[Rule]) -> list[Finding]:
    found = []
    for rule in rules:
        for key in ("phrases", "needs"):
            if both := set(getattr(rule, key)) & set(rule.unless):
                found.append(Finding(rule.id, "unless", f"bertentangan: {min(both)!r} disyaratkan dan dikecualikan"))
        if rule.lowers and (rule.raises or rule.danger):
            found.append(Finding(rule.id, "lowers", "bertentangan: menaikkan dan menurunkan prioritas sekaligus"))
        if rule.priority and rule.raises and PRIORITIES.index(rule.raises) < PRIORITIES.index(rule.priority):
            found.append(Finding(rule.id, "raises", "menaikkan ke bawah prioritasnya sendiri tidak berpengaruh", False))
        if rule.type in rule.beats:
            found.append(Finding(rule.id, "beats", "bertentangan: mengalahkan jenisnya sendiri"))
        if not (rule.weight or rule.each or rule.raises or rule.danger or rule.lowers or rule.extra or rule.beats):
            found.append(Finding(rule.id, "weight", "kosong: bobot 0 dan tidak mengubah apa pun"))
    return found


def _twins(rules: Iterable[Rule], known: Mapping[str, Rule]) -> list[Finding]:
    """The same phrase for two types: one of the two cannot be meant."""
    rules = list(rules)
    ids = {rule.id for rule in rules}
    others = [rule for rule in known.values() if rule.id not in ids]
    pairs = [*((a, b, True) for a, b in combinations(rules, 2)), *((a, b, False) for a in rules for b in others)]
    found = []
    for rule, other, own in pairs:
        voting = rule.weight and other.weight and rule.type != other.type and rule.needs == other.needs
        if voting and (same := set(rule.phrases) & set(other.phrases)):
            equal = own and rule.weight == other.weight
            found.append(Finding(rule.id, "phrases", f"bertentangan dengan {other.id}: {min(same)!r}", error=equal))
    return found


def _new_words(rules: Iterable[Rule], lexicon: Lexicon) -> list[Finding]:
    return [
        Finding(rule.id, "phrases", f"kata baru {word!r} tidak ada di kosakata: periksa ejaannya", error=False)
        for rule in rules
        for word in _literals([rule])
        if word not in lexicon.classes and not word.isdecimal()
    ]


def _unreachable(rules: Iterable[Rule], compiled: CompiledRules, known: Mapping[str, Rule]) -> list[Finding]:
    """Rules that stand behind another: none of their own phrases makes the answer theirs."""
    samples = _Samples(compiled.lexicon)
    found = []
    for rule in rules:
        if not rule.weight or rule.needs:
            continue
        texts = [text for phrase in rule.phrases if (text := samples.of(phrase))]
        answers = [classify(text, compiled) for text in texts]
        if not answers or any(answer.type == rule.type for answer in answers):
            continue
        first = answers[0]
        winner = next((reason.rule for reason in first.reasons if reason.rule != rule.id), "")
        behind = f"tertutup {winner}" if winner else "terlalu lemah"
        found.append(Finding(rule.id, "phrases", f"{behind}: {texts[0]!r} tetap digolongkan {first.type}", error=False))
    return found


class _Samples:
    """A text for a phrase: of alternatives the first, of a class its first word."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._first: dict[str, str] = {}
        for word, names in lexicon.classes.items():
            if len(names) == 1:
                self._first.setdefault(f"{{{next(iter(names))}}}", word)

    def of(self, phrase: str) -> str:
        """Empty when a class has no word of its own."""
        words: list[str] = []
        for element in phrase.replace("&", " ").split():
            if element in ("_", "...") or element.endswith("?"):
                continue
            for atom in element.split("|")[0].split("+"):
                word = self._first.get(atom, "") if atom.startswith("{") else atom
                if not word:
                    return ""
                words.append(word)
        return " ".join(words)


def subtypes_of(type_: str) -> frozenset[str]:
    """The subtypes that a rule of a national type may name."""
    return SUBTYPES.get(type_, frozenset())
