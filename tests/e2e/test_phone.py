"""A telephone from "Uji bunyi" to its own proof: the server encrypts and signs, a push service carries, the worker of a
real browser shows and reports. Only the way between service and browser is ours: the browser's own is not reachable."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import signed_in
from tests.integration.outside import wait_for
from tests.integration.pushservice import push_service

pytestmark = pytest.mark.xdist_group("stack")
WITHIN = 15_000


def deliver(page: Page, origin: str, told: dict) -> None:
    """What the browser does when its push service has a message for this page's worker."""
    found: list[str] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            one["registrationId"]
            for one in event["registrations"]
            if not one["isDeleted"] and one["scopeURL"].startswith(origin)
        ),
    )
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert found
    message = {"origin": origin, "registrationId": found[0], "data": json.dumps(told)}
    devtools.send("ServiceWorker.deliverPushMessage", message)


def test_a_test_push_is_shown_by_the_phone_and_proved_on_its_page(stack, windowed: Browser) -> None:
    with push_service() as service, signed_in(windowed, stack.url, "bpbd.madiun", width=390, height=844) as phone:
        page = phone.page
        page.context.grant_permissions(["notifications"], origin=stack.url)
        page.goto(f"{stack.url}/hp/")
        expect(page.locator("#allow")).to_be_visible(timeout=WITHIN)
        expect(page.locator("#test")).to_be_disabled()
        key = page.evaluate("fetch('/api/v1/push/devices/').then((answer) => answer.json()).then((body) => body.key)")
        own = service.subscribe(key)
        add = "async (given) => (await import('/static/live/api.js')).post('/api/v1/push/devices/', given)"
        page.evaluate(add, own.subscription())
        page.reload()
        page.locator("#test").click(timeout=WITHIN)
        assert wait_for(lambda: own.shown), service.refused
        deliver(page, stack.url, own.shown[0])
        expect(page.locator("#test-state")).to_contain_text("Sampai", timeout=WITHIN)
        expect(page.locator("#proof")).to_contain_text("Bukti terakhir")
        shown = page.evaluate(
            "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all[0].title)"
        )
        assert shown == "Uji bunyi Siaga 112"
