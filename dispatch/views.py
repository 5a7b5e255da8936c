"""The call-taker's console and the agency's desk: the shell of each page; everything in it comes over the API."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from agencies.access import Actor
from agencies.reference import RegionRef
from agencies.selectors import on_duty
from agencies.views import desk_config, page, page_config


@page("page.console", "console", "dispatch/console.html")
def console(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """Queue, report form, map. Without `incident.create` (QA) the form is left out and the rest is read-only."""
    context["may_report"] = "incident.create" in context["page_config"]["permissions"]
    context["page_config"] |= desk_config(region)
    context["page_config"]["offline_page"] = f"{reverse('console-shell')}?wilayah={region.code}"


PANELS = ("peta", "daftar")


@page("page.board", "board", "dispatch/board.html")
def board(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """The dispatcher's board; `?panel=peta|daftar` is the map or the list alone, for a second window."""
    asked = request.GET.get("panel", "")
    context["panel"] = asked if asked in PANELS else ""
    context["page_config"] |= desk_config(region) | {"panel": context["panel"]}


@page("page.agency", "agency", "dispatch/agency.html")
def agency(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """The inbox of one agency: `?dinas=CODE` for somebody who works for several."""
    codes = actor.agency_codes(region.code)
    asked = request.GET.get("dinas", "")
    code = asked if asked in codes else min(codes, default="")
    context["page_config"]["agency"] = code
    context["page_config"]["offline_page"] = f"{reverse('agency-shell')}?wilayah={region.code}&dinas={code}"
    own = region.agencies.get(code)
    context["agency_name"] = own.name if own else ""
    now = timezone.now()
    duties = [row for rows in on_duty([own.id], now).values() for row in rows] if own else []
    context["on_duty"] = [
        {"name": row.name, "phone": row.phone, "until": row.until_at.astimezone(region.tz)} for row in duties
    ]


@page("incident.create", "paper-entry", "dispatch/paper_entry.html", live=False)
def paper_entry(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """Paper forms into the system, with the hours that stand on them."""
    context["page_config"] = page_config(request, actor, region)
    context["page_config"]["offline_page"] = f"{reverse('console-shell')}?wilayah={region.code}"
