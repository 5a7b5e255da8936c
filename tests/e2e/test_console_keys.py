"""The console without the mouse: how many keys a call costs, ten ghost calls in a row, the command line."""

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import row, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")
PATIENCE = 15_000

UNNAMED = """() => [...document.querySelectorAll("button")].filter((one) => one.offsetParent).filter((one) => {
  one.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  return !one.title && !one.querySelector("kbd");
}).map((one) => one.outerHTML)"""
"""The buttons in sight that say neither on their face nor when pointed at which key presses them."""


class Counted:
    """Presses keys and counts those that are not text."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_a_call_is_taken_located_classified_sent_and_closed_with_at_most_twelve_keys(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        keys = Counted(page)
        keys.press("F3")
        expect(page.locator("#call .dispositions")).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#place")).to_be_focused()
        keys.type("alun-alun")
        expect(page.locator("#place-list li").first).to_be_visible(timeout=PATIENCE)
        keys.press("ArrowDown")
        keys.press("Enter")  # chooses the place
        keys.press("Enter")  # on to what happened
        keys.type("pohon tumbang menimpa warung, ada yang luka")
        expect(page.locator("#suggestion mark").first).to_be_visible(timeout=PATIENCE)
        keys.press("Alt+1")
        keys.press("F8")
        expect(page.locator("#saved .result-lines li").first).to_be_visible(timeout=PATIENCE)
        number = page.locator("#saved .detail-number").inner_text()
        expect(page.locator("#call")).to_contain_text(f"Tertaut {number[-4:]}", timeout=PATIENCE)
        keys.press("F10")
        expect(page.locator("#call")).to_be_hidden(timeout=PATIENCE)
        assert keys.count <= 12
        expect(row(page, number)).to_be_visible(timeout=PATIENCE)
        operator.check_clean()


@pytest.mark.alone
def test_ten_ghost_calls_are_closed_in_twenty_seconds(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        began = time.perf_counter()
        calls = set()
        for _n in range(10):
            with page.expect_response("**/disposition/", timeout=PATIENCE) as told:
                page.keyboard.press("F3")
                page.keyboard.press("Control+1")  # before the server has answered F3
            calls.add(told.value.url)
        assert len(calls) == 10
        assert time.perf_counter() - began < 20
        expect(page.locator("#result")).to_contain_text("Ghost")
        page.keyboard.press("Alt+z")  # the last one was a caller after all
        expect(page.locator("#call .dispositions")).to_be_visible(timeout=PATIENCE)
        page.keyboard.press("Control+4")
        operator.check_clean()


def test_commands_say_what_they_do_and_can_be_taken_back(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        body = {"region": "35.77", "narrative": "pohon tumbang di halaman sekolah"}
        case = stack.client("operator.madiun").post("incidents/", json=body).json()
        end = case["number"][-4:]
        expect(row(page, case["number"])).to_be_visible(timeout=PATIENCE)
        page.locator("#narrative").click()
        page.keyboard.type("setengah kalimat")
        page.keyboard.press("F2")
        page.keyboard.type(f"batal {case['number']}")
        expect(page.locator("#command-said")).to_contain_text("Masih perlu: alasan")
        page.keyboard.type(" salah sambung")
        expect(page.locator("#command-said")).to_contain_text(f"Batalkan {end}")
        page.keyboard.press("Enter")
        expect(page.locator("#narrative")).to_be_focused()
        expect(page.locator("#acts")).to_contain_text(f"Menunggu: Batalkan {end}")
        page.keyboard.press("Alt+z")
        expect(page.locator("#acts")).to_contain_text("Tidak jadi")
        expect(page.locator("#narrative")).to_have_value("setengah kalimat")
        expect(row(page, case["number"])).to_be_visible()
        page.locator("#clear").click()
        operator.check_clean()


def test_every_button_names_a_key_and_the_focus_stays_while_reports_come_in(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        colleague = stack.client("supervisor.madiun")

        def told(words: str) -> str:
            body = {"region": "35.77", "narrative": words}
            return str(colleague.post("incidents/", json=body).json()["number"])

        number = told("lampu jalan mati")
        row(page, number).focus()
        page.keyboard.press("Enter")
        expect(page.locator("#detail .detail-number")).to_have_text(number, timeout=PATIENCE)
        worse = told("kebakaran rumah, ada orang terjebak")
        expect(row(page, worse)).to_be_visible(timeout=PATIENCE)
        expect(row(page, number)).to_be_focused()

        assert page.evaluate(UNNAMED) == []

        row(page, number).focus()
        page.keyboard.press("?")
        page.locator('[data-key="key-locate"]').click()
        page.keyboard.press("Alt+l")
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        page.keyboard.press("Alt+l")
        expect(page.locator("#place")).to_be_focused()
        page.keyboard.press("?")  # in a field it is a letter
        expect(page.locator("#keys")).to_be_hidden()
        page.locator("#place").fill("")
        operator.check_clean()
