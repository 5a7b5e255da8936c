"""Pages of the administration for people: the matrix of cards, the editor of procedures, one page per agency."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import caches
from agencies.models import Agency, Procedure, RunCard, User
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


class TestProcedures:
    def fire(self) -> Procedure:
        return Procedure.objects.get(region_id=MADIUN, key="fire/", ended_at=None)

    def changed(self, admin: Client, **parts: str) -> Procedure:
        """The next version, with these parts of the form replaced."""
        page = url("procedure", self.fire().pk)
        form = admin.get(page).context["form"]
        sent = {b.html_name: b.value() for b in form if b.value() is not None and not b.field.disabled}
        assert admin.post(page, sent | parts).status_code == 302
        return self.fire()

    def test_the_editor_knows_the_keys_and_shows_the_operators_view_beside_it(self, admin: Client) -> None:
        page = text(admin.get(url("procedure", self.fire().pk)))
        assert 'data-keys="victims,conscious' in page
        assert "Yang dilihat operator" in page
        assert "agencies/procedure.js" in page
        assert " style=" not in page

    def test_the_history_marks_what_was_added_removed_and_moved(self, admin: Client) -> None:
        old = self.fire()
        first, *rest = old.questions
        new = self.changed(admin, questions="\n".join([*rest[1:], first, "Apakah ada gas?"]))
        row = admin.get(url("procedure-history", new.pk)).context["rows"][0]
        marks = {line["text"]: line["mark"] for line in row["parts"][0]["lines"]}
        assert marks["Apakah ada gas?"] == "added"
        assert marks[rest[0]] == "removed"
        assert {marks[line] for line in (first, *rest[1:])} <= {"moved", "same"}

    def test_an_old_version_comes_back_as_a_new_one(self, admin: Client) -> None:
        old = self.fire()
        self.changed(admin, questions="Hanya satu?")
        page = url("procedure-restore", old.pk)
        assert admin.get(page).status_code == 200
        assert self.fire().questions == ["Hanya satu?"], "looking changes nothing"
        assert admin.post(page).status_code == 302
        back = self.fire()
        assert (back.version, back.questions, back.excludes) == (old.version + 2, old.questions, old.excludes)
        assert admin.post(url("procedure-restore", back.pk)).status_code == 409

    def test_one_that_had_ended_comes_back_too(self, admin: Client) -> None:
        old = self.fire()
        admin.post(url("procedure-end", old.pk))
        admin.post(url("procedure-restore", old.pk))
        assert self.fire().title == old.title
