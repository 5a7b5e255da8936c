"""The wall: letters that can be read from five metres, a new P1 that takes over, nothing stale, nothing that grows."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import signed_in, until
from tests.e2e.test_accessibility import violations

pytestmark = pytest.mark.xdist_group("stack")

REGION = "35.79"
LEAST_VH = 4.7
HEAP_BYTES = 1_500_000
"""How much more memory a wall may hold after 200 events than before them: rows that are open, no row that has ended."""
SMALLEST = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = { vh: Infinity };
  for (let node; (node = texts.nextNode());) {
    const box = node.parentElement;
    if (!node.data.trim() || !box.checkVisibility({ visibilityProperty: true })) continue;
    if (box.closest(".skip, script")) continue;
    const vh = (parseFloat(getComputedStyle(box).fontSize) / innerHeight) * 100;
    if (vh < least.vh) least = { vh, text: node.data, in: box.className };
  }
  return least;
}"""
CLIPPED = """() => [...document.querySelectorAll(".wall-row .state, .wall-row .timer, .wall-strip > *, .wall-clock")]
  .filter((node) => node.checkVisibility() && (node.scrollWidth > node.clientWidth + 1
    || node.getBoundingClientRect().right > innerWidth)).map((node) => node.textContent)"""


@pytest.fixture(autouse=True)
def quiet_centre(stack) -> None:
    """What other tests have left open: one critical case that nobody takes holds the wall, one far away its map."""
    with stack.client("supervisor.batu") as desk:
        for row in desk.get("board/", params={"region": REGION}).json()["incidents"]:
            answer = desk.post(f"incidents/{row['id']}/cancel/", json={"reason": "uji", "version": row["version"]})
            assert answer.status_code == 200, answer.text


@contextmanager
def wall(browser: Browser, stack, *, width: int = 1920, height: int = 1080, cut: bool = False,
         seconds: int | None = None) -> Iterator[Page]:  # fmt: skip
    """`cut`: the test cuts the link, of which the browser complains. `seconds`: how long a panel stays."""
    with signed_in(browser, stack.url, "wall.batu", width=width, height=height) as screen:
        if seconds:
            screen.page.goto(f"{stack.url}/dinding/?detik={seconds}")
        expect(screen.page.locator("#updated")).to_contain_text("Data", timeout=15_000)
        yield screen.page
        if not cut:
            screen.check_clean()


