"""Pushes to telephones: readable by the telephone alone, proved by it, saying nothing that others may not know."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from agencies.models import Membership, PushDevice, User
from dispatch import posting
from dispatch.carriers import Carried
from dispatch.models import Delivery
from dispatch.services import deliveries
from events.models import Event
from tests.integration.acting import MADIUN, Acting, another, number, part
from tests.integration.pushservice import push_service
from tests.integration.test_manage import signed_in

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.NOTIFY_LOOPBACK = True


@pytest.fixture
def service():
    with push_service() as running:
        yield running


def phone(service, who: Acting):
    """A browser of somebody, subscribed as the page does it."""
    key = who.get("push/devices/").json()["key"]
    browser = service.subscribe(key)
    browser.id = who.ok("push/devices/", browser.subscription())["id"]
    return browser


def fire(narrative="kebakaran rumah Bu Sri di Taman", agency="damkar", **more):
    return Acting("operator.madiun").report(narrative, agencies=[{"code": agency, "role": "lead"}], **more)


def run() -> None:
    number()
    for delivery_id in posting.find():
        posting.post(delivery_id)


def receipt(told: dict, what: str):
    body = {"delivery": told["delivery"], "token": told["token"], "what": what}
    return Client().post("/api/v1/push/receipts/", json.dumps(body), content_type="application/json")


class TestOut:
    def test_a_new_task_reaches_the_telephones_of_its_agency_signed_and_sealed(self, service):
        own, others = phone(service, Acting("damkar.madiun")), phone(service, Acting("bpbd.madiun"))
        incident = fire(caller={"name": "Sri Rahayu", "number": "081234567890"}, location={"text": "Jl. Mawar 7"})
        run()
        assert service.refused == []
        (told,) = own.shown
        assert others.shown == []
        assert told["title"].startswith("Tugas baru")
        assert told["link"] == f"/dinas/?wilayah=35.77&tugas={incident['id']}"
        for word in ("Sri", "Rahayu", "0812", "Mawar", "rumah"):
            assert word not in json.dumps(told)
        assert all(b"Tugas" not in raw for raw in service.raw)
        assert Delivery.objects.get().state == "sent"

    def test_of_a_confidential_case_it_says_that_there_is_a_task_and_nothing_else(self, service):
        own = phone(service, Acting("dp3a.madiun"))
        incident = fire("suami memukuli istrinya Ani di kelurahan Taman", "dp3a")
        run()
        (told,) = own.shown
        assert {k: told[k] for k in ("kind", "title", "body", "link")} == {
            "kind": "task", "title": "Siaga 112", "body": "Tugas baru",
            "link": f"/dinas/?wilayah=35.77&tugas={incident['id']}",
        }  # fmt: skip

    def test_a_drill_reaches_no_telephone(self, service):
        own = phone(service, Acting("damkar.madiun"))
        fire(exercise=True)
        run()
        assert own.shown == []

    def test_without_a_key_of_ours_it_says_so(self, service, settings):
        phone(service, Acting("damkar.madiun"))
        settings.VAPID_PRIVATE_KEY = ""
        fire()
        run()
        assert Delivery.objects.get().code == "not_set_up"

    def test_a_service_that_fails_is_tried_again(self, service):
        phone(service, Acting("damkar.madiun"))
        service.status = 503
        fire()
        run()
        assert list(Delivery.objects.order_by("attempt").values_list("state", flat=True)) == ["failed", "queued"]

    def test_a_telephone_that_is_gone_is_given_up_and_its_address_deleted(self, service):
        own = phone(service, Acting("damkar.madiun"))
        service.browsers.clear()
        fire()
        run()
        assert (Delivery.objects.get().state, Delivery.objects.get().code) == ("dead", "gone")
        row = PushDevice.objects.get(id=own.id)
        assert (row.revoked_for, row.sealed) == ("gone", None)
        fire("pohon tumbang")
        run()
        assert Delivery.objects.count() == 1

    def test_many_telephones_take_six_places_and_leave_the_others(self, service):
        for n in range(8):
            another(f"damkar{n}", "officer", MADIUN, "damkar")
            phone(service, Acting(f"damkar{n}"))
        fire()
        number()
        assert len(posting.find()) == deliveries.PUSHES_OUT


class TestProof:
    @pytest.fixture
    def told(self, service):
        self.phone = phone(service, Acting("damkar.madiun"))
        self.incident = fire()
        run()
        return self.phone.shown[0]

    def shown(self):
        (one,) = part(Acting("operator.madiun").incident(self.incident["id"]), "damkar")["notices"]
        return one["channel"], one["to"], one["state"]

    def test_the_dispatcher_sees_what_the_telephone_itself_reported(self, told):
        assert self.shown() == ("push", "HP petugas", "sent")
        assert receipt(told, "delivered").status_code == 200
        assert self.shown() == ("push", "HP petugas", "delivered")
        assert receipt(told, "read").status_code == 200
        assert self.shown() == ("push", "HP petugas", "read")
        assert PushDevice.objects.get().proved_at is not None

    def test_a_word_said_twice_or_too_late_changes_nothing(self, told):
        receipt(told, "read")
        before = Delivery.objects.values().get()
        assert receipt(told, "delivered").status_code == 200
        assert receipt(told, "read").status_code == 200
        assert Delivery.objects.values().get() == before
        Delivery.objects.update(state="sent", started_at=timezone.now() - timedelta(days=2))
        assert receipt(told, "read").status_code == 404

    @pytest.mark.parametrize("changed", [{"token": "0" * 64}, {"token": None}, {"delivery": "x"}, {"what": []}])
    def test_nobody_else_can_report(self, told, changed):
        assert receipt(told | changed, changed.get("what", "read")).status_code == 404
        assert Delivery.objects.get().state == "sent"

    def test_a_telephone_may_be_faster_than_the_answer_of_its_service(self, service):
        own = phone(service, Acting("damkar.madiun"))
        fire()
        number()
        (due,) = posting.find()
        posting.carry(deliveries.begin(due, at=timezone.now()))
        receipt(own.shown[0], "delivered")
        deliveries.note_carried(due, Carried(), at=timezone.now())
        row = Delivery.objects.get()
        assert row.state == "delivered"
        assert row.sent_at is not None

    def test_a_test_is_sent_by_its_owner_only_and_proved_on_the_page(self, service):
        who = Acting("damkar.madiun")
        own = phone(service, who)
        assert Acting("bpbd.madiun").post(f"push/devices/{own.id}/test/").status_code == 404
        for _ in range(2):
            assert who.ok(f"push/devices/{own.id}/test/")["test"]["state"] == "queued"
        run()
        assert [told["kind"] for told in own.shown] == ["test"]
        receipt(own.shown[0], "delivered")
        (row,) = who.get("push/devices/").json()["devices"]
        assert row["test"]["state"] == "delivered"
        assert row["proved_at"]


class TestDevices:
    def test_the_address_is_sealed_and_one_browser_is_one_device(self, service):
        who = Acting("damkar.madiun")
        browser = phone(service, who)
        again = who.ok("push/devices/", browser.subscription())
        assert again["id"] == browser.id
        row = PushDevice.objects.get()
        assert browser.endpoint.encode() not in bytes(row.sealed)
        assert not Event.objects.filter(data__contains=browser.endpoint).exists()

    def test_a_telephone_that_a_colleague_takes_over_is_the_colleagues(self, service):
        browser = phone(service, Acting("damkar.madiun"))
        Acting("bpbd.madiun").ok("push/devices/", browser.subscription())
        fire()
        run()
        assert browser.shown == []
        assert PushDevice.objects.get(id=browser.id).revoked_for == "moved"

    @pytest.mark.parametrize(
        "wrong",
        [{"endpoint": "ftp://192.168.1.1/x"}, {"endpoint": "https://10.0.0.1/x"}, {"endpoint": ""}, {"keys": {}},
         {"keys": {"p256dh": "AA", "auth": "AA"}}],
    )  # fmt: skip
    def test_an_address_or_key_that_cannot_be_one_is_refused(self, service, wrong):
        who = Acting("damkar.madiun")
        given = service.subscribe("x").subscription() | wrong
        answer = who.post("push/devices/", given)
        if wrong.get("endpoint", "").startswith("https"):
            assert answer.status_code == 201, "judged when its name is known: at each sending"
            fire()
            run()
            assert Delivery.objects.get().code == "blocked"
        else:
            assert answer.status_code in (400, 422)

    def test_signing_out_ends_the_device_of_that_browser_only(self, service):
        user = User.objects.get(username="damkar.madiun")
        browsers = []
        for _ in range(2):
            client = Client()
            client.force_login(user, backend=BACKEND)
            key = client.get("/api/v1/push/devices/").json()["key"]
            browser = service.subscribe(key)
            client.post("/api/v1/push/devices/", json.dumps(browser.subscription()), content_type="application/json")
            browsers.append((client, browser))
        assert [row["current"] for row in browsers[0][0].get("/api/v1/push/devices/").json()["devices"]] == [
            True,
            False,
        ]
        browsers[0][0].post("/keluar/")
        fire()
        run()
        assert [len(browser.shown) for _, browser in browsers] == [0, 1]

    def test_a_disabled_account_and_an_ended_role_are_told_nothing(self, service):
        gone, left = another("gone", "officer", MADIUN, "damkar"), another("left", "officer", MADIUN, "damkar")
        phones = [phone(service, Acting(name)) for name in ("gone", "left")]
        fire()
        number()
        due = posting.find()
        Membership.objects.filter(user=left).update(until_at=timezone.now())
        admin = signed_in("admin.madiun")
        page = f"/kelola/{MADIUN}/pengguna/{gone.pk}/aktif/"
        assert admin.post(page, {"active": ""}).status_code == 302
        for one in due:
            posting.post(one)
        assert [browser.shown for browser in phones] == [[], []]
        assert PushDevice.objects.get(user=gone).sealed is None

    def test_who_removes_a_device_is_told_nothing_more(self, service):
        who = Acting("damkar.madiun")
        browser = phone(service, who)
        assert Acting("bpbd.madiun").post(f"push/devices/{browser.id}/remove/").status_code == 404
        who.ok(f"push/devices/{browser.id}/remove/")
        fire()
        run()
        assert browser.shown == []
        assert who.get("push/devices/").json()["devices"] == []

    def test_a_person_has_at_most_ten(self, service):
        who = Acting("damkar.madiun")
        for _ in range(10):
            phone(service, who)
        assert who.post("push/devices/", service.subscribe("x").subscription()).status_code == 409


def test_the_key_is_made_with_the_other_secrets_of_the_data_directory():
    assert len(django_settings.VAPID_PRIVATE_KEY) == 43
