"""The benchmark starts both systems and finds every answered create in their tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import measure
from bench.__main__ import AGENCIES_PER_REPORT, PLAIN_STATEMENTS, check_ports, free_port, scratch
from bench.ours import Ours
from bench.plain import Plain

START_SECONDS = 240


@pytest.mark.timeout(START_SECONDS)
@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize(("system", "most_statements"), [(Plain, PLAIN_STATEMENTS), (Ours, 12)])
def test_a_create_is_answered_with_the_same_facts_and_stored_once(
    system: Callable[[Path, int], Any], most_statements: int
) -> None:
    check_ports()
    with scratch() as directory, system(directory / "data", free_port()).running() as side:
        facts = measure.shared_fields(measure.post(side))
        assert len(facts["assignments"]) == AGENCIES_PER_REPORT
        assert facts["status"] == "open"
        assert side.counts() == (1, AGENCIES_PER_REPORT)
        assert measure.statements(side) <= most_statements
