"""Siaga 112 on a telephone: installable under the strict policy, and proof where people look for it."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone

from agencies.models import PushDevice
from tests.integration.acting import Acting
from tests.integration.pushservice import push_service
from tests.integration.test_manage import signed_in, text, url

pytestmark = pytest.mark.django_db


def test_the_manifest_has_its_type_and_icons_that_are_there_and_png():
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    told = json.loads(answer.content)
    assert (told["display"], told["scope"], told["start_url"]) == ("standalone", "/", "/")
    assert {"any", "maskable"} == {icon["purpose"] for icon in told["icons"]}
    for icon in told["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        with open(path, "rb") as file:
            head = file.read(24)
        width = int.from_bytes(head[16:20], "big")
        assert (head[:8], f"{width}x{width}") == (b"\x89PNG\r\n\x1a\n", icon["sizes"])


def test_pages_name_the_manifest_and_the_policy_lets_it_be_fetched():
    answer = Client().get("/masuk/")
    assert 'rel="manifest" href="/manifest.webmanifest"' in text(answer)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "manifest-src" not in policy


def test_the_page_asks_for_nothing_by_itself_and_names_the_iphones_way():
    page = text(signed_in("damkar.madiun").get("/hp/"))
    for part in (
        "Tambah ke Layar Utama",
        "Izinkan pemberitahuan",
        "Uji bunyi sekarang",
        'id="test" type="button" disabled',
    ):
        assert part in page
    assert "<script>" not in page
    script = Path(finders.find("dispatch/phone.js")).read_text()
    asks = [line for line in script.splitlines() if "requestPermission" in line]
    assert len(asks) == 1
    assert re.search(r"allow = .*?requestPermission", script, re.S), "only behind the button"


def test_the_admin_sees_how_many_telephones_an_agency_has_and_when_one_last_proved_itself(settings):
    settings.NOTIFY_LOOPBACK = True  # the push service of this test is on this machine
    admin = signed_in("admin.madiun")
    with push_service() as service:
        for who in ("damkar.madiun", "dp3a.madiun"):
            actor = Acting(who)
            key = actor.get("push/devices/").json()["key"]
            actor.ok("push/devices/", service.subscribe(key).subscription())
    before = text(admin.get(url("channels")))
    assert 'badge text-bg-warning">1<' in before
    PushDevice.objects.update(proved_at=timezone.now())
    page = text(admin.get(url("channels")))
    rows = {name: cells for name, cells in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', page, re.S)}
    proofs = {
        name: re.findall(r"<td>([^<]*)</td></?", cells + "<")[-1:] for name, cells in rows.items() if "num" in cells
    }
    shown = {name: found[0] for name, found in proofs.items() if found}
    assert any(re.fullmatch(r"\d\d/\d\d/\d{4} \d\d\.\d\d\.\d\d", value) for value in shown.values())
    guarded = [value for name, value in shown.items() if "Perempuan" in name or "P3A" in name]
    assert guarded
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4}", value) for value in guarded), "a moment would tell of a case"
