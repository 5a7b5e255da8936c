import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dispatch import offline


class Command(BaseCommand):
    """`manage.py classify [--region 35.77]`; manage.py itself runs `dispatch.offline` without loading Django."""

    help = "Menggolongkan baris JSON dari masukan baku; tidak menulis apa pun."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        offline.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(offline.run(options["region"]))