def report(api: httpx.Client, words: str, **more: object) -> dict:
    body = {"region": REGION, "narrative": words, **more}
    answer = api.post("incidents/", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code == 201, answer.text
    return answer.json()


def accept(stack, incident: dict) -> None:
    """Every agency of the incident takes its part."""
    for part in incident["assignments"]:
        with stack.client(f"{part['agency']['code']}.batu") as agency:
            answer = agency.post(f"assignments/{part['id']}/acknowledge/", json={})
            assert answer.status_code == 200, answer.text


def show(page: Page, panel: str) -> None:
    expect(page.locator(f'[data-panel="{panel}"]')).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_every_letter_can_be_read_from_five_metres(stack, browser: Browser, width: int, height: int) -> None:
    with stack.client("operator.batu") as operator:
        made = [report(operator, words) for words in ("pohon tumbang di Temas", "lampu jalan mati di Sisir")]
    with wall(browser, stack, width=width, height=height) as page:
        expect(page.locator(f'[data-incident="{made[0]["id"]}"]').or_(page.locator(".wall-more"))).to_be_visible()
        expect(page.locator(".wall .map path").first).to_be_attached()
        least = page.evaluate(SMALLEST)
        assert least["vh"] >= LEAST_VH - 0.01, least
        assert page.evaluate(CLIPPED) == []
        assert page.locator("#rows > li").count() <= 10
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 2")


def test_panels_take_turns_and_every_one_of_them_is_readable(stack, browser: Browser) -> None:
    with wall(browser, stack, seconds=4) as page:
        for panel in ("units", "today"):
            show(page, panel)
            least = page.evaluate(SMALLEST)
            assert least["vh"] >= LEAST_VH - 0.01, (panel, least)
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 2"), panel
            assert violations(page) == [], panel


def test_a_new_critical_case_takes_over_and_gives_the_screen_back(stack, browser: Browser) -> None:
    with wall(browser, stack, seconds=3) as page, stack.client("operator.batu") as operator:
        show(page, "units")
        incident = report(operator, "kebakaran rumah di Sisir, ada orang terjebak")
        assert incident["priority"] == "critical"
        began = time.monotonic()
        large = page.locator("#takeover")
        expect(large).to_be_visible(timeout=5000)
        expect(large).to_contain_text("P1 Kritis")
        expect(large.locator(".shape")).to_be_visible()
        assert page.evaluate(SMALLEST)["vh"] >= LEAST_VH - 0.01
        expect(large).to_be_hidden(timeout=25_000)
        assert 18 <= time.monotonic() - began <= 26
        show(page, "active")
        expect(page.locator("#progress")).to_have_attribute("data-held", "true")  # nobody has taken it: no turning
        page.wait_for_timeout(4000)
        expect(page.locator('[data-panel="active"]')).to_be_visible()
        accept(stack, incident)
        expect(page.locator("#progress")).to_have_attribute("data-held", "false", timeout=5000)
        show(page, "units")


def test_a_cut_link_hatches_everything_and_comes_back_by_itself(stack, browser: Browser) -> None:
    with wall(browser, stack, cut=True) as page:
        page.context.route("**/api/v1/**", lambda route: route.abort())
        page.route_web_socket("**/ws/live/**", lambda socket: socket.close())
        page.context.set_offline(True)
        expect(page.locator("#stale")).to_be_visible(timeout=40_000)
        expect(page.locator("#stale")).to_contain_text("DATA TERPUTUS sejak")
        box = page.locator("#stale").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1920, "height": 1080}
        assert page.evaluate("document.elementFromPoint(200, 100).id") == "stale"
        page.context.unroute("**/api/v1/**")
        page.context.set_offline(False)
        expect(page.locator("#stale")).to_be_hidden(timeout=40_000)


def test_the_map_frames_the_cases_anew_only_when_their_set_changes(stack, browser: Browser) -> None:
    with wall(browser, stack) as page, stack.client("operator.batu") as operator:
        incident = report(operator, "pohon tumbang", location={"lat": -7.872, "lon": 112.525})
        pin = page.locator(f'.map-pin[data-priority="{incident["priority"]}"]')
        expect(pin.first).to_be_attached()
        page.wait_for_timeout(1000)
        view = "document.querySelector('#map').dataset.view"
        before = page.evaluate(view)
        body = {"version": incident["version"], "priority": "low", "reason": "uji"}
        assert operator.post(f"incidents/{incident['id']}/update/", json=body).status_code == 200
        expect(page.locator('.map-pin[data-priority="low"]').first).to_be_attached()
        assert page.evaluate(view) == before
        report(operator, "pohon tumbang", location={"lat": -7.84, "lon": 112.55})
        until(page, f"{view} !== {json.dumps(before)}", seconds=5)


def test_nobody_is_named_on_a_wall(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "wall.batu", width=1920, height=1080) as screen:
        told: list[str] = []
        page = screen.page
        page.on("response", lambda answer: told.append(answer.text()) if "/api/" in answer.url else None)
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(str(frame))))
        page.reload()
        expect(page.locator("#updated")).to_contain_text("Data")
        with stack.client("operator.batu") as operator:
            made = report(operator, "pohon tumbang dekat rumah Pak Gondrong",
                          caller={"name": "Wagiman Sutrisno", "number": "081355512345"})  # fmt: skip
        expect(page.locator(f'[data-incident="{made["id"]}"]').or_(page.locator(".wall-more"))).to_be_visible()
        page.wait_for_timeout(1500)
        everything = " ".join(told) + page.content()
        assert made["id"] in everything
        for secret in ("Wagiman", "Gondrong", "81355512345"):
            assert secret not in everything


def heap(page: Page) -> int:
    session = page.context.new_cdp_session(page)
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(300)
    return session.send("Runtime.getHeapUsage")["usedSize"]


