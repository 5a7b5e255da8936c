"""`load_region` against a real database: first load, second load, what an admin changed, what vanished, bad packs."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agencies import pack
from agencies.access import SYSTEM
from agencies.loading import LoadReport, load_packs
from agencies.models import (
    Agency,
    Agreement,
    Area,
    ConfigVersion,
    IncidentType,
    PackState,
    Place,
    Region,
    RunCard,
    RunCardLine,
    Target,
    Unit,
)
from agencies.packformat import EMERGENCY_TYPES
from events.models import Event

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HEAD = """
region.code = "35.77"
region.name = "Kota Madiun"
region.kind = "kota"
region.slug = "madiun"
region.abbreviation = "MDN"
region.zone = "Asia/Jakarta"
region.stage = "live"
region.command_authority = "diskominfo"
"""
AGENCIES = """
agencies = [
  { code = "bpbd", name = "BPBD Kota Madiun", short = "BPBD", kind = "bpbd", phone = "0351 111" },
  { code = "polres", name = "Polres", short = "Polres", kind = "police", needs_agreement = true },
]
agreements = [{ agency = "polres", scope = ["*"], valid_from = 2026-01-01 }]
targets = [{ stage = "answer", seconds = 10 }]
units = [{ agency = "bpbd", code = "U-1", kind = "crew", lat = -7.62, lon = 111.52 }]
places = [{ label = "Alun-alun", lat = -7.6296, lon = 111.5226 }]
"""
CARDS = "run_cards = [\n{}]\n".format(
    "".join(f'  {{ type = "{code}", lead = "bpbd", support = ["polres"] }},\n' for code in EMERGENCY_TYPES)
)


@pytest.fixture(autouse=True)
def _nothing_loaded(db: None) -> None:
    """An installation that has no region yet; the packs that the other tests share come back with the rollback."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE agencies_region, agencies_incidenttype, agencies_user, events_event CASCADE")
        cursor.execute("UPDATE agencies_configversion SET version = 1")


@pytest.fixture
def write(tmp_path: Path):
    def write_pack(text: str = HEAD + AGENCIES + CARDS) -> Path:
        path = tmp_path / "pack.toml"
        path.write_text(text)
        return path

    return write_pack


def load(path: Path, at: datetime = AT, force: bool = False) -> LoadReport:
    return load_packs(packs=[pack.load(path)], actor=SYSTEM, at=at, force=force)[0]


