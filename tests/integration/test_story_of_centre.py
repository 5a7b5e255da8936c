"""The whole centre against the model, by random stories: services, constraints and events on PostgreSQL."""

import json
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis.stateful import run_state_machine_as_test

from agencies import caches
from agencies.models import Unit
from dispatch import availability, selectors
from dispatch.models import Assignment, UnitAssignment
from events.models import Event
from incidents.lifecycle import INCIDENT
from incidents.models import Incident
from tests.integration.acting import MADIUN, Acting, a_unit
from tests.storymachine import LONG, UNITS, Story, played

BODIES: dict[str, dict[str, Any]] = {
    "update": {"priority": "high", "reason": "telepon kedua"}, "close": {"outcome": "handled"},
    "cancel": {"reason": "salah sambung"}, "reopen": {"reason": "ternyata benar"}, "unmerge": {},
    "hand_over": {"to_region": "35.19"}, "take_back": {"reason": "tidak diangkat"},
}  # fmt: skip
STEPS = {"decline": {"reason": "no_unit"}, "complete": {"report": "selesai"}, "withdraw": {"reason": "tidak perlu"}}


class Centre:
    """The API as the people of Madiun use it, each request with a key."""

    def __init__(self) -> None:
        self.operator, self.supervisor = Acting("operator.madiun"), Acting("supervisor.madiun")
        self.officers = {code: Acting(f"{code}.madiun") for code in UNITS}
        self.units = {name: a_unit(code, code=name) for code, names in UNITS.items() for name in names}
        self.ids: list[uuid.UUID] = []
        self.versions: dict[uuid.UUID, int] = {}
        self.last: tuple[Acting, str, dict[str, Any], uuid.UUID, int] | None = None

    def report(self, *agencies: str) -> int:
        asked = [{"code": code, "role": "support" if place else "lead"} for place, code in enumerate(agencies)]
        made = self.operator.report("kebakaran rumah", type="fire", agencies=asked)
        self.ids.append(uuid.UUID(made["id"]))
        return 201

    def _post(self, who: Acting, path: str, body: dict[str, Any]) -> int:
        key = uuid.uuid4()
        status = who.post(path, body, key=key).status_code
        self.last = (who, path, body, key, status)
        return status

    def act(self, number: int, action: str, agency: str, into: int) -> int:
        body = dict(BODIES.get(action, {}))
        if action == "assign":
            body = {"agency": agency, "role": "support"}
        elif action == "merge":
            body = {"into": str(self.ids[into])}
        if INCIDENT.transitions[action].needs_version:
            body["version"] = Incident.objects.get(id=self.ids[number]).version
        return self._post(self.supervisor, f"incidents/{self.ids[number]}/{action}/", body)

    def step(self, number: int, place: int, action: str, unit: str) -> int:
        task = self._tasks(number)[place]
        body: dict[str, Any] = dict(STEPS.get(action, {}))
        if unit:
            body["units"] = [str(self.units[unit].id)]
        who = self.supervisor if action == "withdraw" else self.officers[task.agency.code]
        return self._post(who, f"assignments/{task.id}/{action}/", body)

    def again(self) -> tuple[int, int]:
        assert self.last
        who, path, body, key, status = self.last
        return status, who.post(path, body, key=key).status_code

    def _tasks(self, number: int) -> list[Assignment]:
        return list(Assignment.objects.filter(incident_id=self.ids[number]).select_related("agency").order_by("id"))

    def rows(self) -> list[dict[str, Any]]:
        found = Incident.objects.in_bulk(self.ids)
        return [
            {"status": found[id_].status, "tasks": [[task.agency.code, task.status] for task in self._tasks(number)],
             "version": found[id_].version}
            for number, id_ in enumerate(self.ids)
        ]  # fmt: skip

    def holders(self) -> dict[str, tuple[int, int]]:
        places = {task.id: (number, place) for number in range(len(self.ids))
                  for place, task in enumerate(self._tasks(number))}  # fmt: skip
        jobs = UnitAssignment.objects.filter(released_at=None, assignment__incident_id__in=self.ids)
        held = [(job.unit.code, places[job.assignment_id]) for job in jobs.select_related("unit")]
        assert len(held) == len(dict(held)), "a unit at two incidents"
        busy = set(Unit.objects.filter(code__in=self.units).exclude(status="available").values_list("code", flat=True))
        assert busy == set(dict(held))
        return dict(held)

    def check(self) -> None:
        """The newest event of each incident holds the row that the board would show, and versions only grow."""
        region = selectors.region_or_404(MADIUN)
        rows = selectors.rows_of(list(Incident.objects.filter(id__in=self.ids)), region)
        for id_ in self.ids:
            told = Event.objects.filter(incident_id=id_, public=True).order_by("-id").first()
            assert told is not None
            assert json.loads(told.data)["incident"] == rows[id_]
            assert rows[id_]["version"] >= self.versions.get(id_, 0)
            self.versions[id_] = rows[id_]["version"]


class StoryOfCentre(Story):
    """Each story in a transaction of its own that is rolled back."""

    def make_system(self) -> Centre:
        self.atomic = transaction.atomic()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase marks its own
        self.atomic.__enter__()
        return Centre()

    def teardown(self) -> None:
        connection.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        for cache in (caches, availability):
            cache.clear()


@pytest.mark.django_db
@pytest.mark.timeout(3600 if LONG else 300)
def test_stories_told_to_the_centre_and_to_the_model_come_out_the_same() -> None:
    examples, steps = (50, 60) if LONG else (10, 30)
    run_state_machine_as_test(StoryOfCentre, settings=played(examples, steps))
