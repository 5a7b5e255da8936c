"""The number of an incident: per region and day, e.g. 112-MDN-261122-0001. Never given twice.

Numbers are drawn from one database sequence per region, which nobody waits for: a counter row would be locked until
the commit of the report before, so that a region could save one report at a time. A day's numbers start at 1 because
its base, the last number drawn before the day's first, is committed before anybody draws. What rolls back leaves a gap.
"""

from datetime import date, datetime

from django.db import connection

from agencies.reference import RegionRef

_bases: dict[tuple[str, date], int] = {}
"""Bases known to this process. A base never changes once it is committed."""

_OPEN = """
INSERT INTO incidents_numberbase (region_id, day, base)
 SELECT %s, %s, CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}
 ON CONFLICT (region_id, day) DO NOTHING
"""


def open_day(region: RegionRef, at: datetime) -> int:
    """The base of the region's day. Call it before the transaction that draws: only what is drawn after the base is
    committed is surely above it, and what this process remembers must not be rolled back."""
    day = at.astimezone(region.tz).date()
    base = _bases.get((region.code, day))
    return _fix_base(region, day) if base is None else base


def _fix_base(region: RegionRef, day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(sequence=region.number_sequence), [region.code, day])
        cursor.execute("SELECT base FROM incidents_numberbase WHERE region_id = %s AND day = %s", [region.code, day])
        base = _bases[region.code, day] = cursor.fetchone()[0]
    return base


def draw(region: RegionRef) -> int:
    """The next of the region's sequence. A write can draw in its first statement instead (`writing(draw=…)`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [region.number_sequence])
        return cursor.fetchone()[0]


def number(region: RegionRef, at: datetime, drawn: int) -> str:
    """The number of the incident that drew `drawn` for a report of this moment."""
    day = at.astimezone(region.tz).date()
    return f"112-{region.abbreviation}-{day:%y%m%d}-{drawn - open_day(region, at):04d}"
