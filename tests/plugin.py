"""Starts PostgreSQL and Valkey for the test run (`-p tests.plugin`).

As a plugin and not in conftest.py: pytest-django reads the settings before conftest.py is loaded, and they need the
addresses. Only the controller of pytest-xdist starts servers; its workers inherit the environment. Both servers die
with the test run, even when that is killed. Fault tests start their own: these run without fsync.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from callcenter112.embedded import postgres, session
from callcenter112.embedded.datadir import DataDir

LONG = ("stack", "services", "compose", "bench")
"""Groups of tests that share what takes long to start, the longest first."""

_running = contextlib.ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    directory = tempfile.mkdtemp(prefix="siaga-test-")
    _running.callback(shutil.rmtree, directory, ignore_errors=True)
    os.environ["DATA_DIR"] = directory
    os.environ["SIAGA_TEST"] = "1"
    data = DataDir(Path(directory))
    if all(os.environ.get(name) for name in session.URLS):
        data.make_secrets()
    else:
        _running.enter_context(session.servers(data, durability=postgres.FAST))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long groups that stay on one worker come first, each on one of its own; what measures seconds on the whole
    machine comes last, when the other worker is idle."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("alone"):
        return len(LONG) + 1
    group = item.get_closest_marker("xdist_group")
    return LONG.index(group.args[0]) if group and group.args[0] in LONG else len(LONG)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _running.close()
