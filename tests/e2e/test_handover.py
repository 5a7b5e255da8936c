"""A case goes from one centre's screen to another's, is taken or comes back; nobody has to reload anything."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import press, row, send, signed_in, wait_live
from tests.integration.acting import MADIUN

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 5000


def hand_over(page: Page, number: str, region: str) -> None:
    row(page, number).click()
    page.locator('#detail button[data-action="hand_over"]').click()
    page.get_by_label("Alihkan ke wilayah").select_option(label=region)
    page.locator("#detail .inline-form").get_by_label("Catatan").fill("di seberang batas")
    send(page, "Alihkan")


def reported(stack) -> str:
    body = {"region": MADIUN, "narrative": "kebakaran rumah", "agencies": []}
    return stack.client("operator.madiun").post("incidents/", json=body).json()["number"]


def test_the_receiving_centre_takes_one_case_and_sends_another_back(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as here,
        signed_in(browser, stack.url, "operator.ppu") as there,
    ):
        for screen in (here, there):
            wait_live(screen.page)
        for answer in ("accept", "refuse"):
            number = reported(stack)
            hand_over(here.page, number, "Kab. Penajam Paser Utara")
            waiting = here.page.locator("#handovers .handover[data-direction=out]").filter(has_text="menunggu jawaban")
            expect(waiting).to_have_count(1, timeout=WITHIN)
            expect(waiting.locator(".timer")).to_contain_text(re.compile(r"00\.\d\d"))
            offer = there.page.locator("#handovers .handover[data-direction=in]")
            expect(offer).to_contain_text("dari Kota Madiun", timeout=WITHIN)
            offer.get_by_role("button", name="Buka").click()
            press(there.page.locator("#detail"), answer)
            if answer == "refuse":
                there.page.get_by_label("Alasan menolak").fill("bukan wilayah kami")
                send(there.page, "Tolak alihan")
            expect(offer).to_have_count(0, timeout=WITHIN)
            expect(waiting).to_have_count(0, timeout=WITHIN)
        alarm = here.page.locator("#handovers .handover[data-alarm]")
        expect(alarm).to_contain_text("MENOLAK", timeout=WITHIN)
        expect(here.page.locator("#alarm")).to_contain_text(number)
        expect(row(here.page, number)).to_be_visible()
        alarm.get_by_role("button", name="Buka").click()
        expect(here.page.locator("#detail")).to_contain_text("bukan wilayah kami", timeout=WITHIN)
        expect(alarm).to_have_count(0)
        for screen in (here, there):
            screen.check_clean()


def test_a_colleague_is_named_while_both_have_the_case_open(stack, browser: Browser) -> None:
    number = reported(stack)
    with (
        signed_in(browser, stack.url, "operator.madiun") as one,
        signed_in(browser, stack.url, "supervisor.madiun") as other,
    ):
        for screen in (one, other):
            wait_live(screen.page)
            row(screen.page, number).click()
        for screen in (one, other):
            expect(screen.page.get_by_text("Juga sedang dibuka oleh")).to_be_visible(timeout=10_000)
            screen.check_clean()
