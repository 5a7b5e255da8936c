"""The page of all parts, and the sounds: in every state, in both themes, by keyboard and without motion."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import row, signed_in, wait_live
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")

STATES = ("Kosong", "Memuat", "Basi", "Luring", "Galat", "Tanpa hak")
STEPS = ("early", "half", "near", "late")


def gallery(page: Page, url: str, theme: str = "dark") -> None:
    page.goto(f"{url}/gaya/?tema={theme}")
    expect(page.locator("#rows .row")).to_have_count(4)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_part_in_every_state_without_a_serious_finding(stack, browser: Browser, theme: str) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        gallery(page, stack.url, theme)
        for state in STATES:
            expect(page.locator(f'[data-state="{state}"]')).to_be_visible()
        for step in STEPS:
            timer = page.locator(f'#timers .timer[data-step="{step}"]')
            expect(timer).to_be_visible()
            assert timer.locator(".left").inner_text()
            assert timer.locator(".icon").inner_text()
        expect(page.locator("#timers .timer[data-step=late] .left")).to_contain_text("+")
        assert len({page.locator(f"#timers [data-step={s}] .icon").inner_text() for s in STEPS}) == 4
        assert violations(page) == []
        screen.check_clean()


def test_the_icons_are_drawn(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        gallery(screen.page, stack.url)
        boxes = screen.page.locator(".icon-svg use").evaluate_all("(all) => all.map((one) => one.getBBox().width)")
        assert boxes
        assert all(width > 0 for width in boxes)


def test_the_focus_is_seen_on_everything_that_can_have_it(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        gallery(page, stack.url)
        unseen, reached = [], 0
        for _ in range(60):
            page.keyboard.press("Tab")
            found = page.evaluate(
                """() => { const a = document.activeElement; if (a === document.body) return null;
                  const mark = a.closest(".segments label") ?? a; const style = getComputedStyle(mark);
                  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                  return [a.outerHTML.slice(0, 80), drawn]; }"""
            )
            if found is None:
                break
            reached += 1
            if not found[1]:
                unseen.append(found[0])
        assert reached > 20
        assert unseen == []


def test_nothing_moves_for_somebody_who_asked_for_that(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        page.emulate_media(reduced_motion="reduce")
        gallery(page, stack.url)
        moving = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
        page.evaluate("document.querySelector('#rows .row').classList.add('row-fresh')")
        assert page.evaluate(moving) == 0
        page.emulate_media(reduced_motion="no-preference")
        page.evaluate("document.querySelectorAll('#rows .row')[1].classList.add('row-fresh')")
        assert page.evaluate(moving) > 0


def test_each_of_the_four_sounds_can_be_tried_and_not_turned_off(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        gallery(page, stack.url)
        buttons = page.locator("[data-sound]")
        expect(buttons).to_have_count(4)
        for button in buttons.all():
            button.click()
            expect(button).to_have_attribute("data-played", "true")
        page.locator("#volume").fill("0")
        expect(page.locator("#volume-said")).to_contain_text("20 %")


def test_a_console_says_that_it_is_silent_until_the_shift_begins(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        wait_live(page)
        banner = page.locator("#sound-banner")
        if page.evaluate("navigator.userActivation.hasBeenActive") and not banner.is_visible():
            page.reload()  # a browser may wake the sound by itself after a key; a fresh page never has
        wait_live(page)
        expect(banner).to_contain_text("SUARA MATI")
        page.get_by_role("button", name="Mulai shift").click()
        expect(banner).to_be_hidden()
        expect(page.get_by_role("button", name="Uji suara")).to_be_visible()
        body = {"region": "35.77", "narrative": "kebakaran rumah di Kejuron, ada orang terjebak"}
        saved = stack.client("supervisor.madiun").post("incidents/", json=body).json()
        waits = re.compile(f"critical:{saved['id']}")
        expect(page.locator("body")).to_have_attribute("data-alarms", waits)
        row(page, saved["number"]).click()  # looking at it is accepting it
        expect(page.locator("#detail .detail-number")).to_have_text(saved["number"])
        expect(page.locator("body")).not_to_have_attribute("data-alarms", waits)
        screen.check_clean()
