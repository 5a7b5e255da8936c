"""The charts of the page of figures. Each is one table: what is drawn, what stands below it and what the file holds are
the same rows, read once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import labels
from agencies.access import Actor
from agencies.reference import RegionRef
from reporting import kpi, selectors, trends
from reporting.trends import CallFact

DAYS = (7, 28, 90)
STAGES = ("acknowledge", "arrive")
WEEKDAYS = (
    gettext_lazy("Senin"), gettext_lazy("Selasa"), gettext_lazy("Rabu"), gettext_lazy("Kamis"), gettext_lazy("Jumat"),
    gettext_lazy("Sabtu"), gettext_lazy("Minggu"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: whole days before today and the hours of today that have passed."""

    since: datetime
    until: datetime
    today: date
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart. `n` is how many cases it speaks of; `marks` is what its drawing needs besides the rows."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    n: int
    note: str = ""
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def too_few(self) -> bool:
        return self.n < kpi.FEWEST


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything that the charts count, read once. `calls` is None for somebody who may not count calls."""

    region: RegionRef
    span: Span
    calls: Sequence[CallFact] | None
    recent: Sequence[CallFact]
    steps: Sequence[kpi.StepTimes]
    stages: tuple[int, int, int]


def span_of(region: RegionRef, at: datetime, days: int) -> Span:
    """The last `days` days and today, up to the last full hour: what was put right within the hour was never told."""
    until = at.replace(minute=0, second=0, microsecond=0)
    midnight = selectors.midnight_of(region, at)
    today = midnight.date()
    before = tuple(today - timedelta(days=n) for n in range(days, -1, -1))
    return Span(midnight - timedelta(days=days), until, today, before)


def count(actor: Actor, region: RegionRef, at: datetime, days: int) -> Counted:
    """Read what the actor may count, without confidential cases and exercises."""
    span = span_of(region, at, days)
    counts_calls = region.code in actor.regions()
    since = min(span.since, selectors.midnight_of(region, at) - timedelta(days=trends.BAND_DAYS))
    recent = list(selectors.call_facts(actor, region, since, span.until)) if counts_calls else []
    calls = [call for call in recent if call.began_at >= span.since] if counts_calls else None
    steps = list(selectors.step_times(actor, region, span.since, span.until))
    return Counted(region, span, calls, recent, steps, selectors.case_stages(actor, region, span.since, span.until))


def figures_of(counted: Counted) -> list[Figure]:
    """All charts that the actor may see, in the order of the page."""
    found = [make(counted) for make in CALL_FIGURES] if counted.calls is not None else []
    return found + [_pace(counted, stage) for stage in STAGES]


def _hours(counted: Counted) -> Figure:
    span, zone = counted.span, counted.region.tz
    bands = trends.hours_against_band(counted.recent, today=span.today, until=span.until, zone=zone)
    rows = tuple((f"{b.hour:02d}.00", b.count, b.low, b.middle, b.high) for b in bands)
    since = span.today - timedelta(days=trends.BAND_DAYS)
    n = sum(call.began_at.astimezone(zone).date() >= since for call in counted.recent)
    note = _("Pita: paling sedikit sampai paling banyak pada jam yang sama tujuh hari terakhir.")
    if not any(b.high is not None for b in bands):
        note = _("Belum ada hari sebelumnya untuk dibandingkan.")
    head = (_("Jam"), _("Hari ini"), _("Paling sedikit"), _("Median"), _("Paling banyak"))
    return Figure("jam", _("Panggilan per jam hari ini"), head, rows, n, note)


def _heat(counted: Counted) -> Figure:
    cells = trends.heat(counted.calls or (), counted.region.tz)
    rows = tuple((str(day), *row) for day, row in zip(WEEKDAYS, cells, strict=True))
    head = (_("Hari"), *(f"{hour:02d}" for hour in range(24)))
    return Figure("panas", _("Panggilan menurut hari dan jam"), head, rows, len(counted.calls or ()))


def _funnel(counted: Counted) -> Figure:
    came, answered, valid = trends.call_stages(counted.calls or ())
    call, case = _("panggilan"), _("kejadian")
    sent, arrived, done = (trends.few(n) for n in counted.stages)
    rows = (
        (_("masuk"), came, call), (_("dijawab"), answered, call), (_("valid"), valid, call),
        (_("dikirim"), sent, case), (_("tiba"), arrived, case), (_("selesai"), done, case),
    )  # fmt: skip
    note = _("Satu kejadian dapat berasal dari banyak panggilan. Kejadian di bawah lima hanya disebut “<5”.")
    return Figure("corong", _("Dari masuk sampai selesai"), (_("Tahap"), _("Jumlah"), _("Satuan")), rows, came, note)


def _pranks(counted: Counted) -> Figure:
    shares = trends.day_shares(counted.calls or (), days=counted.span.days, zone=counted.region.tz)
    rows = tuple((f"{one.day:%d/%m/%Y}", one.n, _percent(one, "prank"), _percent(one, "ghost")) for one in shares)
    note = _("Hari dengan kurang dari lima panggilan tidak diberi persentase.")
    head = (_("Hari"), _("Panggilan"), _("Prank (%)"), _("Ghost (%)"))
    return Figure("prank", _("Porsi prank dan ghost"), head, rows, len(counted.calls or ()), note)


def _percent(one: trends.DayShare, name: str) -> float | None:
    share = one.share(name)
    return None if share is None else round(100 * share, 1)


def _pace(counted: Counted, stage: str) -> Figure:
    """p50 and p90 of each agency against its target. Agencies with fewer than five steps are only counted."""
    found = kpi.paces(counted.steps, stage=stage, now=counted.span.until)
    ranked = kpi.ranked(found)
    rows = tuple(
        (_name(counted.region, pace.agency), pace.spread.n, round(pace.spread.p50 or 0), round(pace.spread.p90 or 0),
         round(pace.most), round(100 * (pace.spread.share or 0), 1))
        for pace in ranked
    )  # fmt: skip
    left = len(found) - len(ranked)
    note = _("%(n)s instansi dengan kurang dari lima tugas tidak ditampilkan.") % {"n": left} if left else ""
    title = _("Waktu per instansi: %(stage)s") % {"stage": str(labels.STAGES[stage]).lower()}
    head = (_("Instansi"), _("n"), _("p50 (detik)"), _("p90 (detik)"), _("Target (detik)"), _("Tepat waktu (%)"))
    return Figure(f"sla-{stage}", title, head, rows, sum(row[1] for row in rows), note)


CALL_FIGURES: tuple[Callable[[Counted], Figure], ...] = (_hours, _heat, _funnel, _pranks)


def _name(region: RegionRef, code: str) -> str:
    agency = region.agencies.get(code)
    return (agency.short or agency.name) if agency else code
