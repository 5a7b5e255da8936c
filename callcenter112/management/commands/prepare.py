"""`manage.py prepare`: what an empty database needs before anybody is served, in one process.

`up` runs it; with external servers it is run once before a new version starts. Safe to repeat.
"""

import contextlib
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from agencies.demo import create_demo_users
from agencies.models import Agency

PACKS = ("31", "35.77", "35.79", "36.03", "64.09")


class Command(BaseCommand):
    help = "Migrations, the five region packs when there is no agency yet, demo users when asked for"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="make the demo users")
        parser.add_argument("--logins", type=Path, help="write there what there is to say about the demo logins")

    def handle(self, *args: Any, demo: bool, logins: Path | None, **options: Any) -> None:
        if _has_unapplied_migrations():
            call_command("migrate", skip_checks=True, interactive=False)
        if not Agency.objects.exists():
            call_command("load_region", *PACKS, skip_checks=True)
        if demo:
            text = _make_demo_users()
            if logins:
                logins.write_text(text)
            self.stdout.write(text)


def _has_unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _make_demo_users() -> str:
    """Returns what is printed about the logins."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        create_demo_users(at=timezone.now())
    return said.getvalue().strip()
