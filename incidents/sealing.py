"""Sealing of confidential texts: AES-256-GCM, one key per case, wrapped by FIELD_KEY (docs/decisions/0006). Pure but
for the nonces.

Deleting a case's wrapped key makes all its texts unreadable, in backups too.
"""

import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


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


def _seal(key: bytes, data: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to.encode())


def _open(key: bytes, data: bytes, bound_to: str) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], bound_to.encode())
    except InvalidTag as error:
        raise CannotOpen(bound_to) from error
