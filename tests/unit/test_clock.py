"""The time of the house is the database's, whatever this machine's clock says."""

from hypothesis import given
from hypothesis import strategies as st

from events.clock import _Kept, settle

TOLERANCE = 1.0
SECONDS = st.floats(0, 4e9)
PASSED = st.floats(0, 86_400)


def test_before_the_database_has_said_anything_the_machine_is_believed():
    assert settle(1_800_000_000.0, None, 5.0, TOLERANCE) == 1_800_000_000.0


@given(SECONDS, PASSED, st.floats(-0.99 * TOLERANCE, 0.99 * TOLERANCE))
def test_a_machine_that_is_right_is_believed_to_the_microsecond(said, passed, off):
    machine = said + passed + off
    assert settle(machine, _Kept(said, 100.0), 100.0 + passed, TOLERANCE) == machine


@given(SECONDS, PASSED, st.floats(2 * TOLERANCE, 1e8), st.sampled_from((-1, 1)))
def test_a_machine_that_is_wrong_is_set_right_also_between_two_looks(said, passed, off, sign):
    found = settle(said + passed + sign * off, _Kept(said, 100.0), 100.0 + passed, TOLERANCE)
    assert abs(found - (said + passed)) < 0.001
