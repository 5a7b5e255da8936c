"""Questions of a procedure (SOP) as an admin writes them, one line each. Pure.

A question may end with a key in braces, `Apakah korban sadar? {conscious}`: then it can be answered with one key press,
and the answer counts for priority and agencies (dispatch.questions).
"""

import re
from dataclasses import dataclass

KEYS = (
    "victims", "conscious", "breathing", "bleeding", "pregnant", "child", "trapped", "spreading", "gas", "weapon",
    "perpetrator", "electricity", "rising_water", "road_blocked",
)  # fmt: skip
_KEY = re.compile(r"\s*\{(\w+)\}\s*$")


@dataclass(frozen=True, slots=True)
class Question:
    """`key` is empty for a question that is only asked."""

    text: str
    key: str = ""


def question_of(line: str) -> Question:
    """A line of a procedure; a key that is not known stays part of the text."""
    found = _KEY.search(line)
    if found is None or found[1] not in KEYS:
        return Question(line.strip())
    return Question(line[: found.start()].strip(), found[1])


def unknown_key(line: str) -> str:
    """The key in braces that means nothing; empty when there is none."""
    found = _KEY.search(line)
    return found[1] if found and found[1] not in KEYS else ""
