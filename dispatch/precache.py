"""What the browser keeps for the hours without a server: the files of the screens, and one version for all of them."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language

from agencies.language import catalog_address

SCRIPTS = ("live", "ui", "dispatch", "outbox")
"""Folders of static/ whose scripts and styles the console and the agency's desk are made of."""
SINGLE = (
    "design/tokens.css",
    "design/app.css",
    "design/icon.svg",
    "design/icon-192.png",
    "design/icon-apple-180.png",
    "design/badge-96.png",
    "leaflet/leaflet.js",
    "leaflet/leaflet.css",
    "vendor/icons/icons.svg",
    "vendor/inter/inter-latin.woff2",
    "vendor/inter/inter-latin-ext.woff2",
)
PAGES = {"/kertas/": "dispatch/paper.html", "/luring/": "dispatch/offline.html"}
"""Pages that are the same for everybody and hold nothing of anybody: address → template."""
WORKER = "outbox/sw.js"


def static_names() -> list[str]:
    """Names of the static files, sorted; the worker's own script is not among them."""
    root = Path(settings.BASE_DIR) / "static"
    found = [p for folder in SCRIPTS for p in (root / folder).iterdir() if p.suffix in (".js", ".css")]
    names = [str(p.relative_to(root)) for p in found] + [name for name in SINGLE if finders.find(name)]
    return sorted(name for name in names if name != WORKER)


def addresses() -> list[str]:
    words = catalog_address(get_language() or "")
    return [*(static(name) for name in static_names()), *([words] if words else []), *PAGES]


def worker_source() -> str:
    return _contents(WORKER).decode()


def _contents(name: str) -> bytes:
    path = finders.find(name)
    return Path(path).read_bytes() if isinstance(path, str) else b""


def version() -> str:
    """Changes whenever one of the files or pages does, and with the language: then browsers fetch them all anew."""
    language = get_language() or ""
    return _computed(language) if settings.DEBUG else _remembered(language)


def _computed(language: str = "") -> str:
    digest = hashlib.sha256(catalog_address(language).encode())
    for name in [*static_names(), WORKER]:
        digest.update(name.encode() + b"\0" + hashlib.sha256(_contents(name)).digest())
    for template in PAGES.values():
        digest.update(render_to_string(template).encode())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=4)
def _remembered(language: str) -> str:
    """Some milliseconds of reading, once per process and language."""
    return _computed(language)
