"""A rule is changed without fear: drafted, tried, replayed, reviewed, in force on an open console, and taken back."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import signed_in, wait_live
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")

WITHIN = 2000
PATIENCE = 6000
"""Two seconds are the aim, and met where nothing else runs; test machines are shared with other tests."""
"""Milliseconds from publishing until an open console decides by the new rule."""
RULES = "/kelola/64.09/aturan/"
SAID = "sirubambu di lapangan"


def ask_until(page: Page, type_name: str, within: int = PATIENCE) -> float:
    """Type on like a call-taker until the suggestion names the type; returns the seconds that it took."""
    began = time.perf_counter()
    words = page.locator("#narrative")
    while time.perf_counter() - began < within / 1000:
        words.fill(SAID)
        words.press("End")
        words.press("Space")
        try:
            chosen = page.locator("#suggestion [aria-label=Jenis] [aria-pressed=true]").first
            expect(chosen).to_contain_text(type_name, timeout=250)
        except AssertionError:
            continue
        return time.perf_counter() - began
    raise AssertionError(f"after {within} ms the console does not say {type_name}")


def write_the_rule(page: Page) -> None:
    page.get_by_role("link", name="Aturan baru").click()
    page.get_by_label("Nama aturan").fill("ppu.sirubambu")
    page.get_by_label("Bobot suara").fill("20")
    page.get_by_label("Jenis", exact=True).select_option("fire")
    page.get_by_label("Frasa (salah satu ada)").fill("sirubambu\nsirubambu & {river}")
    page.get_by_label("Teks laporan").fill(SAID)
    expect(page.locator("#trial mark", has_text="sirubambu").last).to_be_visible()
    expect(page.locator("#trial .trial-answer").nth(1)).to_contain_text("Kebakaran")
    assert violations(page) == []
    page.get_by_role("button", name="Simpan ke konsep").click()
    expect(page.get_by_role("status")).to_contain_text("belum berlaku")


def replay(page: Page) -> None:
    page.get_by_role("link", name="Periksa, putar ulang, terbitkan").click()
    expect(page.locator("#diff-title + .count")).to_have_text("1")
    assert violations(page) == []
    page.get_by_label("Laporan terakhir").select_option("1000")
    page.get_by_role("button", name="Putar ulang").click()
    expect(page.get_by_text("diputuskan lain")).to_be_visible(timeout=30_000)


def test_a_rule_is_replayed_published_and_used_by_an_open_console_within_seconds(stack, browser: Browser) -> None:
    operator = stack.client("operator.ppu")

    def report(n: int) -> int:
        body = {"region": "64.09", "narrative": f"{SAID} nomor {n}" if n < 3 else f"lampu jalan mati gang {n}"}
        return operator.post("incidents/", json=body).status_code

    with ThreadPoolExecutor(4) as together:  # more than are played while the page waits: a worker plays these
        assert set(together.map(report, range(320))) == {201}
    with (
        signed_in(browser, stack.url, "operator.ppu") as console,
        signed_in(browser, stack.url, "admin.ppu") as admin,
        signed_in(browser, stack.url, "supervisor.ppu") as supervisor,
    ):
        wait_live(console.page)
        admin.page.goto(stack.url + RULES)
        assert violations(admin.page) == []
        write_the_rule(admin.page)
        replay(admin.page)
        changed = admin.page.locator(".rule-tiles li").nth(1)
        expect(changed).to_contain_text("3")
        expect(admin.page.locator("main")).to_contain_text("hanya angkanya")
        assert violations(admin.page) == []

        address = admin.page.url
        admin.page.get_by_role("link", name="Kembali ke konsep").click()
        admin.page.get_by_role("button", name="Kirim untuk ditinjau").click()
        supervisor.page.goto(address)
        expect(supervisor.page.locator(".replay-rows tbody tr")).to_have_count(3)
        expect(supervisor.page.locator(".replay-rows")).to_contain_text(SAID)
        assert violations(supervisor.page) == []
        supervisor.page.get_by_role("link", name="Kembali ke konsep").click()
        supervisor.page.get_by_role("button", name="Terbitkan").click()
        expect(supervisor.page.get_by_role("status")).to_contain_text("berlaku di semua layar")
        assert ask_until(console.page, "Kebakaran") < PATIENCE / 1000

        supervisor.page.get_by_role("button", name=re.compile("^Kembali ke aturan bawaan")).click()
        expect(supervisor.page.get_by_role("status")).to_contain_text("Dikembalikan")
        time.sleep(WITHIN / 1000)
        answer = operator.post("classify/", json={"region": "64.09", "narrative": SAID}).json()
        assert answer["type"] != "fire"
        for screen in (console, admin, supervisor):
            screen.check_clean()
