"""A machine whose clock is an hour wrong stores true times, and its deadlines come when they should."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dispatch.models import Deadline
from dispatch.services import sweeps
from events import clock
from incidents.models import Incident
from tests.integration.acting import Acting, part


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setattr(clock, "TOLERANCE_SECONDS", 1.0)


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_report_is_stored_with_the_databases_time(db, strict, wrong):
    desk, damkar = Acting("operator.madiun"), Acting("damkar.madiun")
    with time_machine.travel(timezone.now() + wrong):
        made = desk.report("kebakaran rumah", agencies=[{"code": "damkar", "role": "lead"}])
        damkar.step(part(made, "damkar"), "acknowledge")
    true = sweeps.database_now()
    near = timedelta(seconds=15)
    assert abs(Incident.objects.get(id=made["id"]).created_at - true) < near
    deadline = Deadline.objects.get(assignment_id=part(made, "damkar")["id"], stage="acknowledge")
    assert abs(deadline.starts_at - true) < near
    assert deadline.done_at is not None
    assert abs(deadline.done_at - true) < near
