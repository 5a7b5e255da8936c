"""What webhooks and gateways are sent: the signature, and templates filled in without a way to break out. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

PLACES = ("number", "text", "id", "secret")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of timestamp, a dot, and the body: the form in which we accept signatures, too."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def fill(template: str, values: Mapping[str, str], escape: str) -> str:
    """The template with `{number}` … replaced; `escape`: `json`, `url`, `header` or `` (as it is).

    Only these names are places; every other brace is text. A value is never looked into for places.
    """
    filled: list[str] = []
    rest = template
    while rest:
        place, at = _first_place(rest)
        if not place:
            return "".join([*filled, rest])
        filled += [rest[:at], _escaped(values.get(place, ""), escape)]
        rest = rest[at + len(place) + 2 :]
    return "".join(filled)


def _first_place(text: str) -> tuple[str, int]:
    found = [(text.find("{" + name + "}"), name) for name in PLACES]
    at, name = min(((at, name) for at, name in found if at >= 0), default=(-1, ""))
    return name, at


def _escaped(value: str, escape: str) -> str:
    if escape == "json":
        return json.dumps(value)[1:-1]
    if escape == "url":
        return quote(value, safe="")
    if escape == "header":
        return "".join(character for character in value if 32 <= ord(character) < 127)
    return value


def escape_of(headers: Mapping[str, str]) -> str:
    """How values stand in a body of this content type."""
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "").lower()
    if "json" in kind:
        return "json"
    return "url" if "urlencoded" in kind else ""


def says_success(body: bytes, path: str, wanted: str) -> bool:
    """Whether the JSON answer holds `wanted` at a path like `data.0.status`; without `wanted`: anything true."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return False
    return _as_text(value) == wanted if wanted else bool(value)


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) or value is None else str(value)
