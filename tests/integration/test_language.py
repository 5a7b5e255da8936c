"""Indonesian first, English by the switch; a browser's own setting decides nothing."""

import pytest
from django.conf import settings
from django.test import Client

from tests.integration.acting import Acting

pytestmark = pytest.mark.django_db


def in_english() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_a_browser_that_prefers_english_gets_indonesian_until_somebody_presses_the_switch():
    page = Client().get("/masuk/", headers={"Accept-Language": "en-US,en"})
    assert '<html lang="id"' in page.content.decode()
    assert page.headers["Content-Language"] == "id"


def test_the_switch_keeps_the_language_and_leads_back_to_the_page():
    client = Client()
    answer = client.post("/bahasa/", {"language": "en", "next": "/masuk/?next=/konsol/"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/masuk/?next=/konsol/"
    page = client.get("/masuk/").content.decode()
    assert '<html lang="en"' in page
    assert "/bahasa/en-" in page


def test_the_switch_leads_to_no_other_site_and_is_no_link():
    assert Client().post("/bahasa/", {"language": "en", "next": "https://evil.example/"}).headers["Location"] == "/"
    assert Client().get("/bahasa/").status_code == 405


def test_indonesian_pages_load_no_catalogue():
    assert "/bahasa/id" not in Client().get("/masuk/").content.decode()


def test_the_words_are_public_and_kept_by_their_version():
    page = in_english().get("/masuk/").content.decode()
    address = page.split('<script src="/bahasa/')[1].split('"')[0]
    answer = Client().get(f"/bahasa/{address}")
    assert answer.status_code == 200
    assert "javascript" in answer.headers["Content-Type"]
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["ETag"]
    assert Client().get("/bahasa/en-before.js").headers["Cache-Control"] == "no-cache"


def test_the_worker_keeps_the_words_of_its_language():
    english, indonesian = in_english().get("/sw.js").content.decode(), Client().get("/sw.js").content.decode()
    assert "/bahasa/en-" in english
    assert "/bahasa/" not in indonesian


def test_a_program_with_a_token_is_answered_in_the_language_it_asks_for(settings):
    headers = {"Authorization": "Token nobody", "Accept-Language": "en"}
    assert Client().get("/api/v1/board/", headers=headers).headers["Content-Language"] == "en"
    assert Client().get("/api/v1/board/", headers={"Accept-Language": "en"}).headers["Content-Language"] == "id"


def test_every_screen_has_the_switch():
    for name, path in (("operator.madiun", "/konsol/"), ("damkar.madiun", "/dinas/"), ("admin.madiun", "/kelola/")):
        page = Acting(name).client.get(path, follow=True)
        assert 'action="/bahasa/"' in page.content.decode(), path
