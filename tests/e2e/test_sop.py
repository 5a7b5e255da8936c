"""The SOP at work: an answer with one press changes what will be done; a tick reaches the colleague's screen."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import row, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 8000


def test_an_answer_raises_the_priority_before_saving_and_a_tick_is_seen_by_the_colleague(
    stack, browser: Browser
) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "supervisor.madiun") as supervisor,
    ):
        page, other = operator.page, supervisor.page
        wait_live(page)
        wait_live(other)
        page.locator("#narrative").fill("motor jatuh sendiri di jalan serayu")
        conscious = page.get_by_role("button", name="Tidak: Korban sadar semua?")
        expect(conscious).to_be_visible(timeout=WITHIN)
        expect(page.locator('[data-key="priority-critical"]')).to_have_attribute("aria-pressed", "false")
        conscious.click()
        expect(conscious).to_have_attribute("aria-pressed", "true")
        expect(page.locator('[data-key="priority-critical"]')).to_have_attribute("aria-pressed", "true", timeout=WITHIN)
        page.keyboard.press("F8")
        number = page.locator("#saved .detail-number")
        expect(number).to_be_visible(timeout=WITHIN)
        saved = stack.client("supervisor.madiun").get("incidents/", params={"region": "35.77"}).json()["results"][0]
        assert (saved["number"], saved["priority"]) == (number.inner_text(), "critical")
        for screen in (page, other):
            row(screen, saved["number"]).click()
            screen.get_by_text("Langkah SOP").click()
        step = page.locator("#detail input[data-key^=sop-]").first
        step.check()
        mirrored = other.locator("#detail input[data-key^=sop-]").first
        expect(mirrored).to_be_checked(timeout=WITHIN)
        expect(other.locator("#detail")).to_contain_text("Operator Kota Madiun")
        operator.check_clean()
        supervisor.check_clean()
