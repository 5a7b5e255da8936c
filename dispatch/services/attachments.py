"""Pictures and documents of an incident: stored by their digest, told by their first bytes, never by their name."""

import hashlib
import os
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from agencies.access import Actor
from agencies.ids import new_id
from agencies.problems import NotPermitted, TooLarge, Unprocessable
from agencies.writing import writing
from dispatch.services.common import check_permission, fact_now, lock_incident, touch
from events.services import Answered
from incidents.models import Attachment
from incidents.vault import user_id

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
    digest = hashlib.sha256(data).hexdigest()
    with writing(actor, at) as write:
        locked = lock_incident(actor, incident_id)
        check_permission(actor, "attachment.add", locked.incident.region_id)
        if locked.level not in ("full", "task"):
            raise NotPermitted
        path = _store(incident_id, digest, known[1], data)
        name = "" if locked.incident.confidential else (upload.name or "")[-120:]  # a name may be a person's
        row = Attachment(
            id=new_id(), incident=locked.incident, path=path, name=name, media_type=known[0],
            size=len(data), sha256=digest, created_at=at, created_by_id=user_id(actor),
        )  # fmt: skip
        if not Attachment.objects.filter(incident=locked.incident, sha256=digest).exists():
            row.save(force_insert=True)
            touch(locked.incident)
            write.record([fact_now("attachment.added", locked, attachment={"id": str(row.id), "type": known[0]},
                                   changed=["attachments"])])  # fmt: skip
        return write.done(region=locked.region.code, kind="incident", id=incident_id, version=locked.incident.version,
                          status=201)  # fmt: skip


def _store(incident_id: uuid.UUID, digest: str, suffix: str, data: bytes) -> str:
    """Write the file durably before the row that names it is committed."""
    relative = Path(str(incident_id)) / f"{digest}.{suffix}"
    target = Path(settings.MEDIA_ROOT) / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        fresh = target.with_suffix(f".{os.getpid()}.part")
        with open(fresh, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, target)
    return str(relative)
