import itertools
import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agencies import geodata
from agencies.demo import PASSWORD
from agencies.pack import PackError
from agencies.packref import region_of_pack
from agencies.reference import RegionRef
from agencies.spatial import shipped_region_index
from callcenter112.embedded import session
from callcenter112.simulation.client import Api, Run, Unreachable
from callcenter112.simulation.plan import MOST_RATE, Point, plan_calls

MOST_POINTS = 400
MOST_CALLS = 1_000_000


def points_in(region: RegionRef) -> list[Point]:
    """Middles of villages that lie inside the region's borders, with the words for them."""
    index = shipped_region_index()
    villages = [area for area in geodata.read_areas(region.code) if area.level != "kecamatan" and area.lat is not None]
    inside = (
        (area.lat, area.lon, area.name)
        for area in villages
        if area.lat is not None and area.lon is not None and _centre(index, area.lat, area.lon) == region.code
    )
    return list(itertools.islice(inside, MOST_POINTS))


def _centre(index: Any, lat: float, lon: float) -> str:
    hit = index.locate(lat, lon)
    return hit.centre if hit else ""


class Command(BaseCommand):
    """`manage.py simulate --region 35.77 --rate 2 --seconds 60`: synthetic calls through the public HTTP API."""

    help = "Mensimulasikan panggilan dan laporan pada sistem yang sedang berjalan; ditandai sebagai latihan."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", required=True, metavar="KODE")
        parser.add_argument("--rate", type=float, default=2.0, help="panggilan per detik")
        parser.add_argument("--seconds", type=float, default=60.0)
        parser.add_argument("--seed", type=int, help="angka yang sama menghasilkan panggilan yang sama")
        parser.add_argument("--as-real", action="store_true", help="tidak ditandai sebagai latihan")
        parser.add_argument("--url", help="alamat sistem; tanpa ini dibaca dari DATA_DIR/run.json")

    def handle(self, *args: Any, **options: Any) -> None:
        rate, seconds = options["rate"], options["seconds"]
        if not (0 < rate <= MOST_RATE and seconds > 0 and rate * seconds <= MOST_CALLS):
            raise CommandError(f"--rate harus di antara 0 dan {MOST_RATE:g}, --seconds lebih dari 0")
        try:
            region = region_of_pack(options["region"])
        except PackError as error:
            raise CommandError(str(error)) from error
        seed = secrets.randbelow(2**31) if options["seed"] is None else options["seed"]
        run = Run(self._signed_in(options["url"] or running_url(), region))
        calls = plan_calls(region=region.code, rate=rate, seconds=seconds, seed=seed, points=points_in(region),
                           exercise=not options["as_real"])  # fmt: skip
        self.stdout.write(f"{region.name} seed {seed}" + ("" if options["as_real"] else " (latihan)"))
        run.play(calls)
        self._report(run)

    def _signed_in(self, url: str, region: RegionRef) -> Api:
        api = Api(url.rstrip("/"))
        try:
            status, answer = api.request(
                "POST", "auth/token/", {"username": f"operator.{region.slug}", "password": PASSWORD}
            )
        except Unreachable as error:
            raise CommandError(str(error)) from error
        if status != 200:
            raise CommandError(f"operator.{region.slug} tidak dapat masuk ({status}): sistem ini tanpa pengguna demo?")
        api.token = answer["token"]
        return api

    def _report(self, run: Run) -> None:
        missing = run.check()
        self.stdout.write("\n".join(run.ledger.lines()))
        self.stdout.write(f"diperiksa: {len(run.ledger.made)} hilang: {len(missing)}")
        if missing:
            raise CommandError("diterima tetapi tidak ada lagi: " + " ".join(missing[:20]))


def running_url() -> str:
    """The address of the instance on DATA_DIR. Raises CommandError when none runs."""
    facts = session.data_dir().running() or {}
    if "PORT" not in facts:
        raise CommandError("Tidak ada sistem yang berjalan pada DATA_DIR ini; jalankan `make run` atau beri --url.")
    address = facts.get("ADDRESS", "127.0.0.1")
    return f"http://{'127.0.0.1' if address in ('0.0.0.0', '::') else address}:{facts['PORT']}"
