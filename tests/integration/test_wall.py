"""Screens on walls: signed in by a link that works once, and told counts but nothing of anybody."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import User
from reporting import services
from reporting.models import WallScreen
from tests.integration.acting import MADIUN, PPU, Acting, part

pytestmark = pytest.mark.django_db
KEY = re.compile(rb"/layar/([^/\":]+:[^/\"]+)/")


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def admin():
    return browser("admin.madiun")


def make_link(admin: Client, name: str = "Utara", **more: object) -> str:
    sent = {"name": name, "diagonal_inches": 43, "distance_m": 5, "days": 30, **more}
    answer = admin.post(f"/kelola/{MADIUN}/layar/baru/", sent)
    assert answer.status_code == 200, answer.content
    found = KEY.search(answer.content)
    assert found is not None
    return f"/layar/{found[1].decode()}/"


def signed_in(client: Client) -> bool:
    return client.get("/dinding/").status_code == 200


def test_a_link_signs_one_screen_in_and_is_used_up(admin):
    link = make_link(admin)
    screen, another = Client(), Client()
    assert screen.get(link).status_code == 200
    assert not signed_in(screen)  # opening it alone does nothing: messengers open links, too
    answer = screen.post(link)
    assert (answer.status_code, answer["Location"]) == (302, "/dinding/")
    page = screen.get("/dinding/")
    assert page.status_code == 200
    assert page.context["page_config"]["screen"] == {"diagonal": 43, "distance": 5.0}
    assert another.get(link).status_code == another.post(link).status_code == 410
    assert not signed_in(another)
    assert screen.get(link)["Location"] == "/dinding/"  # a kiosk starts with it after every power cut


def test_a_screen_sees_board_and_figures_and_nothing_else(admin):
    incident = Acting("operator.madiun").report("kebakaran rumah")
    screen = Client()
    screen.post(make_link(admin))
    assert screen.get("/api/v1/board/", {"region": MADIUN}).status_code == 200
    assert screen.get("/api/v1/figures/", {"region": MADIUN}).status_code == 200
    assert screen.get("/api/v1/board/", {"region": PPU}).status_code == 404
    assert screen.get(f"/api/v1/incidents/{incident['id']}/").status_code == 403
    for page in ("/konsol/", "/dinas/", f"/kelola/{MADIUN}/", "/nasional/"):
        assert screen.get(page).status_code in (302, 403), page


def test_a_revoked_screen_shows_nothing_any_more(admin):
    link = make_link(admin)
    screen = Client()
    screen.post(link)
    row = WallScreen.objects.get(name="Utara")
    assert admin.post(f"/kelola/{MADIUN}/layar/{row.pk}/cabut/").status_code == 302
    assert not signed_in(screen)
    assert screen.get("/api/v1/board/", {"region": MADIUN}).status_code == 401
    assert Client().post(link).status_code == 410


def test_a_new_link_signs_the_old_browser_out(admin):
    screen = Client()
    screen.post(make_link(admin))
    row = WallScreen.objects.get(name="Utara")
    answer = admin.post(f"/kelola/{MADIUN}/layar/{row.pk}/tautan/")
    link = f"/layar/{KEY.search(answer.content)[1].decode()}/"
    assert not signed_in(screen)
    assert Client().post(link).status_code == 302


def test_a_link_that_nobody_used_ends_and_so_does_a_screen(admin):
    link = make_link(admin)
    key = link.split("/")[2]
    row = WallScreen.objects.get(name="Utara")
    with pytest.raises(services.LinkGone):
        services.claim_screen(key=key, at=row.key_until)
    _, secret = services.opened(key)
    assert services.open_for(row, secret, row.key_until - timedelta(seconds=1))
    row.expires_at = timezone.now() + timedelta(seconds=1)
    assert not services.open_for(row, secret, row.expires_at)


def test_a_link_that_was_tampered_with_is_none(admin):
    link = make_link(admin)
    for wrong in (f"{link[:-2]}X/", "/layar/x/", "/layar/eyJzIjoiMSJ9:x:y/"):
        assert Client().get(wrong).status_code == 410
        assert Client().post(wrong).status_code == 410


def test_screens_belong_to_the_admin_of_the_region(admin):
    make_link(admin)
    row = WallScreen.objects.get(name="Utara")
    far = browser("admin.ppu")
    assert far.post(f"/kelola/{MADIUN}/layar/{row.pk}/cabut/").status_code == 404
    assert far.post(f"/kelola/{PPU}/layar/{row.pk}/cabut/").status_code == 404
    assert admin.post(f"/kelola/{MADIUN}/layar/baru/", {"name": "Utara", "diagonal_inches": 55, "distance_m": 5,
                                                        "days": 30}).status_code == 422  # fmt: skip


def test_what_is_written_on_the_wall_comes_and_goes(admin):
    wall = Acting("wall.madiun")
    sent = {"kind": "warning", "text": "Angin kencang sampai malam", "hours": 4}
    assert admin.post(f"/kelola/{MADIUN}/layar/pesan/", sent).status_code == 302
    told = wall.get("figures/", region=MADIUN).json()["notices"]
    assert [(one["kind"], one["text"]) for one in told] == [("warning", "Angin kencang sampai malam")]
    assert Acting("wall.ppu").get("figures/", region=PPU).json()["notices"] == []
    page = admin.get(f"/kelola/{MADIUN}/layar/").content.decode()
    end = re.search(r"/layar/pesan/[0-9a-f-]+/akhiri/", page)[0]
    assert admin.post(f"/kelola/{MADIUN}{end}").status_code == 302
    assert wall.get("figures/", region=MADIUN).json()["notices"] == []


@pytest.mark.parametrize("text", ["Hubungi 081234567890", "cari 0812-3456-7890.", "NIK 3577011203990001"])
def test_a_number_of_somebody_is_not_written_on_a_wall(admin, text):
    sent = {"kind": "shift", "text": text, "hours": 4}
    assert admin.post(f"/kelola/{MADIUN}/layar/pesan/", sent).status_code == 422


def figures(username: str = "wall.madiun") -> dict:
    return Acting(username).get("figures/", region=MADIUN).json()


def test_the_figures_count_the_calls_and_the_steps_of_the_day():
    operator = Acting("operator.madiun")
    before = figures()
    call = operator.ok("calls/", {"region": MADIUN})
    operator.ok(f"calls/{call['id']}/answer/", {})
    operator.ok("calls/", {"region": MADIUN})
    incident = operator.report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
    Acting("damkar.madiun").step(part(incident, "damkar"), "acknowledge")
    after = figures()
    assert after["calls"]["answered"] - before["calls"]["answered"] == 1
    assert after["calls"]["waiting"] - before["calls"]["waiting"] == 1
    assert sum(map(sum, after["calls"]["hours"])) - sum(map(sum, before["calls"]["hours"])) == 2
    assert after["incidents"]["created"] - before["incidents"]["created"] == 1
    assert after["calls"]["answer"]["n"] - before["calls"]["answer"]["n"] == 1
    assert after["agencies"]["acknowledge"]["few"] - before["agencies"]["acknowledge"]["few"] == 1


@pytest.mark.parametrize("who", ["wall.madiun", "supervisor.madiun", "head-dp3a.madiun"])
def test_a_confidential_case_moves_no_figure_of_a_wall(who):
    operator = Acting("operator.madiun")

    def told() -> dict:
        found = figures(who)
        return {name: value for name, value in found.items() if name not in ("at", "release")}

    call = operator.ok("calls/", {"region": MADIUN})
    operator.ok(f"calls/{call['id']}/answer/", {})
    before = told()
    incident = operator.report("istri saya dipukuli suami di rumah", call=call["id"])
    assert incident["confidential"]
    after = told()
    assert after["incidents"] == before["incidents"]
    assert after["agencies"] == before["agencies"]
    if who.startswith("head-"):  # who may not count calls is told nothing, not zero
        assert after["calls"] is before["calls"] is None
    else:
        assert sum(map(sum, after["calls"]["hours"])) <= sum(map(sum, before["calls"]["hours"]))


def test_an_exercise_moves_no_figure():
    before = figures()
    Acting("operator.madiun").report("kebakaran rumah", exercise=True)
    from incidents.models import Incident

    made = Incident.objects.order_by("-created_at").first()
    Incident.objects.filter(pk=made.pk).update(exercise=True)
    assert figures()["incidents"] == before["incidents"]


def test_the_figures_name_nobody():
    operator = Acting("operator.madiun")
    operator.report(
        "kebakaran rumah Pak Sastro", caller={"name": "Sastro Wiguna", "number": "081234567890"},
        location={"text": "Jalan Pahlawan 12"},
    )  # fmt: skip
    for path in ("figures/", "board/"):
        told = Acting("wall.madiun").get(path, region=MADIUN).content.decode()
        for secret in ("Sastro", "081234567890", "+6281234567890", "Pahlawan 12", "Wiguna"):
            assert secret not in told, (path, secret)
