"""A real browser for the tests of the screens. Without a Chromium they are skipped, and the report says so."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

SHELL = "chromium-headless-shell"
"""The same browser without a window of its own: a person who sits down at it costs a quarter of the time."""
WHOLE = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip


def found(*names: str) -> str:
    path = next((path for name in names if (path := shutil.which(name))), None)
    return path or pytest.skip(f"no {names[0]} on this machine: not tested in a browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found(SHELL, *WHOLE), args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def windowed(browser: Browser) -> Iterator[Browser]:
    """The whole browser, for what the one without a window does not have: notifications."""
    started = browser.browser_type.launch(executable_path=found(*WHOLE), args=ARGUMENTS)
    yield started
    started.close()
