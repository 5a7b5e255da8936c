"""A call-taker works through everything that can happen between the keyboard and the database."""

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.cable import Cable, cable
from tests.e2e.pages import PASSWORD, press, report_by_keyboard, row, signed_in, until, wait_live

pytestmark = pytest.mark.xdist_group("stack")
CANARY = "KANARI4417"


@pytest.fixture
def net(stack) -> Iterator[Cable]:
    with cable(stack.url) as made:
        yield made


@pytest.fixture
def desk(browser: Browser, net: Cable) -> Iterator[BrowserContext]:
    """One workstation: its browser keeps what it keeps, whoever sits there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    yield context
    context.close()


def sign_in(context: BrowserContext, url: str, username: str = "operator.madiun") -> Page:
    page = context.new_page()
    page.goto(f"{url}/masuk/")
    page.get_by_label("Nama pengguna").fill(username)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/masuk/" not in address)
    wait_ready(page)
    return page


def wait_ready(page: Page) -> None:
    """Until the pages for the hours without a server are kept."""
    until(
        page,
        """async () => {
          const kept = (await caches.keys()).find((name) => name.startsWith("siaga112-pages"));
          const pages = kept ? await (await caches.open(kept)).keys() : [];
          return pages.length > 0 && navigator.serviceWorker.controller?.state === "activated";
        }""",
        seconds=30,
    )


def reload(page: Page) -> None:
    """As a person does: again when the browser shows its own error page. Chromium asks the network itself when it
    cannot start the service worker in time, as on a machine that is very busy (w3c/ServiceWorker#1503)."""
    for _ in range(3):
        with contextlib.suppress(PlaywrightError):
            page.reload()
            return
        page.wait_for_timeout(500)
    page.reload()


def type_report(page: Page, words: str) -> None:
    page.locator("#narrative").fill(words)
    page.keyboard.press("F8")
    expect(page.locator("#narrative")).to_have_value("")


def unsent(page: Page):
    return page.locator("#unsent")


def stored(stack, words: str) -> list[dict]:
    """What the database has of these words, in the order in which it was said."""
    with stack.client("supervisor.madiun") as client:
        found = client.get("incidents/", params={"region": "35.77", "q": words}).json()["results"]
        return sorted(
            (client.get(f"incidents/{one['id']}/").json() for one in found), key=lambda one: one["occurred_at"]
        )


def kept_text(page: Page) -> str:
    """Everything that this browser has on its disk, as far as a page can read it, with bytes read as text."""
    return page.evaluate(
        """async () => {
          const text = (value) => {
            if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
              return [...new Uint8Array(value.buffer ?? value)].map((x) => String.fromCharCode(x)).join("");
            }
            if (value && typeof value === "object") return Object.entries(value).map(([k, v]) => k + text(v)).join(" ");
            return String(value);
          };
          let found = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage });
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) found += request.url + await (await cache.match(request)).text();
          }
          const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
          for (const { name } of await indexedDB.databases()) {
            const db = await asked(indexedDB.open(name));
            for (const store of db.objectStoreNames) {
              found += (await asked(db.transaction(store).objectStore(store).getAll())).map(text).join(" ");
            }
            db.close();
          }
          return found;
        }"""
    )


def test_the_text_is_there_again_after_the_tab_was_killed_in_the_middle_of_a_sentence(desk, net) -> None:
    page = sign_in(desk, net.url)
    page.locator("#narrative").focus()
    words = "rumah terbakar di belakang pas"
    page.keyboard.type(words, delay=25)
    time.sleep(0.5)  # what a keystroke has at most until it is on the disk
    with pytest.raises(PlaywrightError, match="crash"):
        page.goto("chrome://crash")
    again = desk.new_page()
    again.goto(f"{net.url}/konsol/")
    expect(again.locator("#narrative")).to_have_value(words)


def test_three_reports_of_an_outage_are_stored_once_each_and_in_order(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    wait_live(page)
    net.set("cut")
    for n in (1, 2, 3):
        type_report(page, f"pohon tumbang putus{n} {CANARY}a")
        expect(unsent(page)).to_have_text(re.compile(rf"BELUM TERKIRIM {n}"))
    unsent(page).click()
    expect(page.locator("#unsent-list [data-row]")).to_have_count(3)
    expect(page.locator("#unsent-list")).to_contain_text("pohon tumbang putus1")
    assert stored(stack, f"{CANARY}a") == []
    assert CANARY not in kept_text(page)

    net.set("whole")
    expect(unsent(page)).to_be_hidden(timeout=20_000)
    found = stored(stack, f"{CANARY}a")
    assert [re.search(r"putus\d", one["narrative"])[0] for one in found] == ["putus1", "putus2", "putus3"]
    assert [one["created_at"] for one in found] == sorted(one["created_at"] for one in found)
    expect(page.locator("#saved .detail-number")).to_be_visible()


def test_reports_saved_while_the_server_is_killed_again_and_again_are_stored_once_each(desk, stack) -> None:
    """No proxy here: the process that answers dies, the supervisor starts it again, the desk goes on."""
    page = sign_in(desk, stack.url)
    wait_live(page)
    for n in (1, 2, 3):
        pid = httpx.get(f"{stack.url}/healthz").json()["pid"]
        page.locator("#narrative").fill(f"pohon tumbang mati{n} {CANARY}j")
        page.keyboard.press("F8")
        os.kill(pid, signal.SIGKILL)
        expect(page.locator("#narrative")).to_have_value("")
        answering(stack.url)
    expect(unsent(page)).to_be_hidden(timeout=30_000)
    found = stored(stack, f"{CANARY}j")
    assert [re.search(r"mati\d", one["narrative"])[0] for one in found] == ["mati1", "mati2", "mati3"]


def answering(url: str) -> None:
    """Until the server is back."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/healthz", timeout=2).is_success:
                return
        time.sleep(0.2)
    pytest.fail("the server did not come back")


def test_an_outage_is_reloaded_and_worked_through_in_the_kept_console(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    page.locator("#narrative").fill(f"asap tebal sebelum {CANARY}b")
    expect(page.locator("#draft-state")).to_contain_text("Konsep tersimpan di komputer ini")
    net.set("cut")
    reload(page)
    expect(page.locator("#narrative")).to_have_value(f"asap tebal sebelum {CANARY}b")
    expect(page.locator("#phones")).to_contain_text("110")
    page.keyboard.press("F8")
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    type_report(page, f"asap tebal sesudah {CANARY}b")
    reload(page)
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 2"))
    paper = desk.new_page()
    paper.goto(f"{net.url}/kertas/")
    expect(paper.get_by_role("heading", name="formulir kertas")).to_be_visible()
    paper.goto(f"{net.url}/dinding/")
    expect(paper.get_by_role("heading", name="Server tidak menjawab")).to_be_visible()

    net.set("whole")
    expect(paper.get_by_role("heading", name="Server tidak menjawab")).to_be_hidden(timeout=20_000)
    expect(unsent(page)).to_be_hidden(timeout=20_000)
    assert [one["narrative"].split()[2] for one in stored(stack, f"{CANARY}b")] == ["sebelum", "sesudah"]


@pytest.mark.parametrize("fault", ["proxy", "half"])
def test_a_page_of_a_proxy_or_half_an_answer_is_no_answer(desk, net, stack, fault) -> None:
    page = sign_in(desk, net.url)
    net.set(fault)
    words = f"kabel putus {fault} {CANARY}c"
    type_report(page, words)
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    if fault == "half":
        deadline = time.monotonic() + 20
        while not net.posts and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(stored(stack, words)) == 1, "the server has it, the desk cannot know"
        expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    net.set("whole")
    expect(unsent(page)).to_be_hidden(timeout=20_000)
    assert len(stored(stack, words)) == 1


def test_a_colleague_sees_that_something_waits_and_sends_it_without_reading_it(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    page.locator("#narrative").fill(f"draf yang belum selesai {CANARY}d")
    expect(page.locator("#draft-state")).to_contain_text("Konsep")
    net.set("cut")
    page.keyboard.press("F8")
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    page.locator("#narrative").fill(f"kalimat kedua {CANARY}d")
    expect(page.locator("#draft-state")).to_contain_text("Konsep")
    page.wait_for_timeout(400)
    page.close()  # before anything could be sent
    net.set("whole")
    desk.clear_cookies()

    colleague = sign_in(desk, net.url, "supervisor.madiun")
    wait_live(colleague)
    expect(unsent(colleague)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    expect(colleague.locator("#narrative")).to_have_value("")
    unsent(colleague).click()
    expect(colleague.locator("#unsent-list")).to_contain_text("Isinya tidak ditampilkan")
    assert CANARY not in colleague.locator("body").inner_text()
    assert stored(stack, f"selesai {CANARY}d") == [], "a colleague's session sends nothing by itself"
    colleague.locator("#unsent-list").get_by_role("button", name="Kirim", exact=True).click()
    expect(unsent(colleague)).to_be_hidden(timeout=10_000)
    assert len(stored(stack, f"{CANARY}d")) == 1

    desk.clear_cookies()
    own = sign_in(desk, net.url)
    expect(own.locator("#narrative")).to_have_value(f"kalimat kedua {CANARY}d")


def test_logging_out_warns_and_deletes_nothing(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    net.set("cut")
    words = f"banjir masuk rumah {CANARY}e"
    type_report(page, words)
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    net.set("proxy")
    page.get_by_role("button", name="Keluar").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("tetap tersimpan di komputer ini")
    page.unroute_all()
    dialog.get_by_role("button", name="Batal").click()
    desk.clear_cookies()  # the session is over, however it ended
    net.set("whole")
    page.reload()
    expect(page).to_have_url(re.compile("/masuk/"))
    expect(page.locator("#unsent-here")).to_contain_text("1")
    assert stored(stack, words) == []
    page = sign_in(desk, net.url)
    expect(unsent(page)).to_be_hidden(timeout=20_000)
    assert len(stored(stack, words)) == 1


def test_a_session_that_has_ended_keeps_the_report_until_somebody_signs_in(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    desk.clear_cookies()
    words = f"tiang listrik miring {CANARY}f"
    type_report(page, words)
    expect(page.locator("#form-problem")).to_contain_text("Sesi berakhir")
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    other = sign_in(desk, net.url)
    expect(unsent(other)).to_be_hidden(timeout=20_000)
    expect(unsent(page)).to_be_hidden(timeout=5000)
    assert len(stored(stack, words)) == 1


def test_what_the_server_refuses_comes_back_into_the_form_or_waits_until_it_is_free(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    wait_live(page)

    def refuse(route) -> None:
        key = route.request.headers["idempotency-key"]
        body = '{"title": "Isian tidak sah", "detail": "Periksa isian yang disebut.", "errors": []}'
        route.fulfill(status=400, content_type="application/problem+json", body=body, headers={"Idempotency-Key": key})

    page.route("**/api/v1/incidents/", refuse)
    refused = page.locator("#form-problem")
    first, second = f"pagar roboh satu {CANARY}k", f"pagar roboh dua {CANARY}k"
    page.locator("#narrative").fill(first)
    page.keyboard.press("F8")
    expect(refused).to_contain_text("Periksa isian yang disebut")
    expect(page.locator("#narrative")).to_have_value(first)
    expect(unsent(page)).to_be_hidden()

    page.unroute("**/api/v1/incidents/")
    held: list = []
    page.route("**/api/v1/incidents/", lambda route: held.append(route))
    page.keyboard.press("F8")
    expect(page.locator("#narrative")).to_have_value("")
    page.locator("#narrative").fill(second)  # the form is in use again when the answer comes
    while not held:
        page.wait_for_timeout(50)
    refuse(held[0])
    expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
    expect(page.locator("#narrative")).to_have_value(second)
    page.unroute("**/api/v1/incidents/")
    page.keyboard.press("F8")
    expect(page.locator("#saved")).to_be_visible()
    unsent(page).click()
    expect(page.locator("#unsent-list")).to_contain_text("perlu diperiksa")
    page.locator("#unsent-list").get_by_role("button", name="Perbaiki").click()
    expect(page.locator("#narrative")).to_have_value(first)
    page.keyboard.press("F8")
    expect(unsent(page)).to_be_hidden()
    deadline = time.monotonic() + 10
    while len(found := stored(stack, f"{CANARY}k")) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [one["narrative"] for one in found] == [second, first]


def test_a_full_disk_does_not_stop_a_report(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    wait_live(page)
    page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    words = f"jembatan retak {CANARY}l"
    page.locator("#narrative").fill(words)
    page.keyboard.press("F8")
    expect(page.locator("#saved .detail-number")).to_be_visible()
    assert len(stored(stack, words)) == 1
    net.set("cut")
    page.locator("#narrative").fill("belum sampai ke mana pun")
    page.keyboard.press("F8")
    expect(page.locator("#form-problem")).to_contain_text("jangan menutup tab ini")
    expect(page.locator("#narrative")).to_have_value("belum sampai ke mana pun")


def test_two_tabs_of_one_person_keep_their_own_sentences(desk, net) -> None:
    first = sign_in(desk, net.url)
    first.locator("#narrative").fill("kalimat di tab pertama")
    second = desk.new_page()
    second.goto(f"{net.url}/konsol/")
    wait_live(second)
    expect(second.locator("#narrative")).to_have_value("")
    second.locator("#narrative").fill("kalimat di tab kedua")
    expect(second.locator("#draft-state")).to_contain_text("Konsep")
    for page, words in ((first, "kalimat di tab pertama"), (second, "kalimat di tab kedua")):
        page.reload()
        expect(page.locator("#narrative")).to_have_value(words)


def test_what_the_browser_keeps_holds_no_word_of_a_case(desk, net, stack) -> None:
    """A working session: typing, saving, opening, searching; then everything on the disk is read."""
    page = sign_in(desk, net.url)
    wait_live(page)
    report_by_keyboard(page, place="Jl. Pahlawan", words=f"kebakaran rumah {CANARY}g")
    page.locator("#number").fill("081298765432")
    page.locator("#name").fill(f"Ibu {CANARY}")
    page.locator("#narrative").fill(f"pohon tumbang {CANARY}")
    expect(page.locator("#draft-state")).to_contain_text("Konsep")
    page.wait_for_timeout(600)
    page.reload()
    wait_live(page)
    told = kept_text(page)
    assert len(told) > 100_000  # the shell is there
    for word in (CANARY, "81298765432", "csrfmiddlewaretoken"):
        assert word not in told
    urls = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys()) {
            for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
          }
          return found;
        }"""
    )
    assert [u for u in urls if not u.startswith(("/static/", "/luring/", "/kertas/"))] == []


def test_taps_on_a_phone_without_a_network_arrive_later_with_their_own_times(browser: Browser, net, stack) -> None:
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        wait_live(operator.page)
        number = report_by_keyboard(operator.page, place="Taman", words="pohon tumbang menimpa pagar")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="id-ID")
    try:
        phone = sign_in(context, net.url, "bpbd.madiun")
        row(phone, number).click()
        task = phone.locator("#detail .task").first
        expect(task).to_have_attribute("data-status", "assigned")
        net.set("cut")
        press(task, "acknowledge")
        expect(task).to_have_attribute("data-status", "acknowledged", timeout=10_000)
        expect(task).to_contain_text("tersimpan di HP")
        press(task, "dispatch")
        phone.locator("#detail .inline-form").get_by_role("button", name="Berangkat", exact=True).click()
        expect(task).to_have_attribute("data-status", "dispatched", timeout=10_000)
        expect(phone.locator("#kept-state")).to_contain_text("2 langkah tersimpan di HP")
        phone.wait_for_timeout(2000)
        net.set("whole")
        expect(phone.locator("#kept-state")).to_contain_text("terkirim", timeout=20_000)
        expect(unsent(phone)).to_be_hidden(timeout=10_000)
        expect(task).not_to_contain_text("tersimpan di HP")
        expect(task).to_have_attribute("data-status", "dispatched")
    finally:
        context.close()
    with stack.client("supervisor.madiun") as client:
        found = client.get("incidents/", params={"region": "35.77", "q": number}).json()["results"][0]
        timeline = client.get(f"incidents/{found['id']}/").json()["timeline"]
    steps = [e for e in timeline if e["kind"] in ("assignment.acknowledged", "assignment.dispatched")]
    assert [e["kind"] for e in steps] == ["assignment.acknowledged", "assignment.dispatched"]
    assert all(e["at"] < e["recorded_at"] for e in steps)


