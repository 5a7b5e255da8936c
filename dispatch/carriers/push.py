"""One push to one telephone (RFC 8030): encrypted for that browser alone (RFC 8291, 8188), signed by us (RFC 8292).

`http_ece` and `py_vapid` are what pywebpush consists of; its own sending (requests, aiohttp) would go to whatever
address a browser named, ours goes to addresses that were judged.
"""

import base64
import json
import time
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException

from dispatch.carriers.addresses import Policy
from dispatch.carriers.letters import Carried, Failed, Letter
from dispatch.carriers.web import request

KEPT_SECONDS = 900
"""How long a push service keeps what it cannot bring yet: as long as a message is worth telling."""
SIGNED_SECONDS = 12 * 3600
"""RFC 8292 allows 24 hours."""
GONE = ("HTTP 404", "HTTP 410")


def push(letter: Letter, key: str, subject: str, policy: Policy) -> Carried:
    """Hand the letter to the push service. That it arrived is told by the telephone itself. Raises Failed (`gone` when
    the browser has given the subscription up)."""
    if not key:
        raise Failed("not_set_up", "kunci push belum diatur (VAPID_PRIVATE_KEY)", lasting=True)
    try:
        body = encrypted(json.dumps(letter.payload, ensure_ascii=False).encode(), letter.settings)
        headers = _signed(letter.url, key, subject)
    except (ValueError, KeyError, VapidException, http_ece.ECEException) as error:
        raise Failed("broken", "langganan push tidak sah", lasting=True) from error
    headers |= {"Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm", "TTL": str(KEPT_SECONDS),
                "Urgency": "high", "User-Agent": "siaga-112"}  # fmt: skip
    try:
        request("POST", letter.url, headers, body, policy)
    except Failed as why:
        if why.code == "answer" and why.detail in GONE:
            raise Failed("gone", "HP tidak lagi terdaftar di layanan push", lasting=True) from why
        raise
    return Carried()


def encrypted(plain: bytes, keys: object) -> bytes:
    """The message as only this browser reads it. `keys`: p256dh (its public point) and auth, base64url. Raises
    ValueError, KeyError."""
    if not isinstance(keys, dict):
        raise ValueError("no keys")
    return http_ece.encrypt(
        plain, private_key=ec.generate_private_key(ec.SECP256R1()), dh=octets(keys["p256dh"]),
        auth_secret=octets(keys["auth"]), version="aes128gcm",
    )  # fmt: skip


def _signed(url: str, key: str, subject: str) -> dict[str, str]:
    parts = urlsplit(url)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": subject, "exp": int(time.time()) + SIGNED_SECONDS}
    return Vapid02.from_raw(key.encode()).sign(claims)


def public_key(key: str) -> str:
    """What browsers subscribe with: the uncompressed point in base64url; empty without a key. Raises ValueError."""
    if not key:
        return ""
    point = Vapid02.from_raw(key.encode()).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def octets(text: object) -> bytes:
    """Bytes of base64url with or without padding. Raises ValueError."""
    if not isinstance(text, str) or not text.isascii():
        raise ValueError("not base64url")
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def check_keys(keys: object) -> None:
    """Raises ValueError unless these are a point of P-256 and a secret of 16 bytes (RFC 8291)."""
    if not isinstance(keys, dict):
        raise ValueError("no keys")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(keys.get("p256dh")))
    if len(octets(keys.get("auth"))) != 16:
        raise ValueError("auth has 16 bytes")