def test_two_hundred_events_leave_nothing_behind(stack, browser: Browser) -> None:
    with wall(browser, stack) as page, stack.client("supervisor.batu") as desk:
        case = report(desk, "pohon tumbang menutup jalan")
        page.wait_for_timeout(2000)
        before = heap(page)
        version, count = case["version"], 0
        while count < 200:
            priority = ("low", "normal", "high")[count % 3]
            answer = desk.post(f"incidents/{case['id']}/update/", json={"version": version, "priority": priority})
            if count % 10 == 9:
                ended = report(desk, "pohon tumbang")
                assert desk.post(f"incidents/{ended['id']}/cancel/", json={"reason": "uji"}).status_code == 200
                count += 2
            version = answer.json().get("version", version)
            count += 1
        page.wait_for_timeout(2000)
        assert heap(page) - before < HEAP_BYTES


@pytest.mark.parametrize("deficiency", ["achromatopsia", "deuteranopia", "protanopia", "tritanopia"])
def test_priorities_differ_by_shape_whatever_colours_somebody_sees(
    stack, browser: Browser, tmp_path, deficiency: str
) -> None:
    with signed_in(browser, stack.url, "operator.batu") as screen:
        page = screen.page
        page.goto(f"{stack.url}/gaya/")
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
        picture = page.locator('section[aria-labelledby="g-priority"]').screenshot(path=tmp_path / f"{deficiency}.png")
        assert len(picture) > 1000
        for where in ("#marks .prio", "#map-marks .map-pin", '[aria-labelledby="g-priority"] > .panel-body > .prio'):
            drawn = page.locator(where).evaluate_all(
                """(nodes) => Object.entries(Object.groupBy(nodes, (node) => node.dataset.priority))
                  .map(([, same]) => same.map((node) => { const s = node.querySelector(".shape");
                    return s.tagName + (s.getAttribute("d") ?? "") + (getComputedStyle(s).fill === "none"); }))"""
            )
            assert len(drawn) == 4
            assert all(len(set(same)) == 1 for same in drawn)
            assert len({same[0] for same in drawn}) == 4, where
        words = page.locator("#marks .prio").all_inner_texts()
        assert {word.strip()[:2] for word in words} == {"P1", "P2", "P3", "P4"}


def test_a_link_puts_a_screen_on_the_wall_and_revoking_takes_it_off(stack, browser: Browser) -> None:
    with signed_in(browser, stack.url, "admin.batu") as admin:
        desk = admin.page
        desk.goto(f"{stack.url}/kelola/{REGION}/layar/")
        desk.get_by_role("link", name="Layar baru").click()
        desk.get_by_label("Nama layar").fill("Uji")
        desk.get_by_label("Diagonal layar").fill("43")
        desk.get_by_role("button", name="Buat tautan").click()
        link = desk.get_by_label("Tautan").input_value()
        assert violations(desk) == []
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        screen = context.new_page()
        screen.goto(link)
        assert violations(screen) == []
        screen.keyboard.press("Enter")  # a remote control has one key
        expect(screen.locator("#updated")).to_contain_text("Data", timeout=15_000)
        size = screen.evaluate("parseFloat(getComputedStyle(document.getElementById('wall')).fontSize) / innerHeight")
        assert round(size * 100, 1) == 6.0  # 43 inches at five metres
        assert screen.evaluate(SMALLEST)["vh"] >= 5.9
        desk.get_by_role("link", name="Selesai").click()
        assert violations(desk) == []
        desk.get_by_role("link", name="Cabut Uji").click()
        desk.get_by_role("button", name="Cabut").click()
        expect(screen.locator("#stale")).to_contain_text("TIDAK BERHAK", timeout=30_000)
        screen.goto(link)
        expect(screen.get_by_role("alert")).to_be_visible()
        context.close()


def test_a_new_version_is_loaded_without_anybody(stack, browser: Browser) -> None:
    with wall(browser, stack) as page:
        page.add_init_script("Math.random = () => 0")  # screens of one house do not load in the same second

        def newer(route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "release": "newer"})

        page.route("**/api/v1/figures/**", newer)
        page.reload()
        page.evaluate("window.before = true")
        until(page, "window.before === undefined", seconds=45)
        page.unroute("**/api/v1/figures/**")
        expect(page.locator("#updated")).to_contain_text("Data", timeout=15_000)
