"""The pages under /kelola/…/aturan/: who may open them, what their buttons do, what a mistake leaves on the screen."""

import re
import uuid
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agencies import caches
from agencies.models import Membership, RuleSet, User
from dispatch.models import RuleReplay
from dispatch.rulefile import from_toml
from dispatch.urls_rules import urlpatterns
from tests.integration.acting import MADIUN, Acting, another

pytestmark = pytest.mark.django_db

BATU = "35.79"
SAID = "sirubambu di lapangan"
FORM = {
    "id": "madiun.sirubambu",
    "type": "fire",
    "weight": "20",
    "phrases": "sirubambu\nsirubatu & {river}",
    "revision": "0",
}
ROLES = ("operator.madiun", "bpbd.madiun", "head-bpbd.madiun", "qa.madiun", "wall.madiun", "national")


def signed_in(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def admin() -> Client:
    return signed_in("admin.madiun")


@pytest.fixture
def supervisor() -> Client:
    return signed_in("supervisor.madiun")


def url(name: str, *args: Any, region: str = MADIUN) -> str:
    return reverse(name, args=[region, *args])


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def draft() -> RuleSet:
    return RuleSet.objects.get(region_id=MADIUN, status__in=("draft", "review"))


def press(client: Client, do: str, reason: str = "") -> Any:
    body = {"do": do, "revision": draft().revision, "reason": reason}
    return client.post(url("rules-draft"), body, follow=True)


def addresses(region: str) -> list[str]:
    given = {"region": region, "rule": "fire.snake", "id": uuid.uuid4()}
    found = []
    for pattern in urlpatterns[1:]:
        names = re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
        found.append(reverse(pattern.name, kwargs={name: given[name] for name in names}))
    return found


class TestWhoMayOpen:
    @pytest.mark.parametrize("username", ROLES)
    def test_no_other_role_may(self, username):
        client = signed_in(username)
        for address in addresses(MADIUN):
            assert client.get(address).status_code == 403, address
            assert client.post(address).status_code in (403, 405), address

    @pytest.mark.parametrize("username", ["admin.madiun", "supervisor.madiun"])
    def test_admin_and_supervisor_open_their_own_regions_pages_and_no_others(self, username):
        client = signed_in(username)
        for address in addresses(MADIUN):
            status = client.get(address).status_code
            if "/putar/" in address:  # the id is of no replay
                assert status in (302, 404), address
            elif address.endswith("/jenis/"):
                assert status == (200 if username.startswith("admin") else 403)
            else:
                assert status in (200, 302), address
        for address in addresses(BATU):
            assert client.get(address).status_code == 404, address
            assert client.post(address).status_code in (404, 405), address

    def test_strangers_are_sent_to_sign_in(self):
        for address in addresses(MADIUN):
            answer = Client(SERVER_NAME="127.0.0.1").get(address)
            assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True), address

    def test_the_supervisor_finds_the_way_and_sees_nothing_else_of_the_administration(self, supervisor):
        assert supervisor.get(reverse("rules-home"))["Location"] == url("rules")
        page = text(supervisor.get(url("rules")))
        assert url("rules-unmapped") in page
        assert reverse("manage-users", args=[MADIUN]) not in page

    def test_only_the_admin_adds_a_type(self, supervisor):
        assert supervisor.get(url("rules-type-new")).status_code == 403
        assert supervisor.post(url("rules-type-new"), {"code": "x"}).status_code == 403


def test_rules_are_listed_searched_and_filtered(admin):
    page = admin.get(url("rules"))
    assert page.context["number"] > 200
    found = admin.get(url("rules"), {"q": "ular", "jenis": "fire"})
    assert 0 < found.context["number"] < 50
    assert all(row["line"].row["type"] == "fire" for row in found.context["rows"])
    assert "Tidak ada aturan yang cocok" in text(admin.get(url("rules"), {"q": "zzzzzz"}))
    assert admin.get(url("rules"), {"q": "\x00", "jenis": "x", "asal": "x"}).status_code == 200


