"""How much JavaScript a screen costs: a call-taker's console opens on a slow line and an old computer, too."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.integration.test_manage import signed_in

pytestmark = pytest.mark.django_db
MOST_BYTES = 200_000
"""Compressed, everything that a screen loads by itself. Charts and the drawing of street maps come when they are asked
for and are not on these screens."""
IMPORTED = re.compile(r'(?:\bfrom|\bimport)\s*"(\.[^"]+)"')


def scripts(name: str, found: dict[str, int]) -> None:
    """Compressed sizes by name, with everything that a script imports."""
    path = finders.find(name)
    assert isinstance(path, str), name
    if name in found:
        return
    source = Path(path).read_bytes()
    found[name] = len(gzip.compress(source))
    for imported in IMPORTED.findall(source.decode()):
        scripts(str((Path("/") / name).parent.joinpath(imported).resolve()).removeprefix("/"), found)


def weight(client: Client, path: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for address in re.findall(r'<script[^>]* src="([^"]+)"', client.get(path).content.decode()):
        if address.startswith(settings.STATIC_URL):
            scripts(address.removeprefix(settings.STATIC_URL), found)
        else:
            found[address] = len(gzip.compress(client.get(address).content))
    return found


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("operator.madiun", "/konsol/"),
        ("supervisor.madiun", "/papan/"),
        ("damkar.madiun", "/dinas/"),
        ("wall.madiun", "/dinding/"),
    ],
)
def test_a_screen_loads_at_most_200_kb_with_the_words_of_the_second_language(who: str, path: str) -> None:
    client = signed_in(who)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found = weight(client, path)
    assert {"leaflet/leaflet.js", "live/feed.js"} <= set(found), "the scripts were not found"
    assert sum(found.values()) <= MOST_BYTES, sorted(found.items(), key=lambda one: -one[1])[:10]
