"""Siaga 112 on a telephone: the manifest that lets it be installed, and the page that leads there and proves it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from agencies.access import Actor
from agencies.reference import RegionRef
from agencies.views import page, page_config

GROUND = "#0e141b"
"""--ground of the dark theme (static/design/tokens.css), with which every work screen begins."""
ICONS = (("design/icon-192.png", "192x192", "any"), ("design/icon-512.png", "512x512", "any"),
         ("design/icon-maskable-512.png", "512x512", "maskable"))  # fmt: skip


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """`/manifest.webmanifest` (W3C Web Application Manifest): the same for everybody."""
    told: dict[str, Any] = {
        "id": "/", "name": "Siaga 112", "short_name": "Siaga 112", "lang": "id", "start_url": "/", "scope": "/",
        "description": _("Tugas darurat dari pusat panggilan 112"), "display": "standalone", "orientation": "any",
        "background_color": GROUND, "theme_color": GROUND,
        "icons": [{"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
                  for name, sizes, purpose in ICONS],
        "shortcuts": [{"name": _("Meja dinas"), "url": "/dinas/"}, {"name": _("Uji bunyi"), "url": "/hp/"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json")


@page("page.agency", "phone", "dispatch/phone.html", live=False)
def phone(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """`/hp/`: install it, allow it to ring, hear it ring."""
    context["page_config"] = page_config(request, actor, region)
