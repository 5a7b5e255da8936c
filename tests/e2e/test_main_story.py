"""One report through all hands, on the real screens: call-taker, agency, wall, supervisor."""

import re
import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.pages import press, report_by_keyboard, row, send, signed_in, task_of, wait_live

pytestmark = pytest.mark.xdist_group("stack")

WITHIN = 2000
"""Milliseconds within which a screen shows what happened on another, without being reloaded."""


def test_a_report_goes_from_the_keyboard_to_the_agency_the_wall_and_its_end(stack, browser: Browser) -> None:
    url = stack.url
    with (
        signed_in(browser, url, "operator.madiun") as operator,
        signed_in(browser, url, "bpbd.madiun") as agency,
        signed_in(browser, url, "wall.madiun", width=1920, height=1080) as wall,
        signed_in(browser, url, "supervisor.madiun") as supervisor,
    ):
        for screen in (operator, agency, supervisor):
            wait_live(screen.page)
        expect(wall.page.locator("#updated")).to_contain_text("Data")
        open_before = int(on_wall(wall.page).inner_text())

        number = report_by_keyboard(
            operator.page, place="Jl. Pahlawan, Kartoharjo", words="pohon tumbang menutup jalan, dua motor tertimpa"
        )
        assert re.fullmatch(r"112-MDN-\d{6}-\d{4}", number)

        began = time.perf_counter()
        expect(row(agency.page, number)).to_be_visible(timeout=WITHIN)
        assert time.perf_counter() - began < WITHIN / 1000
        expect(agency.page.locator("#unaccepted")).to_contain_text("menunggu diterima")
        expect(on_wall(wall.page)).to_have_text(str(open_before + 1), timeout=WITHIN)

        work_through_the_job(agency.page, number)
        expect(row(operator.page, number)).to_contain_text("BPBD selesai", timeout=WITHIN)

        close_it(supervisor.page, number)
        expect(on_wall(wall.page)).to_have_text(str(open_before), timeout=WITHIN)
        expect(row(operator.page, number)).to_have_count(0, timeout=WITHIN)
        expect(row(agency.page, number)).to_have_count(0, timeout=WITHIN)
        for screen in (operator, agency, wall, supervisor):
            screen.check_clean()


def on_wall(page: Page) -> Locator:
    """The number of open incidents on the wall."""
    return page.locator("#figures .figure b").first


def work_through_the_job(page: Page, number: str) -> None:
    """Accept, send a unit, arrive, report: by clicks on the one big button."""
    row(page, number).click()
    own = page.locator("#detail .task").first
    press(own, "acknowledge")
    expect(own).to_have_attribute("data-status", "acknowledged")
    press(own, "dispatch")
    page.locator('#detail .inline-form input[name="units"]:not(:disabled)').first.check()
    send(page, "Berangkat")
    press(own, "arrive")
    press(own, "complete")
    page.get_by_label("Hasil di lapangan").select_option("handled")
    page.get_by_label("Catatan", exact=True).fill("Pohon dipotong, jalan terbuka kembali")
    page.get_by_label("Luka").fill("2")
    send(page, "Selesai")
    expect(page.locator("#detail")).to_contain_text("Pohon dipotong, jalan terbuka kembali")
    expect(own).to_contain_text("Ditangani")


def close_it(page: Page, number: str) -> None:
    """The supervisor withdraws what nobody took, then closes."""
    row(page, number).click()
    expect(page.locator("#detail .detail-number")).to_have_text(number)
    waiting = page.locator('#detail .task[data-status="assigned"]')
    while count := waiting.count():
        press(waiting.first, "withdraw")
        page.get_by_label("Alasan menarik penugasan").fill("Sudah ditangani")
        send(page, "Tarik")
        page.get_by_role("button", name="Kirim sekarang").first.click()  # else it can be taken back for ten seconds
        expect(waiting).to_have_count(count - 1)
    press(page.locator("#detail"), "close")
    send(page, "Tutup")
    expect(page.locator("#detail")).to_contain_text("Ditutup")


def test_a_nuisance_call_is_closed_by_one_key_and_can_be_taken_back(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        page.keyboard.press("F3")
        expect(page.locator("#call")).to_contain_text("Panggilan")
        page.keyboard.type("suara anak kecil")
        page.keyboard.press("Control+2")
        expect(page.locator("#result")).to_contain_text("Prank")
        expect(page.locator("#place")).to_have_value("")
        page.get_by_role("button", name="Urungkan").click()
        expect(page.locator("#place")).to_have_value("suara anak kecil")
        page.keyboard.press("Control+1")
        expect(page.locator("#result")).to_contain_text("Ghost")
        operator.check_clean()


def test_what_was_typed_survives_a_reload_and_a_server_that_is_away(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        page.locator("#narrative").fill("lampu jalan mati di depan sekolah")
        expect(page.locator("#draft-state")).to_contain_text("Konsep")
        page.reload()
        expect(page.locator("#narrative")).to_have_value("lampu jalan mati di depan sekolah")

        page.route("**/api/v1/incidents/", lambda route: route.abort())
        page.keyboard.press("F8")
        expect(page.locator("#unsent")).to_contain_text("BELUM TERKIRIM 1")
        page.unroute("**/api/v1/incidents/")
        expect(page.locator("#saved .detail-number")).to_be_visible(timeout=10_000)
        expect(page.locator("#unsent")).to_be_hidden()


def test_the_operator_overrides_type_and_priority(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        page.locator("#narrative").fill("pohon tumbang di taman")
        expect(page.locator("#suggestion mark").first).to_be_visible()
        page.get_by_role("button", name="P1 Kritis").click()
        page.keyboard.press("F8")
        expect(page.locator("#saved")).to_contain_text("P1 Kritis")
        operator.check_clean()


def test_the_desk_works_on_a_phone(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "bpbd.madiun", width=390, height=844) as phone,
    ):
        wait_live(operator.page)
        number = report_by_keyboard(operator.page, place="Taman", words="pohon tumbang menimpa pagar")
        page = phone.page
        row(page, number).click()
        button = page.locator('#detail button[data-action="acknowledge"]')
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 64
        button.click()
        expect(page.locator('#detail button[data-action="dispatch"]')).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Daftar").click()
        expect(row(page, number)).to_be_visible()
        phone.check_clean()


def test_an_agency_declines_with_a_reason_and_its_backup_has_it_at_once(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "bpbd.madiun") as agency,
    ):
        wait_live(operator.page)
        wait_live(agency.page)
        number = report_by_keyboard(operator.page, place="Manguharjo", words="pohon tumbang di halaman")
        row(agency.page, number).click()
        press(agency.page.locator("#detail .task").first, "decline")
        agency.page.get_by_label("Alasan menolak").fill("Semua regu di lapangan")
        send(agency.page, "Tolak")
        expect(row(agency.page, number)).to_have_count(0)
        expect(row(operator.page, number)).to_contain_text("DLH", timeout=WITHIN)
        expect(task_of(operator.page, "BPBD").first).to_contain_text("Ditolak", timeout=WITHIN)
        expect(task_of(operator.page, "DLH")).to_contain_text("cadangan", timeout=WITHIN)
