"""A second call about the same event: one key adds the caller; seven calls raise the banner; a supervisor merges."""

import re
import uuid

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.pages import press, row, send, signed_in, wait_live

pytestmark = pytest.mark.xdist_group("stack")

WITHIN = 5000


def told(stack, narrative, lat, lon, **more):
    """A report by a colleague, over the API."""
    body = {"region": "35.77", "narrative": narrative, "location": {"lat": lat, "lon": lon}, **more}
    answer = stack.client("supervisor.madiun").post("incidents/", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_one_key_adds_the_caller_to_the_event_that_a_colleague_has_just_logged(stack, browser: Browser) -> None:
    street = f"gang {uuid.uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    first = told(stack, f"kebakaran rumah di {street} kelurahan Taman, api sudah sampai atap", -7.6405, 111.5330)
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        page.keyboard.press("F3")
        expect(page.locator("#call")).to_contain_text("Panggilan")
        page.locator("#place").fill(f"{street} kelurahan Taman")
        page.locator("#narrative").fill(f"rumah tetangga kebakaran di {street}, asapnya hitam")
        page.locator("#number").fill("081234567890")
        offered = page.locator(f'#radar [data-incident="{first["id"]}"]')
        expect(offered).to_be_visible(timeout=WITHIN)
        expect(offered).to_contain_text(first["number"])
        expect(offered).to_contain_text("kata sama")
        page.locator("#narrative").focus()
        page.keyboard.press("Alt+g")
        expect(page.locator("#added")).to_contain_text(first["number"], timeout=WITHIN)
        expect(page.locator("#narrative")).to_have_value("")
        expect(page.locator("#radar")).to_be_empty()
        expect(page.locator("#call")).to_contain_text("Tertaut")
        expect(page.locator("#detail .detail-number")).to_have_text(first["number"])
        expect(page.locator("#detail")).to_contain_text("asapnya hitam")
        operator.check_clean()
    detail = stack.client("supervisor.madiun").get(f"incidents/{first['id']}/").json()
    assert "+6281234567890" in {person["number"] for person in detail["people"]}
    assert sum(bool(call["call"]) for call in detail["calls"]) == 1


def test_a_report_is_saved_as_usual_when_the_call_taker_does_not_take_the_offer(stack, browser: Browser) -> None:
    told(stack, "pohon tumbang di jalan kenari menutup jalan", -7.6150, 111.5180)
    with signed_in(browser, stack.url, "operator.madiun") as operator:
        page = operator.page
        wait_live(page)
        page.locator("#narrative").fill("listrik padam di rumah saya saja")
        page.keyboard.press("F8")
        expect(page.locator("#saved .detail-number")).to_be_visible(timeout=WITHIN)
        operator.check_clean()


def test_seven_calls_from_one_block_raise_the_banner_on_console_and_wall(stack, browser: Browser) -> None:
    with (
        signed_in(browser, stack.url, "operator.madiun") as operator,
        signed_in(browser, stack.url, "wall.madiun", width=1920, height=1080) as wall,
    ):
        wait_live(operator.page)
        expect(wall.page.locator("#updated")).to_contain_text("Data")
        first = told(stack, "ledakan keras dan api besar", -7.6550, 111.5050)
        client = stack.client("supervisor.madiun")
        for n in range(6):
            answer = client.post(
                f"incidents/{first['id']}/calls/", json={"narrative": f"ledakan, dari rumah nomor {n}"}
            )
            assert answer.status_code == 200, answer.text
        for screen in (operator, wall):
            expect(screen.page.locator("#bursts")).to_contain_text(
                re.compile(r"\d+ panggilan dalam 4 menit, radius 300 m"), timeout=10_000
            )
            screen.check_clean()
        expect(operator.page.locator("#bursts")).to_contain_text(first["number"])
        expect(wall.page.locator("#bursts")).to_contain_text("Kebakaran")


def test_a_supervisor_merges_and_takes_it_back(stack, browser: Browser) -> None:
    estate = f"perumahan {uuid.uuid4().hex[:6].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    first = told(stack, f"banjir masuk rumah warga di {estate}", -7.6250, 111.5400)
    second = told(stack, f"banjir selutut di {estate}", -7.6252, 111.5402, caller={"name": "Pak Wirya"})
    with signed_in(browser, stack.url, "supervisor.madiun") as supervisor:
        page = supervisor.page
        wait_live(page)
        row(page, second["number"]).click()
        expect(page.locator("#detail")).to_contain_text("Mungkin kejadian yang sama")
        press(page.locator("#detail"), "merge")
        expect(page.locator('#detail select[name="into"] option').first).to_contain_text(first["number"])
        send(page, "Gabung")
        expect(row(page, second["number"])).to_have_count(0, timeout=WITHIN)
        row(page, first["number"]).click()
        expect(page.locator("#detail")).to_contain_text("1 laporan lain tentang kejadian ini")
        expect(page.locator("#detail")).to_contain_text("Pak Wirya")
        page.locator("#detail [data-merged]").get_by_role("button", name=second["number"]).click()
        expect(page.locator("#detail")).to_contain_text("Digabung ke")
        press(page.locator("#detail"), "unmerge")
        expect(row(page, second["number"])).to_be_visible(timeout=WITHIN)
        supervisor.check_clean()


def test_two_people_merging_two_incidents_into_each_other_leave_one_of_them_open(stack) -> None:
    """On the real system with its processes: whoever comes second is refused, and nobody is lost."""
    from concurrent.futures import ThreadPoolExecutor

    def merge(job):
        username, source, into = job
        body = {"version": source["version"], "into": into["id"]}
        return stack.client(username).post(f"incidents/{source['id']}/merge/", json=body).status_code

    with ThreadPoolExecutor(2) as together:
        for n in range(6):
            a, b = (told(stack, f"pohon tumbang nomor {n}", -7.60, 111.50, agencies=[]) for _ in range(2))
            answers = sorted(together.map(merge, [("operator.madiun", a, b), ("supervisor.madiun", b, a)]))
            assert answers[0] == 200
            assert answers[1] in (400, 409)
            client = stack.client("supervisor.madiun")
            assert sorted(client.get(f"incidents/{one['id']}/").json()["status"] for one in (a, b)) == [
                "merged",
                "open",
            ]
