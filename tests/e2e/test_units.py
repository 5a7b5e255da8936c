"""The agency's desk chooses units by keys and asks for help; the console sees who writes, and looks back in time."""

import re
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import press, report_by_keyboard, row, send, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 10_000


def test_a_desk_chooses_by_key_its_unit_tells_its_steps_and_the_console_is_asked_for_help(
    stack, browser: Browser
) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "dinkes.madiun") as agency,
    ):
        wait_live(operator.page)
        wait_live(agency.page)
        number = report_by_keyboard(operator.page, place="Taman", words="orang pingsan di pasar, tidak sadar")
        page = agency.page
        row(page, number).click(timeout=WITHIN)
        own = page.locator("#detail .task").first
        press(own, "acknowledge")
        expect(own).to_have_attribute("data-status", "acknowledged", timeout=WITHIN)
        press(own, "dispatch")
        first = page.locator('#detail [data-pick="1"]')
        expect(first).to_be_focused(timeout=WITHIN)
        expect(page.locator("#detail .unit-offer").first).to_contain_text("perkiraan")
        page.keyboard.press("1")
        expect(first).to_be_checked()
        send(page, "Berangkat")
        unit = own.locator(".units li").first
        expect(unit).to_have_attribute("data-status", "assigned", timeout=WITHIN)
        unit.locator('[data-status="en_route"]').click()
        expect(unit).to_have_attribute("data-status", "en_route", timeout=WITHIN)
        unit.locator('[data-status="on_scene"]').click()
        expect(own).to_have_attribute("data-status", "arrived", timeout=WITHIN)

        own.get_by_role("button", name="Minta bantuan").click()
        page.get_by_label("Keterangan untuk operator").fill("perlu satu ambulans lagi")
        page.get_by_role("button", name="Kirim permintaan").click()
        expect(row(operator.page, number)).to_contain_text("Minta bantuan", timeout=WITHIN)
        row(operator.page, number).click()
        operator.page.get_by_role("button", name="Sudah dipenuhi").click()
        expect(row(operator.page, number)).not_to_contain_text("Minta bantuan", timeout=WITHIN)
        for screen in (operator, agency):
            screen.check_clean()


def test_colleagues_see_who_is_writing_and_a_past_moment_is_another_picture(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "supervisor.madiun") as supervisor,
    ):
        for screen in (operator, supervisor):
            wait_live(screen.page)
        before = datetime.now(ZoneInfo("Asia/Jakarta"))
        time.sleep(1.1)
        number = report_by_keyboard(operator.page, place="Taman", words="kebakaran rumah di kelurahan Taman")
        for screen in (operator, supervisor):
            row(screen.page, number).click(timeout=WITHIN)
            expect(screen.page.locator("#detail .detail-number").first).to_have_text(number)
        words = operator.page.get_by_label("Catatan baru")
        words.press_sequentially("api sudah padam", delay=20)
        expect(supervisor.page.locator("#detail .typing")).to_contain_text("sedang mengetik", timeout=WITHIN)
        operator.page.get_by_role("button", name="Simpan catatan").click()
        expect(words).to_have_value("", timeout=WITHIN)
        expect(supervisor.page.locator("#detail .timeline")).to_contain_text("api sudah padam", timeout=WITHIN)

        page = supervisor.page
        page.locator("#as-of").click()
        dialog = page.locator("dialog.as-of")
        expect(dialog.locator(".as-of-banner")).to_contain_text("KEADAAN PUKUL", timeout=WITHIN)
        dialog.get_by_label("Waktu", exact=True).fill(before.strftime("%Y-%m-%dT%H:%M:%S"))
        dialog.get_by_role("button", name="Lihat", exact=True).click()
        expect(dialog.locator(".as-of-banner")).to_contain_text(
            re.compile(before.strftime(r"%H\.%M\.%S")), timeout=WITHIN
        )
        expect(dialog.locator(f'.row [title="{number}"]')).to_have_count(0)
        now = datetime.now(ZoneInfo("Asia/Jakarta"))
        time.sleep(1.1)
        dialog.get_by_label("Waktu", exact=True).fill(now.strftime("%Y-%m-%dT%H:%M:%S"))
        dialog.get_by_role("button", name="Lihat", exact=True).click()
        dialog.locator(".row").filter(has=page.locator(f'[title="{number}"]')).click(timeout=WITHIN)
        expect(dialog.locator(".detail-number")).to_have_text(number, timeout=WITHIN)
        assert dialog.locator("button[data-action]").count() == 0
        dialog.get_by_role("button", name="Kembali ke sekarang").click()
        expect(dialog).to_be_hidden()
        for screen in (operator, supervisor):
            screen.check_clean()
