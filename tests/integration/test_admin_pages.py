"""Pages of the administration for people: the matrix of cards, the editor of procedures, one page per agency."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import caches, labels
from agencies.configuring import config_fact
from agencies.models import Agency, Agreement, Procedure, Roster, RunCard, User
from events import services as events
from tests.conftest import ROOT
from tests.integration.acting import MADIUN, Acting, a_unit

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


class TestChanges:
    def test_every_kind_of_change_that_the_sources_record_has_a_name(self) -> None:
        """What has no name would be left off the page: an audit with holes."""
        call = re.compile(r'config_fact\(\s*"([a-z_]+\.[a-z_]+)"')
        kinds = {kind for app in ("agencies", "dispatch", "reporting") for path in (ROOT / app).rglob("*.py")
                 for kind in call.findall(path.read_text())}  # fmt: skip
        assert len(kinds) > 15
        assert kinds <= set(labels.CHANGES)

    def test_lists_are_compared_line_by_line(self, admin: Client) -> None:
        TestProcedures().changed(admin, questions="Di mana lokasinya?\nApakah ada gas?")
        newest = admin.get(url("changes")).context["changes"][0]
        field = next(row for row in newest.rows if row.name == "pertanyaan")
        assert ("added", "Apakah ada gas?") in [(line.mark, line.text) for line in field.lines]
        assert {line.mark.value for line in field.lines} == {"added", "removed"}

    def test_by_whom_what_and_when(self, admin: Client) -> None:
        send = {"phone": "0351-9", "short": "BPBD", "name": "BPBD", "kind": "bpbd"}
        assert admin.post(url("agency", "bpbd"), send).status_code == 302
        today = admin.get(url("changes")).context["desk"].today
        for query, found in (
            ({"oleh": "admin"}, True), ({"oleh": "orang lain"}, False), ({"jenis": "agency.updated"}, True),
            ({"jenis": "procedure.published"}, False), ({"dari": str(today)}, True), ({"sampai": "2020-01-01"}, False),
        ):  # fmt: skip
            labels_ = {change.label for change in admin.get(url("changes"), query).context["changes"]}
            assert ("Instansi diubah" in labels_) is found, query
        assert admin.get(url("changes"), {"dari": "kemarin"}).status_code == 422

    def test_the_file_has_the_rows_of_the_page_and_the_same_rights(self, admin: Client) -> None:
        admin.post(url("agency", "bpbd"), {"phone": "0351-9", "short": "=BPBD", "name": "BPBD", "kind": "bpbd"})
        answer = admin.get(url("changes-csv"), {"jenis": "agency.updated"})
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert answer["Content-Type"].startswith("text/csv")
        assert any(line.endswith("telepon;–;0351-9") for line in lines)
        assert any(line.endswith(";BPBD;'=BPBD") for line in lines), "a formula is text"
        for stranger in ("supervisor.madiun", "head-bpbd.madiun"):
            assert client_of(stranger).get(url("changes-csv")).status_code == 403
        assert client_of("admin.batu").get(url("changes-csv")).status_code == 404

    def test_secrets_are_dots_and_incidents_are_not_in_it(self, admin: Client) -> None:
        Acting("operator.madiun").report("suami memukuli istrinya")
        events.record(
            [config_fact("channel.updated", MADIUN, {}, {"channel": "WA", "url": "https://gw.example.id/?key=hush",
                                                         "settings": {"headers": {"Authorization": "hush"}}})],
            actor_id="x", actor_label="Admin", at=timezone.now(),
        )  # fmt: skip
        for name in ("changes", "changes-csv"):
            page = text(admin.get(url(name)))
            assert "•••" in page
            assert "hush" not in page
            assert "istrinya" not in page


class TestAgencies:
    def test_one_page_holds_contact_duty_units_agreement_and_cards(self, admin: Client) -> None:
        now = timezone.now()
        damkar = agency("damkar")
        Roster.objects.create(agency=damkar, name="Budi Piket", phone="0812", from_at=now - timedelta(hours=1),
                              until_at=now + timedelta(hours=7))  # fmt: skip
        a_unit("damkar", code="DMK-77")
        page = text(admin.get(url("agency-whole", "damkar")))
        for word in ("Budi Piket", "sedang piket", "DMK-77", "Ikut tanpa perjanjian", "Kebakaran dan penyelamatan"):
            assert word in page
        assert "Budi Piket" not in text(admin.get(url("agency-whole", "bpbd")))
        assert client_of("admin.batu").get(url("agency-whole", "damkar")).status_code == 404

    def test_an_agreement_says_what_it_opens_and_reminds_thirty_days_before_its_end(self, admin: Client) -> None:
        assert "akan membuka" in text(admin.get(url("agreements")))
        now = timezone.now()
        rows = Agreement.objects.filter(region_id=MADIUN, key="polres")
        rows.update(signed_on=now.date(), valid_from=now - timedelta(days=9), valid_until=now + timedelta(days=31))
        caches.clear()
        assert "hari lagi" not in text(admin.get(url("agreements")))
        rows.update(valid_until=now + timedelta(days=12))
        caches.clear()
        for name, args in (("agreements", ()), ("agency-whole", ("polres",))):
            page = text(admin.get(url(name, *args)))
            assert re.search(r"1[12] hari lagi", page)
            assert "layar meja dinas" in page
