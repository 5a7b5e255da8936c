"""The two tables: every action from every status, exactly as the contract has it."""

import pytest

from dispatch.lifecycle import ASSIGNMENT, AT_WORK, ENDED, AssignmentStatus
from incidents.lifecycle import (
    INCIDENT,
    Disposition,
    IncidentStatus,
    NotAllowedFrom,
    Outcome,
    actions_from,
    next_status,
)

EXPECTED = {
    "incident": {
        "update": ("open", "open"), "assign": ("open", "open"), "raise_alarm": ("open", "open"),
        "close": ("open", "closed"),
        "cancel": ("open", "cancelled"), "reopen": ("closed cancelled", "open"), "merge": ("open", "merged"),
        "unmerge": ("merged", "open"), "hand_over": ("open", "handed_over"), "accept": ("open", "open"),
        "refuse": ("open", "cancelled"), "confirm": ("handed_over", "handed_over"),
        "take_back": ("handed_over", "open"),
    },
    "assignment": {
        "acknowledge": ("assigned", "acknowledged"), "decline": ("assigned acknowledged", "declined"),
        "dispatch": ("acknowledged dispatched", "dispatched"), "arrive": ("dispatched", "arrived"),
        "complete": ("arrived", "completed"),
        "withdraw": ("assigned acknowledged dispatched arrived", "withdrawn"),
    },
}  # fmt: skip
STATUSES = {"incident": list(IncidentStatus), "assignment": list(AssignmentStatus)}
EVERY = [
    (table, action, status)
    for table in (INCIDENT, ASSIGNMENT)
    for action in table.transitions
    for status in STATUSES[table.kind]
]


@pytest.mark.parametrize(("table", "action", "status"), EVERY, ids=lambda v: getattr(v, "kind", v))
def test_every_action_from_every_status(table, action, status):
    from_, to = EXPECTED[table.kind][action]
    if status in from_.split():
        assert next_status(table, action, status) == to
    else:
        with pytest.raises(NotAllowedFrom):
            next_status(table, action, status)
    assert (action in actions_from(table, status)) == (status in from_.split())


def test_the_tables_hold_these_actions_and_no_others():
    for table in (INCIDENT, ASSIGNMENT):
        assert set(table.transitions) == set(EXPECTED[table.kind])


def test_a_version_is_needed_where_fields_could_be_overwritten():
    needed = {name for name, t in INCIDENT.transitions.items() if t.needs_version}
    assert needed == {"update", "assign", "raise_alarm", "merge", "hand_over", "close"}
    assert not any(t.needs_version for t in ASSIGNMENT.transitions.values())


def test_nothing_leads_out_of_an_ended_assignment():
    assert all(actions_from(ASSIGNMENT, status) == () for status in ENDED)
    assert all(actions_from(ASSIGNMENT, status) for status in AT_WORK)


def test_the_words_of_the_contract():
    outcomes = "handled handled_by_others false_alarm hoax not_found refused_help duplicate other"
    assert {o.value for o in Outcome} == set(outcomes.split())
    assert len(Disposition) == 10
