"""The pages under /kelola/: who may open them, what a form does, what a mistake leaves on the screen."""

import re
import time
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from agencies import caches
from agencies.models import Agency, Agreement, IncidentType, Membership, Procedure, RunCard, Target, Unit, User
from agencies.urls_manage import urlpatterns
from events import services as events

pytestmark = pytest.mark.django_db

MADIUN, BATU = "35.77", "35.79"
ROLES = (
    "operator.madiun",
    "supervisor.madiun",
    "bpbd.madiun",
    "head-bpbd.madiun",
    "qa.madiun",
    "wall.madiun",
    "national",
)


def signed_in(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in("admin.madiun")


@pytest.fixture
def root() -> Client:
    User.objects.create_superuser("root", password="a-password-nobody-uses")
    return signed_in("root")


def url(name: str, *args: Any, region: str = MADIUN) -> str:
    return reverse(f"manage-{name}", args=[region, *args])


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def fields(answer: Any) -> dict[str, Any]:
    """What a browser would send back from the form on the page."""
    found: dict[str, Any] = {}
    for bound in answer.context["form"]:
        value = bound.value()
        if value is None or value is False or bound.field.disabled:
            continue
        found[bound.html_name] = getattr(value, "pk", value)
    return found


def send(client: Client, address: str, **changes: Any) -> Any:
    """Open the form, change it as told, send it."""
    return client.post(address, fields(client.get(address)) | changes)


def every_address(region: str) -> list[str]:
    """All pages about a region, with ids of rows of that region."""
    user = User.objects.get(username="operator." + {MADIUN: "madiun", BATU: "batu"}[region])
    ids = {
        "unit": Unit.objects.filter(agency__region_id=region).first(),
        "kartu": RunCard.objects.filter(region_id=region, subtype="snake").first(),
        "sop": Procedure.objects.filter(region_id=region).first(),
        "pengguna": user,
    }
    found = []
    for pattern in urlpatterns[1:]:
        path = str(pattern.pattern)
        row = next((row for word, row in ids.items() if f"/{word}/" in path), None)
        given = {"region": region, "code": "bpbd", "id": row.pk if row else uuid.uuid4(),
                 "membership": user.memberships.get().pk}  # fmt: skip
        if "<slug:code>/akhiri" in path and "perjanjian" in path:
            continue  # needs an agreement in force: tested below
        if "/impor/<uuid" in path:
            continue  # needs a file that was sent: tested in test_imports
        if path.endswith("/peta/hapus/"):
            continue  # needs a file in use: tested in test_tiles
        if "/piket/<uuid" in path:
            continue  # needs a plan: tested in test_manage_channels
        found.append(reverse(pattern.name, kwargs={n: given[n] for n in re.findall(r"<\w+:(\w+)>", path)}))
    return found


class TestWhoMayOpen:
    @pytest.mark.parametrize("username", ROLES)
    def test_no_other_role_may(self, username: str) -> None:
        client = signed_in(username)
        assert client.get(reverse("manage")).status_code == 403
        for address in every_address(MADIUN):
            assert client.get(address).status_code == 403, address
            assert client.post(address).status_code in (403, 405), address

    def test_strangers_are_sent_to_sign_in(self) -> None:
        answer = Client(SERVER_NAME="127.0.0.1").get(url("overview"))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("login"))

    def test_the_admin_opens_every_page_of_the_region(self, admin: Client) -> None:
        for address in every_address(MADIUN):
            assert admin.get(address).status_code == 200, address

    def test_another_regions_pages_do_not_exist(self, admin: Client) -> None:
        for address in every_address(BATU):
            assert admin.get(address).status_code == 404, address
            assert admin.post(address).status_code in (404, 405), address

    def test_another_regions_rows_do_not_exist_on_ones_own_pages(self, admin: Client) -> None:
        for address in every_address(BATU):
            if re.search(r"[0-9a-f]{8}-", address):
                own = address.replace(BATU, MADIUN)
                assert admin.get(own).status_code == 404, own
                assert admin.post(own).status_code in (404, 405), own

    def test_the_admins_first_page_is_the_region(self, admin: Client) -> None:
        assert admin.get(reverse("manage"))["Location"] == url("overview")

    def test_a_superuser_chooses_among_all_regions(self, root: Client) -> None:
        page = text(root.get(reverse("manage")))
        assert all(name in page for name in ("Kota Madiun", "Kota Batu", "DKI Jakarta"))
        assert root.get(url("overview", region=BATU)).status_code == 200

    def test_pages_are_kept_by_nobody_and_run_no_inline_script(self, admin: Client) -> None:
        answer = admin.get(url("overview"))
        assert "no-store" in answer["Cache-Control"]
        assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
        assert "<script" not in text(answer)
        assert " style=" not in text(answer)

    def test_a_form_from_elsewhere_is_refused(self) -> None:
        client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        client.force_login(User.objects.get(username="admin.madiun"))
        assert client.post(url("region"), {"stage": "live"}).status_code == 403


