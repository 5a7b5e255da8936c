"""The states of an incident and ONE table of what leads from one to the other.

The action word is the same everywhere: key of the table, URL segment, permission (`incident.<action>`), event kind and
button. `Table` is shared with dispatch.lifecycle; it is read by `next_status` and `actions_from` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class IncidentStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    HANDED_OVER = "handed_over"


class Disposition(StrEnum):
    """What a call turned out to be."""

    EMERGENCY = "emergency"
    NON_EMERGENCY = "non_emergency"
    INFORMATION = "information"
    PRANK = "prank"
    GHOST = "ghost"
    SILENT_DISTRESS = "silent_distress"
    MISDIAL = "misdial"
    TEST = "test"
    ABANDONED = "abandoned"
    HANDED_OVER = "handed_over"


class Outcome(StrEnum):
    """What the field found."""

    HANDLED = "handled"
    HANDLED_BY_OTHERS = "handled_by_others"
    FALSE_ALARM = "false_alarm"
    HOAX = "hoax"
    NOT_FOUND = "not_found"
    REFUSED_HELP = "refused_help"
    DUPLICATE = "duplicate"
    OTHER = "other"


CHANNELS = ("phone", "radio", "walk_in", "panic", "sms", "web", "agency", "paper")
PRIORITIES = ("critical", "high", "normal", "low")
SOURCES = ("live", "offline", "paper", "telephony")


@dataclass(frozen=True, slots=True)
class Transition:
    """One action: the states it starts from, the state it leads to, the word for what happened, what it needs."""

    from_: frozenset[str]
    to: str
    past: str
    permission: str
    needs_version: bool = False
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Table:
    kind: str
    transitions: Mapping[str, Transition]


class NotAllowedFrom(Exception):
    """The table refuses the action in this state."""

    def __init__(self, action: str, status: str) -> None:
        super().__init__(f"{action} from {status}")
        self.action, self.status = action, status


def next_status(table: Table, action: str, status: str) -> str:
    """The state that `action` leads to. Raises NotAllowedFrom."""
    transition = table.transitions[action]
    if status not in transition.from_:
        raise NotAllowedFrom(action, status)
    return transition.to


def actions_from(table: Table, status: str) -> tuple[str, ...]:
    """The actions that the table allows in this state, in the order of the table."""
    return tuple(name for name, transition in table.transitions.items() if status in transition.from_)


def _incident(from_: str, to: str, past: str, action: str, **options: object) -> Transition:
    return Transition(frozenset(from_.split()), to, past, f"incident.{action}", **options)  # type: ignore[arg-type]


INCIDENT = Table(
    "incident",
    {
        "update": _incident("open", "open", "updated", "update", needs_version=True,
                            optional=("type", "priority", "narrative", "location", "reason", "answers")),
        "assign": _incident("open", "open", "updated", "assign", needs_version=True, required=("agency", "role")),
        "raise_alarm": _incident("open", "open", "updated", "raise_alarm", needs_version=True, optional=("reason",)),
        "close": _incident("open", "closed", "closed", "close", needs_version=True, optional=("outcome", "note")),
        "cancel": _incident("open", "cancelled", "cancelled", "cancel", required=("reason",)),
        "reopen": _incident("closed cancelled", "open", "reopened", "reopen", required=("reason",)),
        "merge": _incident("open", "merged", "merged", "merge", needs_version=True, required=("into",)),
        "unmerge": _incident("merged", "open", "unmerged", "unmerge"),
        "hand_over": _incident("open", "handed_over", "handed_over", "hand_over", needs_version=True,
                               required=("to_region",), optional=("note", "taken_by")),
        "accept": _incident("open", "open", "accepted", "accept"),
        "refuse": _incident("open", "cancelled", "refused", "refuse", required=("reason",)),
        "confirm": _incident("handed_over", "handed_over", "confirmed", "confirm", required=("taken_by",)),
        "take_back": _incident("handed_over", "open", "taken_back", "take_back", required=("reason",)),
    },
)  # fmt: skip
