"""Compiles rules once and classifies reports with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from incidents.triage.lexicon import PLAIN, Lexicon, verb_forms, words_of
from incidents.triage.matcher import Hits, PhraseIndex, Spans, Unit, build_units, near_hits
from incidents.triage.negation import denied_units, imagined_units
from incidents.triage.normalise import plain_character, tokenise
from incidents.triage.points import Points
from incidents.triage.result import FALLBACK_TYPE, Classification, Facts
from incidents.triage.rules import Rule, RuleBook, RuleError, RuleSource, merge_sources
from incidents.triage.scoring import Applied, decide, reasons_of

_AGENTS = ("weapon", "gas", "electric", "snake", "wasp", "dog", "animal")
_MAX_VICTIMS = 100_000
_SEPARATORS = str.maketrans("&|+?", "    ")


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its phrases as numbers of the index: each phrase is one or several parts."""

    rule: Rule
    phrases: tuple[tuple[int, ...], ...]
    needs: tuple[tuple[int, ...], ...]
    unless: tuple[tuple[int, ...], ...]
    exceptions: dict[int, list[tuple[int, ...]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lists the phrases of `unless` by the part that opens them."""
        exceptions: dict[int, list[tuple[int, ...]]] = {}
        for phrase in dict.fromkeys(self.unless):
            exceptions.setdefault(phrase[0], []).append(phrase)
        object.__setattr__(self, "exceptions", exceptions)


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """Everything that `classify` needs; immutable in use, shared by threads, swapped as a whole."""

    version: str
    lexicon: Lexicon
    concepts: PhraseIndex
    concept_names: tuple[tuple[str, ...], ...]
    hiding: frozenset[str]
    phrases: PhraseIndex
    rules: tuple[CompiledRule, ...]
    rules_by_part: tuple[tuple[int, ...], ...]
    points: Points = field(default_factory=lambda: Points({}))
    openings: dict[int, tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Lists each phrase with its rule and its other parts under the one of its parts that the fewest phrases have,
        so that only phrases which may stand in a text are looked at."""
        phrases = [(n, phrase) for n, rule in enumerate(self.rules) for phrase in dict.fromkeys(rule.phrases)]
        shared = Counter(part for _, phrase in phrases for part in phrase)
        openings: dict[int, list[tuple[int, tuple[int, ...], tuple[int, ...]]]] = {}
        for number, phrase in phrases:
            rarest = min(phrase, key=lambda part: shared[part])
            others = tuple(part for part in phrase if part != rarest)
            openings.setdefault(rarest, []).append((number, phrase, others))
        object.__setattr__(self, "openings", {part: tuple(rows) for part, rows in openings.items()})


def compile_rules(*sources: Iterable[RuleSource] | RuleSource, extra: Iterable[RuleSource] = ()) -> CompiledRules:
    """Compiles sources in order, later ones over earlier ones (`extra` last); raises RuleError with all faults."""
    flat: list[RuleSource] = []
    for source in sources:
        flat.extend([source] if isinstance(source, RuleSource) else source)
    flat.extend(extra)
    book = merge_sources(flat)
    if book.problems:
        raise RuleError(book.problems)
    lexicon = _lexicon(book)
    concepts, names = _concepts(book, lexicon)
    phrases = PhraseIndex(lexicon)
    compiled = tuple(_compile(rule, phrases) for rule in book.rules.values())
    version = "+".join(dict.fromkeys(source.version for source in flat)) or "empty"
    hiding = frozenset(f"{{{name}}}" for name in book.hiding)
    parts = _by_part(compiled, len(phrases.numbers))
    return CompiledRules(
        version, lexicon, concepts, names, hiding, phrases, compiled, parts, Points(book.points, book.points_version)
    )


def _compile(rule: Rule, index: PhraseIndex) -> CompiledRule:
    return CompiledRule(
        rule,
        tuple(index.add(p) for p in rule.phrases),
        tuple(index.add(p) for p in rule.needs),
        tuple(index.add(p) for p in rule.unless),
    )


def _by_part(rules: Sequence[CompiledRule], parts: int) -> tuple[tuple[int, ...], ...]:
    """For each part the rules whose phrase it opens, so that only those are looked at."""
    table: list[dict[int, None]] = [{} for _ in range(parts)]
    for number, rule in enumerate(rules):
        for phrase in rule.phrases:
            table[phrase[0]][number] = None
    return tuple(tuple(row) for row in table)


def _concepts(book: RuleBook, lexicon: Lexicon) -> tuple[PhraseIndex, tuple[tuple[str, ...], ...]]:
    index = PhraseIndex(lexicon)
    names: dict[int, list[str]] = {}
    for name, patterns in book.concepts.items():
        for pattern in patterns:
            for number in index.add(pattern):
                names.setdefault(number, []).append(f"{{{name}}}")
    return index, tuple(tuple(names[i]) for i in range(len(index.numbers)))


def _lexicon(book: RuleBook) -> Lexicon:
    lexicon = Lexicon()
    plain = set(book.plain)
    for name, entries in book.classes.items():
        for entry in entries:
            for saying in words_of(entry.get("words", "")):
                words = _plain_words(saying)
                if len(words) == 1:
                    lexicon.add_word(words[0], name)
                elif words:
                    lexicon.add_saying(words, name)
            for root in words_of(entry.get("verbs", "")):
                for form in verb_forms(root):
                    # A form that is an ordinary word too ("malang" from "balang") is taken for that.
                    if form == root or form not in plain:
                        lexicon.add_word(form, name, typos=form == root)
    for label in book.points:
        if " " in label:
            lexicon.add_saying(tuple(label.split()))
    lexicon.include(_wholes(book))
    for word in _literals(book):
        lexicon.add_word(word)
    for word in book.plain:
        lexicon.add_word(word, PLAIN, typos=False)
    for short, long in book.abbreviations.items():
        lexicon.abbreviations[short] = tuple(form for word in long.split() for form in (word,))
    lexicon.finish()
    return lexicon


def _wholes(book: RuleBook) -> dict[str, frozenset[str]]:
    """For each class the classes that include it, also through another one."""
    direct: dict[str, set[str]] = {}
    for name, entries in book.classes.items():
        for entry in entries:
            for part in words_of(entry.get("includes", "")):
                direct.setdefault(part, set()).add(name)
    wholes: dict[str, frozenset[str]] = {}
    for part in direct:
        reached, todo = set[str](), [part]
        while todo:
            for name in direct.get(todo.pop(), ()):
                if name not in reached:
                    reached.add(name)
                    todo.append(name)
        wholes[part] = frozenset(reached)
    return wholes


def _plain_words(saying: str) -> tuple[str, ...]:
    return tuple("".join(plain_character(c) for c in word) for word in saying.split())


def _literals(book: RuleBook) -> Iterable[str]:
    rows = [p for patterns in book.concepts.values() for p in patterns]
    for rule in book.rules.values():
        rows += [*rule.phrases, *rule.needs, *rule.unless]
    for pattern in rows:
        for word in pattern.translate(_SEPARATORS).split():
            if word[0] not in "{_.":
                yield word


def classify(text: str, rules: CompiledRules) -> Classification:
    """Type, priority and further types of a report, with reasons. Any text is accepted; deterministic."""
    units, spans = build_units(tokenise(text), rules.lexicon)
    _add_concepts(units, spans, rules)
    said = set().union(*[unit.labels for unit in units])
    hits = rules.phrases.find(units, spans)
    denied: dict[int, frozenset[int]] = {}
    if "{neg}" in said or "{neg_noun}" in said:
        denied = _still_denied(denied_units(units), units, hits, rules)
    imagined = imagined_units(units) if "{if}" in said or "{fear}" in said else frozenset()
    applied = _applied(rules, units, _undenied(hits, denied) if denied else hits, imagined)
    left_out = imagined.union(denied)
    verdict = decide(applied, words=len(units), points=rules.points.total(units, spans, left_out))
    applied += rules.points.signs(verdict.type, units, spans, left_out)
    places = [(u.start, u.end) for u in units]
    return Classification(
        type=verdict.type,
        subtype=verdict.subtype,
        priority=verdict.priority,
        confidence=verdict.confidence,
        candidates=verdict.candidates,
        extra_types=verdict.extra_types,
        reasons=reasons_of(applied, verdict.type, text, places),
        needs_review=verdict.needs_review,
        facts=_facts(text, units, denied, applied, said),
    )


def _still_denied(
    denied: dict[int, frozenset[int]], units: Sequence[Unit], hits: Hits, rules: CompiledRules
) -> dict[int, frozenset[int]]:
    """A negation inside a rule's own phrase ("tidak bernapas") denies nothing behind that phrase; one that ends it
    ("motor tidak ada") or that denies existence ("tidak ada korban luka") goes on denying."""
    if not denied:
        return {}
    used: dict[int, int] = {}
    for part, rows in hits.items():
        if not rules.rules_by_part[part]:
            continue
        for row in rows:
            for unit in row[:-1]:
                if not units[unit].has("neg_ada"):
                    used[unit] = max(used.get(unit, unit), row[-1])
    left = {place: frozenset(n for n in by if place <= used.get(n, place)) for place, by in denied.items()}
    return {place: by for place, by in left.items() if by}


def _undenied(hits: Hits, denied: dict[int, frozenset[int]]) -> Hits:
    """The hits without those that a negation outside the phrase reaches."""
    left: Hits = {}
    for part, rows in hits.items():
        if kept := [row for row in rows if not _is_denied(row, denied)]:
            left[part] = kept
    return left


def _is_denied(row: tuple[int, ...], denied: dict[int, frozenset[int]]) -> bool:
    """Whether a negation outside the phrase reaches one of its words."""
    return not denied.keys().isdisjoint(row) and any(denied[u].difference(row) for u in row if u in denied)


def _add_concepts(units: list[Unit], spans: Spans, rules: CompiledRules) -> None:
    """Puts what the concepts' patterns find beside the sayings, for the rules to use as one word. A concept that hides
    ("3 kali" is no river) takes away what its words mean by themselves."""
    hits = rules.concepts.find(units, spans)
    for part, row in [(part, row) for part, rows in hits.items() for row in rows]:
        length = row[-1] - row[0] + 1
        names = rules.concept_names[part]
        spans[row[0]].extend((name, length) for name in names)
        if not rules.hiding.isdisjoint(names):
            for unit in row:
                units[unit] = units[unit]._replace(labels=names)
                spans[unit] = [(name, length) for name in names] if unit == row[0] else []


def _applied(rules: CompiledRules, units: Sequence[Unit], by_part: Hits, imagined: frozenset[int]) -> list[Applied]:
    real = by_part
    if imagined:
        real = {part: [row for row in rows if imagined.isdisjoint(row)] for part, rows in by_part.items()}
    found: list[Applied] = []
    for number, phrases in sorted(_phrases_said(rules, by_part).items()):
        rule = rules.rules[number]
        if rule.needs and not all(near_hits(p, by_part) for p in rule.needs):
            continue
        if rule.rule.each:
            if places := {u for words in _matches(phrases, by_part) for u in words} - imagined:
                found.append(Applied(rule.rule, tuple(sorted(places)), False))
            continue
        words = _best_match(_matches(phrases, by_part), _excepted(rule, units, real), units, imagined)
        if words:
            # A question about what might be ("kalau kebakaran hubungi siapa") is really asked.
            supposed = rule.rule.type != FALLBACK_TYPE and bool(imagined.intersection(words))
            found.append(Applied(rule.rule, words, supposed))
    return found


def _phrases_said(rules: CompiledRules, by_part: Hits) -> dict[int, list[tuple[int, ...]]]:
    """The phrases of each rule all parts of which are somewhere in the text."""
    said: dict[int, list[tuple[int, ...]]] = {}
    openings = rules.openings
    for part in by_part:
        if part not in openings:
            continue
        for number, phrase, others in openings[part]:
            for other in others:
                if other not in by_part:
                    break
            else:
                if number in said:
                    said[number].append(phrase)
                else:
                    said[number] = [phrase]
    return said


def _matches(phrases: Iterable[tuple[int, ...]], by_part: Hits) -> Iterable[tuple[int, ...]]:
    """The words of every place where one of the phrases stands."""
    for phrase in phrases:
        if len(phrase) == 1:
            yield from by_part[phrase[0]]
        else:
            for row in near_hits(phrase, by_part):
                yield tuple(sorted(row))


def _excepted(rule: CompiledRule, units: Sequence[Unit], real: Hits) -> set[int]:
    """Sentences in which the rule does not hold: an exception silences only the sentence in which it is said, so that
    a danger told in a sentence of its own is always heard."""
    silent: set[int] = set()
    if real.keys().isdisjoint(rule.exceptions):
        return silent
    for part, phrases in rule.exceptions.items():
        if part not in real:
            continue
        for phrase in phrases:
            for row in near_hits(phrase, real):
                first = units[row[0]].sentence
                if first not in silent and all(units[u].sentence == first for u in row):
                    silent.add(first)
    return silent


def _best_match(
    matches: Iterable[tuple[int, ...]], excepted: set[int], units: Sequence[Unit], imagined: frozenset[int]
) -> tuple[int, ...]:
    """The first match that is not excepted; one about what is really so is preferred to a supposed one."""
    supposed: tuple[int, ...] = ()
    for words in matches:
        if excepted and any(units[u].sentence in excepted for u in words):
            continue
        if not imagined or imagined.isdisjoint(words):
            return words
        supposed = supposed or words
    return supposed


def _facts(
    text: str, units: Sequence[Unit], denied: Collection[int], applied: Sequence[Applied], said: Collection[str]
) -> Facts:
    dangers = dict.fromkeys(a.rule.danger for a in applied if a.rule.danger and not a.imagined)
    agents = [name for name in _AGENTS if f"{{{name}}}" in said]
    if agents and denied:
        agents = [name for name in agents if any(u.has(name) for i, u in enumerate(units) if i not in denied)]
    return Facts(
        victims=_victims(units, denied) if "{number}" in said else None,
        danger=tuple(dangers),
        agents=tuple(agents),
        negated=tuple(text[units[i].start : units[i].end] for i in sorted(denied)),
        finished=any(a.rule.lowers and not a.imagined for a in applied),
        question="?" in text,
    )


def _victims(units: Sequence[Unit], denied: Collection[int]) -> int | None:
    """The number said just before people who are hurt, dead or caught ("tiga orang luka"); None when untold."""
    for index, unit in enumerate(units):
        number = _number(unit)
        if number is None or index in denied:
            continue
        following = [j for j in range(index + 1, min(len(units), index + 6)) if units[j].sentence == unit.sentence]
        if not following:
            continue
        counted = units[following[0]].has("person") or units[following[0]].has("victim")
        if counted and any(_harmed(units[j]) for j in following if j not in denied):
            return number
    return None


def _harmed(unit: Unit) -> bool:
    return any(unit.has(name) for name in ("harm", "victim", "wound", "dead", "pinned", "drown", "unconscious"))


_NUMBERS = {"satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9}


def _number(unit: Unit) -> int | None:
    word = unit.labels[0]
    if word.isdecimal() and len(word) <= 6:
        return int(word) if int(word) <= _MAX_VICTIMS else None
    return _NUMBERS.get(word)
