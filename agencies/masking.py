"""What of a change nobody needs to read again: keys, passwords, tokens. Pure."""

import re
from typing import Any

MASK = "•••"
_SECRET = re.compile(r"secret|password|passwd|token|api.?key|authori[sz]ation|bearer|credential|x-key", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?#]+)\?[^\s#]+")
_USER = re.compile(r"(https?://)[^\s/@]+@")


def masked(value: Any, name: str = "") -> Any:
    """The value as it may be shown: what is named like a secret becomes dots, addresses lose their query and password.

    A mark that a secret was set (true, false) stays: it tells nothing.
    """
    if isinstance(value, dict):
        return {key: masked(item, f"{name}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if isinstance(value, str) and value and _SECRET.search(name):
        return MASK
    return _USER.sub(rf"\1{MASK}@", _QUERY.sub(rf"\1?{MASK}", value)) if isinstance(value, str) else value