class TestOverview:
    def test_it_names_what_is_missing(self, admin: Client) -> None:
        RunCard.objects.filter(region_id=MADIUN, type="traffic").update(ended_at="2026-01-01T00:00Z")
        page = text(admin.get(url("overview")))
        assert "Jenis “Lalu lintas” belum punya kartu penugasan." in page
        assert "Perjanjian Polres belum ditandatangani" in page
        assert "Instansi tanpa nomor telepon: BPBD" in page


class TestAgreements:
    def test_signing_works_in_every_process_within_two_seconds(self, admin: Client) -> None:
        police = caches.reference().regions[MADIUN].agencies["polres"]
        answer = send(admin, url("agreement", "polres"))
        assert answer.status_code == 302
        until = time.monotonic() + 2
        while not (joined := _takes_part(police)) and time.monotonic() < until:
            time.sleep(0.05)
        assert joined
        assert "berlaku" in text(admin.get(url("agreements")))

    def test_the_last_day_counts_to_midnight_in_the_region(self, admin: Client) -> None:
        send(admin, url("agreement", "polres"), valid_until="2099-12-31")
        signed = Agreement.objects.get(region_id=MADIUN, key="polres", ended_at=None)
        assert signed.valid_until is not None
        assert signed.valid_until.isoformat() == "2099-12-31T17:00:00+00:00"
        assert "31/12/2099" in text(admin.get(url("agreements")))

    def test_for_some_types_only(self, admin: Client) -> None:
        send(admin, url("agreement", "polres"), scope=["traffic", "public_order"])
        assert Agreement.objects.get(region_id=MADIUN, key="polres", ended_at=None).scope == ["traffic", "public_order"]

    def test_one_that_ends_soon_is_said_to(self, admin: Client) -> None:
        today = admin.get(url("agreement", "polres")).context["desk"].today
        send(admin, url("agreement", "polres"), valid_until=str(today))
        assert "akan berakhir" in text(admin.get(url("agreements")))
        assert "perpanjang sebelum itu" in text(admin.get(url("overview")))

    def test_ending_asks_first(self, admin: Client) -> None:
        send(admin, url("agreement", "polres"))
        assert admin.get(url("agreement-end", "polres")).status_code == 200
        assert Agreement.objects.filter(region_id=MADIUN, key="polres", ended_at=None).exists()
        admin.post(url("agreement-end", "polres"))
        assert not Agreement.objects.filter(region_id=MADIUN, key="polres", ended_at=None).exists()

    def test_a_mistake_is_said_and_what_was_typed_stays(self, admin: Client) -> None:
        answer = send(admin, url("agreement", "polres"), reference="MoU 7/2026", valid_until="2001-01-01")
        assert answer.status_code == 422
        assert "Harus setelah mulai berlaku." in text(answer)
        assert 'value="MoU 7/2026"' in text(answer)

    def test_a_change_in_between_is_said(self, admin: Client) -> None:
        typed = fields(admin.get(url("agreement", "polres")))
        send(admin, url("agreement", "polres"))
        answer = admin.post(url("agreement", "polres"), typed | {"reference": "MoU kedua"})
        assert answer.status_code == 422
        assert "Sudah diubah orang lain" in text(answer)
        assert "MoU kedua" in text(answer)


def _takes_part(police: Any) -> bool:
    return caches.reference().regions[MADIUN].takes_part(police, timezone.now())


