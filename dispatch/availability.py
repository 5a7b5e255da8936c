"""Which agencies cannot send anybody now, in the memory of each process for a second."""

import time
from datetime import datetime

from agencies.reference import RegionRef
from dispatch import selectors
from dispatch.routing import Absence

SECONDS = 1.0
_busy: dict[str, tuple[float, set[str]]] = {}


def absences(region: RegionRef, at: datetime) -> dict[str, Absence]:
    """By agency code: paused by the admin, or all its units at work."""
    found = dict.fromkeys(_without_free_unit(region.code), Absence.NO_UNIT)
    for agency in region.agencies.values():
        if agency.paused_until is not None and at < agency.paused_until:
            found[agency.code] = Absence.PAUSED
    return found


def _without_free_unit(region: str) -> set[str]:
    now = time.monotonic()
    known = _busy.get(region)
    if known is None or now - known[0] >= SECONDS:
        known = _busy[region] = now, selectors.agencies_without_free_unit(region)
    return known[1]


def clear() -> None:
    """Forget everything (tests)."""
    _busy.clear()
