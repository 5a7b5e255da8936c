"""Celery does what is slow and can be repeated. What must happen on time is a row, found by a sweep."""

import os
from pathlib import Path

from celery import Celery
from celery.beat import Service
from celery.signals import after_task_publish, beat_init, worker_process_init

from callcenter112.embedded.tether import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
app = Celery("callcenter112")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _tether(**_: object) -> None:
    die_with_parent()


@beat_init.connect
def _note_what_beat_sends(sender: Service, **_: object) -> None:
    """Touch SCHEDULE.alive at each task, for health checks: not every kind of dbm writes the schedule's own file."""
    note = Path(f"{sender.schedule_filename}.alive")
    after_task_publish.connect(lambda **_: note.touch(), weak=False)
