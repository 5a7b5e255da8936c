"""The ladder that is climbed while nobody accepts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.reference import LadderRef, RegionRef
from dispatch.escalation import DEFAULT, STEPS, Hop, Ladder, Over, Rung, State, Told, ladder_for, next_hop

AT = datetime(2026, 11, 23, 7, tzinfo=UTC)
LADDER = Ladder(DEFAULT)


def state(hop: int = 0, **more) -> State:
    return State(**{"status": "assigned", "hop": hop, "after_at": AT, **more})


def seconds(hop: Hop) -> float:
    return (hop.due_at - AT).total_seconds()


def test_the_default_goes_from_the_agency_to_the_backup_in_six_rungs():
    steps = [next_hop(LADDER, state(n)).step for n in range(6)]
    assert steps == ["renotify", "second_channel", "duty_officer", "head", "supervisor", "backup"] == list(STEPS)
    assert next_hop(LADDER, state(6)) == Over("tangga habis, belum ada yang menerima", unanswered=True)


@pytest.mark.parametrize("status", ["acknowledged", "dispatched", "arrived", "completed", "declined", "withdrawn"])
def test_whatever_happens_to_the_assignment_ends_the_ladder(status):
    assert next_hop(LADDER, state(2, status=status)) == Over(f"penugasan sudah {status}")


def test_a_rung_comes_after_its_delay():
    assert seconds(next_hop(LADDER, state(1, told=Told(2, 2)))) == 60
    assert seconds(next_hop(LADDER, state(3, told=Told(2, 2)))) == 120


def test_when_no_message_got_through_the_next_rung_comes_at_once():
    hop = next_hop(LADDER, state(1, told=Told(messages=2, dead=2)))
    assert (seconds(hop), hop.reason) == (0, "pesan sebelumnya tidak sampai")
    assert seconds(next_hop(LADDER, state(1, told=Told(messages=2, through=1, dead=1)))) == 60


def test_who_has_read_it_gets_the_delay_again_but_only_once():
    read = Told(1, 1, 1, 0, AT + timedelta(seconds=50))
    assert seconds(next_hop(LADDER, state(1, told=read))) == 110
    late = Told(1, 1, 1, 0, AT + timedelta(seconds=90))
    assert seconds(next_hop(LADDER, state(1, told=late))) == 120


def test_a_rung_that_reaches_nobody_is_passed_over_without_waiting_for_it():
    hop = next_hop(LADDER, state(1, unreachable={"second_channel", "duty_officer"}))
    assert (hop.number, hop.step, seconds(hop), hop.skipped) == (4, "head", 60, ("second_channel", "duty_officer"))


def test_the_last_rung_that_reaches_somebody_is_called_the_last():
    assert next_hop(LADDER, state(5)).last
    assert next_hop(LADDER, state(4, unreachable={"backup"})).last
    assert not next_hop(LADDER, state(4)).last


def test_the_ladder_of_the_priority_goes_before_the_one_of_any():
    any_, critical = (
        LadderRef("any", 3, "", (("head", 5),)), LadderRef("crit", 1, "critical", (("supervisor", 1), ("backup", 2))),
    )  # fmt: skip
    here = RegionRef("35.77", "Madiun", "kota", "Asia/Jakarta", "live", ladders=(any_, critical))
    assert ladder_for(here, "critical") == Ladder((Rung("supervisor", 1), Rung("backup", 2)), "crit", 1)
    assert ladder_for(here, "low").id == "any"
    assert ladder_for(RegionRef("1", "x", "kota", "Asia/Jakarta", "live"), "low") == LADDER


rungs = st.lists(st.sampled_from(list(STEPS)), unique=True, max_size=6).flatmap(
    lambda steps: st.tuples(*[st.builds(Rung, st.just(step), st.integers(0, 3600)) for step in steps])
)
tolds = st.builds(
    Told, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3),
    st.one_of(st.none(), st.integers(0, 10_000).map(lambda s: AT + timedelta(seconds=s))),
)  # fmt: skip


@given(rungs, tolds, st.frozensets(st.sampled_from(list(STEPS))))
def test_climbing_always_ends_upwards_and_never_tells_those_who_cannot_be_told(steps, told, unreachable):
    ladder, hop, taken = Ladder(steps), 0, []
    for _ in range(len(steps) + 1):
        found = next_hop(ladder, state(hop, told=told, unreachable=unreachable))
        if isinstance(found, Over):
            assert found.unanswered
            break
        assert found.number > hop
        assert found.step not in unreachable
        waits = timedelta(seconds=ladder.rungs[hop].after)
        assert AT <= found.due_at <= AT + 2 * waits
        hop = found.number
        taken.append(found.step)
    else:
        pytest.fail("the ladder has no end")
    assert taken == [rung.step for rung in steps if rung.step not in unreachable]
