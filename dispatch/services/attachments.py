"""Pictures and documents of an incident: told by their first bytes, never by their name."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from django.core.files.uploadedfile import UploadedFile

from agencies.access import Actor, Level
from agencies.ids import new_id
from agencies.problems import NotPermitted, NotVisible, TooLarge, Unprocessable
from agencies.writing import Write, writing
from dispatch.services.common import Locked, check_permission, fact_now, lock_incident, touch
from dispatch.services.files import read_file, write_file
from events.services import Answered
from incidents.models import Attachment
from incidents.vault import Vault, user_id

MOST_BYTES = 10 * 1024 * 1024
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"OggS", "audio/ogg", "ogg"),
    (b"%PDF-", "application/pdf", "pdf"),
)


def media_type_of(head: bytes) -> tuple[str, str] | None:
    """Media type and suffix by the first bytes; None for everything that is not taken."""
    for magic, media_type, suffix in _MAGIC:
        if head.startswith(magic):
            return media_type, suffix
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp", "webp"
    return ("audio/mp4", "m4a") if head[4:11] == b"ftypM4A" else None


def add_attachment(*, incident_id: uuid.UUID, upload: UploadedFile, actor: Actor, at: datetime) -> Answered:
    """Keep a file with an incident. Raises TooLarge, Unprocessable; the incident itself is never touched by that."""
    if (upload.size or 0) > MOST_BYTES:
        raise TooLarge(f"Berkas lebih besar dari {MOST_BYTES // 1024 // 1024} MB; laporan tetap tersimpan.")
    data = upload.read()
    known = media_type_of(data[:16])
    if known is None:
        raise Unprocessable("Jenis berkas tidak diterima (JPEG, PNG, WebP, OGG, M4A, PDF); laporan tetap tersimpan.")
    with writing(actor, at) as write:
        locked = lock_incident(actor, incident_id)
        check_permission(actor, "attachment.add", locked.incident.region_id)
        if locked.level not in ("full", "task"):
            raise NotPermitted
        _keep(write, locked, data, known, (upload.name or "")[-120:])
        return write.done(region=locked.region.code, kind="incident", id=incident_id, version=locked.incident.version,
                          status=201)  # fmt: skip


def _keep(write: Write, locked: Locked, data: bytes, known: tuple[str, str], name: str) -> None:
    incident, vault = locked.incident, Vault.of(locked.incident)
    digest = vault.digest(data)
    if Attachment.objects.filter(incident=incident, sha256=digest).exists():
        return
    row = Attachment(
        id=new_id(), incident=incident, name="" if vault.seals else name,  # a name may be a person's
        media_type=known[0], size=len(data), sha256=digest, created_at=write.at, created_by_id=user_id(write.actor),
        retention=vault.retention,
    )  # fmt: skip
    write_file(row, known[1], BytesIO(data), vault)
    row.save(force_insert=True)
    touch(incident)
    part = {"id": str(row.id), "type": known[0]}
    write.record([fact_now("attachment.added", locked, attachment=part, changed=["attachments"])])


@dataclass(frozen=True, slots=True)
class Opened:
    """A file for whoever may see it; `parts` are its plain bytes, a chunk at a time."""

    row: Attachment
    parts: Iterator[bytes]


def open_attachment(*, incident_id: uuid.UUID, attachment_id: uuid.UUID, actor: Actor, at: datetime) -> Opened:
    """A file of an incident that the actor sees in full. Of a confidential case it is recorded who opened it.

    Raises NotVisible, NotPermitted.
    """
    with writing(actor, at) as write:
        locked = lock_incident(actor, incident_id)
        if locked.level != Level.FULL:
            raise NotPermitted
        row = Attachment.objects.filter(id=attachment_id, incident=locked.incident).first()
        if row is None:
            raise NotVisible
        try:
            opened = Opened(row, read_file(row, Vault.of(locked.incident)))
        except FileNotFoundError as error:
            raise NotVisible("Berkas ini sudah dihapus.") from error
        if locked.incident.confidential:
            fact = fact_now("attachment.opened", locked, attachment={"id": str(row.id)})
            write.record([replace(fact, public=False)])
        return opened
