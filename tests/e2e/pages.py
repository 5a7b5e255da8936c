"""What a person does on each screen, in their words. Elements are found as a person finds them: by role and name."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import Error as PageError

PASSWORD = "siaga-112-demo"


@dataclass
class Screen:
    """One person in front of one browser. `faults` collects what the browser complains about."""

    page: Page
    faults: list[str]

    def check_clean(self) -> None:
        assert self.faults == []

    @property
    def url(self) -> str:
        return self.page.url


_sessions: dict[tuple[str, str], list[Any]] = {}
"""Cookies of who has signed in before: the password is slow to check, on purpose."""


def enter(page: Page, url: str, username: str) -> None:
    """To the page of the person's role: in the session that they have, else by name and password."""
    page.context.add_cookies(_sessions.get((url, username), []))
    page.goto(f"{url}/")
    if "/masuk/" in page.url:
        page.get_by_label("Nama pengguna").fill(username)
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/masuk/" not in address)
        _sessions[url, username] = page.context.cookies(url)


@contextmanager
def signed_in(browser: Browser, url: str, username: str, *, width: int = 1440, height: int = 900) -> Iterator[Screen]:
    """A browser of its own for one person, signed in and on the page of their role."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    enter(page, url, username)
    try:
        yield Screen(page, faults)
    finally:
        context.close()


def until(page: Page, expression: str, *, seconds: float) -> None:
    """Until an expression of the page, or what it promises, is true. Playwright's own wait takes a promise itself for
    an answer, and an unfinished page is asked again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(PageError):
            if page.evaluate(expression):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"not within {seconds} s: {expression}")


def wait_live(page: Page) -> None:
    """Until the socket is open: what is measured after this comes over it."""
    expect(page.locator("#age")).to_have_attribute("data-link", "live", timeout=15_000)


def report_by_keyboard(page: Page, *, place: str, words: str) -> str:
    """Log a report without the mouse; returns its number."""
    page.keyboard.press("F4")
    page.keyboard.type(place)
    page.keyboard.press("Enter")
    expect(page.locator("#narrative")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("#suggestion mark").first).to_be_visible(timeout=5000)
    page.keyboard.press("F8")
    saved = page.locator("#saved .detail-number")
    expect(saved).to_be_visible(timeout=5000)
    return saved.inner_text()


def row(page: Page, number: str) -> Locator:
    """The row of an incident in the list of the console or the desk."""
    return page.locator(".rows .row").filter(has=page.locator(f'[title="{number}"]'))


def task_of(page: Page, agency: str) -> Locator:
    return page.locator("#detail .task").filter(has_text=agency)


def press(scope: Locator, action: str) -> None:
    scope.locator(f'button[data-action="{action}"]').click()


def send(page: Page, button: str) -> None:
    """Send the inline form that is open."""
    page.locator("#detail .inline-form").get_by_role("button", name=button, exact=True).click()
