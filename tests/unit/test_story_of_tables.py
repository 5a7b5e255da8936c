"""The tables of incidents and assignments against the model, by random stories: no database, thousands of them."""

from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from dispatch.lifecycle import ASSIGNMENT, ENDED
from incidents.lifecycle import INCIDENT, NotAllowedFrom, next_status
from tests.storymachine import LONG, Story, played


class Tables:
    """A centre that consists of the two tables and of events with the whole row after each change."""

    def __init__(self) -> None:
        self.incidents: list[dict[str, Any]] = []
        self.events: list[tuple[int, dict[str, Any]]] = []
        self.units: dict[str, tuple[int, int]] = {}
        self.answer = 0

    def report(self, *agencies: str) -> int:
        self.incidents.append({"status": "open", "tasks": [[agency, "assigned"] for agency in agencies]})
        return self._done(len(self.incidents) - 1)

    def _done(self, number: int) -> int:
        row = self.incidents[number]
        self.events.append((number, {"status": row["status"], "tasks": [list(task) for task in row["tasks"]]}))
        self.answer = 200
        return 200

    def _refused(self) -> int:
        self.answer = 409
        return 409

    def act(self, number: int, action: str, agency: str, into: int) -> int:
        row = self.incidents[number]
        try:
            status = next_status(INCIDENT, action, row["status"])
        except NotAllowedFrom:
            return self._refused()
        open_ = [place for place, task in enumerate(row["tasks"]) if task[1] not in ENDED]
        if action == "close" and open_:
            return self._refused()
        if action == "assign":
            if any(task[0] == agency and task[1] not in ("declined", "withdrawn") for task in row["tasks"]):
                return self._refused()
            row["tasks"].append([agency, "assigned"])
        row["status"] = status
        for place in open_ if status != "open" else ():
            self._move(number, place, "withdraw")
        return self._done(number)

    def step(self, number: int, place: int, action: str, unit: str) -> int:
        try:
            if unit and self.units.get(unit, (number, place)) != (number, place):
                return self._refused()
            self._move(number, place, action)
        except NotAllowedFrom:
            return self._refused()
        if unit:
            self.units[unit] = (number, place)
        return self._done(number)

    def _move(self, number: int, place: int, action: str) -> None:
        task = self.incidents[number]["tasks"][place]
        task[1] = next_status(ASSIGNMENT, action, task[1])
        if task[1] in ENDED:
            self.units = {unit: on for unit, on in self.units.items() if on != (number, place)}

    def again(self) -> tuple[int, int]:
        return self.answer, self.answer

    def rows(self) -> list[dict[str, Any]]:
        return [{"status": row["status"], "tasks": [list(task) for task in row["tasks"]]} for row in self.incidents]

    def holders(self) -> dict[str, tuple[int, int]]:
        return dict(self.units)

    def check(self) -> None:
        folded: dict[int, dict[str, Any]] = dict(self.events)
        assert [folded[number] for number in sorted(folded)] == self.rows()


class StoryOfTables(Story):
    def make_system(self) -> Tables:
        return Tables()


@pytest.mark.timeout(3600 if LONG else 180)
def test_stories_told_to_the_tables_and_to_the_model_come_out_the_same() -> None:
    run_state_machine_as_test(StoryOfTables, settings=played(5000 if LONG else 150, 50))
