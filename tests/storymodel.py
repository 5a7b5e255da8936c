"""What incidents, assignments and units do, as small as it can be said: the model that the system is compared with.

It shares nothing with the system. `act` and `step` say whether an action must be accepted, and do it.
"""

from dataclasses import dataclass, field

ENDED = ("completed", "declined", "withdrawn")
NEXT = {
    "acknowledge": {"assigned": "acknowledged"},
    "decline": {"assigned": "declined", "acknowledged": "declined"},
    "dispatch": {"acknowledged": "dispatched", "dispatched": "dispatched"},
    "arrive": {"dispatched": "arrived"},
    "complete": {"arrived": "completed"},
    "withdraw": {
        "assigned": "withdrawn",
        "acknowledged": "withdrawn",
        "dispatched": "withdrawn",
        "arrived": "withdrawn",
    },
}
ENDS = {"close": "closed", "cancel": "cancelled", "hand_over": "handed_over", "merge": "merged"}
BACK = {"reopen": ("closed", "cancelled"), "unmerge": ("merged",), "take_back": ("handed_over",)}


@dataclass
class Case:
    """One incident: its status, and its assignments as [agency, status] in the order in which they came."""

    status: str = "open"
    tasks: list[list[str]] = field(default_factory=list)

    def at_work(self) -> list[list[str]]:
        return [task for task in self.tasks if task[1] not in ENDED]

    def asked(self, agency: str) -> bool:
        """Whether the agency is at work or has finished here: then it cannot be asked again."""
        return any(task[0] == agency and task[1] not in ("declined", "withdrawn") for task in self.tasks)


@dataclass
class Model:
    cases: list[Case] = field(default_factory=list)
    units: dict[str, tuple[int, int] | None] = field(default_factory=dict)
    """Unit → the case and the place of the task that it is on."""

    def report(self, *agencies: str) -> None:
        self.cases.append(Case(tasks=[[agency, "assigned"] for agency in agencies]))

    def act(self, number: int, action: str, agency: str = "") -> bool:
        case = self.cases[number]
        if action in BACK:
            accepted = case.status in BACK[action]
            case.status = "open" if accepted else case.status
            return accepted
        if case.status != "open" or (action == "close" and case.at_work()) or (agency and case.asked(agency)):
            return False
        if agency:
            case.tasks.append([agency, "assigned"])
        elif action in ENDS:
            case.status = ENDS[action]
            for place, task in enumerate(case.tasks):
                if task[1] not in ENDED:
                    self._end(number, place, "withdrawn")
        return True

    def step(self, number: int, place: int, action: str, unit: str = "") -> bool:
        task = self.cases[number].tasks[place]
        status = NEXT[action].get(task[1])
        if status is None or (unit and self.units[unit] not in (None, (number, place))):
            return False
        if status in ENDED:
            self._end(number, place, status)
        task[1] = status
        if unit:
            self.units[unit] = (number, place)
        return True

    def _end(self, number: int, place: int, status: str) -> None:
        self.cases[number].tasks[place][1] = status
        self.units = {unit: None if on == (number, place) else on for unit, on in self.units.items()}
