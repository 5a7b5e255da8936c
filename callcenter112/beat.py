"""Celery's schedule, for a clock that may be set back."""

from typing import Any

from celery.beat import PersistentScheduler


class SteadyScheduler(PersistentScheduler):
    """What ran last "in an hour from now" ran before the clock was set right: it is due again.

    Celery waits until that hour has come, and sends nothing at all until then.
    """

    def tick(self, *args: Any, **options: Any) -> Any:
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > entry.default_now()]
        if ahead:
            for entry in ahead:
                entry.last_run_at = entry.default_now()
            self._heap = None  # it is ordered by times of the other clock
        return super().tick(*args, **options)
