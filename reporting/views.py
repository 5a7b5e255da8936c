"""The wall of the command room, and the ministry's view of who is how far."""

from collections import Counter
from contextlib import suppress
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import caches
from agencies.access import Actor
from agencies.models.region import Region, Stage
from agencies.reference import RegionRef
from agencies.views import page
from reporting import selectors, services
from reporting.release import release

BACKEND = "django.contrib.auth.backends.ModelBackend"
SIZE = {"inci": (55.0, 20.0, 150.0), "jarak": (5.0, 1.0, 20.0)}
"""Of a wall that somebody opens without a screen of its own: `?inci=43&jarak=4`; default, least, most."""


@page("page.wall", "wall", "reporting/wall.html")
def wall(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """Board rows and counts only, without scrolling, readable from where the people sit. The script adds them."""
    context["page_config"] |= {"release": release(), "screen": _size(request)}


def _size(request: HttpRequest) -> dict[str, float]:
    """Diagonal in inches and reading distance in metres: as set for this screen, else as the address says."""
    screen = selectors.screen_of_user(request.user.pk)
    if screen is not None:
        return {"diagonal": screen.diagonal_inches, "distance": screen.distance_m}
    asked = []
    for name, (value, least, most) in SIZE.items():
        with suppress(ValueError):
            value = min(most, max(least, float(request.GET.get(name, ""))))
        asked.append(value)
    return {"diagonal": asked[0], "distance": asked[1]}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wall_link(request: HttpRequest, key: str) -> HttpResponse:
    """The link of one screen. Opening shows a button (a messenger's preview must not use it up); pressing signs in.

    The same link on the screen that has used it leads to the wall: kiosks start with it after every power cut.
    """
    try:
        screen_id, _secret = services.opened(key)
        own = selectors.screen_of_user(request.user.pk) if request.user.is_authenticated else None
        if own is not None and own.pk == screen_id:
            return redirect("wall")
        now = timezone.now()
        if request.method != "POST":
            services.check_link(key=key, at=now)
            return render(request, "reporting/wall_link.html", {"gone": ""})
        screen = services.claim_screen(key=key, at=now)
    except services.LinkGone as gone:
        return render(request, "reporting/wall_link.html", {"gone": gone.detail}, status=410)
    login(request, screen.user, backend=BACKEND)
    request.session.set_expiry(int((screen.expires_at - now).total_seconds()))
    return redirect("wall")


@page("page.national", "national", "reporting/national.html", live=False)
def national(request: HttpRequest, actor: Actor, region: None, context: dict[str, Any]) -> None:
    """How many kabupaten and kota stand at which step, by province. No incidents, no figures of single centres."""
    regions = list(caches.reference().regions.values())
    provinces = {r.code: r.name for r in regions if r.kind == Region.Kind.PROVINCE}
    table: dict[str, Counter[str]] = {code: Counter() for code in provinces}
    for region_ in regions:
        if region_.kind != Region.Kind.PROVINCE:
            centre = caches.reference().centre_of(region_.code) or region_  # the six of DKI are served by the province
            table.setdefault(region_.code.split(".")[0], Counter())[centre.stage] += 1
    total = sum(table.values(), Counter())
    context["stages"] = [{"label": stage.label, "count": total[stage.value]} for stage in Stage]
    context["regions_total"] = total.total()
    context["provinces"] = [
        {"name": provinces.get(code, code), "counts": [row[stage.value] for stage in Stage], "total": row.total()}
        for code, row in sorted(table.items())
        if row.total()
    ]
