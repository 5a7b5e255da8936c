from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agencies.access import SYSTEM
from agencies.loading import LoadReport, load_packs
from agencies.pack import Pack, PackError, PackProblem, find, load, shipped_packs
from incidents import caches
from incidents.ruleset import check


class Command(BaseCommand):
    """`manage.py load_region 35.77 …` or `PATH.toml …`; without a name all packs that come with the software."""

    help = "Memuat atau memperbarui paket wilayah; perubahan admin dipertahankan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("packs", nargs="*", metavar="KODE|BERKAS.toml")
        parser.add_argument("--force-pack", action="store_true", help="paket menimpa perubahan admin")

    def handle(self, *args: Any, **options: Any) -> None:
        packs = read_packs(options["packs"] or [str(path) for path in shipped_packs()])
        try:
            reports = load_packs(packs=packs, actor=SYSTEM, at=timezone.now(), force=options["force_pack"])
        except PackError as error:
            raise refused(error.problems) from error
        for report in reports:
            self.stdout.write(_told(report, options["verbosity"]))


def read_packs(names: list[str]) -> list[Pack]:
    """All packs checked before anything is written. Raises CommandError with the problems of all of them."""
    packs: dict[str, Pack] = {}
    problems: list[PackProblem] = []
    for name in names:
        try:
            pack = load(find(name))
        except PackError as error:
            problems += error.problems
        else:
            packs[pack.code] = pack
            problems += _rule_problems(pack)
    if problems:
        raise refused(problems)
    return list(packs.values())


def _rule_problems(pack: Pack) -> list[PackProblem]:
    """What the triage rules of a pack may not say; agencies cannot know, rules belong to incidents."""
    if not pack.rules:
        return []
    rows = [{name: value for name, value in row.items() if value} for row in pack.rules]
    types = {row["code"]: row["base"] for row in pack.types}
    found = check(rows, caches.rules(), types)
    return [PackProblem(pack.file, f"rules.{f.rule}.{f.key}", f.message) for f in found if f.error]


def refused(problems: list[PackProblem]) -> CommandError:
    told = "\n".join(f"  {problem}" for problem in problems)
    return CommandError(f"Paket ditolak, tidak ada yang diubah:\n{told}")


def _told(report: LoadReport, verbosity: int) -> str:
    head = f"{report.region} {report.name}: "
    if report.changed:
        counts = (len(report.added), len(report.updated), len(report.ended))
        head += "{} ditambah, {} diperbarui, {} diakhiri".format(*counts)
    else:
        head += "tidak ada perubahan"
    lines = [head] + [f"  dipertahankan: {kept}" for kept in report.kept]
    if verbosity > 1 or (report.changed and len(report.added) + len(report.updated) <= 20):
        lines += [f"  ditambah: {label}" for label in report.added]
        lines += [f"  diperbarui: {label}" for label in report.updated]
    lines += [f"  diakhiri: {label}" for label in report.ended]
    return "\n".join(lines)
