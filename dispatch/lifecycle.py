"""The states of an assignment and of a unit, each with ONE table of what leads from one to the other."""

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


class DeclineReason(StrEnum):
    """Why an agency does not take an assignment; free text alone is `other`."""

    WRONG_AUTHORITY = "wrong_authority"
    NO_UNIT = "no_unit"
    DUPLICATE = "duplicate"
    OUT_OF_AREA = "out_of_area"
    OTHER = "other"


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
        "decline": _assignment("assigned acknowledged", "declined", "decline", required=("reason",),
                               optional=("note",)),
        "dispatch": _assignment("acknowledged dispatched", "dispatched", "dispatch", optional=("units",)),
        "arrive": _assignment("dispatched", "arrived", "arrive"),
        "complete": _assignment("arrived", "completed", "complete", required=("report",)),
        "withdraw": _assignment("assigned acknowledged dispatched arrived", "withdrawn", "withdraw",
                                optional=("reason",)),
    },
)  # fmt: skip


def _unit(from_: str, to: str, permission: str = "unit.status") -> Transition:
    return Transition(frozenset(from_.split()), to, to, permission)


UNIT = Table(
    "unit",
    {
        "assign": _unit("available", "assigned", "assignment.dispatch"),
        "divert": _unit("assigned en_route on_scene", "assigned", "assignment.dispatch"),
        "en_route": _unit("assigned", "en_route"),
        "on_scene": _unit("assigned en_route", "on_scene"),
        "transporting": _unit("en_route on_scene", "transporting"),
        "at_hospital": _unit("on_scene transporting", "at_hospital"),
        "available": _unit("assigned en_route on_scene transporting at_hospital out_of_service", "available"),
        "out_of_service": _unit("available assigned en_route on_scene transporting at_hospital", "out_of_service"),
    },
)
"""A crew may skip a step that it forgot to tell, never go back. `assign` and `divert` are done by sending it; the rest
are the statuses that the crew tells itself, each by its own name."""
TOLD_BY_CREW = tuple(name for name, transition in UNIT.transitions.items() if transition.permission == "unit.status")
