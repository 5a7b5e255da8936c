"""Beat goes on when the clock is set back."""

import time
from datetime import timedelta

import pytest
from celery import Celery

from callcenter112.beat import SteadyScheduler


@pytest.fixture
def scheduler(tmp_path):
    app = Celery("beat-test", broker="memory://", set_as_current=False)
    app.conf.beat_schedule = {"one": {"task": "one", "schedule": 0.02}, "other": {"task": "other", "schedule": 0.02}}
    made = SteadyScheduler(app, schedule_filename=str(tmp_path / "schedule"), max_interval=1)
    yield made
    made.close()


def runs(scheduler) -> dict[str, int]:
    return {name: scheduler.schedule[name].total_run_count for name in ("one", "other")}


def go_on_until_all_ran(scheduler) -> None:
    before, until = runs(scheduler), time.monotonic() + 15
    while not all(count > before[name] for name, count in runs(scheduler).items()) and time.monotonic() < until:
        time.sleep(max(0.0, min(scheduler.tick(), 0.05)))
    assert all(count > before[name] for name, count in runs(scheduler).items())


def test_what_was_sent_an_hour_ahead_is_sent_again_once_the_clock_is_right(scheduler):
    go_on_until_all_ran(scheduler)
    for name in ("one", "other"):
        scheduler.schedule[name].last_run_at += timedelta(hours=1)
    scheduler._heap = [event._replace(time=event.time + 3600) for event in scheduler._heap]
    go_on_until_all_ran(scheduler)
