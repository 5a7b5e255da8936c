"""What a browser keeps for the hours without a server: the same for everybody, complete, and nothing of anybody."""

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from dispatch import offline_pages, precache
from tests.integration.acting import MADIUN, Acting, another

pytestmark = pytest.mark.django_db
SHELLS = ("/luring/konsol/", "/luring/dinas/")
NEEDS_A_SERVER = {"vendor/protomaps/protomaps-leaflet.js"}
"""Draws a map of streets that is many megabytes and stays on the server: without one there is nothing to draw."""


def page(username: str, path: str):
    client = Client()
    client.force_login(Acting(username).user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(path)


def config_of(answer) -> dict:
    return json.loads(re.search(rb'<script id="config"[^>]*>(.*?)</script>', answer.content)[1])


@pytest.mark.parametrize(("path", "who"), [(SHELLS[0], "operator.madiun"), (SHELLS[1], "damkar.madiun")])
def test_a_kept_page_is_the_same_for_two_people_and_names_neither(path, who):
    own = Acting(who).user
    role, agency = ("call_taker", "") if path == SHELLS[0] else ("officer", "damkar")
    another("colleague", role, MADIUN, agency)
    first, second = page(who, path), page("colleague", path)
    assert first.status_code == 200
    assert first.content == second.content
    for told in (str(own), own.username, str(own.pk), "csrfmiddlewaretoken", "Keluar"):
        assert told.encode() not in first.content
    assert not {"user", "user_id", "csrf"} & set(config_of(first))
    assert first[offline_pages.KEPT] == path


def test_the_kept_console_has_the_form_and_whom_to_ring_up():
    answer = page("operator.madiun", SHELLS[0])
    told = answer.content.decode()
    for part in ('id="report"', 'id="narrative"', 'id="phones"', "tel:110", "Kepolisian Resor", "nomor belum diisi"):
        assert part in told
    assert config_of(answer)["agencies"]


def test_pages_with_people_in_them_do_not_say_that_they_may_be_kept():
    for path in ("/konsol/", "/kertas/entri/"):
        answer = page("operator.madiun", path)
        assert answer.status_code == 200
        assert offline_pages.KEPT not in answer.headers
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", precache.PAGES)
def test_public_kept_pages_are_the_same_for_everybody(path):
    assert Client().get(path).content == page("operator.madiun", path).content
    assert Client().get(path)[offline_pages.KEPT] == path


def test_the_worker_may_serve_the_whole_site_and_is_asked_for_anew_each_time():
    answer = Client().get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["Service-Worker-Allowed"] == "/"
    assert precache.version() in answer.content.decode()


def test_everything_that_the_kept_pages_load_is_kept_with_them():
    """Every import of every kept script, and every file that the kept pages name."""
    kept = set(precache.addresses())
    wanted = set()
    for path, who in zip(SHELLS, ("operator.madiun", "damkar.madiun"), strict=True):
        wanted |= set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page(who, path).content.decode()))
    for path in precache.PAGES:
        wanted |= set(re.findall(r'(?:src|href)="(/static/[^"]+)"', Client().get(path).content.decode()))
    assert wanted - kept == set()
    for name in precache.static_names():
        if name.endswith(".js"):
            source = precache._contents(name).decode()
            folder = name.rsplit("/", 1)[0]
            for found in re.findall(r'from "(\.[^"]+)"', source):
                target = found.replace("../", "") if found.startswith("../") else f"{folder}/{found[2:]}"
                assert f"/static/{target}" in kept, (name, found)
            for found in re.findall(r'new URL\("\.\./([^"]+)", import.meta.url\)', source):
                if found in NEEDS_A_SERVER:
                    continue
                assert f"/static/{found}" in kept, (name, found)
        if name.endswith(".css"):
            for found in re.findall(r'url\("?\.\./([^")]+)"?\)', precache._contents(name).decode()):
                assert f"/static/{found}" in kept, (name, found)


def test_no_address_is_kept_that_could_hold_an_answer():
    for address in precache.addresses():
        assert address.startswith("/static/") or address in precache.PAGES
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/"))


def test_the_version_changes_with_any_file(monkeypatch):
    before = precache._computed()
    contents = precache._contents
    monkeypatch.setattr(precache, "_contents", lambda n: contents(n) + (b" " if n == "outbox/rules.js" else b""))
    assert precache._computed() != before


def test_a_report_from_paper_keeps_its_hour_and_is_marked():
    operator = Acting("operator.madiun")
    when = "2026-11-20T08:15:00+07:00"
    saved = operator.report("pohon tumbang", channel="paper", source="paper", occurred_at=when)
    live = operator.report("pohon tumbang")
    rows = {row["id"]: row for row in operator.board()["incidents"]}
    assert rows[saved["id"]]["late"] is True
    assert rows[live["id"]]["late"] is False
    entry = next(e for e in operator.incident(saved["id"])["timeline"] if e["kind"] == "incident.created")
    assert (entry["at"], entry["source"]) == (when, "paper")
    assert entry["recorded_at"] > when