def told(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command("load_region", *arguments, stdout=out, **options)
    return out.getvalue()


class TestFirstLoad:
    def test_all_regions_of_the_country_become_rows(self, write) -> None:
        load(write())
        assert Region.objects.filter(kind="provinsi").count() == 38
        assert Region.objects.exclude(kind="provinsi").count() == 514
        assert Region.objects.get(pk="35.77").has_pack
        malang = Region.objects.get(pk="35.07")
        assert (malang.name, malang.has_pack, malang.parent_id) == ("Kab. Malang", False, "35")
        assert Region.objects.get(pk="31.71").served_by_id == "31"
        assert IncidentType.objects.filter(region=None, confidential=True).get().code == "violence_women_children"

    def test_kecamatan_and_kelurahan_of_the_region_come_with_it(self, write) -> None:
        load(write())
        assert Area.objects.filter(region="35.77", level="kecamatan").count() == 3
        assert Area.objects.filter(region="35.77", level="kelurahan").count() == 27
        assert Area.objects.exclude(region="35.77").count() == 0
        assert Place.objects.get().area.region_id == "35.77"

    def test_run_cards_keep_the_order_of_the_agencies(self, write) -> None:
        load(write())
        lines = RunCardLine.objects.filter(run_card__type="fire").values_list("role", "agency__code", "position")
        assert list(lines) == [("lead", "bpbd", 0), ("support", "polres", 1)]

    def test_dates_without_a_time_begin_at_midnight_in_the_region(self, write) -> None:
        load(write())
        assert Agreement.objects.get().valid_from == datetime(2025, 12, 31, 17, tzinfo=UTC)

    def test_it_is_recorded_and_makes_every_process_reload(self, write) -> None:
        before = ConfigVersion.objects.get(name="reference").version
        load(write())
        assert ConfigVersion.objects.get(name="reference").version == before + 1
        assert Event.objects.filter(kind="region.pack_loaded", region="35.77", public=False).count() == 1

    def test_the_five_packs_load_together(self) -> None:
        report = told()
        assert Region.objects.filter(has_pack=True).count() == 5
        assert report.count("diakhiri\n") == 5
        assert Area.objects.filter(region="31", level="kecamatan").count() == 44


class TestSecondLoad:
    def test_the_same_packs_again_change_nothing(self) -> None:
        told()
        rows = (RunCard.objects.count(), Unit.objects.count(), Event.objects.count())
        version = ConfigVersion.objects.get(name="reference").version
        assert told().count("tidak ada perubahan") == 5
        assert (RunCard.objects.count(), Unit.objects.count(), Event.objects.count()) == rows
        assert ConfigVersion.objects.get(name="reference").version == version

    def test_a_changed_target_gets_a_new_version_and_the_old_one_ends(self, write) -> None:
        load(write())
        report = load(write((HEAD + AGENCIES + CARDS).replace("seconds = 10", "seconds = 15")), LATER)
        old, new = Target.objects.order_by("version")
        assert (old.seconds, old.version, old.ended_at) == (10, 1, LATER)
        assert (new.seconds, new.version, new.ended_at) == (15, 2, None)
        assert report.updated == ["targets //answer"]

    def test_what_vanished_is_ended_and_comes_back_with_its_row(self, write) -> None:
        load(write())
        unit = Unit.objects.get()
        report = load(write(HEAD + AGENCIES.replace("U-1", "U-2") + CARDS), LATER)
        assert report.ended == ["units bpbd/U-1"]
        assert Unit.objects.get(code="U-1").ended_at == LATER
        load(write(), LATER)
        unit.refresh_from_db()
        assert unit.ended_at is None
        assert Unit.objects.get(code="U-2").ended_at == LATER

    def test_a_vanished_run_card_ends_and_returns_as_the_next_version(self, write) -> None:
        snake = CARDS[: CARDS.rindex("]")] + '{ type = "fire", subtype = "snake", lead = "bpbd" }]\n'
        load(write(HEAD + AGENCIES + snake))
        load(write(), LATER)
        assert RunCard.objects.get(subtype="snake").ended_at == LATER
        load(write(HEAD + AGENCIES + snake), LATER)
        assert RunCard.objects.get(subtype="snake", ended_at=None).version == 2


class TestAdminsChanges:
    def test_an_admins_field_is_kept_and_listed_while_others_follow_the_pack(self, write) -> None:
        load(write())
        Agency.objects.filter(code="bpbd").update(phone="0351 999")
        text = HEAD + AGENCIES.replace("BPBD Kota Madiun", "BPBD Madiun").replace("0351 111", "0351 222") + CARDS
        report = load(write(text), LATER)
        bpbd = Agency.objects.get(code="bpbd")
        assert (bpbd.phone, bpbd.name) == ("0351 999", "BPBD Madiun")
        assert report.kept == ["agencies bpbd: phone tetap '0351 999' (paket: '0351 222')"]

    def test_force_pack_overrides(self, write) -> None:
        load(write())
        Agency.objects.filter(code="bpbd").update(phone="0351 999")
        told(str(write()), force_pack=True)
        assert Agency.objects.get(code="bpbd").phone == "0351 111"

    def test_an_agreement_signed_by_an_admin_survives_the_next_load(self, write) -> None:
        load(write())
        old = Agreement.objects.get()
        Agreement.objects.filter(pk=old.pk).update(ended_at=AT)
        Agreement.objects.create(
            region_id="35.77", agency_id=old.agency_id, key=old.key, version=2, origin="admin", scope=["*"],
            signed_on=AT.date(), valid_from=old.valid_from, published_at=AT,
        )  # fmt: skip
        report = load(write(), LATER)
        assert Agreement.objects.get(ended_at=None).version == 2
        assert not report.changed
        assert [line.split(":")[0] for line in report.kept] == ["agreements polres"]

    def test_command_authority_moved_by_an_admin_stays_moved(self, write) -> None:
        load(write())
        Region.objects.filter(pk="35.77").update(command_authority="bpbd")
        load(write((HEAD + AGENCIES + CARDS).replace('stage = "live"', 'stage = "uji_coba"')), LATER)
        region = Region.objects.get(pk="35.77")
        assert (region.command_authority, region.stage) == ("bpbd", "uji_coba")

    def test_what_an_admin_ended_stays_ended(self, write) -> None:
        load(write())
        Unit.objects.update(ended_at=AT)
        report = load(write(), LATER)
        assert Unit.objects.get().ended_at == AT
        assert report.kept == ["units bpbd/U-1: diakhiri admin"]

    def test_what_only_an_admin_made_is_left_alone(self, write) -> None:
        load(write())
        bpbd = Agency.objects.get(code="bpbd")
        Unit.objects.create(agency=bpbd, code="OWN", kind="crew")
        assert not load(write(), LATER, force=True).changed
        assert Unit.objects.get(code="OWN").ended_at is None


class TestBadPacks:
    def test_a_bad_pack_is_refused_with_file_key_and_reason_and_changes_nothing(self, write) -> None:
        path = write(HEAD + AGENCIES + CARDS.replace('lead = "bpbd"', 'lead = "damkar"', 1))
        with pytest.raises(
            CommandError, match=r"pack\.toml: run_cards\[0\]\.lead: kode instansi tidak dikenal: damkar"
        ):
            told("35.79", str(path))
        assert Region.objects.count() == 0
        assert PackState.objects.count() == 0

    def test_an_unknown_region_is_refused(self) -> None:
        with pytest.raises(CommandError, match="tidak ditemukan"):
            told("99.99")

    def test_a_pack_for_a_code_that_is_no_region_is_refused(self, write) -> None:
        with pytest.raises(CommandError, match=r"region\.code: .*99\.99"):
            told(str(write((HEAD + AGENCIES + CARDS).replace("35.77", "99.99"))))

    def test_an_abbreviation_belongs_to_one_region(self, write) -> None:
        told("35.77")
        with pytest.raises(CommandError, match=r"region\.abbreviation: sudah dipakai Kota Madiun"):
            told(str(write((HEAD + AGENCIES + CARDS).replace("35.77", "35.78"))))
        assert not Region.objects.get(pk="35.78").has_pack
