"""axe-core on every screen, with content: nothing serious or critical (WCAG 2.2 A and AA)."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import report_by_keyboard, row, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((result) =>
  result.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`))"""


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())  # as the debugger does it: a script tag would be refused by the page's policy
    return page.evaluate(RUN)


def test_the_console_with_a_report_under_way(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        number = report_by_keyboard(page, place="Taman", words="kecelakaan motor lawan truk, dua orang luka")
        page.keyboard.press("F3")
        page.keyboard.type("Manguharjo")
        page.locator("#narrative").fill("kebakaran gudang, api besar")
        expect(page.locator("#suggestion mark").first).to_be_visible()
        row(page, number).click()
        expect(page.locator("#detail .detail-number")).to_have_text(number)
        assert violations(page) == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_desk_in_both_themes(stack, browser: Browser, width: int, height: int) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "bpbd.madiun", width=width, height=height) as agency,
    ):
        wait_live(operator.page)
        number = report_by_keyboard(operator.page, place="Taman", words="pohon tumbang di jalan")
        row(agency.page, number).click()
        expect(agency.page.locator('#detail button[data-action="acknowledge"]')).to_be_visible()
        assert violations(agency.page) == []


@pytest.mark.parametrize("username", ["wall.madiun", "national", "supervisor.ppu"])
def test_the_other_screens(stack, browser: Browser, username: str) -> None:
    with signed_in(browser, stack.url, username, width=1920, height=1080) as screen:
        expect(screen.page.locator("main")).to_be_visible()
        assert violations(screen.page) == []


@pytest.mark.parametrize("path", ["/kertas/", "/kertas/entri/", "/luring/", "/luring/konsol/"])
def test_paper_and_the_pages_without_a_server(stack, browser: Browser, path: str) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        operator.page.goto(f"{stack.url}{path}")
        expect(operator.page.locator("main")).to_be_visible()
        assert violations(operator.page) == []


def test_what_has_not_been_sent(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        page.route("**/api/v1/auth/session/", lambda route: route.abort())
        page.locator("#narrative").fill("pohon tumbang")
        page.keyboard.press("F8")
        page.locator("#unsent").click()
        expect(page.locator("#unsent-list [data-row]")).to_have_count(1)
        assert violations(page) == []
        page.unroute("**/api/v1/auth/session/")
        expect(page.locator("#unsent")).to_be_hidden(timeout=15_000)


def test_signing_in(stack, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{stack.url}/masuk/")
    page.get_by_label("Nama pengguna").fill("nobody")
    page.get_by_label("Kata sandi").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("salah")
    assert violations(page) == []
    page.close()
