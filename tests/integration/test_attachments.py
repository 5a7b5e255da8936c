"""Files of a case: shown to those who see the case in full, and of a confidential one sealed on the disk."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dispatch.services import files
from events.models import Event
from incidents.models import Attachment, CaseKey
from incidents.sealing import CannotOpen
from tests.integration.acting import Acting, part

pytestmark = pytest.mark.django_db
PHOTO = b"\x89PNG\r\n\x1a\n" + b"CANARYpixels" * 20_000
"""More than one chunk."""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def attach(actor: Acting, incident, data: bytes = PHOTO, name: str = "foto.png"):
    upload = {"file": SimpleUploadedFile(name, data)}
    return actor.client.post(f"/api/v1/incidents/{incident['id']}/attachments/", upload, headers=actor.headers)


def download(actor: Acting, incident, attachment_id=None):
    attachment_id = attachment_id or Attachment.objects.get(incident_id=incident["id"]).id
    return actor.get(f"incidents/{incident['id']}/attachments/{attachment_id}/")


def on_disk(media: Path) -> list[Path]:
    return sorted(file for file in media.rglob("*") if file.is_file())


@pytest.fixture
def operator():
    return Acting("operator.madiun")


@pytest.fixture
def fire(operator):
    return operator.report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])


@pytest.fixture
def violence(operator):
    agencies = [{"code": "dp3a", "role": "lead"}, {"code": "rsud", "role": "support"}]
    return operator.report("seorang istri dipukuli", type="violence_women_children", agencies=agencies)


def test_what_was_attached_is_read_again_by_those_who_see_the_case(operator, fire):
    assert attach(operator, fire).status_code == 201
    [listed] = operator.incident(fire["id"])["attachments"]
    assert (listed["name"], listed["media_type"], listed["size"]) == ("foto.png", "image/png", len(PHOTO))
    for reader in (operator, Acting("damkar.madiun"), Acting("qa.madiun")):
        answer = download(reader, fire)
        assert answer.getvalue() == PHOTO
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert download(Acting("bpbd.madiun"), fire).status_code == 404
    assert download(Acting("wall.madiun"), fire).status_code == 403


def test_a_file_is_read_through_its_own_incident_only(operator, fire):
    attach(operator, fire)
    other = operator.report("pohon tumbang")
    assert download(operator, other, Attachment.objects.get().id).status_code == 404


def test_the_same_file_again_is_one_attachment(operator, fire, violence):
    for incident in (fire, violence):
        for _ in range(2):
            attach(operator, incident)
        assert Attachment.objects.filter(incident_id=incident["id"]).count() == 1


def test_a_file_of_a_confidential_case_is_sealed_on_the_disk(operator, violence, media):
    attach(operator, violence, name="CANARYname.png")
    [file] = on_disk(media)
    assert b"CANARY" not in file.read_bytes()
    assert PHOTO[:8] not in file.read_bytes()
    assert file.stat().st_size > len(PHOTO)
    row = Attachment.objects.get()
    assert (row.name, row.retention) == ("", "confidential")
    assert b"".join(download(operator, violence).streaming_content) == PHOTO


def test_of_a_confidential_case_only_those_who_see_it_in_full_get_the_file_and_that_is_recorded(operator, violence):
    attach(operator, violence)
    for username, status in [("rsud.madiun", 403), ("qa.madiun", 403), ("damkar.madiun", 404), ("wall.madiun", 404)]:
        assert download(Acting(username), violence).status_code == status, username
    assert Acting("rsud.madiun").incident(violence["id"])["attachments"] == []
    download(Acting("dp3a.madiun"), violence)
    [event] = Event.objects.filter(kind="attachment.opened")
    assert (event.public, event.actor_label) == (False, str(Acting("dp3a.madiun").user))
    assert json.loads(event.data)["attachment"]["id"] == str(Attachment.objects.get().id)


def test_files_of_a_case_that_becomes_confidential_are_sealed(
    operator, fire, media, django_capture_on_commit_callbacks
):
    attach(operator, fire, name="CANARYname.png")
    [plain] = on_disk(media)
    assert plain.read_bytes() == PHOTO
    with django_capture_on_commit_callbacks(execute=True):
        operator.act(fire, "update", version=fire["version"], type="violence_women_children")
    [sealed] = on_disk(media)
    assert sealed != plain
    assert b"CANARY" not in sealed.read_bytes()
    assert b"".join(download(operator, fire).streaming_content) == PHOTO
    attach(operator, fire)
    assert Attachment.objects.filter(incident_id=fire["id"]).count() == 1
    assert part(fire, "damkar")


def test_a_plain_copy_that_a_crash_left_behind_is_removed(operator, fire, media):
    attach(operator, fire)
    operator.act(fire, "update", version=fire["version"], type="violence_women_children")  # killed before the removal
    assert len(on_disk(media)) == 2
    now = timezone.now()
    assert files.remove_leftovers(at=now) == 0  # young: its transaction may still be open
    for file in on_disk(media):
        os.utime(file, (0, (now - timedelta(hours=2)).timestamp()))
    assert files.remove_leftovers(at=now) == 1
    assert b"".join(download(operator, fire).streaming_content) == PHOTO


def test_without_its_key_a_file_is_gone(operator, violence):
    attach(operator, violence)
    CaseKey.objects.all().delete()
    with pytest.raises(CannotOpen):
        b"".join(download(operator, violence).streaming_content)


def test_a_file_that_is_missing_on_the_disk_is_not_found(operator, fire, media):
    attach(operator, fire)
    on_disk(media)[0].unlink()
    assert download(operator, fire).status_code == 404