def test_a_rule_goes_from_the_form_through_review_into_force(admin, supervisor):
    answer = admin.post(url("rules-new"), FORM, follow=True)
    assert "Tersimpan di konsep" in text(answer)
    assert draft().rules[0]["phrases"] == ["sirubambu", "sirubatu & {river}"]
    assert draft().rules[0]["weight"] == 20
    page = text(admin.get(url("rules-draft")))
    assert "madiun.sirubambu" in page
    assert "baru" in page
    assert "Dikirim untuk ditinjau" in text(press(admin, "submit", "coba"))
    answer = press(supervisor, "publish")
    assert "Terbit; berlaku" in text(answer)
    assert RuleSet.objects.get(region_id=MADIUN, status="published").published_by == "Supervisor Kota Madiun"
    caches.clear()  # a second later in every process
    assert Acting("operator.madiun").ok("classify/", {"region": MADIUN, "narrative": SAID})["type"] == "fire"
    assert supervisor.get(url("rules-history")).context["previous"] == 0
    back = supervisor.post(url("rules-history"), {"version": "0", "reason": "salah"}, follow=True)
    assert "Dikembalikan; berlaku" in text(back)
    admin.post(url("rules-new"), FORM)
    press(admin, "submit")
    press(supervisor, "publish")
    assert supervisor.get(url("rules-history")).context["previous"] == 0  # what was before it, not the last version


def test_what_was_typed_stays_when_it_is_wrong_and_the_field_says_why(admin):
    answer = admin.post(url("rules-new"), FORM | {"phrases": "{nothing}", "id": "Salah Nama"})
    assert answer.status_code == 422
    assert "{nothing}" in text(answer)
    assert "huruf kecil" in text(answer)
    answer = admin.post(url("rules-new"), FORM | {"phrases": "{nothing}"})
    assert "kelompok kata 'nothing' tidak dikenal" in text(answer)


def test_an_older_screen_does_not_overwrite_a_newer_edit(admin, supervisor):
    admin.post(url("rules-new"), FORM)
    stale = supervisor.post(url("rules-new"), FORM | {"id": "madiun.other"})
    assert stale.status_code == 422
    assert "diubah orang lain" in text(stale)
    assert len(draft().rules) == 1


