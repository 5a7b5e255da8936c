"""How many statements a write takes: the number that decides how many reports a second the centre can take."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.acting import MADIUN, Acting, a_unit, part

pytestmark = pytest.mark.django_db
CREATE = 12
STEP = 30
WITH_BACKUP = 40
"""A decline that brings in the agency behind it: an assignment, its deadlines, its sight and its event besides."""
BOARD = 8
ONLY_IN_TESTS = ("SAVEPOINT", "RELEASE", "SELECT set_config('siaga.system', '', true)")


@contextmanager
def at_most(number: int):
    """The test runs inside a transaction: its savepoints and the resetting of settings behind them do not count."""
    sent: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield sent
    sent += [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(ONLY_IN_TESTS)]
    assert len(sent) <= number, f"{len(sent)} statements:\n" + "\n".join(s[:200] for s in sent)


@pytest.fixture
def operator():
    found = Acting("operator.madiun")
    found.board()  # the actor and the configuration are in memory, as in every process after its first request
    return found


@pytest.mark.parametrize(
    "body",
    [
        {"narrative": "kebakaran rumah di kelurahan Taman"},
        {"narrative": "kecelakaan motor, dua orang pingsan", "caller": {"name": "Ani", "number": "0812345678"},
         "location": {"lat": -7.6298, "lon": 111.5239, "text": "depan alun-alun"}, "priority": "critical"},
        {"narrative": "suami memukuli istrinya", "caller": {"name": "Siti"}},
    ],
)  # fmt: skip
def test_creating_takes_at_most_twelve_statements_in_all(operator, body):
    with at_most(CREATE):
        operator.report(**body)


def test_the_number_of_agencies_does_not_change_it(operator):
    agencies = [{"code": c, "role": "support"} for c in ("damkar", "bpbd", "dinkes", "rsud", "satpolpp", "dishub")]
    with at_most(CREATE):
        assert len(operator.report("gempa bumi", agencies=agencies)["assignments"]) == 6


@pytest.mark.parametrize(
    ("action", "body", "most"), [("acknowledge", {}, STEP), ("decline", {"reason": "penuh"}, WITH_BACKUP)]
)
def test_a_step_of_an_agency_is_bounded(operator, action, body, most):
    assignment = part(operator.report("kebakaran rumah"), "damkar")
    officer = Acting("damkar.madiun")
    officer.board()
    with at_most(most):
        officer.step(assignment, action, **body)


def test_sending_a_unit_is_bounded(operator):
    assignment, officer = part(operator.report("kebakaran rumah"), "damkar"), Acting("damkar.madiun")
    unit = str(a_unit("damkar").id)
    officer.step(assignment, "acknowledge")
    with at_most(STEP + 8):
        officer.step(assignment, "dispatch", units=[unit])


def test_an_update_is_bounded(operator):
    incident = operator.report("kebakaran rumah")
    with at_most(STEP):
        operator.act(incident, "update", version=1, priority="low")


def test_the_board_takes_the_same_number_however_much_is_on_it(operator):
    operator.report("kebakaran rumah")
    with at_most(BOARD) as one:
        operator.board()
    for _ in range(5):
        operator.report("pohon tumbang")
    with at_most(len(one)):
        operator.board()
    with at_most(BOARD):
        operator.get("incidents/", region=MADIUN)
