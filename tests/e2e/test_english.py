"""The screens in English: nothing of ours is left in Indonesian. Names, SOPs and words of callers stay as they are."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts import messages
from tests.e2e.pages import PASSWORD, report_by_keyboard, row, signed_in, wait_live
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")

OURS = {
    "alasan", "aturan", "batal", "belum", "berangkat", "buka", "catatan", "darurat", "dinas hari ini", "diterima",
    "instansi baru", "jenis", "kejadian", "keluar", "kirim", "kritis", "langkah", "laporan", "lokasi", "masuk",
    "memuat", "menunggu", "mendesak", "pelapor", "prioritas", "riwayat", "selesai", "sejak", "simpan", "siap", "tambah",
    "terima", "tiba", "tidak", "tolak", "tutup", "ubah",
}  # fmt: skip
"""Words that a screen in Indonesian is full of."""
TEXTS = """() => {
  const left = "bdi, textarea, mark, select, [lang]:not(html), #sop, details ol, .detail-number, datalist";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement.closest(left) || node.parentElement.closest("script, style") ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode.textContent);
  for (const node of document.querySelectorAll("button[title], input[placeholder], button[aria-label]"))
    if (!node.closest(left)) found.push(node.title || node.placeholder || node.getAttribute("aria-label") || "");
  return found;
}"""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """`make` does this; a run of pytest alone must not depend on it."""
    if not messages.path_of("en", "django").with_suffix(".mo").exists():
        messages.compile_all()


@contextmanager
def in_english(browser: Browser, url: str, username: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    page = context.new_page()
    page.goto(f"{url}/masuk/")
    page.get_by_role("button", name="EN", exact=True).click()
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/masuk/" not in address)
    try:
        yield page
    finally:
        context.close()


def indonesian(page: Page) -> list[str]:
    """Our Indonesian words that the page still shows."""
    texts = [" ".join(text.lower().split()) for text in page.evaluate(TEXTS)]
    return sorted({text for text in texts if OURS & set(text.replace(":", " ").replace("…", " ").split())})


def test_the_console_in_english(stack, browser: Browser) -> None:
    with in_english(browser, stack.url, "operator.madiun") as page:
        wait_live(page)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        number = report_by_keyboard(page, place="Taman", words="kecelakaan motor lawan truk, dua orang luka")
        row(page, number).click()
        expect(page.locator("#detail .detail-number")).to_have_text(number)
        expect(page.get_by_role("button", name="Save report")).to_be_visible()
        assert indonesian(page) == []
        assert violations(page) == []


def test_the_agency_desk_in_english(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        wait_live(operator.page)
        number = report_by_keyboard(operator.page, place="Taman", words="pohon tumbang menutup jalan")
        with in_english(browser, stack.url, "bpbd.madiun") as page:
            row(page, number).click()
            expect(page.locator('#detail button[data-action="acknowledge"]')).to_have_text("Acknowledge")
            assert indonesian(page) == []
            assert violations(page) == []


def test_the_administration_in_english(stack, browser: Browser) -> None:
    with in_english(browser, stack.url, "admin.madiun") as page:
        for name in ("instansi/", "unit/", "target/", "layar/"):
            page.goto(f"{stack.url}/kelola/35.77/{name}")
            expect(page.locator("h1")).to_be_visible()
            assert indonesian(page) == [], name
        assert violations(page) == []
        page.get_by_role("button", name="ID", exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", "id")
        assert page.url.endswith("/layar/")
