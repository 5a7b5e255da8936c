"""Everything a person reads can be said in English too, and the translation says the same."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from scripts import messages

ROOT = messages.ROOT
PLACES = re.compile(r"%\(\w+\)0?\d*[sdf]|\{\w+\}|</?\w+>")
WORKERS = {"sw.js"}
"""The service worker shows nothing."""
NOT_PAGES = {"500.html"}
"""Shown when nothing works any more, translation included."""
OF_THE_RECORD = {"sudah diberi tahu"}
"""Names of answers that are kept with the report."""
EACH = [(language, domain) for language in messages.LANGUAGES for domain in messages.DOMAINS]


def forms(message: Message) -> list[tuple[str, str]]:
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[1], form) for form in message.string]


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_the_catalogue_holds_what_the_code_says(language, domain):
    kept = messages.path_of(language, domain).read_bytes()
    assert messages.merged(language, domain) == kept, "run `make messages` and translate what it names"


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_everything_is_translated(language, domain):
    assert [m.id for m in messages.untranslated(language, domain)] == []


@pytest.mark.parametrize(("language", "domain"), EACH)
def test_a_translation_has_the_same_values_and_marks(language, domain):
    wrong = [
        said
        for message in messages.read(language, domain)
        if message.id
        for meant, said in forms(message)
        if Counter(PLACES.findall(meant)) != Counter(PLACES.findall(said))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [p for p in messages.scripts() if p.name not in WORKERS], ids=lambda path: path.name)
def test_a_script_says_nothing_that_cannot_be_translated(path):
    source = messages.COMMENT.sub("", path.read_text("utf-8"))
    calls = re.findall(r"(?<![\w.$])(?:_|ngettext|pgettext)\((?!\s*\")", source)
    assert calls == [], "words stand in double quotes, so that they can be collected"
    rest = re.sub(r'class: (`[^`]*`|"[^"]*")', "", messages.CALL.sub("", source))
    literals = re.findall(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`', rest)
    found = {one or other for one, other in literals if messages.is_indonesian(one or text_of(other))}
    assert found - OF_THE_RECORD == set()


def text_of(template: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "", template)


def pages() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*.html") if path.name not in NOT_PAGES)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_page_says_nothing_that_cannot_be_translated(path):
    source = path.read_text("utf-8")
    source = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{% blocktranslate.*?\{% endblocktranslate %\}", "", source, flags=re.DOTALL)
    source = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL)
    attributes = re.findall(r'(?:title|aria-label|placeholder|alt)="([^"]*)"', source)
    texts = [piece.strip() for piece in re.sub(r"<[^>]*>", "\n", source).split("\n")]
    assert [text for text in (*attributes, *texts) if messages.is_indonesian(text)] == []


def test_words_within_a_template_of_a_script_are_found():
    source = 'const a = `${_("Satu {n}", { n })} ${ngettext("{n} hari", "{n} hari", n)}`; // _("bukan ini") {}'
    assert list(messages.in_script(source)) == [
        ("Satu {n}", None),
        (("{n} hari", "{n} hari"), None),
        ("bukan ini", None),
    ]
    assert list(messages.in_script('// _("bukan ini")\npgettext("place", "jalan")')) == [("jalan", "place")]


def test_plain_sentences_of_a_rule_become_patterns():
    source = 'def f(n):\n    "Bukan untuk orang lain."\n    return f"lebih dari {n:.0f} menit ({n})", _("sudah lewat")'
    assert list(messages.plain_sentences(source)) == ["lebih dari {0} menit ({1})"]
