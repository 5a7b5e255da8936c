"""`manage.py up`. manage.py runs it before Django is loaded (embedded/session.py); this entry is for `help`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from callcenter112.embedded import up


class Command(BaseCommand):
    help = "Start everything on this machine: PostgreSQL, Valkey, web, live, relays, workers, beat"

    def add_arguments(self, parser: ArgumentParser) -> None:
        up.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("demo", "port", "data_dir", "demo_on_network")
        raise SystemExit(up.run(**{name: options[name] for name in names}))