def test_sheets_of_paper_are_entered_by_keyboard_with_the_hours_on_them(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    page.goto(f"{net.url}/kertas/entri/")
    expect(page.locator("#time")).to_be_focused()
    page.locator("#day").fill("2026-11-01")
    page.locator("#time").focus()
    for hour, words in (("08.15", f"pohon tumbang satu {CANARY}h"), ("0840", f"pohon tumbang dua {CANARY}h")):
        page.keyboard.type(hour)
        for _ in range(3):
            page.keyboard.press("Enter")
        page.keyboard.type(words)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#time")).to_be_focused()
    expect(page.locator("#entered a")).to_have_count(2, timeout=10_000)
    found = stored(stack, f"{CANARY}h")
    assert [one["occurred_at"] for one in found] == ["2026-11-01T08:15:00+07:00", "2026-11-01T08:40:00+07:00"]
    assert [(one["channel"], one["late"]) for one in found] == [("paper", True)] * 2
    page.keyboard.type("99.99")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#problem")).to_contain_text("jam di kertas")

    page.goto(f"{net.url}/konsol/")
    wait_live(page)
    expect(row(page, found[0]["number"])).to_contain_text("Susulan")
    row(page, found[0]["number"]).click()
    expect(page.locator("#detail .timeline")).to_contain_text("dari kertas · dicatat")


def test_a_new_version_waits_until_somebody_asks_for_it(desk, net, stack) -> None:
    page = sign_in(desk, net.url)
    version = re.search(r'"version": "(\w+)"', page.request.get(f"{net.url}/sw.js").text())[1]
    newer = version[::-1]
    assert newer != version
    net.rewrite = (version.encode(), newer.encode())
    net.set("whole")  # connections under way knew nothing of it
    page.reload()
    page.locator("#narrative").fill("sedang mengetik saat versi baru datang")
    strip = page.locator("#update-strip")
    expect(strip).to_contain_text("Versi baru", timeout=20_000)
    expect(page.locator("#narrative")).to_have_value("sedang mengetik saat versi baru datang")
    page.wait_for_timeout(500)
    strip.get_by_role("button", name="Muat ulang").click()
    expect(strip).to_have_count(0)
    expect(page.locator("#narrative")).to_have_value("sedang mengetik saat versi baru datang")
    until(page, f"caches.keys().then((all) => all.every((name) => name.endsWith({json.dumps(newer)})))", seconds=15)
    wait_ready(page)
    net.set("cut")
    reload(page)
    expect(page.locator("#phones")).to_be_visible()
    expect(page.locator("#narrative")).to_have_value("sedang mengetik saat versi baru datang")


def test_without_a_safe_place_to_keep_things_a_banner_says_so_and_reports_are_sent_all_the_same(
    browser: Browser, net, stack
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID", service_workers="block")
    # what a browser gives to a page without HTTPS: no WebCrypto, no locks
    context.add_init_script(
        "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"
        "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"
    )
    try:
        page = context.new_page()
        page.goto(f"{net.url}/masuk/")
        page.get_by_label("Nama pengguna").fill("operator.madiun")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#unsafe-banner")).to_contain_text("hanya ada di tab ini")
        net.set("cut")
        words = f"gardu meledak {CANARY}i"
        type_report(page, words)
        expect(unsent(page)).to_have_text(re.compile("BELUM TERKIRIM 1"))
        assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
        net.set("whole")
        expect(unsent(page)).to_be_hidden(timeout=20_000)
        assert len(stored(stack, words)) == 1
    finally:
        context.close()
