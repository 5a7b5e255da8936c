"""Random stories of incidents, assignments and units, told to a system and to the model (tests/storymodel.py) at once.

A system is anything with `report`, `act`, `step`, `again`, `rows`, `holders` and `check`: the tables in memory, or the
whole of services and PostgreSQL. `SIAGA_LONG=1` plays as many stories as were promised, else fewer.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.storymodel import ENDED, NEXT, Model

LONG = os.environ.get("SIAGA_LONG") == "1"
UNITS = {"damkar": ("D-1", "D-2"), "bpbd": ("B-1",), "dlh": ()}
ACTIONS = ("update", "assign", "close", "cancel", "reopen", "merge", "unmerge", "hand_over", "take_back")
MOST_CASES = 3


def played(examples: int, steps: int) -> settings:
    """How long and how often; no deadline, because a shared machine is slow now and then."""
    return settings(max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
                    suppress_health_check=list(HealthCheck))  # fmt: skip


class Story(RuleBasedStateMachine):
    """Each rule is one request. What the model refuses must be refused with 409 and must change nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model(units={unit: None for units in UNITS.values() for unit in units})
        self.system = self.make_system()
        self.ended: dict[tuple[int, int], str] = {}
        self.last: tuple[Any, ...] | None = None

    def make_system(self) -> Any:
        raise NotImplementedError

    @initialize()
    def first(self) -> None:
        self.report()

    @precondition(lambda self: len(self.model.cases) < MOST_CASES)
    @rule()
    def report(self) -> None:
        self.system.report("damkar", "bpbd")
        self.model.report("damkar", "bpbd")
        self.last = None

    @rule(data=st.data(), action=st.sampled_from(ACTIONS))
    def act(self, data: st.DataObject, action: str) -> None:
        number = data.draw(st.integers(0, len(self.model.cases) - 1))
        agency = data.draw(st.sampled_from(list(UNITS))) if action == "assign" else ""
        into = self._target(number) if action == "merge" else 0
        if into is None or (action == "merge" and self.model.cases[number].at_work()):
            return  # what a merge does with agencies that are at work has tests of its own
        self._told(("act", number, action, agency, into), lambda: self.model.act(number, action, agency))

    def _target(self, number: int) -> int | None:
        cases = self.model.cases
        return next((one for one, case in enumerate(cases) if one != number and case.status == "open"), None)

    @rule(data=st.data(), action=st.sampled_from(list(NEXT)))
    def step(self, data: st.DataObject, action: str) -> None:
        number = data.draw(st.integers(0, len(self.model.cases) - 1))
        place = data.draw(st.integers(0, len(self.model.cases[number].tasks) - 1))
        units = UNITS[self.model.cases[number].tasks[place][0]]
        unit = data.draw(st.sampled_from(["", *units])) if action == "dispatch" else ""
        self._told(("step", number, place, action, unit), lambda: self.model.step(number, place, action, unit))

    def _told(self, wish: tuple[Any, ...], in_model: Any) -> None:
        before = self.system.rows()
        status = getattr(self.system, wish[0])(*wish[1:])
        if in_model():
            assert status == 200, (wish, status)
            self._adopt_backups()
        else:
            assert status == 409, (wish, status)
            assert self.system.rows() == before, wish
        self.last = wish

    def _adopt_backups(self) -> None:
        """Who takes over after a decline is the run card's business: any agency that is not asked already."""
        for case, row in zip(self.model.cases, self.system.rows(), strict=True):
            for agency, status in row["tasks"][len(case.tasks) :]:
                assert not case.asked(agency), agency
                assert status == "assigned"
                case.tasks.append([agency, status])

    @precondition(lambda self: self.last is not None)
    @rule()
    def send_again(self) -> None:
        """The answer was lost and the client tries again with the same key."""
        before = self.system.rows()
        first, second = self.system.again()
        assert first == second
        assert self.system.rows() == before

    @invariant()
    def the_rows_are_the_models(self) -> None:
        shown = [(row["status"], row["tasks"]) for row in self.system.rows()]
        assert shown == [(case.status, case.tasks) for case in self.model.cases]
        assert self.system.holders() == {unit: on for unit, on in self.model.units.items() if on is not None}

    @invariant()
    def one_open_assignment_per_agency(self) -> None:
        for row in self.system.rows():
            open_ = [agency for agency, status in row["tasks"] if status not in ENDED]
            assert len(open_) == len(set(open_))

    @invariant()
    def terminal_stays_terminal(self) -> None:
        for number, row in enumerate(self.system.rows()):
            for place, (_, status) in enumerate(row["tasks"]):
                assert self.ended.get((number, place), status) == status
                if status in ENDED:
                    self.ended[number, place] = status

    @invariant()
    def the_events_fold_to_the_rows(self) -> None:
        self.system.check()
