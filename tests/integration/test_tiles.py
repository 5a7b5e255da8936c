"""A region's map of streets: brought by its admin, served in pieces, replaced and deleted."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agencies.models import TileArchive, User
from events.models import Event
from tests.unit.test_tilefile import archive

pytestmark = pytest.mark.django_db
PAGE, ABOUT = "/kelola/35.77/peta/", "/peta/35.77/ubin.json"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def browser(username: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(client: Client, content: bytes, name: str = "madiun.pmtiles"):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), "source": "© kontributor OpenStreetMap"})


def address_for(username: str) -> str:
    return browser(username).get(ABOUT).json()["archive"]


def test_an_uploaded_file_is_on_every_map_of_the_region_and_served_in_pieces():
    whole = archive()
    assert upload(browser("admin.madiun"), whole).status_code == 302
    address = address_for("operator.madiun")
    assert address == address_for("damkar.madiun")
    desk = browser("operator.madiun")
    piece = desk.get(address, headers={"Range": "bytes=0-6"})
    assert (piece.status_code, b"".join(piece)) == (206, b"PMTiles")
    assert piece["Content-Range"] == f"bytes 0-6/{len(whole)}"
    tail = desk.get(address, headers={"Range": f"bytes={len(whole) - 3}-{len(whole) + 500}"})
    assert (tail["Content-Length"], b"".join(tail)) == ("3", b"ttt")
    assert b"".join(desk.get(address, headers={"Range": f"bytes={len(whole) - 2}-"})) == b"tt"
    assert desk.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    all_of_it = desk.get(address)
    assert (all_of_it.status_code, b"".join(all_of_it)) == (200, whole)
    assert Client().get(address).status_code == 302


def test_without_a_file_the_maps_are_the_borders_that_come_along(settings):
    assert browser("operator.madiun").get(ABOUT).json() == {"archive": "", "url": "", "attribution": ""}
    settings.TILE_URL = "https://ubin.example.go.id/{z}/{x}/{y}.png"
    assert browser("operator.madiun").get(ABOUT).json()["url"] == settings.TILE_URL


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"x" * 500, archive(cut=5), archive(kind=2), archive(bounds=(106.7, -6.4, 107.0, -6.0))]
)
def test_what_cannot_be_drawn_here_is_refused_and_leaves_nothing(content, tmp_path):
    answer = upload(browser("admin.madiun"), content)
    assert answer.status_code == 422
    assert not TileArchive.objects.exists()
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file()]


def test_a_file_that_is_too_large_is_refused(settings):
    settings.TILES_MAX_MB = 0
    assert upload(browser("admin.madiun"), archive()).status_code == 422


def test_a_new_file_takes_the_place_of_the_old_and_deleting_ends_it(tmp_path, django_capture_on_commit_callbacks):
    admin, desk = browser("admin.madiun"), browser("operator.madiun")
    upload(admin, archive())
    old = address_for("operator.madiun")
    with django_capture_on_commit_callbacks(execute=True):
        upload(admin, archive(data=70))
    new = address_for("operator.madiun")
    assert new != old
    assert desk.get(old).status_code == 404
    assert len(list(Path(tmp_path).rglob("*.pmtiles"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(f"{PAGE}hapus/").status_code == 302
    assert address_for("operator.madiun") == ""
    assert desk.get(new).status_code == 404
    assert not list(Path(tmp_path).rglob("*.pmtiles"))
    assert Event.objects.filter(kind="config.tiles").count() == 3


def test_only_the_admin_of_the_region_brings_a_file():
    for who in ("supervisor.madiun", "admin.ppu"):
        assert upload(browser(who), archive()).status_code in (403, 404)
    assert not TileArchive.objects.exists()
