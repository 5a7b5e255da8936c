"""Brings the translations up to date: `update` collects what the code says, `compile` makes the files.

    python scripts/messages.py update    locale/*/LC_MESSAGES/*.po from the code; keeps translations
    python scripts/messages.py compile   .mo beside each .po (part of `make install`; not in the repository)
    python scripts/messages.py missing   what has no translation yet, one msgid a line; 1 when there is any

No GNU gettext is needed. Files are sorted and without line numbers: two people who add words rarely touch one place,
and after a merge `update` run once more gives the same file everywhere. What the code no longer says is dropped.
"""

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("agencies", "callcenter112", "dispatch", "events", "incidents", "reporting")
LANGUAGES = ("en",)
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
DOMAINS = ("django", "djangojs")

Found = tuple[str, str | tuple[str, str], str | None]
"""The file, the msgid (of a plural both), and the context."""


def _of_file(path: Path, method: str, source: bytes | None = None) -> Iterator[Found]:
    text = io.BytesIO(source if source is not None else path.read_bytes())
    name = path.relative_to(ROOT).as_posix()
    for _line, message, _comments, context in extract(method, text, keywords=KEYWORDS, options={"encoding": "utf-8"}):
        yield name, message, context


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _of_file(path, "python", templatize(path.read_text("utf-8"), origin=path).encode())


def _python() -> Iterator[Found]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_file(path, "python")


# Babel's reader of JavaScript loses the words within `${…}` where an object stands beside them; ours are always in
# double quotes (tests/unit/test_translations.py), which a pattern finds wherever they stand.
_QUOTED = r'"((?:[^"\\\n]|\\.)*)"'
_CALL = re.compile(rf"(?<![\w.$])(_|ngettext|pgettext)\(\s*{_QUOTED}(?:\s*,\s*{_QUOTED})?")
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


def in_script(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """(msgid, context) of each call in a script."""
    for name, first, second in _CALL.findall(_COMMENT.sub("", source)):
        one, other = json.loads(f'"{first}"'), json.loads(f'"{second}"')
        if name == "ngettext":
            yield (one, other), None
        elif name == "pgettext":
            yield other, one
        else:
            yield one, None


def scripts() -> list[Path]:
    """Our own modules for the browser."""
    found = sorted((ROOT / "static").rglob("*.js"))
    return [path for path in found if "vendor" not in path.relative_to(ROOT).parts and path.name != "lang.js"]


def _scripts() -> Iterator[Found]:
    for path in scripts():
        for message, context in in_script(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), message, context


def messages(domain: str) -> Catalog:
    """Every msgid that the code has now, with the files that say it."""
    found = Catalog(domain=domain)
    for source in (_scripts,) if domain == "djangojs" else (_templates, _python):
        for name, message, context in source():
            found.add(message, locations=[(name, 0)], context=context, flags=_flags(message))
    return found


def _flags(message: str | tuple[str, str]) -> list[str]:
    text = message if isinstance(message, str) else message[-1]
    return ["python-format"] if re.search(r"%\(\w+\)[sdf]", text) else []


def path_of(language: str, domain: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """The translations as they are kept; an empty catalogue where there are none."""
    path = path_of(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=language, domain=domain)


def _merged(language: str, domain: str) -> bytes:
    """What is kept, with the msgids of now. Nothing is guessed: a changed msgid has none until it gets one."""
    known, wanted = read(language, domain), Catalog(locale=language, domain=domain, fuzzy=False, project="Siaga 112")
    for message in messages(domain):
        if not message.id:
            continue
        before = known.get(message.id, context=message.context) or Message(message.id)
        same_kind = isinstance(before.string, tuple) == isinstance(message.id, tuple)
        string = before.string if same_kind else ""
        files = sorted({name for name, _line in message.locations})
        wanted.add(message.id, string, [(f, 0) for f in files], message.flags - {"fuzzy"}, context=message.context)
    return _written(wanted)


def _written(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=120, sort_output=True, omit_header=True, no_location=True)
    plural = catalog.plural_forms
    header = (f'msgid ""\nmsgstr ""\n"Language: {catalog.locale_identifier}\\n"\n"MIME-Version: 1.0\\n"\n'
              '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
              f'"Plural-Forms: {plural}\\n"\n\n')  # fmt: skip
    return header.encode() + out.getvalue()


def untranslated(language: str, domain: str) -> list[Message]:
    """Messages without (all forms of) a translation, and fuzzy ones."""
    return [m for m in read(language, domain) if m.id and (m.fuzzy or not m.string or not all(_forms(m.string)))]


def _forms(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def update() -> None:
    for language in LANGUAGES:
        for domain in DOMAINS:
            path = path_of(language, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_merged(language, domain))


def compile_all() -> None:
    for language in LANGUAGES:
        for domain in DOMAINS:
            with path_of(language, domain).with_suffix(".mo").open("wb") as file:
                mofile.write_mo(file, read(language, domain))


def missing() -> int:
    found = [(domain, m) for language in LANGUAGES for domain in DOMAINS for m in untranslated(language, domain)]
    for domain, message in found:
        print(f"{domain}: {message.id}")
    return int(bool(found))


def main(arguments: list[str]) -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)  # templatize asks whether translation is on
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["missing"]:
            return missing()
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
