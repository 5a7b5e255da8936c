"""Identifiers made by the application, so that a row's id is known before it is written."""

import hashlib
import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unique, and in order of time."""
    return uuid7()


def token_digest(key: str) -> bytes:
    """What is kept of an API token: its SHA-256 (the token itself is random, so no salt is needed)."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()
