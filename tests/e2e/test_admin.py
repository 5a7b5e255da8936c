"""The administration and the figures in a browser: lists moved by key and by drag, a table walked by arrows, charts."""

import uuid

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import signed_in
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")
PATIENCE = 15_000


def entries(page: Page) -> list[str]:
    """The questions of the procedure as they stand in the editor."""
    return page.locator("ol.entries").first.locator("textarea").evaluate_all("all => all.map(one => one.value)")


def test_a_procedure_is_put_in_order_by_key_or_drag_and_seen_as_the_operator_sees_it(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "admin.tangerang") as admin:
        page = admin.page
        page.goto(f"{stack.url}/kelola/36.03/sop/")
        page.locator("table.procedures tbody th a").first.click()
        lines = page.locator("ol.entries").first.locator("li")
        expect(lines.nth(2)).to_be_visible(timeout=PATIENCE)
        first, second, third, *rest = entries(page)
        lines.nth(1).locator("textarea").press("Alt+ArrowUp")
        assert entries(page) == [second, first, third, *rest]
        expect(lines.nth(0).locator("textarea")).to_be_focused()
        lines.nth(2).locator(".grip").drag_to(lines.nth(0))
        assert entries(page) == [third, second, first, *rest]
        lines.nth(0).locator("textarea").press("Enter")
        page.keyboard.type("Apakah ada yang terjebak? {trapped}")
        preview = page.locator("#preview .sop")
        asked = preview.locator("ol").first.locator("li").nth(1)
        expect(asked).to_contain_text("Apakah ada yang terjebak?")
        expect(asked.get_by_role("button", name="Ya: Apakah ada yang terjebak?")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="Terbitkan").click()
        expect(page.get_by_role("status").first).to_contain_text("SOP terbit", timeout=PATIENCE)
        admin.check_clean()


def test_the_matrix_is_walked_by_arrows_and_a_cell_opens_its_card(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "admin.tangerang") as admin:
        page = admin.page
        page.goto(f"{stack.url}/kelola/36.03/celah/")
        cells = page.locator("table.matrix tbody tr")
        cells.nth(0).locator("td a").first.focus()
        for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        wanted = cells.nth(1).locator("td a").nth(2)
        expect(wanted).to_be_focused()
        assert page.locator("table.matrix td a[tabindex='0']").count() == 1, "one stop for Tab"
        assert violations(page) == []
        page.keyboard.press("Enter")
        expect(page.get_by_label("Instansi utama")).to_be_visible(timeout=PATIENCE)
        admin.check_clean()


def test_charts_are_drawn_under_the_strict_policy_and_have_their_tables(stack, browser: Browser) -> None:
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        for _n in range(12):
            database.execute(
                "INSERT INTO incidents_call (id, version, region_id, channel, source, number, line, provider_id,"
                " offered_at, answered_at, disposition, exercise, confidential, recorded_at, retention)"
                " VALUES (%s, 1, '36.03', 'phone', 'live', '', '', '', now() - interval '2 days',"
                " now() - interval '2 days', 'prank', false, false, now() - interval '2 days', 'call')",
                [uuid.uuid4()],
            )
    with signed_in(browser, stack.url, "supervisor.tangerang") as supervisor:
        page = supervisor.page
        page.goto(f"{stack.url}/angka/")
        for key in ("jam", "panas", "corong", "prank"):
            chart = page.locator(f'[data-chart="{key}"]')
            expect(chart).to_have_attribute("data-drawn", "true", timeout=PATIENCE)
            assert chart.locator("canvas").count() >= 1
        page.locator("#angka-prank summary").click()
        expect(page.locator("#angka-prank td", has_text="100,0").or_(page.locator("#angka-prank td", has_text="100.0"))
               .first).to_be_visible()  # fmt: skip
        assert violations(page) == []
        supervisor.check_clean()
