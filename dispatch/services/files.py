"""Files on disk under MEDIA_ROOT: written durably before the row that names them is committed, sealed when the case is.

A plain file lies by its digest, a sealed one by the id of its row: its name tells nothing of what is in it.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from incidents.models import Attachment, Incident
from incidents.vault import Vault

SEALED = ".sealed"
LEFT_FOR_SECONDS = 3600


def _on_disk(relative: str | Path) -> Path:
    return Path(settings.MEDIA_ROOT) / relative


def write_file(row: Attachment, suffix: str, file: BinaryIO, vault: Vault) -> None:
    """Write the file of a row and set the row's path."""
    name = f"{row.id}{SEALED}" if vault.seals else f"{row.sha256}.{suffix}"
    relative = Path(str(row.incident_id)) / name
    row.path = str(relative)
    if not _on_disk(relative).exists():
        _write(_on_disk(relative), vault.seal_file(file, row.id))


def _write(target: Path, parts: Iterable[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}.part")
    with open(fresh, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, target)


def read_file(row: Attachment, vault: Vault) -> Iterator[bytes]:
    """The plain bytes of a row's file, a chunk at a time. Raises FileNotFoundError at once, CannotOpen while read."""
    file = open(_on_disk(row.path), "rb")  # noqa: SIM115  closed when the last chunk has been read
    parts = vault.open_file(file, row.id) if row.path.endswith(SEALED) else iter(lambda: file.read(64 * 1024), b"")
    return _closing(file, parts)


def _closing(file: BinaryIO, parts: Iterator[bytes]) -> Iterator[bytes]:
    with contextlib.closing(file):
        yield from parts


def seal_files(incident: Incident, vault: Vault) -> None:
    """Seal the files of a case that has become confidential. The plain ones go when the transaction has committed."""
    for row in Attachment.objects.filter(incident=incident).exclude(path__endswith=SEALED):
        plain = _on_disk(row.path)
        if plain.exists():  # a restored database may come without its files
            row.sha256 = vault.digest(plain.read_bytes())
            with open(plain, "rb") as file:
                write_file(row, "", file, vault)
            transaction.on_commit(lambda plain=plain: plain.unlink(missing_ok=True))  # type: ignore[misc]
        row.name, row.retention = "", vault.retention
        row.save(update_fields=["path", "sha256", "name", "retention"])


def remove_leftovers(*, at: datetime) -> int:
    """Remove what a crash left beside sealed files: plain copies and half-written ones. Returns how many."""
    kept = set(Attachment.objects.filter(incident__confidential=True).values_list("path", flat=True))
    removed = 0
    for folder in {_on_disk(path).parent for path in kept}:
        for file in folder.glob("*"):
            relative = str(file.relative_to(settings.MEDIA_ROOT))
            if relative not in kept and at.timestamp() - file.stat().st_mtime > LEFT_FOR_SECONDS:
                file.unlink(missing_ok=True)
                removed += 1
    return removed
