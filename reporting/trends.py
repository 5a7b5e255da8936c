"""The figures of weeks: hours against their usual band, hour × weekday, the way from ring to done, pranks. Pure.

Days and hours are the region's own. What comes from cases is never told in ones: `few` makes 1 to 4 of it "fewer than
five"; a share or a percentile of fewer than five is no figure (reporting.kpi.FEWEST).
"""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reporting.kpi import FEWEST

BAND_DAYS = 7
NO_REPORT = frozenset({"prank", "ghost", "misdial", "test", "abandoned"})
"""Dispositions of calls that were nobody's report; all other calls that were answered are valid."""
FEW = "<5"


@dataclass(frozen=True, slots=True)
class CallFact:
    """What counting needs of one call. `disposition` is empty until somebody has said what it was."""

    began_at: datetime
    answered: bool
    disposition: str = ""


@dataclass(frozen=True, slots=True)
class HourBand:
    """One hour of today and of the days before; `count` is None while the hour has not passed, the band is None when
    there is no day to compare with."""

    hour: int
    count: int | None
    low: int | None
    middle: float | None
    high: int | None


@dataclass(frozen=True, slots=True)
class DayShare:
    """Calls of a day and how many of them were prank and ghost."""

    day: date
    n: int
    prank: int
    ghost: int

    def share(self, name: str) -> float | None:
        """The part of the calls, 0 to 1; None for too few calls to speak of a part."""
        return getattr(self, name) / self.n if self.n >= FEWEST else None


def few(n: int) -> int | str:
    """A count of cases as it may be told: from one to four only that they are few."""
    return FEW if 0 < n < FEWEST else n


def hours_against_band(calls: Iterable[CallFact], *, today: date, until: datetime, zone: ZoneInfo) -> list[HourBand]:
    """Calls per hour of today against the least, the median and the most of the seven days before.

    Days without any call are left out of the band: the centre was not running. `until` ends the hours that count.
    """
    by_day: dict[date, Counter[int]] = {}
    for call in calls:
        at = call.began_at.astimezone(zone)
        if call.began_at < until:
            by_day.setdefault(at.date(), Counter())[at.hour] += 1
    before = [by_day[day] for n in range(1, BAND_DAYS + 1) if (day := today - timedelta(days=n)) in by_day]
    over = until.astimezone(zone)
    passed = over.hour if over.date() == today else 24
    counts = by_day.get(today, Counter())
    return [_hour(hour, counts[hour] if hour < passed else None, [day[hour] for day in before]) for hour in range(24)]


def _hour(hour: int, count: int | None, usual: Sequence[int]) -> HourBand:
    if not usual:
        return HourBand(hour, count, None, None, None)
    return HourBand(hour, count, min(usual), statistics.median(usual), max(usual))


def heat(calls: Iterable[CallFact], zone: ZoneInfo) -> list[list[int]]:
    """Calls by weekday (Monday first) and hour."""
    cells = [[0] * 24 for _day in range(7)]
    for call in calls:
        at = call.began_at.astimezone(zone)
        cells[at.weekday()][at.hour] += 1
    return cells


def is_valid(call: CallFact) -> bool:
    return call.answered and call.disposition not in NO_REPORT


def call_stages(calls: Sequence[CallFact]) -> tuple[int, int, int]:
    """How many came in, were answered, were somebody's report."""
    return len(calls), sum(call.answered for call in calls), sum(map(is_valid, calls))


def day_shares(calls: Iterable[CallFact], *, days: Sequence[date], zone: ZoneInfo) -> list[DayShare]:
    """Pranks and ghosts among the calls of each of these days."""
    counted: dict[date, Counter[str]] = {day: Counter() for day in days}
    for call in calls:
        if (found := counted.get(call.began_at.astimezone(zone).date())) is not None:
            found["n"] += 1
            found[call.disposition] += 1
    return [DayShare(day, found["n"], found["prank"], found["ghost"]) for day, found in counted.items()]
