"""The floor of every API: who asks, what they sent (cleaned), and how refusals are told.

Named in settings.REST_FRAMEWORK, therefore without an import of rest_framework.views: see agencies.apiview.
"""

import json
import logging
import uuid
from typing import Any

import msgspec
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions, parsers, permissions, renderers
from rest_framework.request import Request
from rest_framework.response import Response

from agencies import caches
from agencies.access import Actor, can
from agencies.cleaning import TooDeep, clean
from agencies.problems import Malformed, NotPermitted, NotVisible, Problem, TooLarge
from agencies.sentences import in_language
from events.services import Intent, KeyInWork, KeyReused, intent

log = logging.getLogger("siaga.api")
MOST_DIGITS = 40
SCREENS = ("console", "board", "agency", "wall", "manage")
"""What a page may call itself (header X-Screen) for the timeline."""
_encode = msgspec.json.Encoder(decimal_format="number").encode


class FastJSONRenderer(renderers.BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else _encode(in_language(data))


class ProblemRenderer(FastJSONRenderer):
    media_type = "application/problem+json"


class CleanJSONParser(parsers.BaseParser):
    """JSON with every string cleaned. What was cleaned stands in `request.cleaned` for the answer's warnings."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(raw) > settings.MAX_BODY_BYTES:
            raise TooLarge(_("Isi permintaan lebih besar dari %(kb)d KB.") % {"kb": settings.MAX_BODY_BYTES // 1024})
        warnings: list[dict[str, str]] = []
        try:
            value = json.loads(raw.decode("utf-8", "replace"), parse_constant=_no_constant, parse_int=_integer)
            value = clean(value, warnings)
        except (TooDeep, RecursionError) as error:
            raise Malformed(_("JSON bersarang terlalu dalam.")) from error
        except ValueError as error:
            raise Malformed(_("JSON tidak dapat dibaca: %(why)s") % {"why": error}) from error
        parser_context["request"].cleaned = warnings
        return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int | str:
    """An integer; with more digits than any field has it stays text, so that only its field is refused."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token KEY`."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header.lower().startswith("token "):
            return None
        actor = caches.actor_of_token(header[6:].strip())
        if not actor.id:
            raise exceptions.AuthenticationFailed(_("Token tidak dikenal atau sudah dicabut."))
        return actor, "token"

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class SessionAuthentication(authentication.SessionAuthentication):
    """The browser's session, with CSRF protection."""

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        actor = caches.actor_of_user(str(found[0].pk))
        return (actor, None) if actor.id else None


class HasActor(permissions.BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Actor)


def allow(actor: Actor, permission: str, region: str) -> None:
    """Raises NotVisible when the actor has no post in the region, NotPermitted when none of them has the right."""
    if can(actor, permission, region):
        return
    raise NotPermitted if region in actor.all_regions else NotVisible


def body_of(request: Any) -> dict[str, Any]:
    """The body, which has to be an object. Raises Malformed."""
    if not isinstance(request.data, dict):
        raise Malformed(_("Isi permintaan harus berupa objek JSON."))
    return request.data


def wish_of(request: Any) -> Intent | None:
    """The client's Idempotency-Key with the digest of its body; None without one. Raises Malformed.

    The answer names the key (`ApiView.finalize_response`): a client that keeps what it sends forgets it only then.
    """
    header = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip()
    if not header:
        return None
    try:
        key = uuid.UUID(header)
    except ValueError as error:
        raise Malformed(_("Idempotency-Key harus berupa UUID.")) from error
    request.kept_key = header
    screen = request.META.get("HTTP_X_SCREEN", "")
    return intent(key, {"path": request.path, "body": request.data}, request.user.id,
                  screen if screen in SCREENS else "")  # fmt: skip


def cleaned_fields(request: Any) -> list[dict[str, str]]:
    """What the parser had to clean, for the answer's `warnings`."""
    return getattr(request, "cleaned", [])


def problem(status_code: int, slug: str, title: str, detail: str, errors: Any = (), headers: Any = None,
            **extra: Any) -> Response:  # fmt: skip
    """An RFC 9457 answer."""
    body = {"type": f"/problems/{slug}", "title": str(title), "status": status_code, "detail": str(detail)}
    response = Response(
        body | {"errors": list(errors)} | extra, status=status_code, content_type="application/problem+json"
    )
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def problem_response(error: Exception, context: Any) -> Response | None:
    """The one place where exceptions become answers."""
    if isinstance(error, Problem):
        headers = {"WWW-Authenticate": "Token"} if error.status == 401 else None
        return problem(error.status, error.slug, error.title, error.detail, error.errors, headers, **error.extra)
    if isinstance(error, KeyInWork):
        detail = _("Permintaan dengan kunci yang sama masih dikerjakan.")
        return problem(409, "key-in-work", _("Masih dikerjakan"), detail, headers={"Retry-After": "1"})
    if isinstance(error, KeyReused):
        return problem(422, "key-reused", _("Kunci sudah dipakai"), _("Kunci ini sudah dipakai untuk isi lain."))
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "malformed", _("Isian tidak sah"), _("Periksa isian yang disebut."), _flat(error.detail))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _of_django(error)


def _of_framework(error: exceptions.APIException) -> Response:
    slug = str(error.default_code).replace("_", "-")
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return problem(error.status_code, slug, str(error.default_detail), str(error.detail), headers=headers)


def _of_django(error: Exception) -> Response | None:
    if isinstance(error, Http404):
        return problem(404, "not-found", NotVisible.title, NotVisible.title)
    if isinstance(error, PermissionDenied):
        return problem(403, "not-permitted", NotPermitted.title, NotPermitted.title)
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too-large", TooLarge.title, TooLarge.title)
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        log.error("database not available: %s", type(error).__name__)
        detail = _(
            "Basis data sedang tidak tersedia. Laporan Anda belum tersimpan; kirim ulang dengan kunci yang sama."
        )
        return problem(503, "unavailable", _("Sementara tidak tersedia"), detail, headers={"Retry-After": "2"})
    if isinstance(error, DataError | UnicodeError | RecursionError):
        return problem(400, "malformed", _("Isian tidak sah"), _("Isi tidak dapat disimpan."))
    return None


def _flat(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested errors as a flat list of {"field", "message"}."""
    if isinstance(detail, dict):
        return [e for key, value in detail.items() for e in _flat(value, f"{path}.{key}" if path else str(key))]
    if isinstance(detail, list):
        found = []
        for index, item in enumerate(detail):
            deeper = isinstance(item, dict | list)
            found += _flat(item, f"{path}[{index}]" if deeper else path)
        return found
    return [{"field": path, "message": str(detail)}]