def test_a_built_in_rule_is_changed_switched_off_and_given_back(admin):
    page = admin.get(url("rules-edit", "fire.snake"))
    form = page.context["form"]
    sent = {f.html_name: f.value() for f in form if f.value() is not None and f.value() is not False} | {"weight": "3"}
    answer = admin.post(url("rules-edit", "fire.snake"), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert (draft().rules[0]["id"], draft().rules[0]["weight"]) == ("fire.snake", 3)
    assert "mengubah bawaan" in text(admin.get(url("rules-draft")))
    admin.post(url("rules-drop", "fire.snake"), {"revision": draft().revision, "what": "off"})
    assert draft().rules == [{"id": "fire.snake", "off": True}]
    assert admin.get(url("rules"), {"asal": "off"}).context["number"] == 1
    admin.post(url("rules-drop", "fire.snake"), {"revision": draft().revision, "what": "drop"})
    assert draft().rules == []


def test_a_text_is_tried_on_the_rule_that_is_being_typed(admin):
    answer = admin.post(url("rules-try"), FORM | {"teks": f"ada {SAID} <b>"})
    page = answer.content.decode()
    assert '<mark title="madiun.sirubambu">sirubambu</mark>' in page
    assert "&lt;b&gt;" in page
    now, then = answer.context["answers"]
    assert now["type"] != then["type"] == "Kebakaran dan penyelamatan"
    assert RuleSet.objects.filter(region_id=MADIUN).count() == 0
    broken = admin.post(url("rules-try"), FORM | {"teks": SAID, "phrases": "{nothing}"})
    assert "tidak dikenal" in text(broken)
    assert admin.post(url("rules-try"), {"teks": ""}).status_code == 200


def test_examples_are_added_judged_and_dropped(admin):
    admin.post(url("rules-new"), FORM)
    sent = {"text": SAID, "type": "medical", "at_least": "high", "revision": draft().revision}
    assert admin.post(url("rules-examples"), sent).status_code == 302
    page = admin.get(url("rules-examples"))
    assert page.context["rows"][0]["broken"].faults[0] == "type"
    admin.post(url("rules-examples"), {"hapus": "0", "revision": draft().revision})
    assert draft().examples == []


def test_export_reads_back_and_a_bad_file_is_refused_with_its_places(admin):
    admin.post(url("rules-new"), FORM)
    admin.post(url("rules-examples"), {"text": 'kata "kutip"\\ baris', "type": "fire", "revision": draft().revision})
    exported = admin.get(url("rules-export"))
    assert from_toml(exported.content.decode()) == (draft().rules, draft().examples)
    upload = SimpleUploadedFile("a.toml", exported.content)
    assert admin.post(url("rules-import"), {"file": upload, "revision": draft().revision}).status_code == 302
    bad = admin.post(url("rules-import"), {"content": '[[rule]]\nid = "x.y"\nphrases = ["{nothing}"]\ntype = "fire"',
                                          "revision": draft().revision})  # fmt: skip
    assert bad.status_code == 422
    assert "x.y: phrases: kelompok kata" in text(bad)
    for content in ("x =", "[other]", "", "rule = 1", "[[rule]]\nid = 2020-01-01"):
        assert admin.post(url("rules-import"), {"content": content, "revision": draft().revision}).status_code == 422


class TestReplay:
    @pytest.fixture
    def replay(self, admin) -> RuleReplay:
        operator = Acting("operator.madiun")
        operator.report(f"{SAID} dekat warung bu tuti")
        operator.report("lampu jalan mati")
        admin.post(url("rules-new"), FORM)
        answer = admin.post(url("rules-replay-start"), {"reports": "300"})
        assert answer.status_code == 302
        return RuleReplay.objects.get()

    def test_the_supervisor_sees_report_by_report_and_the_admin_numbers(self, replay, admin, supervisor):
        page = supervisor.get(url("rules-replay", replay.id))
        assert "bu tuti" in text(page)
        numbers = admin.get(url("rules-replay", replay.id))
        assert "bu tuti" not in text(numbers)
        assert "112-" not in text(numbers).replace("Siaga 112", "")
        assert numbers.context["tally"]["changed"] == 1

    def test_another_regions_replay_does_not_exist(self, replay):
        client = signed_in("admin.batu")
        assert client.get(url("rules-replay", replay.id, region=BATU)).status_code == 404
        assert client.get(url("rules-replay-progress", replay.id)).status_code == 404

    def test_a_page_that_waits_is_told_how_far_it_is(self, replay, admin):
        RuleReplay.objects.update(state="running", done=40, total=100)
        answer = admin.get(url("rules-replay-progress", replay.id))
        assert answer.json() == {"state": "running", "done": 40, "total": 100}
        assert 'value="40"' in text(admin.get(url("rules-replay", replay.id)))

    def test_a_failed_one_is_shown_as_such(self, replay, admin):
        RuleReplay.objects.update(state="failed", error="OperationalError")
        assert "Putar ulang gagal" in text(admin.get(url("rules-replay", replay.id)))

    def test_without_a_draft_it_says_so(self, admin):
        assert "Tidak ada konsep" in text(admin.post(url("rules-replay-start"), {"reports": "300"}, follow=True))


def test_the_author_is_told_why_they_do_not_publish(admin):
    another("admin2.madiun", "admin", MADIUN)
    admin.post(url("rules-new"), FORM)
    press(admin, "submit")
    assert "orang lain yang menerbitkannya" in text(press(admin, "publish"))
    assert Membership.objects.filter(role="admin", region_id=MADIUN).count() == 2


def test_unmapped_words_lead_to_a_rule(admin, supervisor):
    for _ in range(3):
        Acting("operator.madiun").report("gelumbing besar muncul kemarin di warung")
    page = text(admin.get(url("rules-unmapped")))
    assert "gelumbing" in page
    assert "112-MDN" not in page
    assert "112-MDN" in text(supervisor.get(url("rules-unmapped")))
    new = admin.get(url("rules-new"), {"frasa": "gelumbing"})
    assert new.context["form"]["phrases"].value() == "gelumbing"
    kind = {"code": "gelumbing", "name": "Gelumbing", "base": "disaster", "lead": "bpbd"}
    made = admin.post(url("rules-type-new"), kind, follow=True)
    assert "Jenis ditambahkan" in text(made)
    twice = {"code": "gelumbing", "name": "G", "base": "disaster", "lead": "bpbd"}
    again = admin.post(url("rules-type-new"), twice)
    assert "sudah dipakai" in text(again)


def test_what_happened_to_the_rules_stands_in_the_history_of_changes(admin):
    admin.post(url("rules-new"), FORM)
    press(admin, "submit", "coba")
    press(admin, "publish", "sendiri")
    page = text(admin.get(reverse("manage-changes", args=[MADIUN])))
    for said in ("Konsep aturan dimulai", "Konsep aturan diubah", "Aturan terbit", "tanpa pemeriksa kedua", "sendiri"):
        assert said in page, said


def test_the_groups_of_words_are_explained_in_indonesian_beside_the_editor(admin):
    page = admin.get(url("rules-new"))
    rows = {row["code"]: row for row in page.context["groups"]}
    assert rows["river"]["name"] == "sungai"
    assert "kali" in rows["river"]["examples"]
    assert 'data-insert="{river}"' in text(page)
    assert "korban" in text(admin.get(url("rules-edit", "fire.snake")))
