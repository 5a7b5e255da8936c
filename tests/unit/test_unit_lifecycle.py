"""What a unit may do next, step by step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.models.agency import Unit
from dispatch.lifecycle import TOLD_BY_CREW, UNIT
from incidents.lifecycle import NotAllowedFrom, actions_from, next_status

STATUSES = list(Unit.Status.values)
ORDER = ["assigned", "en_route", "on_scene", "transporting", "at_hospital"]
EXPECTED = {
    "assign": "available", "divert": "assigned en_route on_scene", "en_route": "assigned",
    "on_scene": "assigned en_route", "transporting": "en_route on_scene", "at_hospital": "on_scene transporting",
    "available": "assigned en_route on_scene transporting at_hospital out_of_service",
    "out_of_service": "available assigned en_route on_scene transporting at_hospital",
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", list(UNIT.transitions))
def test_every_action_from_every_status(action, status):
    if status in EXPECTED[action].split():
        assert next_status(UNIT, action, status) == {"assign": "assigned", "divert": "assigned"}.get(action, action)
    else:
        with pytest.raises(NotAllowedFrom):
            next_status(UNIT, action, status)
    assert (action in actions_from(UNIT, status)) == (status in EXPECTED[action].split())


@given(st.lists(st.sampled_from(list(TOLD_BY_CREW)), max_size=12))
def test_a_crew_never_goes_back_on_a_job_and_always_gets_free(taps):
    status = "assigned"
    for tap in taps:
        if tap not in actions_from(UNIT, status):
            continue
        if status in ORDER and tap in ORDER:
            assert ORDER.index(tap) > ORDER.index(status)
        status = next_status(UNIT, tap, status)
        assert status in STATUSES
        if status in ("available", "out_of_service"):
            break
    assert status == "available" or next_status(UNIT, "available", status) == "available"


def test_only_sending_puts_a_unit_on_a_job():
    assert set(TOLD_BY_CREW) == {"en_route", "on_scene", "transporting", "at_hospital", "available", "out_of_service"}
    assert not {"en_route", "on_scene", "transporting", "at_hospital"} & set(actions_from(UNIT, "available"))
