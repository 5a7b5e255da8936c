"""A region's own map of streets: kept on disk, served in pieces, replaced and deleted by its admin."""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.access import Actor
from agencies.caches import reference
from agencies.configuring import config_fact, lock_region
from agencies.ids import new_id
from agencies.models import TileArchive
from agencies.problems import NotVisible, TooLarge, Unprocessable
from agencies.tilefile import HEADER_BYTES, BadTiles, TileHeader, read_header
from agencies.writing import writing

FOLDER = "tiles"


def archive_path(archive: TileArchive) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{archive.id}.pmtiles"


def archive_of(region: str) -> TileArchive | None:
    """The archive in force. The same for everybody who may see a map."""
    return TileArchive.objects.filter(region_id=region, ended_at=None).first()


def add_archive(
    *, region: str, file_name: str, size: int, chunks: Iterable[bytes], source: str, actor: Actor, at: datetime
) -> TileArchive:
    """Put a file in the place of the one before. Raises TooLarge, Unprocessable; then nothing has changed."""
    if size > settings.TILES_MAX_MB * 1_000_000:
        raise TooLarge(_("Berkas lebih besar dari %(size)s MB.") % {"size": settings.TILES_MAX_MB})
    archive = TileArchive(
        id=new_id(), region_id=region, file_name=file_name[-120:], source=source, size=size, created_at=at,
        created_by=actor.label[:150],
    )  # fmt: skip
    part = archive_path(archive).with_suffix(".part")
    try:
        head = _write(part, archive, chunks)
        header = _checked(head, archive.size, region)
        archive.min_zoom, archive.max_zoom = header.min_zoom, header.max_zoom
        with writing(actor, at) as write:
            lock_region(actor, region)
            old = _end_old(region, at)
            archive.save(force_insert=True)
            write.record([config_fact("config.tiles", region, _told(old), _told(archive))])
            os.replace(part, archive_path(archive))
    finally:
        part.unlink(missing_ok=True)
    return archive


def _write(part: Path, archive: TileArchive, chunks: Iterable[bytes]) -> bytes:
    """Write the file durably, fill in its size and digest; returns its first bytes."""
    part.parent.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with open(part, "wb") as file:
        for chunk in chunks:
            head = head if len(head) >= HEADER_BYTES else head + chunk[:HEADER_BYTES]
            digest.update(chunk)
            size += file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    archive.size, archive.sha256 = size, digest.hexdigest()
    return head


def _checked(head: bytes, size: int, region: str) -> TileHeader:
    known = reference().region(region)
    if known is None:
        raise NotVisible(_("Wilayah ini tidak ada."))
    try:
        header = read_header(head, size)
    except BadTiles as problem:
        raise Unprocessable(str(problem)) from problem
    middles = [(area.lat, area.lon) for area in known.areas.values() if area.lat is not None and area.lon is not None]
    if middles and not any(header.holds(lat, lon) for lat, lon in middles):
        raise Unprocessable(_("Peta dalam berkas ini tidak memuat wilayah Anda."))
    return header


def _end_old(region: str, at: datetime) -> TileArchive | None:
    """End the archive in force; its file goes when the transaction has committed."""
    old = TileArchive.objects.select_for_update().filter(region_id=region, ended_at=None).first()
    if old is not None:
        old.ended_at = at
        old.save(update_fields=["ended_at"])
        path = archive_path(old)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return old


def delete_archive(*, region: str, actor: Actor, at: datetime) -> None:
    """Back to the borders that come with the software. Raises NotVisible when there is no file."""
    with writing(actor, at) as write:
        lock_region(actor, region)
        old = _end_old(region, at)
        if old is None:
            raise NotVisible(_("Tidak ada berkas peta."))
        write.record([config_fact("config.tiles", region, _told(old), {})])


def _told(archive: TileArchive | None) -> dict[str, Any]:
    if archive is None:
        return {}
    return {"id": str(archive.id), "file": archive.file_name, "sha256": archive.sha256, "size": archive.size}
