"""The board: list and map in step by keyboard, several units in one act, a second window, a hazard area from a list."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.pages import signed_in, wait_live
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 15_000


def report(stack, words: str) -> dict:
    body = {"region": "35.77", "narrative": words, "location": {"lat": -7.6298, "lon": 111.5239}}
    return stack.client("operator.madiun").post("incidents/", json=body).json()


def to_board(page: Page, address: str = "/papan/") -> None:
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + address)
    wait_live(page)


def row_of(page: Page, made: dict) -> Locator:
    return page.locator(f'#sections button.row[data-key="{made["id"]}"]')


def test_a_case_is_found_selected_and_worked_on_by_keyboard_and_units_are_asked_for_in_one_act(
    stack, browser: Browser
) -> None:
    made = report(stack, "pohon tumbang menutup jalan")
    with signed_in(browser, stack.url, "supervisor.madiun") as screen:
        page = screen.page
        to_board(page)
        expect(page).to_have_title(re.compile(r"^\(\d+\) Papan"), timeout=WITHIN)
        page.keyboard.press("F2")
        page.keyboard.type(made["number"])
        expect(row_of(page, made)).to_be_visible(timeout=WITHIN)
        expect(page.locator("#sections button.row")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        expect(row_of(page, made)).to_have_attribute("aria-current", "true")
        expect(page.locator("#map .map-pin.selected")).to_have_count(1)
        page.keyboard.press("Enter")
        expect(page.locator("#detail .detail-number")).to_have_text(made["number"], timeout=WITHIN)

        row_of(page, made).focus()
        page.keyboard.press("Shift+F10")
        menu = page.get_by_role("menu")
        expect(menu).to_be_visible(timeout=WITHIN)
        menu.locator('[data-act="update"]').press("Enter")
        expect(page.locator("#detail .inline-form")).to_be_visible(timeout=WITHIN)
        page.keyboard.press("Escape")

        free = page.locator('.unit-row[data-status="available"] input')
        codes = [free.nth(n).locator("xpath=..").locator("strong").inner_text() for n in (0, 1)]
        for code in codes:
            page.locator(f'.unit-row:has(strong:text-is("{code}")) input').check()
        page.keyboard.press("F8")
        for code in codes:
            expect(page.locator(f'[data-sent="{code}"]')).to_be_visible(timeout=WITHIN)
        assert violations(page) == []
        screen.check_clean()


def test_a_second_window_shows_the_map_alone_and_follows_what_is_selected(stack, browser: Browser) -> None:
    made = report(stack, "lampu jalan mati")
    with signed_in(browser, stack.url, "operator.madiun") as screen:
        page = screen.page
        to_board(page)
        other = page.context.new_page()
        other.goto(page.url + "?panel=peta")
        expect(other.locator("#sections")).to_be_hidden()
        expect(other.locator("#map")).to_have_attribute("data-shown", re.compile(r"\d"), timeout=WITHIN)
        page.locator("#search").fill(made["number"])
        row_of(page, made).click(timeout=WITHIN)
        expect(other.locator("#map .map-pin.selected")).to_have_count(1, timeout=WITHIN)
        page.reload()
        expect(page.locator("#search")).to_have_value(made["number"])
        page.locator("#clear-filters").click()
        expect(page.locator("#search")).to_have_value("")
        screen.check_clean()


def test_a_hazard_area_is_made_from_a_list_and_lies_on_another_persons_map(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "supervisor.madiun") as screen,
        signed_in(browser, stack.url, "damkar.madiun") as agency,
    ):
        page = screen.page
        to_board(page)
        wait_live(agency.page)
        page.locator("#tab-hazards").press("Enter")
        page.locator("#draw-hazard").press("Enter")
        page.get_by_label("Nama", exact=True).fill("Banjir uji papan")
        page.locator("#pane-hazards details summary").first.press("Enter")
        district = page.locator(".area-choice details").first
        district.locator("summary").press("Enter", timeout=WITHIN)
        district.locator("input").first.press("Space")
        page.get_by_role("button", name="Simpan kawasan").press("Enter")
        item = page.locator("#pane-hazards [data-hazard]").filter(has_text="Banjir uji papan")
        expect(item).to_be_visible(timeout=WITHIN)
        drawn = agency.page.locator(".map-hazard-label").filter(has_text="Banjir uji papan")
        expect(drawn).to_have_count(1, timeout=WITHIN)
        item.get_by_role("button", name="Akhiri").press("Enter")
        expect(drawn).to_have_count(0, timeout=WITHIN)
        for one in (screen, agency):
            one.check_clean()
