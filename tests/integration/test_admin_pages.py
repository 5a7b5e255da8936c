"""Pages of the administration for people: the matrix of cards, the editor of procedures, one page per agency."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import caches
from agencies.models import Agency, RunCard, User
from tests.integration.acting import MADIUN

pytestmark = pytest.mark.django_db


def client_of(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def admin() -> Client:
    return client_of("admin.madiun")


def url(name: str, *args: Any) -> str:
    return reverse(f"manage-{name}", args=[MADIUN, *args])


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def agency(code: str) -> Agency:
    return Agency.objects.get(region_id=MADIUN, code=code)


class TestMatrix:
    def cells(self, admin: Client, **query: str) -> dict[tuple[str, str], Any]:
        """(kecamatan, type) → what the page shows there."""
        context = admin.get(url("gaps"), query).context
        names = [column["name"] for column in context["columns"]]
        return {
            (row["area"], name): cell for row in context["rows"] for name, cell in zip(names, row["cells"], strict=True)
        }

    def test_every_cell_leads_to_the_card_that_decided(self, admin: Client) -> None:
        cell = self.cells(admin)["Taman", "Kebakaran dan penyelamatan"]
        fire = RunCard.objects.get(region_id=MADIUN, key="fire/////")
        assert (cell["lead"], cell["backup"]) == ("Damkar", "BPBD")
        assert cell["url"] == url("run-card", fire.pk)
        assert admin.get(cell["url"]).status_code == 200

    def test_who_stands_in_is_said(self, admin: Client) -> None:
        Agency.objects.filter(region_id=MADIUN, code="damkar").update(paused_until="2099-01-01T00:00Z")
        caches.clear()
        cell = self.cells(admin)["Taman", "Kebakaran dan penyelamatan"]
        assert (cell["lead"], cell["planned"]) == ("BPBD", "Damkar")
        assert "menggantikan Damkar" in text(admin.get(url("gaps")))

    def test_a_gap_leads_to_a_new_card_for_just_that_place(self, admin: Client) -> None:
        RunCard.objects.filter(region_id=MADIUN, type="traffic").update(ended_at=timezone.now())
        caches.clear()
        cell = self.cells(admin)["Taman", "Lalu lintas"]
        assert cell["lead"] == ""
        form = admin.get(cell["url"]).context["form"]
        assert form["type"].value() == "traffic"
        assert form["area"].value().startswith(MADIUN)

    def test_one_agency_at_a_time(self, admin: Client) -> None:
        cells = self.cells(admin, instansi="pupr")
        assert cells["Taman", "Kebakaran dan penyelamatan"]["apart"]
        assert not cells["Taman", "Fasilitas umum"]["apart"]
        assert admin.get(url("gaps"), {"instansi": "nobody"}).status_code == 404

    def test_the_subtypes_of_one_type(self, admin: Client) -> None:
        cells = self.cells(admin, jenis="disaster")
        assert (cells["Taman", "Genangan"]["lead"], cells["Taman", "Bencana"]["lead"]) == ("PUPR", "BPBD")
        assert admin.get(url("gaps"), {"jenis": "nonsense"}).status_code == 404

    def test_the_page_is_a_table_of_links_without_inline_script_or_style(self, admin: Client) -> None:
        page = text(admin.get(url("gaps")))
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]* src=)", page)
