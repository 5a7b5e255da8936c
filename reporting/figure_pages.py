"""The page of figures: charts, each with its table and its file. All three come from reporting.figures."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies.access import Actor
from agencies.reference import RegionRef
from agencies.sheets import csv_text
from agencies.views import actor_of, page, region_of
from reporting import kpi
from reporting.figures import DAYS, Figure, count, figures_of


@page("page.figures", "figures", "reporting/figures.html", live=False)
def figures(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    days = _days(request)
    counted = count(actor, region, timezone.now(), days)
    found = figures_of(counted)
    context |= {
        "region": region, "span": counted.span, "days": days, "choices": DAYS, "fewest": kpi.FEWEST,
        "figures": [{"figure": one, "csv": _csv_url(one, region, days)} for one in found],
        "chart_data": {one.key: _drawn(one) for one in found if not one.too_few},
    }  # fmt: skip


def _days(request: HttpRequest) -> int:
    """`?hari=7|28|90`; anything else is 28."""
    asked = request.GET.get("hari", "")
    return int(asked) if asked in {str(days) for days in DAYS} else 28


def _csv_url(figure: Figure, region: RegionRef, days: int) -> str:
    return f"{reverse('figures-csv', args=[figure.key])}?wilayah={region.code}&hari={days}"


def _drawn(figure: Figure) -> dict[str, Any]:
    """What the script needs: the rows of the table."""
    return {"title": figure.title, "head": figure.head, "rows": figure.rows}


@require_safe
@never_cache
@login_required
def figures_csv(request: HttpRequest, key: str) -> HttpResponse:
    """One chart as a file, for whom the page opens."""
    actor = actor_of(request)
    region = region_of(request, actor, "page.figures")
    days = _days(request)
    assert region is not None  # who has the permission has it in a region
    counted = count(actor, region, timezone.now(), days)
    figure = next((one for one in figures_of(counted) if one.key == key), None)
    if figure is None:
        raise Http404
    answer = HttpResponse(csv_text(figure.head, figure.rows), content_type="text/csv; charset=utf-8")
    name = f"{figure.key}-{region.code}-{counted.span.today:%Y%m%d}-{days}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
