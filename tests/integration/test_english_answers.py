"""What the API says to people, in the language that they chose; what it says to programs stays."""

import pytest
from django.conf import settings

from scripts import messages
from tests.integration.acting import Acting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    if not messages.path_of("en", "sentences").with_suffix(".mo").exists():
        messages.compile_all()


def english(name: str) -> Acting:
    person = Acting(name)
    person.client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return person


def test_a_refusal_is_said_in_english_and_named_as_before():
    person = english("operator.madiun")
    answer = person.client.get("/api/v1/board/", {"region": "99.99"}, headers=person.headers)
    assert answer.json()["title"] == "Not found"
    assert answer.json()["type"] == "/problems/not-found"


def test_why_somebody_is_sent_is_kept_in_indonesian_and_shown_in_english():
    saved = english("operator.madiun").report("pohon tumbang menutup jalan")
    reasons = {line["reason"] for line in saved["assignments"]}
    assert any(reason.startswith("run card ") for reason in reasons)
    again = Acting("operator.madiun").incident(saved["id"])
    assert any(line["reason"].startswith("kartu tugas ") for line in again["assignments"])


def test_words_of_people_are_left_alone():
    saved = english("operator.madiun").report("belum diterima", location={"text": "di lokasi"})
    kept = english("operator.madiun").incident(saved["id"])
    assert kept["narrative"] == "belum diterima"
    assert kept["location"]["text"] == "di lokasi"
