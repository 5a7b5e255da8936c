"""A push service and the browsers behind it, as RFC 8030, 8291 and 8292 have them: it takes a message only when it is
signed by the key that the browser subscribed with, and only the browser can read it. On this machine."""

import base64
import json
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DAY = 24 * 3600


def text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def octets_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass
class Browser:
    """One subscription: the keys never leave it. `shown` is what its worker got to see, in the clear."""

    endpoint: str
    application_key: str
    """Of the server that may write to it."""
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    shown: list[dict[str, Any]] = field(default_factory=list)

    def subscription(self) -> dict[str, Any]:
        """What PushSubscription.toJSON() gives."""
        keys = {"p256dh": text_of(_point(self.private.public_key())), "auth": text_of(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def take(self, body: bytes) -> None:
        """RFC 8188 with the key of RFC 8291: header (salt, record size, the sender's point), then one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        info = b"WebPush: info\x00" + _point(self.private.public_key()) + sender
        secret = HKDF(hashes.SHA256(), 32, self.auth, info).derive(shared)
        base = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
        plain = AESGCM(base).decrypt(nonce, record, None).rstrip(b"\x00")
        assert plain[-1] == 2, "the last record ends in 0x02"
        self.shown.append(json.loads(plain[:-1]))


@dataclass
class PushService:
    url: str
    browsers: dict[str, Browser] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """Why, of requests that it did not take."""
    raw: list[bytes] = field(default_factory=list)
    """What lay on its disk."""
    status: int = 201
    headers: list[dict[str, str]] = field(default_factory=list)

    def subscribe(self, application_key: str) -> Browser:
        path = f"/push/{uuid.uuid4().hex}"
        self.browsers[path] = Browser(self.url + path, application_key)
        return self.browsers[path]

    def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:
        browser = self.browsers.get(path)
        if browser is None:
            return 410
        if self.status != 201:
            return self.status
        if why := self._fault(browser, {k.lower(): v for k, v in headers.items()}):
            self.refused.append(why)
            return 403
        self.raw.append(body)
        self.headers.append(headers)
        browser.take(body)
        return 201

    def _fault(self, browser: Browser, headers: dict[str, str]) -> str:
        if headers.get("content-encoding") != "aes128gcm":
            return "encoding"
        if not headers.get("ttl", "").isdigit():
            return "TTL is required (RFC 8030, 5.2)"
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme != "vapid" or parts.get("k") != browser.application_key:
            return "not the key that the browser subscribed with"
        return _jwt_fault(parts.get("t", ""), octets_of(parts["k"]), self.url)


def _jwt_fault(token: str, point: bytes, origin: str) -> str:
    signed, _, signature = token.rpartition(".")
    raw = octets_of(signature)
    if len(raw) != 64:
        return "ES256"
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return "signature"
    head, claims = (json.loads(octets_of(part)) for part in signed.split("."))
    if head.get("alg") != "ES256" or claims["aud"] != origin:
        return "audience"
    if not claims.get("sub", "").startswith(("mailto:", "https:")):
        return "subject"
    return "" if time.time() < claims["exp"] <= time.time() + DAY else "expiry"


@contextmanager
def push_service() -> Iterator[PushService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(service.judge(self.path, dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = PushService(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
