"""Whether this process lives, whether it can commit a row, and what it counts."""

import os

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest


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
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
