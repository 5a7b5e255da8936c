"""The page that says what a region still lacks: each line follows from what the administration really holds."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import caches
from agencies.models import (
    Agency,
    Agreement,
    Area,
    Assurance,
    Channel,
    Import,
    Ladder,
    Membership,
    Outline,
    Place,
    Procedure,
    Region,
    Roster,
    RuleSet,
    RunCard,
    RunCardLine,
    Target,
    User,
)
from dispatch.models import ChannelHealth, Delivery
from events.models import Event
from tests.integration.acting import MADIUN, another

pytestmark = pytest.mark.django_db
REGIONS = ("31", "35.77", "35.79", "36.03", "64.09")


def client_of(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of("admin.madiun")


def lines(client: Client, region: str = MADIUN) -> dict[str, Any]:
    """The rows of the page by item: state, reasons, address."""
    caches.clear()
    answer = client.get(reverse("manage-readiness", args=[region]))
    assert answer.status_code == 200
    return {row["item"]: row for row in answer.context["rows"]}


def said(row: Any) -> str:
    return " ".join(row["reasons"])


def agency(code: str) -> Agency:
    return Agency.objects.get(region_id=MADIUN, code=code)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_shows_its_real_state_and_every_line_leads_to_a_page(region: str) -> None:
    another("root", "", None, is_superuser=True, is_staff=True)
    root = client_of("root")
    found = lines(root, region)
    assert len(found) == 20
    assert {row["state"] for row in found.values()} >= {"ok", "lacking"}
    assert found["duty"]["state"] == "lacking", "the packs name nobody on duty"
    assert found["cards"]["state"] == found["targets"]["state"] == found["zone"]["state"] == "ok"
    for row in found.values():
        assert row["reasons"] or row["state"] == "ok"
        assert root.get(row["url"]).status_code == 200, row["url"]
    wrong = [row["state"] for row in found.values()]
    assert wrong == sorted(wrong, key=["lacking", "warning", "ok"].index), "what lacks stands first"


def test_madiuns_police_are_told_by_telephone_until_they_have_signed(admin: Client) -> None:
    before = lines(admin)["police"]
    assert before["state"] == "warning"
    assert "110" in said(before)
    now = timezone.now()
    Agreement.objects.filter(region_id=MADIUN, key="polres").update(
        signed_on=now.date(), valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=20)
    )
    assert "sesudahnya hanya lewat telepon" in said(lines(admin)["police"])
    Agreement.objects.filter(region_id=MADIUN, key="polres").update(valid_until=now - timedelta(hours=1))
    assert "berakhir" in said(lines(admin)["police"])
    Agreement.objects.filter(region_id=MADIUN, key="polres").update(valid_until=None)
    assert lines(admin)["police"]["state"] == "ok"


def test_telephone_and_duty_of_agencies(admin: Client) -> None:
    now = timezone.now()
    assert "BPBD" in said(lines(admin)["contacts"])
    Agency.objects.filter(region_id=MADIUN).update(phone="0351-112")
    assert lines(admin)["contacts"]["state"] == "ok"
    others = Agency.objects.filter(region_id=MADIUN).exclude(code="polres")
    for one in others:
        Roster.objects.create(agency=one, name="Ani", phone="1", from_at=now - timedelta(hours=1),
                              until_at=now + timedelta(hours=1))  # fmt: skip
    assert lines(admin)["duty"]["state"] == "ok"
    Roster.objects.filter(agency__code="damkar").update(from_at=now + timedelta(minutes=30))
    assert said(lines(admin)["duty"]) == "Ada jadwal, tetapi sekarang tidak ada yang piket: Damkar."


def a_channel(owner: Agency | None, name: str) -> Channel:
    return Channel.objects.create(region_id=MADIUN, agency=owner, kind="webhook", name=name,
                                  address="https://a.example.go.id/", created_at=timezone.now())  # fmt: skip


def a_message(channel: Channel, state: str, purpose: str = "test") -> Delivery:
    now = timezone.now()
    return Delivery.objects.create(agency=channel.agency, channel=channel.kind, via=channel, purpose=purpose,
                                   message=channel.pk, recipient="x", to_label="x", state=state, queued_at=now,
                                   due_at=now, ended_at=now)  # fmt: skip


def test_a_channel_counts_once_it_was_tried_out(admin: Client) -> None:
    channel = a_channel(agency("damkar"), "Aplikasi Damkar")
    assert "Belum pernah diuji: Aplikasi Damkar." in lines(admin)["channels"]["reasons"]
    assert "Damkar," not in said(lines(admin)["channels"]).partition("layar meja dinas")[2]
    a_message(channel, "sent")
    assert "Belum pernah diuji" not in said(lines(admin)["channels"])
    ChannelHealth.objects.create(channel=channel, open_until=timezone.now() + timedelta(minutes=5))
    assert lines(admin)["channels"]["state"] == "lacking"


def test_a_channel_of_the_women_and_children_unit_tells_only_of_its_tests(admin: Client) -> None:
    channel = a_channel(agency("dp3a"), "Aplikasi DP3A")
    before = said(lines(admin)["channels"])
    now = timezone.now()
    ChannelHealth.objects.create(channel=channel, open_until=now + timedelta(hours=1), last_success_at=now)
    assert said(lines(admin)["channels"]) == before, "its other messages would tell of confidential cases"


def test_run_cards_backups_gaps_ladders_targets_and_procedures(admin: Client) -> None:
    assert lines(admin)["cards"]["state"] == lines(admin)["gaps"]["state"] == "ok"
    RunCard.objects.filter(region_id=MADIUN, type="traffic").update(ended_at=timezone.now())
    found = lines(admin)
    assert said(found["cards"]) == "Tanpa kartu umum: Lalu lintas."
    assert "Lalu lintas · " in said(found["gaps"])
    RunCardLine.objects.filter(run_card__region_id=MADIUN, role="lead").update(backup=None)
    assert "Medis" in said(lines(admin)["backups"])
    Ladder.objects.filter(region_id=MADIUN).update(ended_at=timezone.now())
    Target.objects.filter(region_id=MADIUN, stage="arrive").update(ended_at=timezone.now())
    Procedure.objects.filter(region_id=MADIUN, type="medical").update(ended_at=timezone.now())
    found = lines(admin)
    assert found["ladder"]["state"] == "warning"
    assert said(found["targets"]) == "Tahap tanpa batas waktu: Tiba."
    assert "Medis" in said(found["procedures"])
    Area.objects.filter(region_id=MADIUN).update(ended_at=timezone.now())
    found = lines(admin)
    assert (found["gaps"]["state"], found["boundaries"]["state"]) == ("lacking", "lacking")


def test_two_supervisors_are_the_least_and_everybody_has_a_role(admin: Client) -> None:
    assert "Supervisor aktif: 1" in said(lines(admin)["people"])
    another("kedua", "supervisor", MADIUN)
    gone = another("budi", "qa", MADIUN)
    Membership.objects.filter(user=gone).update(until_at=timezone.now())
    found = said(lines(admin)["people"])
    assert "Supervisor aktif" not in found
    assert "Akun aktif tanpa peran: budi" in found
    assert "akun demo" in found
    Membership.objects.filter(region_id=MADIUN, role="call_taker").update(until_at=timezone.now())
    assert "Belum ada operator." in said(lines(admin)["people"])


def test_profile_zone_legacy_numbers_and_rules(admin: Client) -> None:
    assert lines(admin)["rules"]["state"] == "warning"
    RuleSet.objects.create(region_id=MADIUN, key="triage", status="published", published_at=timezone.now())
    Region.objects.filter(pk=MADIUN).update(
        command_authority="tidakada", zone="Asia/Makassar", legacy_numbers=[{"number": "110"}]
    )
    found = lines(admin)
    assert found["rules"]["state"] == "ok"
    assert (found["profile"]["state"], found["zone"]["state"]) == ("lacking", "lacking")
    assert said(found["legacy"]) == "Belum tercatat: 113, 119. Masyarakat masih memakai nomor itu."


def test_boundaries_and_places_that_were_loaded(admin: Client) -> None:
    assert "masih kasar" in said(lines(admin)["boundaries"])
    now = timezone.now()
    file = Import.objects.create(region_id=MADIUN, kind="boundaries", file_name="a", sha256="", content=b"",
                                 created_at=now, created_by="x", state="applied", applied_at=now)  # fmt: skip
    Outline.objects.create(region_id=MADIUN, code="35.77.01", level="kecamatan", name="Taman", shape=b"", made_by=file,
                           created_at=now)  # fmt: skip
    Place.objects.filter(region_id=MADIUN).update(ended_at=now)
    found = lines(admin)
    assert (found["boundaries"]["state"], found["places"]["state"]) == ("ok", "lacking")


def test_a_copy_of_the_keys_counts_for_a_year_after_somebody_looked(admin: Client) -> None:
    assert lines(admin)["keys"]["state"] == "lacking"
    page = reverse("manage-assurance", args=[MADIUN, "key_backup"])
    assert admin.post(page, {"note": "brankas"}).status_code == 422, "who has not tried it says nothing"
    assert admin.post(page, {"done": "on", "note": "brankas Diskominfo"}).status_code == 302
    assert "key_backup_never" not in said(lines(admin)["keys"])
    assert Event.objects.filter(kind="assurance.confirmed", region=MADIUN).count() == 1
    assert "brankas Diskominfo" in admin.get(reverse("manage-changes", args=[MADIUN])).content.decode()
    admin.post(reverse("manage-assurance", args=[MADIUN, "restore"]), {"done": "on", "note": "uji 1"})
    assert lines(admin)["restore"]["state"] == "ok"
    Assurance.objects.update(confirmed_at=timezone.now() - timedelta(days=366))
    assert re.search(r"terakhir dicoba \d\d/\d\d/\d{4}", said(lines(admin)["restore"]))
    assert admin.get(reverse("manage-assurance", args=[MADIUN, "coffee"])).status_code == 404
