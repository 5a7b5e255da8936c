"""The states of an assignment and ONE table of what leads from one to the other."""

from enum import StrEnum

from incidents.lifecycle import Table, Transition


class AssignmentStatus(StrEnum):
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({AssignmentStatus.COMPLETED, AssignmentStatus.DECLINED, AssignmentStatus.WITHDRAWN})
AT_WORK = frozenset(AssignmentStatus) - ENDED
PAUSABLE = AT_WORK - {AssignmentStatus.ASSIGNED}
"""Whose clocks may be paused: nobody pauses the clock of accepting."""


def _assignment(from_: str, to: str, action: str, **options: object) -> Transition:
    return Transition(frozenset(from_.split()), to, to, f"assignment.{action}", **options)  # type: ignore[arg-type]


ASSIGNMENT = Table(
    "assignment",
    {
        "acknowledge": _assignment("assigned", "acknowledged", "acknowledge"),
        "decline": _assignment("assigned acknowledged", "declined", "decline", required=("reason",)),
        "dispatch": _assignment("acknowledged dispatched", "dispatched", "dispatch", optional=("units",)),
        "arrive": _assignment("dispatched", "arrived", "arrive"),
        "complete": _assignment("arrived", "completed", "complete", required=("report",)),
        "withdraw": _assignment("assigned acknowledged dispatched arrived", "withdrawn", "withdraw",
                                optional=("reason",)),
    },
)  # fmt: skip
