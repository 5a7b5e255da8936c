"""A real browser for the tests of the screens. Without a Chromium they are skipped, and the report says so."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

SHELL = "chromium-headless-shell"
"""The same browser without a window of its own: a person who sits down at it costs a quarter of the time."""
WHOLE = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
expect.set_options(timeout=10_000)  # what is measured says so itself; the rest has to come, also on a slow machine
_open = ExitStack()
_browsers: list[Browser] = []


def found(*names: str) -> str:
    path = next((path for name in names if (path := shutil.which(name))), None)
    return path or pytest.skip(f"no {names[0]} on this machine: not tested in a browser")


@pytest.fixture
def browser() -> Browser:
    """The same one for all tests of a worker that need one, one after the other."""
    if not _browsers:
        path = found(SHELL, *WHOLE)
        playwright = _open.enter_context(sync_playwright())
        _browsers.append(playwright.chromium.launch(executable_path=path, args=ARGUMENTS))
        _open.callback(_browsers[0].close)
    return _browsers[0]


@pytest.fixture
def windowed(browser: Browser) -> Iterator[Browser]:
    """The whole browser, for what the one without a window does not have: notifications."""
    started = browser.browser_type.launch(executable_path=found(*WHOLE), args=ARGUMENTS)
    yield started
    started.close()


def close() -> None:
    """Playwright keeps an event loop in this thread, and Django asks nothing of the database beside one."""
    _browsers.clear()
    _open.close()
