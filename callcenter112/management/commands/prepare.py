"""`manage.py prepare`: what an empty database needs before anybody is served, in one process.

`up` runs it; with external servers it is run once before a new version starts. Safe to repeat.
"""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from agencies.demo import PASSWORD, create_demo_users
from agencies.models import Agency, User

PACKS = ("31", "35.77", "35.79", "36.03", "64.09")


class Command(BaseCommand):
    help = "Migrations, the five region packs when there is no agency yet, demo users when asked for"
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="make the demo users")
        parser.add_argument("--without-demo", action="store_true", help="fail when the database has demo users")
        parser.add_argument("--logins", type=Path, help="write there what there is to say about the demo logins")

    def handle(self, *args: Any, demo: bool, without_demo: bool, logins: Path | None, **options: Any) -> None:
        if _has_unapplied_migrations():
            call_command("migrate", skip_checks=True, interactive=False)
        if not Agency.objects.exists():
            call_command("load_region", *PACKS, skip_checks=True)
        if without_demo and User.objects.filter(is_demo=True).exists():
            raise CommandError("the database has demo users, whose password everybody knows: see --demo-on-network")
        if demo:
            text = _describe(create_demo_users(at=timezone.now()))
            if logins:
                logins.write_text(text)
            self.stdout.write(text)


def _has_unapplied_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _describe(names: Iterable[str]) -> str:
    """The logins, a line for each region; the heads of agencies are not spelled out, they would double the list."""
    regions: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith("head-"):
            regions.setdefault(name.partition(".")[2], []).append(name)
    intro = f"demo logins, password {PASSWORD} (head-<agency>.<region> for the head of an agency):"
    return "\n".join([intro, *("  " + " ".join(logins) for logins in regions.values())])
