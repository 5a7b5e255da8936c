"""Cleaning of what comes in: an emergency field is cleaned, never refused, and the answer says so. Pure."""

import re
import unicodedata
from typing import Any

MAX_DEPTH = 32
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ZALGO = re.compile(r"([\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # fmt: skip  # noqa: E501


class TooDeep(ValueError):
    """JSON nested deeper than MAX_DEPTH."""


def clean_text(text: str) -> str:
    """Without control characters, lone surrogates, direction overrides and towers of combining marks; NFC."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii():
        return _CONTROL.sub("", text)
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    return unicodedata.normalize("NFC", _ZALGO.sub(r"\1", _BIDI.sub("", text)))


def clean(value: Any, warnings: list[dict[str, str]], path: str = "", depth: int = 0) -> Any:
    """A parsed JSON value with every string cleaned; what was changed is added to `warnings`. Raises TooDeep."""
    if depth > MAX_DEPTH:
        raise TooDeep(path)
    if isinstance(value, str):
        cleaned = clean_text(value)
        if cleaned != value:
            warnings.append({"field": path, "message": "cleaned"})
        return cleaned
    if isinstance(value, list):
        return [clean(item, warnings, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
    if isinstance(value, dict):
        prefix = f"{path}." if path else ""
        return {clean_text(k): clean(v, warnings, prefix + clean_text(k), depth + 1) for k, v in value.items()}
    return value
