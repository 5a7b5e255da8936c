"""Sealing of confidential texts: AES-256-GCM, one key per case, wrapped by FIELD_KEY (docs/decisions/0006). Pure but
for the nonces.

Deleting a case's wrapped key makes all its texts unreadable, in backups too.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE, _TAG = 12, 16
CHUNK = 64 * 1024
"""Bytes of a file that are sealed together: what has to be in memory to read it."""


class CannotOpen(Exception):
    """The key is not the one that sealed, or the bytes were changed."""


def new_case_key(field_key: bytes, case_id: str) -> tuple[bytes, bytes]:
    """A fresh 32-byte key for a case: (key, the key wrapped for storage)."""
    key = AESGCM.generate_key(256)
    return key, _seal(field_key, key, case_id)


def unwrap(field_key: bytes, wrapped: bytes, case_id: str) -> bytes:
    """The case's key. Raises CannotOpen."""
    return _open(field_key, wrapped, case_id)


def seal(key: bytes, value: Any, row_id: str) -> bytes:
    """A JSON-able value, bound to the row it belongs to: it cannot be opened as another row's."""
    return _seal(key, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), row_id)


def unseal(key: bytes, sealed: bytes, row_id: str) -> Any:
    """The sealed value. Raises CannotOpen."""
    return json.loads(_open(key, sealed, row_id))


def seal_stream(key: bytes, file: BinaryIO, row_id: str) -> Iterator[bytes]:
    """A file, chunk by chunk. Each is bound to its place, so that none can be left out, added or moved unnoticed."""
    for number, part, last in _parts(file, CHUNK):
        yield _seal(key, part, f"{row_id}:{number}:{last}")


def unseal_stream(key: bytes, file: BinaryIO, row_id: str) -> Iterator[bytes]:
    """What `seal_stream` sealed. Raises CannotOpen at the first chunk that is not as it was sealed."""
    for number, part, last in _parts(file, CHUNK + _NONCE + _TAG):
        yield _open(key, part, f"{row_id}:{number}:{last}")


def _parts(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    part, number = file.read(size), 0
    while True:
        following = file.read(size)
        yield number, part, not following
        if not following:
            return
        part, number = following, number + 1


def keyed_digest(key: bytes, data: bytes) -> str:
    """Tells equal files of one case, and nothing to those who have not its key."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def _seal(key: bytes, data: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to.encode())


def _open(key: bytes, data: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], bound_to.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: too short to be sealed
        raise CannotOpen(bound_to) from error
