"""Brings the translations up to date: `update` collects what the code says, `compile` makes the files.

    python scripts/messages.py update    locale/*/LC_MESSAGES/*.po from the code; keeps translations
    python scripts/messages.py compile   .mo beside each .po (part of `make install`; not in the repository)
    python scripts/messages.py missing   what has no translation yet, one msgid a line; 1 when there is any

No GNU gettext is needed. Files are sorted and without line numbers: two people who add words rarely touch one place,
and after a merge `update` run once more gives the same file everywhere. What the code no longer says is dropped.
"""

import ast
import io
import itertools
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
DOMAINS = ("django", "djangojs", "sentences")

SPEAKING = (
    "agencies/assuring.py",
    "agencies/boundaryfile.py", "agencies/configuring.py", "agencies/importfile.py", "agencies/importing.py",
    "agencies/organising.py", "agencies/placefile.py", "agencies/problems.py", "agencies/publishing.py",
    "agencies/reference.py", "agencies/rosterfile.py", "agencies/rostering.py", "agencies/services.py",
    "agencies/staffing.py", "dispatch/api", "dispatch/carriers", "dispatch/escalation.py", "dispatch/locating.py",
    "dispatch/parsing.py", "dispatch/placing.py", "dispatch/reading.py", "dispatch/recommend.py", "dispatch/replay.py",
    "dispatch/routing.py", "dispatch/rulefile.py", "dispatch/services", "incidents/ruleset.py", "incidents/services",
    "reporting/services.py", "callcenter112/ops.py",
)  # fmt: skip
"""Modules whose plain strings are shown to people (agencies.sentences); all others say theirs through gettext."""
SINGLE = ("bertugas", "dirujuk", "ditugaskan", "mengantar", "menuju")
"""Words that stand within sentences and cannot be told from codes."""

Found = tuple[str, str | tuple[str, str], str | None]
"""The file, the msgid (of a plural both), and the context."""


def _of_file(path: Path, method: str, source: bytes | None = None) -> Iterator[Found]:
    text = io.BytesIO(source if source is not None else path.read_bytes())
    name = path.relative_to(ROOT).as_posix()
    for _line, message, _comments, context in extract(method, text, keywords=KEYWORDS, options={"encoding": "utf-8"}):
        yield name, message, context


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        calls = templatize(path.read_text("utf-8"), origin=path)
        # a tokenizer of Python stumbles over the indentation of HTML
        yield from _of_file(path, "python", "\n".join(line.lstrip() for line in calls.split("\n")).encode())


def _python() -> Iterator[Found]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _of_file(path, "python")


# Babel's reader of JavaScript loses the words within `${…}` where an object stands beside them; ours are always in
# double quotes (tests/unit/test_translations.py), which a pattern finds wherever they stand.
_QUOTED = r'"((?:[^"\\\n]|\\.)*)"'
CALL = re.compile(rf"(?<![\w.$])(_|ngettext|pgettext)\(\s*{_QUOTED}(?:\s*,\s*{_QUOTED})?")
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


def in_script(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """(msgid, context) of each call in a script."""
    for name, first, second in CALL.findall(COMMENT.sub("", source)):
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


def _modules(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _sentences() -> Iterator[Found]:
    for path in _modules(APPS):
        for label in labels(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), label, None
    for word in SINGLE:
        yield "dispatch/recommend.py", word, None
    for path in _modules(SPEAKING):
        for text in plain_sentences(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), text, None


def plain_sentences(source: str) -> Iterator[str]:
    """Indonesian strings of a module that pass no gettext, each value as "{0}", "{1}" …"""
    passed: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if _is_no_speech(node):
            passed.update(id(one) for one in ast.walk(node))
        if id(node) in passed:
            continue
        text = _pattern(node)
        if isinstance(node, ast.JoinedStr):
            passed.update(id(one) for one in node.values if isinstance(one, ast.Constant))
        if text and is_indonesian(text):
            yield text


def labels(source: str) -> Iterator[str]:
    """What the choices of models are called, and the names of the national types."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            values = [one.value for one in node.body if isinstance(one, ast.Assign)]
            yield from (ast.literal_eval(value)[1] for value in values if isinstance(value, ast.Tuple))
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NATIONAL_TYPES":
            yield from ast.literal_eval(node.value).values()


def _is_no_speech(node: ast.AST) -> bool:
    """A docstring, or something that gettext has already."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
    return name in KEYWORDS


def _pattern(node: ast.AST) -> str:
    """The words with numbers in the place of values; of patterns for re.sub too ("\\1")."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) if isinstance(v, ast.Constant) else "{_}" for v in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    else:
        return ""
    count = itertools.count()
    return re.sub(r"\{\w+\}|\\\d", lambda _: f"{{{next(count)}}}", text)


_FREQUENT = (
    "yang tidak dan untuk dari sudah belum dengan ini itu pada atau bukan harus wajib laporan kejadian berkas "
    "wilayah dinas nomor baris kolom hanya boleh lebih sampai sejak tanpa oleh kepada dapat sedang akan lokasi "
    "panggilan pelapor unit petugas jenis kartu batas waktu menit jam hari isi pilih aturan kata kode nama "
    "kosong salah sama ada juga paling sedikit huruf bagian kunci daftar dikenal ditemukan sah berlaku diubah "
    "ditugaskan instansi tugas luar terlalu banyak desa jalan titik angka dihitung perkiraan posisi terdekat "
    "di ke sebagai menjadi saja baru masih karena lagi bila agar semua setiap tersimpan terkirim menunggu "
    "diterima ditolak selesai kirim simpan tutup buka batal terima pesan layar sesi server komputer alasan "
    "catatan"
)
_WORDS = frozenset(_FREQUENT.split())


def is_indonesian(text: str) -> bool:
    """A guess good enough for a test: at least two words, one of them a frequent Indonesian one; no SQL, no names."""
    words = re.findall(r"[a-z]+", _PLACE.sub("", text).lower())
    several = len(words) > 1 or bool(_PLACE.search(text))
    return several and " " in text.strip() and any(w in _WORDS for w in words) and not _CODE.search(text)


_PLACE = re.compile(r"\{\w*\}")
_CODE = re.compile(r"\b(SELECT|INSERT|UPDATE|WHERE|FROM|ORDER BY)\b|://|\(\?|\\b|attachment;")


def messages(domain: str) -> Catalog:
    """Every msgid that the code has now, with the files that say it."""
    found = Catalog(domain=domain)
    for source in {"django": (_templates, _python), "djangojs": (_scripts,), "sentences": (_sentences,)}[domain]:
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


def merged(language: str, domain: str) -> bytes:
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
            path.write_bytes(merged(language, domain))


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
