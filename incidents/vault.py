"""One door to the words of a case: plain for ordinary incidents, sealed for confidential ones."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings

from agencies.access import Actor
from events.bulk import new
from incidents import phones
from incidents.models import CaseKey, Identity, Incident, Person, Text
from incidents.models.incident import Retention
from incidents.sealing import (
    CHUNK,
    CannotOpen,
    keyed_digest,
    new_case_key,
    seal,
    seal_stream,
    unseal,
    unseal_stream,
    unwrap,
)

UNREADABLE = ""
"""Shown for a text whose key was destroyed at the end of its retention."""
_NO_KEY = bytes(32)


class Vault:
    """The words of one incident. `key` is None for ordinary incidents."""

    def __init__(self, incident_id: uuid.UUID, key: bytes | None) -> None:
        self.incident_id, self._key = incident_id, key
        self.retention = Retention.CASE if key is None else Retention.CONFIDENTIAL

    @classmethod
    def new(cls, incident_id: uuid.UUID, confidential: bool) -> tuple["Vault", CaseKey | None]:
        """For a new incident; the CaseKey has to be saved with it."""
        if not confidential:
            return cls(incident_id, None), None
        key, wrapped = new_case_key(settings.FIELD_KEY, str(incident_id))
        return cls(incident_id, key), CaseKey(incident_id=incident_id, wrapped=wrapped)

    @classmethod
    def of(cls, incident: Incident) -> "Vault":
        """For an incident that exists. One statement when it is confidential, none otherwise."""
        if not incident.confidential:
            return cls(incident.id, None)
        row = CaseKey.objects.filter(incident_id=incident.id).first()
        key = unwrap(settings.FIELD_KEY, bytes(row.wrapped), str(incident.id)) if row else b""
        return cls(incident.id, key)

    @property
    def seals(self) -> bool:
        """Whether what is put here is sealed."""
        return self._key is not None

    def text(self, kind: str, value: str, actor: Actor, at: datetime, *, task_visible: bool = False) -> Text:
        """A new, unsaved text."""
        row = new(
            Text, incident_id=self.incident_id, kind=kind, task_visible=task_visible, created_at=at,
            author_label=actor.label, created_by_id=user_id(actor), retention=self.retention,
        )  # fmt: skip
        self.put(row, value)
        return row

    def put(self, row: Text, value: str) -> None:
        """Set a text's words, sealed when the case is."""
        row.plain, row.sealed = value, None
        if self._key is not None:
            row.plain, row.sealed = "", seal(self._key, value, str(row.id))

    def read(self, row: Text) -> str:
        if row.sealed is None:
            return row.plain
        return str(self._unseal(bytes(row.sealed), row.id, UNREADABLE))

    def identity(self, person: Person, name: str, number: str) -> Identity:
        """A new, unsaved identity; `number` as normalised by incidents.phones."""
        row = new(Identity, person_id=person.id, incident_id=self.incident_id, retention=self.retention)
        self.put_identity(row, name, number)
        return row

    def put_identity(self, row: Identity, name: str, number: str) -> None:
        row.name, row.number, row.sealed = name, number, None
        row.number_key = phones.blind_index(number, settings.FIELD_KEY)
        if self._key is not None:
            row.name = row.number = ""
            row.sealed = seal(self._key, {"name": name, "number": number}, str(row.person_id))

    def read_identity(self, row: Identity) -> tuple[str, str]:
        """Name and number."""
        if row.sealed is None:
            return row.name, row.number
        value = self._unseal(bytes(row.sealed), row.person_id, {"name": "", "number": ""})
        return value["name"], value["number"]

    def seal_file(self, file: BinaryIO, row_id: uuid.UUID) -> Iterator[bytes]:
        """The bytes of a file as they may lie on a disk: sealed when the case is."""
        if self._key is None:
            return iter(lambda: file.read(CHUNK), b"")
        return seal_stream(self._key, file, str(row_id))

    def open_file(self, file: BinaryIO, row_id: uuid.UUID) -> Iterator[bytes]:
        """The bytes of a sealed file. Raises CannotOpen while it is read: the key was destroyed or bytes changed."""
        return unseal_stream(self._key or _NO_KEY, file, str(row_id))

    def digest(self, data: bytes) -> str:
        """Tells whether a file is attached already; of a sealed case it confirms nothing to others."""
        return hashlib.sha256(data).hexdigest() if self._key is None else keyed_digest(self._key, data)

    def _unseal(self, sealed: bytes, row_id: uuid.UUID, otherwise: Any) -> Any:
        try:
            return unseal(self._key or _NO_KEY, sealed, str(row_id))
        except CannotOpen:
            return otherwise


def user_id(actor: Actor) -> str | None:
    """The actor's user id for a foreign key; None for the system."""
    return None if actor.is_system else actor.id
