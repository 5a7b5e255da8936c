"""Whether this process lives, whether it can commit a row, and what it counts."""

import contextlib
import os

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from events.models import Unreadable

UNREADABLE = Gauge("siaga_unreadable_events", "Events that the live feed could not make sense of and set aside")


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok", "pid": os.getpid()} if settings.SIAGA_TEST else {"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: a row can be committed now."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO events_cursor (name, seq) VALUES ('readyz', 0)"
                           " ON CONFLICT (name) DO UPDATE SET seq = events_cursor.seq + 1")  # fmt: skip
    except DatabaseError as error:
        return JsonResponse({"status": "unavailable", "why": type(error).__name__}, status=503)
    return JsonResponse({"status": "ready"})


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text."""
    with contextlib.suppress(DatabaseError):
        UNREADABLE.set(Unreadable.objects.count())
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _problem(status: int, slug: str, title: str) -> JsonResponse:
    body = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": title, "errors": []}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address: programs get a problem (RFC 9457), people a page."""
    if request.path.startswith("/api/"):
        return _problem(404, "not-found", "Tidak ditemukan")
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    """An error of ours."""
    if request.path.startswith("/api/"):
        return _problem(500, "failed", "Terjadi kesalahan pada sistem")
    return defaults.server_error(request)


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    from drf_spectacular.views import SpectacularAPIView  #  (takes 0.7 s of every start, rarely used)

    return SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[])(request)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The API's description to browse; its files are served from here."""
    from drf_spectacular.views import SpectacularSwaggerSplitView  #  (see `schema`)

    view = SpectacularSwaggerSplitView.as_view(url_name="api-schema", permission_classes=[], authentication_classes=[])
    return view(request)
