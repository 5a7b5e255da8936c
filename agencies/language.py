"""In which language a page speaks. Indonesian, unless somebody has pressed the switch; a browser's own setting counts
for nothing, because computers are sold with English set and nobody at the desk chose it."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog, set_language

A_YEAR = 365 * 24 * 3600
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def language_of(request: HttpRequest) -> str:
    """The person's choice (a cookie); of a program with a token, what it asks for; else Indonesian."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in LANGUAGES:
        return chosen
    if "Authorization" in request.headers:
        return translation.get_language_from_request(request)
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Each request in its language; nothing of it stays in the thread for the next one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if request.path.startswith("/api/"):
            patch_vary_headers(response, ("Accept-Language",))
        return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The switch: keeps the choice in this browser for a year and leads back to the page."""
    return set_language(request)


@lru_cache(maxsize=1)
def catalog_version() -> str:
    """Changes with the translations: an address of the words with it may be kept for ever."""
    digest = hashlib.sha256()
    for root in settings.LOCALE_PATHS:
        for path in sorted(Path(root).glob("*/LC_MESSAGES/djangojs.mo")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def catalog_address(language: str) -> str:
    """Where the words of the scripts are; "" for Indonesian, which stands in the scripts themselves."""
    return "" if language in ("", settings.LANGUAGE_CODE) else reverse("words", args=[language, catalog_version()])


@require_safe
def words(request: HttpRequest, language: str, version: str) -> HttpResponseBase:
    """The words of the scripts in one language, for everybody. An old version's address gets today's, unkept."""
    known = language if language in LANGUAGES else settings.LANGUAGE_CODE
    with translation.override(known):
        response = JavaScriptCatalog.as_view(packages=["agencies"])(request)
    response["Content-Language"] = known
    lasting = version == catalog_version() and not settings.DEBUG
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if lasting else "no-cache"
    response["ETag"] = f'"{known}-{catalog_version()}"'
    return response