class TestRunCards:
    def test_a_new_version_from_the_form(self, admin: Client) -> None:
        card = RunCard.objects.get(region_id=MADIUN, subtype="street_light")
        bpbd = Agency.objects.get(region_id=MADIUN, code="bpbd")
        assert send(admin, url("run-card", card.pk), support_1=bpbd.pk).status_code == 302
        new = RunCard.objects.get(region_id=MADIUN, subtype="street_light", ended_at=None)
        assert (new.version, [line.agency.code for line in new.lines.all()]) == (2, ["pupr", "bpbd"])

    def test_who_opens_an_old_version_gets_the_one_in_force(self, admin: Client) -> None:
        card = RunCard.objects.get(region_id=MADIUN, subtype="street_light")
        send(admin, url("run-card", card.pk), note="baru")
        new = RunCard.objects.get(region_id=MADIUN, subtype="street_light", ended_at=None)
        assert admin.get(url("run-card", card.pk))["Location"] == url("run-card", new.pk)

    def test_what_a_card_is_for_cannot_be_sent_along(self, admin: Client) -> None:
        card = RunCard.objects.get(region_id=MADIUN, subtype="street_light")
        send(admin, url("run-card", card.pk), type="fire", subtype="", from_hour="3", until_hour="4", note="x")
        assert RunCard.objects.get(region_id=MADIUN, key=card.key, ended_at=None).note == "x"

    def test_another_regions_agency_is_no_choice(self, admin: Client) -> None:
        card = RunCard.objects.get(region_id=MADIUN, subtype="street_light")
        foreign = Agency.objects.get(region_id=BATU, code="bpbd")
        assert send(admin, url("run-card", card.pk), lead=foreign.pk).status_code == 422

    def test_a_subtype_must_belong_to_the_type(self, admin: Client) -> None:
        pupr = Agency.objects.get(region_id=MADIUN, code="pupr")
        given = {"type": "fire", "subtype": "pothole", "lead": pupr.pk, "based_on": 0}
        answer = admin.post(url("run-card-new"), given)
        assert "bukan bagian dari jenis yang dipilih" in text(answer)

    def test_a_card_for_one_kecamatan_at_night(self, admin: Client) -> None:
        pupr = Agency.objects.get(region_id=MADIUN, code="pupr")
        given = {"type": "public_facility", "subtype": "pothole", "area": "35.77.01", "from_hour": 22, "until_hour": 6,
                 "lead": pupr.pk, "based_on": 0}  # fmt: skip
        assert admin.post(url("run-card-new"), given).status_code == 302
        assert RunCard.objects.get(region_id=MADIUN, subtype="pothole").key == "public_facility/pothole/35.77.01//22/6"
        assert "pukul 22–06" in text(admin.get(url("run-cards")))

    def test_ending_the_card_of_a_whole_type_is_refused_on_the_page(self, admin: Client) -> None:
        card = RunCard.objects.get(region_id=MADIUN, key="fire/////")
        answer = admin.post(url("run-card-end", card.pk))
        assert answer.status_code == 409
        assert "tidak ada yang dikirim" in text(answer)


class TestTargetsAndProcedures:
    def test_one_row_of_the_table(self, admin: Client) -> None:
        address = url("target-row") + "?jenis=fire&prioritas="
        assert send(admin, address, seconds_dispatch="80", seconds_arrive="600").status_code == 302
        found = Target.objects.filter(region_id=MADIUN, type="fire", ended_at=None)
        assert dict(found.values_list("stage", "seconds")) == {"dispatch": 80, "arrive": 600}
        assert "10 mnt" in text(admin.get(url("targets")))

    def test_an_unknown_row_does_not_exist(self, admin: Client) -> None:
        assert admin.get(url("target-row") + "?jenis=nonsense").status_code == 404

    def test_a_procedure_one_entry_a_line_keeps_codes_of_agencies_elsewhere(self, admin: Client) -> None:
        old = Procedure.objects.get(region_id=MADIUN, key="fire/")
        Procedure.objects.filter(pk=old.pk).update(excludes=["pdam", "tamanhut"])
        answer = send(admin, url("procedure", old.pk), questions="Di mana?\r\n\r\n Ada korban? ", excludes=["pln"])
        assert answer.status_code == 302
        new = Procedure.objects.get(region_id=MADIUN, key="fire/", ended_at=None)
        assert (new.questions, new.excludes) == (["Di mana?", "Ada korban?"], ["pln", "tamanhut"])
        history = text(admin.get(url("procedure-history", new.pk)))
        assert "Versi 2" in history
        assert old.questions[0] in history


class TestAgenciesAndUnits:
    def test_a_number_is_checked_and_saved(self, admin: Client) -> None:
        assert send(admin, url("agency", "bpbd"), phone="nol lima").status_code == 422
        assert send(admin, url("agency", "bpbd"), phone="0351-462153", code="evil").status_code == 302
        assert Agency.objects.get(region_id=MADIUN, code="bpbd").phone == "0351-462153"

    def test_control_characters_and_reversed_text_are_cleaned(self, admin: Client) -> None:
        send(admin, url("agency", "bpbd"), name="BP\u202eBD\x07 Madiun")
        assert Agency.objects.get(region_id=MADIUN, code="bpbd").name == "BPBD Madiun"

    def test_a_new_unit(self, admin: Client) -> None:
        damkar = Agency.objects.get(region_id=MADIUN, code="damkar")
        given = {"agency": damkar.pk, "code": "DMK-09", "kind": "engine", "mode": "land",
                 "capabilities": "water, foam", "home_lat": "-7.6", "home_lon": "111.5"}  # fmt: skip
        assert admin.post(url("unit-new"), given).status_code == 302
        assert Unit.objects.get(code="DMK-09").capabilities == ["water", "foam"]
        assert "sudah dipakai" in text(admin.post(url("unit-new"), given))

    def test_moving_the_command(self, admin: Client) -> None:
        assert send(admin, url("region"), command_authority="bpbd").status_code == 302
        assert "Komando dipindahkan" in text(admin.get(url("changes")))


