"""What is said to an agency outside the application. Pure.

Never a name, a number of a person, an address or a word of a story: type, urgency and the name of the area, no more. Of
a confidential case not even these.
"""

from dataclasses import dataclass
from typing import Any

from dispatch.escalation import STEPS

PRIORITIES = {"critical": "P1 KRITIS", "high": "P2 DARURAT", "normal": "P3 MENDESAK", "low": "P4 BIASA"}
SPECIAL = "Kejadian khusus 112 – buka aplikasi"
LONGEST = 300
"""Characters of a text; two SMS of a phone that splits them."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that a message may be made of."""

    number: str
    confidential: bool
    type_name: str = ""
    priority: str = ""
    area: str = ""
    step: str = ""
    """The rung of the ladder; empty: a new task."""
    test: bool = False


def text_of(notice: Notice) -> str:
    """One line for a telephone or the body of a mail."""
    if notice.test:
        return "UJI COBA saluran Siaga 112. Tidak ada kejadian; tidak perlu ditindaklanjuti."
    if notice.confidential:
        return f"{SPECIAL}. {notice.number}"
    what = ", ".join(part for part in (notice.type_name, notice.area) if part)
    urgency = PRIORITIES.get(notice.priority, "")
    told = "BELUM DITERIMA" if notice.step else "Tugas baru"
    head = " ".join(part for part in ("112", urgency, told) if part)
    return f"{head}: {what[: LONGEST - 120]}. {notice.number}. Buka aplikasi untuk menerima."


def subject_of(notice: Notice) -> str:
    """The subject of a mail."""
    if notice.test:
        return "[112] Uji coba saluran"
    if notice.confidential:
        return f"[112] {SPECIAL}"
    told = "BELUM DITERIMA" if notice.step else "Tugas baru"
    return f"[112] {PRIORITIES.get(notice.priority, '')} {told}: {notice.type_name}".replace("  ", " ")[:120]


def push_of(notice: Notice) -> dict[str, str]:
    """Title and line of a push, which a locked telephone shows to whoever holds it."""
    if notice.test:
        return {"kind": "test", "title": "Uji bunyi Siaga 112", "body": "HP ini menerima pemberitahuan tugas."}
    if notice.confidential:
        return {"kind": "task", "title": "Siaga 112", "body": "Tugas baru"}
    told = "BELUM DITERIMA" if notice.step else "Tugas baru"
    what = ", ".join(part for part in (notice.type_name, notice.area) if part)
    title = " · ".join(part for part in (told, PRIORITIES.get(notice.priority, "")) if part)
    return {"kind": "task", "title": title, "body": what[: LONGEST - 120] or "Siaga 112"}


def payload_of(notice: Notice, *, message: str, agency: str, at: str) -> dict[str, Any]:
    """The body of an agency's webhook. `message` is the same for every attempt: receivers act on it once."""
    told: dict[str, Any] = {"id": message, "kind": "notice", "agency": agency, "at": at, "text": text_of(notice)}
    if notice.test:
        return told | {"kind": "test"}
    told["number"] = notice.number
    if notice.confidential:
        return told
    kind = "assignment.escalated" if notice.step else "assignment.created"
    told |= {"kind": kind, "type": notice.type_name, "priority": notice.priority, "area": notice.area}
    return told | ({"step": STEPS.get(notice.step, notice.step)} if notice.step else {})
