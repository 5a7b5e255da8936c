"""How the agencies answer: a day's figures for supervisors, heads and admins."""

from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agencies.access import Actor
from agencies.reference import RegionRef
from agencies.views import page
from events import clock
from reporting import answers
from reporting.answer_selectors import counted, may_count_guarded

SHIFT_NAMES = {"pagi": _("Pagi 06–14"), "siang": _("Siang 14–22"), "malam": _("Malam 22–06")}


@page("page.answers", "answers", "reporting/answers.html", live=False)
def answers_page(request: HttpRequest, actor: Actor, region: RegionRef, context: dict[str, Any]) -> None:
    """`/jawaban/?wilayah=&tanggal=`: of one day of service, by agency and shift."""
    now = clock.now().astimezone(region.tz)
    today = answers.day_of(now)
    since = min(_asked(request, region) or today, today)
    found = counted(actor, region, since, since + timedelta(days=1))
    rows = answers.by_agency(found.parts, found.attempts, now=now)
    context |= {
        "region": region, "since": since, "until": since + timedelta(days=1), "running": since == today,
        "before": (since - timedelta(days=1)).date(), "after": None if since == today else since.date() + timedelta(1),
        "rows": [{"agency": _name(region, row.name), "row": row} for row in rows],
        "shifts": [{"name": SHIFT_NAMES[row.name], "row": row} for row in answers.by_shift(found.parts, now=now)],
        "total": answers.answers_of("", found.parts, found.attempts, now=now),
        "guarded": answers.answers_of("", found.guarded, found.guarded_attempts, now=now)
        if may_count_guarded(actor, region) else None,
    }  # fmt: skip


def _asked(request: HttpRequest, region: RegionRef) -> datetime | None:
    with suppress(ValueError):
        asked = datetime.strptime(request.GET.get("tanggal", ""), "%Y-%m-%d").date()
        return datetime.combine(asked, time(answers.DAY_BEGINS), region.tz)
    return None


def _name(region: RegionRef, code: str) -> str:
    agency = region.agencies.get(code)
    return (agency.short or agency.name) if agency else code
