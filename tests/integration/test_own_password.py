"""Everybody changes their own password: with the old one, by the rules, and it ends what the old one had opened."""

import pytest
from django.test import Client

from agencies.models import ApiToken, User
from events.models import Event
from tests.conftest import PASSWORD
from tests.integration.acting import Acting

pytestmark = pytest.mark.django_db
NEW = "melati-tujuh-belas-pagi"


def signed_in(username: str = "operator.madiun", password: str = PASSWORD) -> Client:
    client = Client()
    answer = client.post("/masuk/", {"username": username, "password": password})
    assert answer.status_code == 302, "the password does not open the door"
    return client


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = "") -> object:
    return client.post("/sandi/", {"old_password": old, "new_password1": new, "new_password2": again or new})


def test_the_new_password_opens_and_the_old_one_does_not():
    client, other = signed_in(), signed_in()
    program = Acting("operator.madiun")
    answer = change(client)
    assert (answer.status_code, answer["Location"]) == (302, "/sandi/berubah/")
    assert client.get("/sandi/berubah/").status_code == 200
    assert client.get("/konsol/").status_code == 200  # this session goes on
    assert other.get("/konsol/").status_code == 302
    assert program.get("board/", region="35.77").status_code == 401
    signed_in(password=NEW)
    assert Client().post("/masuk/", {"username": "operator.madiun", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("salah", NEW, ""),
        (PASSWORD, NEW, "lain-lagi-sama-sekali"),
        (PASSWORD, "singkat1", ""),
        (PASSWORD, "operator.madiun", ""),
    ],
)
def test_what_the_rules_refuse_changes_nothing_and_is_explained(old, new, again):
    client = signed_in()
    before = User.objects.get(username="operator.madiun").password
    answer = change(client, old, new, again)
    assert answer.status_code == 200
    assert b'class="error"' in answer.content
    assert new.encode() not in answer.content.replace(b'value="operator.madiun"', b"")
    assert User.objects.get(username="operator.madiun").password == before
    assert not ApiToken.objects.exclude(revoked_at=None).exists()


def test_it_is_in_the_audit_without_the_password():
    change(signed_in())
    event = Event.objects.get(kind="user.password_changed")
    assert (event.public, event.region) == (False, "35.77")
    assert NEW not in event.data


def test_without_a_sign_in_there_is_nothing_to_change():
    assert Client().post("/sandi/", {}).status_code == 302


def test_the_users_menu_leads_there():
    assert b'href="/sandi/"' in signed_in().get("/konsol/").content
