"""Celery does what is slow and can be repeated. What must happen on time is a row, found by a sweep."""

import os

from celery import Celery
from celery.signals import worker_process_init

from callcenter112.embedded.tether import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
app = Celery("callcenter112")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def _tether(**_: object) -> None:
    die_with_parent()
