"""Pages for the hours without a server. The browser keeps them, so none may hold anything of a person or an incident.

They are rendered without the request: no user, no token, nothing that differs between two people of one region.
"""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies import caches
from agencies.access import Actor, can
from agencies.reference import RegionRef
from agencies.views import actor_of, desk_config, region_config
from dispatch import precache

KEPT, VERSION = "Siaga-Kept-Page", "Siaga-Version"
"""Names a page that may be kept, and the version that it belongs to; the worker keeps no page without them."""


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """`/sw.js`: the worker with the list of what it keeps. At the root, because its scope is the whole site."""
    told = json.dumps({"version": precache.version(), "files": precache.addresses(), "header": KEPT})
    response = HttpResponse(f"self.SIAGA = {told};\n{precache.worker_source()}", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


def _same_for_all(name: str) -> HttpResponse:
    response = _keepable(HttpResponse(render_to_string(precache.PAGES[name])), name)
    response["Cache-Control"] = "no-cache"
    return response


def _keepable(response: HttpResponse, name: str) -> HttpResponse:
    response[KEPT], response[VERSION] = name, precache.version()
    return response


@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """`/kertas/`: the form that is filled in by hand when everything is down, A4."""
    return _same_for_all("/kertas/")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """`/luring/`: what any other page shows without a server: what still works here."""
    return _same_for_all("/luring/")


@require_safe
@never_cache
@login_required
def console_shell(request: HttpRequest) -> HttpResponse:
    """`/luring/konsol/?wilayah=`: the console without anybody in it."""
    region = _region(request, actor_of(request), "page.console")
    context = _frame(region, "/luring/konsol/") | {"may_report": True}
    context["page_config"] |= desk_config(region) | {"permissions": [], "roles": []}
    return _shell("dispatch/console.html", context)


@require_safe
@never_cache
@login_required
def agency_shell(request: HttpRequest) -> HttpResponse:
    """`/luring/dinas/?wilayah=&dinas=`: the desk of an agency without anybody and anything in it."""
    actor = actor_of(request)
    region = _region(request, actor, "page.agency")
    codes = actor.agency_codes(region.code)
    asked = request.GET.get("dinas", "")
    code = asked if asked in codes else min(codes, default="")
    context = _frame(region, "/luring/dinas/")
    context["page_config"] |= {"agency": code, "permissions": [], "roles": []}
    context["agency_name"] = region.agencies[code].name if code in region.agencies else ""
    return _shell("dispatch/agency.html", context)


def _region(request: HttpRequest, actor: Actor, permission: str) -> RegionRef:
    asked = request.GET.get("wilayah", "")
    allowed = [post.region for post in actor.posts if can(actor, permission, post.region)]
    if not allowed or (asked and asked not in allowed):
        raise PermissionDenied
    region = caches.reference().region(asked or allowed[0])
    if region is None:
        raise Http404
    return region


def _frame(region: RegionRef, name: str) -> dict[str, Any]:
    return {
        "region_name": region.name,
        "pages": [],
        "live": True,
        "offline": True,
        "kept_as": name,
        "phones": phone_list(region),
        "page_config": region_config(region) | {"offline": True},
    }


def phone_list(region: RegionRef) -> list[dict[str, str]]:
    """Whom one can ring up when nothing else works: the public numbers of the region and its agencies. An agency
    without one is listed too, so that the gap is seen before the day on which it matters."""
    rows = [{"name": a.name, "number": a.phone or a.referral_number} for a in region.agencies.values()]
    return [{"name": region.name, "number": region.phone}, *sorted(rows, key=lambda r: (not r["number"], r["name"]))]


def _shell(template: str, context: dict[str, Any]) -> HttpResponse:
    return _keepable(HttpResponse(render_to_string(template, context)), context["kept_as"])