class TestUsers:
    def new(self, admin: Client, **changes: Any) -> Any:
        given = {"username": "Sari.Madiun", "display_name": "Sari", "role": "call_taker"}
        return admin.post(url("user-new"), given | changes)

    def test_the_password_is_shown_once_and_works(self, admin: Client) -> None:
        answer = self.new(admin)
        found = re.search(r'id="new-password">([^<]+)<', text(answer))
        assert found
        assert User.objects.get(username="sari.madiun").check_password(found[1])
        assert "no-store" in answer["Cache-Control"]
        assert "sudah dipakai" in text(self.new(admin))

    @pytest.mark.parametrize("role", ["national", "superuser"])
    def test_roles_above_the_region_are_no_choice(self, admin: Client, role: str) -> None:
        assert self.new(admin, role=role).status_code == 422
        assert not User.objects.filter(username="sari.madiun").exists()

    def test_an_officer_needs_an_agency(self, admin: Client) -> None:
        assert "Pilih instansinya." in text(self.new(admin, role="officer"))

    def test_roles_begin_and_end(self, admin: Client) -> None:
        self.new(admin)
        user = User.objects.get(username="sari.madiun")
        assert admin.post(url("membership-new", user.pk), {"role": "qa"}).status_code == 302
        row = Membership.objects.get(user=user, role="qa")
        assert admin.post(url("membership-end", user.pk, row.pk)).status_code == 302
        row.refresh_from_db()
        assert row.until_at is not None

    def test_switching_an_account_off_ends_its_session(self, admin: Client) -> None:
        other = signed_in("operator.madiun")
        user = User.objects.get(username="operator.madiun")
        assert other.get(url("overview")).status_code == 403
        admin.post(url("user-active", user.pk))
        assert other.get(url("overview")).status_code == 302

    def test_an_account_of_several_regions_shows_no_buttons(self, admin: Client) -> None:
        user = User.objects.get(username="operator.madiun")
        Membership.objects.create(user=user, role="qa", region_id=BATU, from_at="2026-01-01T00:00Z")
        page = text(admin.get(url("user", user.pk)))
        assert "1 peran di wilayah lain" in page
        assert "Ganti kata sandi" not in page
        assert "Kota Batu" not in page
        assert admin.post(url("user-password", user.pk)).status_code == 409


class TestChanges:
    def test_they_show_before_and_after_of_this_region_only(self, admin: Client) -> None:
        send(admin, url("agency", "bpbd"), phone="0351-462153")
        page = text(admin.get(url("changes")))
        assert "Instansi diubah" in page
        assert "<ins>0351-462153</ins>" in page
        batu = text(signed_in("admin.batu").get(url("changes", region=BATU)))
        assert "0351-462153" not in batu

    def test_entries_about_incidents_are_not_among_them(self, admin: Client) -> None:
        fact = events.Fact("incident.read", MADIUN, {"number": "112-MDN-X"}, incident_id=uuid.uuid4(), public=False)
        events.record([fact], actor_id="x", actor_label="Operator", at="2026-11-23T00:00Z")  # type: ignore[arg-type]
        assert "112-MDN-X" not in text(admin.get(url("changes")))


class TestDjangosAdmin:
    def test_only_superusers_come_in(self, admin: Client) -> None:
        assert admin.get("/admin/").status_code == 302

    def test_every_list_opens_and_published_rows_are_for_looking(self, root: Client) -> None:
        names = ("region", "agency", "unit", "incidenttype", "subtypemapping", "area", "place", "membership", "user",
                 "runcard", "agreement", "target", "procedure")  # fmt: skip
        for name in names:
            assert root.get(f"/admin/agencies/{name}/").status_code == 200, name
        card = RunCard.objects.filter(region_id=MADIUN).first()
        assert card is not None
        assert root.get(f"/admin/agencies/runcard/{card.pk}/change/").status_code == 200
        assert root.post(f"/admin/agencies/runcard/{card.pk}/change/").status_code == 403
        assert root.post(f"/admin/agencies/runcard/{card.pk}/delete/").status_code == 403

    def test_a_change_is_recorded_and_bumps_the_version(self, root: Client) -> None:
        kind = IncidentType.objects.get(region=None, code="fire")
        before = caches.refresh_now().version
        given = {"code": "fire", "base": "fire", "name": "Kebakaran", "origin": "pack"}
        answer = root.post(f"/admin/agencies/incidenttype/{kind.pk}/change/", given)
        assert answer.status_code == 302, text(answer)
        assert caches.refresh_now().version == before + 1
        assert caches.reference().regions[MADIUN].types["fire"].name == "Kebakaran"


def test_every_page_has_a_name_that_resolves() -> None:
    known: Callable[[str], bool] = get_resolver().reverse_dict.__contains__
    assert all(known(pattern.name) for pattern in urlpatterns)
