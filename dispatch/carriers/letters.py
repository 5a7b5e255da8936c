"""What is carried, and how it may end. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way over one channel, with everything that the way needs; nothing is looked up on it."""

    kind: str
    """`email`, `webhook`, `gateway` or `push`."""
    recipient: str
    """An address, a telephone number (+62…), or what the webhook is called."""
    text: str
    subject: str
    payload: Mapping[str, Any]
    message: str
    """The same for every attempt."""
    attempt: int
    url: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """It is out: `delivered` when the receiver's own system has taken it, else only handed on."""

    delivered: bool = False


class Failed(Exception):
    """It is not out. `lasting`: trying again would not help."""

    def __init__(self, code: str, detail: str, *, lasting: bool = False) -> None:
        super().__init__(detail)
        self.code, self.detail, self.lasting = code, detail[:300], lasting
