"""The suite of faults: what CI runs is named, is there, and fits its time."""

from bench.chaos.catalogue import CI_ORDER, CI_SECONDS, ROWS, START_SECONDS


def test_every_row_of_ci_is_there_once_and_says_how_long_it_takes():
    assert set(CI_ORDER) == {name for name, row in ROWS.items() if row.ci_seconds}
    assert len(set(CI_ORDER)) == len(CI_ORDER)


def test_all_rows_of_ci_fit_its_time():
    assert START_SECONDS + sum(ROWS[name].ci_seconds for name in CI_ORDER) <= CI_SECONDS


def test_every_row_says_in_a_line_what_it_breaks():
    assert all(row.fault.endswith((".", ";")) and len(row.fault) < 140 for row in ROWS.values())
