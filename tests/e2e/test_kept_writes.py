"""A note and a tick that are made while nobody answers."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import report_by_keyboard, row, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 15_000


def test_a_note_without_a_server_is_seen_to_wait_and_stands_in_the_timeline_afterwards(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        number = report_by_keyboard(page, place="Taman", words="kebakaran rumah di kelurahan Taman")
        row(page, number).click(timeout=WITHIN)
        expect(page.locator("#detail .detail-number").first).to_have_text(number, timeout=WITHIN)
        page.context.set_offline(True)
        page.get_by_label("Catatan baru").fill("hidran terdekat kering")
        page.keyboard.press("Control+Enter")
        waits = page.locator("#detail .note-form .kept-here")
        expect(waits).to_contain_text("hidran terdekat kering", timeout=WITHIN)
        expect(page.get_by_label("Catatan baru")).to_have_value("")
        expect(page.locator("#unsent")).to_contain_text("BELUM TERKIRIM 1")
        page.context.set_offline(False)
        expect(page.locator("#detail .timeline")).to_contain_text("hidran terdekat kering", timeout=30_000)
        expect(waits).to_have_count(0)
        expect(page.locator("#unsent")).to_be_hidden()
