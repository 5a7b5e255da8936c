"""The pages of channels, ladders and duty officers: what an admin sets up, and what nobody reads back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from agencies import caches
from agencies.models import Agency, Channel, Ladder, Roster, Target, User
from dispatch import posting
from dispatch.escalation import ladder_for
from dispatch.models import ChannelHealth, Delivery
from events.models import Event
from tests.integration.acting import Acting, number
from tests.integration.outside import http_server
from tests.integration.test_manage import MADIUN, admin, fields, signed_in, text, url

__all__ = ["admin"]
pytestmark = pytest.mark.django_db
SECRET = "rahasia-yang-tidak-boleh-terbaca"


def send(client: Client, page: str, /, **changes: Any) -> Any:
    """Open the form, change it as told, send it."""
    return client.post(page, fields(client.get(page)) | changes)


def damkar() -> Agency:
    return Agency.objects.get(region_id=MADIUN, code="damkar")


@pytest.fixture
def outside(settings):
    settings.NOTIFY_LOOPBACK = True
    with http_server() as running:
        yield running


def webhook(admin: Client, address: str) -> Channel:
    answer = send(admin, url("channel-new", "webhook"), agency=str(damkar().pk), name="Aplikasi Damkar", position="1",
                  address=address, secret=SECRET)  # fmt: skip
    assert answer.status_code == 302, text(answer)
    return Channel.objects.get(name="Aplikasi Damkar", ended_at=None)


class TestChannels:
    def test_a_secret_is_sealed_and_never_shown_again(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        assert SECRET.encode() not in bytes(hook.secret or b"")
        pages = [admin.get(url(name, *args)) for name, args in (
            ("channels", ()), ("channel", (hook.pk,)), ("changes", ()), ("channel-end", (hook.pk,)))]  # fmt: skip
        assert all(SECRET not in text(page) for page in pages)
        assert not Event.objects.filter(data__contains=SECRET).exists()

    def test_an_empty_secret_keeps_the_one_that_is_there(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        before = bytes(hook.secret or b"")
        assert send(admin, url("channel", hook.pk), name="Nama baru").status_code == 302
        hook.refresh_from_db()
        assert (hook.name, bytes(hook.secret or b"")) == ("Nama baru", before)

    @pytest.mark.parametrize(
        "address", ["http://damkar.example.go.id/", "ftp://damkar.example.go.id/", "https://a:b@damkar.example.go.id/"]
    )
    def test_only_https_is_taken(self, admin: Client, address: str) -> None:
        answer = send(
            admin, url("channel-new", "webhook"), agency="", name="x", position="1", address=address, secret="s"
        )
        assert answer.status_code == 422
        assert not Channel.objects.exists()

    def test_a_webhook_without_a_secret_is_refused(self, admin: Client) -> None:
        given = {"agency": "", "name": "x", "position": "1", "address": "https://a.example.go.id/", "secret": ""}
        assert send(admin, url("channel-new", "webhook"), **given).status_code == 422

    def test_the_test_button_sends_a_test_and_shows_its_fate(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        answer = admin.post(url("channel-test", hook.pk), follow=True)
        assert "menunggu" in text(answer)
        for delivery_id in posting.find():
            posting.post(delivery_id)
        assert "sampai" in text(admin.get(answer.redirect_chain[-1][0]))
        assert b"UJI COBA" in outside.got[0].body
        assert "baik" in text(admin.get(url("channels")))

    def test_two_presses_are_one_test(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        for _ in range(2):
            admin.post(url("channel-test", hook.pk))
        assert Delivery.objects.filter(purpose="test").count() == 1

    def test_the_health_page_names_failures_and_what_was_given_up(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        outside.behaviour = "404"
        admin.post(url("channel-test", hook.pk))
        for delivery_id in posting.find():
            posting.post(delivery_id)
        page = text(admin.get(url("channels")))
        assert "100%" in page
        assert "HTTP 404" in page

    def test_confidential_cases_cannot_be_counted_on_the_health_page(self, admin: Client, outside: Any) -> None:
        dp3a = Agency.objects.get(region_id=MADIUN, code="dp3a")
        hook = webhook(admin, outside.url)
        Channel.objects.filter(pk=hook.pk).update(agency=dp3a)
        self.shown(admin)  # with the message that it was saved
        before = self.shown(admin)
        outside.behaviour = "404"
        Acting("operator.madiun").report("suami memukuli istrinya", agencies=[{"code": "dp3a", "role": "lead"}])
        number()
        for delivery_id in posting.find():
            posting.post(delivery_id)
        assert Delivery.objects.get().state == "dead"
        ChannelHealth.objects.all().delete()
        assert self.shown(admin) == before

    @staticmethod
    def shown(admin: Client) -> str:
        """The page without what differs at every look."""
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text(admin.get(url("channels"))))

    def test_a_gateway_keeps_its_template(self, admin: Client) -> None:
        given = {
            "agency": "", "name": "WA Kota", "position": "1", "address": "0351112112", "method": "POST",
            "url": "https://gw.example.id/send", "headers": "Content-Type: application/json\nX-Key: {secret}",
            "body": '{"to":"{number}"}', "success_path": "ok", "success_value": "true", "secret": SECRET,
        }  # fmt: skip
        assert send(admin, url("channel-new", "gateway"), **given).status_code == 302
        row = Channel.objects.get()
        assert row.settings["headers"] == {"Content-Type": "application/json", "X-Key": "{secret}"}
        assert "Content-Type: application/json" in text(admin.get(url("channel", row.pk)))
        assert send(admin, url("channel", row.pk), headers="kacau").status_code == 422

    def test_an_ended_channel_loses_its_secret_and_leaves_the_list(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        admin.post(url("channel-end", hook.pk))
        hook.refresh_from_db()
        assert hook.secret is None
        assert "Aplikasi Damkar" not in text(admin.get(url("channels")))
        assert admin.post(url("channel-test", hook.pk)).status_code == 404

    def test_another_regions_admin_finds_nothing(self, admin: Client, outside: Any) -> None:
        hook = webhook(admin, outside.url)
        admin.post(url("channel-test", hook.pk))
        far = signed_in("admin.batu")
        message = Delivery.objects.get().message
        assert far.get(url("channel", hook.pk)).status_code == 404
        assert far.get(url("channel", hook.pk, region="35.79")).status_code == 404
        assert far.get(url("channel-fate", message, region="35.79")).status_code == 404


class TestLadders:
    def test_a_ladder_is_published_for_a_priority_and_ends(self, admin: Client) -> None:
        page = text(admin.get(url("ladders")))
        assert "Bawaan" in page
        given = {"priority": "critical", "renotify": "0", "second_channel": "", "duty_officer": "20", "head": "30",
                 "supervisor": "30", "backup": "60"}  # fmt: skip
        assert send(admin, url("ladder-new"), **given).status_code == 302
        here = caches.refresh_now().region(MADIUN)
        assert here is not None
        assert [rung.step for rung in ladder_for(here, "critical").rungs] == [
            "renotify", "duty_officer", "head", "supervisor", "backup",
        ]  # fmt: skip
        assert len(ladder_for(here, "low").rungs) == 6
        row = Ladder.objects.get(ended_at=None)
        assert send(admin, url("ladder", row.pk), head="45").status_code == 302
        assert Ladder.objects.get(ended_at=None).version == 2
        admin.post(url("ladder-end", Ladder.objects.get(ended_at=None).pk))
        assert not Ladder.objects.filter(ended_at=None).exists()

    def test_a_stale_form_and_an_empty_ladder_are_refused(self, admin: Client) -> None:
        given = {"priority": "", "renotify": "0"}
        assert send(admin, url("ladder-new"), **given).status_code == 302
        assert send(admin, url("ladder-new"), **given).status_code == 422
        nothing = dict.fromkeys(("renotify", "second_channel", "duty_officer", "head", "supervisor", "backup"), "")
        assert send(admin, url("ladder-new"), priority="low", **nothing).status_code == 422


class TestRosters:
    def test_a_duty_is_planned_at_the_regions_time_and_shown_on_the_desk(self, admin: Client) -> None:
        now = timezone.now()
        local = (now - timedelta(hours=1)).astimezone(caches.reference().regions[MADIUN].tz)
        given = {"agency": str(damkar().pk), "name": "Budi Piket", "phone": "0812-1", "email": "", "position": "1"}
        given |= {"from_at": f"{local:%Y-%m-%dT%H:%M}", "until_at": f"{local + timedelta(hours=8):%Y-%m-%dT%H:%M}"}
        assert send(admin, url("duty-new"), **given).status_code == 302
        duty = Roster.objects.get()
        assert abs(duty.from_at - (now - timedelta(hours=1))) < timedelta(minutes=1)
        assert "Budi Piket" in text(admin.get(url("rosters")))
        desk = signed_in("damkar.madiun").get("/dinas/")
        assert "Budi Piket" in text(desk)
        assert "Budi Piket" not in text(signed_in("bpbd.madiun").get("/dinas/"))
        assert not Event.objects.filter(data__contains="Budi Piket").exists()
        admin.post(url("duty-end", duty.pk))
        assert "Budi Piket" not in text(signed_in("damkar.madiun").get("/dinas/"))

    def test_a_file_is_taken_whole_or_not_at_all(self, admin: Client) -> None:
        head, good = "instansi,nama,telepon,dari,sampai", "damkar,{},0812,2026-11-{} 07:00,2026-11-{} 19:00"
        lines = [head, good.format("Ani", 23, 23), good.format("Budi", 24, 23), good.format("Cici", 25, 25)]

        def bring(*rows: str) -> Any:
            file = SimpleUploadedFile("piket.csv", "\n".join(rows).encode())
            return admin.post(url("roster-import"), {"file": file})

        answer = bring(*lines)
        assert answer.status_code == 422
        assert "paling lama 31 hari" in text(answer)
        assert not Roster.objects.exists()
        assert bring(lines[0], lines[1], lines[3]).status_code == 302
        assert bring(lines[0], lines[1], lines[3]).status_code == 302, "again: nothing is doubled"
        assert Roster.objects.count() == 2
        assert User.objects.filter(username="admin.madiun").exists()


def test_the_region_says_for_which_reasons_a_clock_may_stand_still(admin: Client) -> None:
    assert send(admin, url("region"), pause_reasons=["weather", "scene_unsafe"]).status_code == 302
    assert caches.refresh_now().regions[MADIUN].pause_reasons == ("weather", "scene_unsafe")
    assert "lokasi belum aman" in text(admin.get(url("region")))
    assert send(admin, url("region"), pause_reasons=["coffee"]).status_code == 422


def test_targets_of_the_night_are_a_row_of_their_own(admin: Client) -> None:
    page = url("target-row")
    given = {"type": "fire", "priority": "", "from_hour": "22", "until_hour": "6", "seconds_arrive": "1500"}
    assert send(admin, page, **given).status_code == 302
    assert "pukul 22–06" in text(admin.get(url("targets")))
    night = url("target-row") + "?jenis=fire&prioritas=&jam=22-6"
    assert send(admin, night, seconds_arrive="1800").status_code == 302
    row = Target.objects.get(region_id=MADIUN, type="fire", from_hour=22, ended_at=None)
    assert (row.seconds, row.version) == (1800, 2)
    assert admin.get(url("target-row") + "?jenis=fire&prioritas=&jam=x").status_code == 404
