"""Messages to agencies: derived from events, sent over real sockets, tried again, given up, never telling too much."""

import json
import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone

from agencies.models import Agency, Channel, Region, Roster, User
from dispatch import posting
from dispatch.carriers import Failed
from dispatch.carriers.bodies import signature
from dispatch.models import Assignment, ChannelHealth, Deadline, Delivery
from dispatch.services import deliveries, notifying, sweeps
from events import services as events
from events.models import Event
from incidents.sealing import seal
from tests.integration.acting import MADIUN, Acting, as_fold, fold, number, part
from tests.integration.outside import free_port, http_server, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_home(settings):
    settings.NOTIFY_LOOPBACK = True


@pytest.fixture
def outside():
    with http_server() as running:
        yield running


@pytest.fixture
def mails(settings):
    with mail_server() as running:
        settings.EMAIL_URL, settings.EMAIL_BACKEND = running.url, "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def channel(kind: str, agency: str | None, position: int = 1, secret: str = "", **more) -> Channel:
    found = Agency.objects.get(region_id=MADIUN, code=agency) if agency else None
    row = Channel(region_id=MADIUN, agency=found, kind=kind, name=f"{kind} {position}", position=position,
                  created_at=timezone.now(), **more)  # fmt: skip
    row.secret = seal(django_settings.FIELD_KEY, secret, str(row.id)) if secret else None
    row.save()
    return row


def gateway(outside, agency: str | None = None, **more) -> Channel:
    given = {
        "address": "+62351112112", "url": f"{outside.url}/send", "secret": "kunci-gerbang",
        "settings": {
            "method": "POST", "headers": {"Content-Type": "application/json", "Authorization": "Bearer {secret}"},
            "body": '{"to": "{number}", "message": "{text}"}', "success_path": "status", "success_value": "sent",
        },
    }  # fmt: skip
    return channel("gateway", agency, **given | more)


def fire(narrative: str = "kebakaran rumah Bu Sri di Taman", agency: str = "damkar", **more) -> dict:
    return Acting("operator.madiun").report(narrative, agencies=[{"code": agency, "role": "lead"}], **more)


def run() -> None:
    """Derive and send what is due now, one after the other."""
    number()
    for delivery_id in posting.find():
        posting.post(delivery_id)


def states() -> list[str]:
    return list(Delivery.objects.order_by("queued_at", "attempt").values_list("state", flat=True))


class TestOut:
    def test_an_agency_is_told_by_its_webhook_signed_and_without_a_story(self, outside):
        channel("webhook", "damkar", address=f"{outside.url}/hook", secret="rahasia")
        incident = fire(caller={"name": "Sri Rahayu", "number": "081234567890"}, location={"text": "Jl. Mawar 7"})
        run()
        (got,) = outside.got
        stamp = got.headers["X-Timestamp"]
        assert got.headers["X-Signature"] == signature("rahasia", stamp, got.body)
        assert abs(int(stamp) - time.time()) < 30
        told = json.loads(got.body)
        assert (told["number"], told["agency"], told["kind"]) == (incident["number"], "damkar", "assignment.created")
        assert told["id"] == got.headers["X-Message-Id"]
        for word in ("Sri", "Rahayu", "0812", "Mawar", "rumah"):
            assert word not in got.body.decode()
        assert states() == ["delivered"]

    def test_of_a_confidential_case_only_its_number_goes_out_on_every_channel(self, outside, mails):
        channel("webhook", "dp3a", address=outside.url, secret="x")
        channel("email", "dp3a", address="dp3a@example.go.id")
        gateway(outside, "dp3a")
        incident = fire("suami memukuli istrinya Ani di kelurahan Taman", "dp3a")
        run()
        assert sorted(states()) == ["delivered", "sent", "sent"]
        said = [got.body.decode() for got in outside.got] + mails.got
        assert len(said) == 3
        mail = message_from_bytes(mails.got[0].encode(), policy=policy.default)
        assert mail["Subject"] == "[112] Kejadian khusus 112 – buka aplikasi"
        assert mail.get_content().strip() == f"Kejadian khusus 112 – buka aplikasi. {incident['number']}"
        for text in said:
            for word in ("erempuan", "anak", "Taman", "Ani", "KRITIS", "DARURAT", "violence", "pukul", "critical"):
                assert word not in text

    def test_what_became_confidential_meanwhile_is_told_as_such(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        incident = fire()
        number()
        (due,) = posting.find()
        supervisor = Acting("supervisor.madiun")
        supervisor.act(incident, "update", version=incident["version"], type="violence_women_children")
        posting.post(due)
        assert "Kebakaran" not in outside.got[0].body.decode()
        assert "type" not in json.loads(outside.got[0].body)

    def test_a_gateway_is_filled_in_and_judged_by_its_answer(self, outside):
        gateway(outside, "damkar")
        fire()
        run()
        told = json.loads(outside.got[0].body)
        assert told["to"] == "+62351112112"
        assert told["message"].startswith("112 P")
        assert outside.got[0].headers["Authorization"] == "Bearer kunci-gerbang"
        assert states() == ["sent"]
        outside.reply = b'{"status": "saldo habis"}'
        fire("pohon tumbang")
        run()
        assert states() == ["sent", "failed", "queued"]

    def test_a_mail_goes_out_by_smtp(self, mails):
        channel("email", "damkar", address="piket@damkar.example.go.id")
        fire()
        run()
        mail = message_from_bytes(mails.got[0].encode(), policy=policy.default)
        assert mail["To"] == "piket@damkar.example.go.id"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert str(Delivery.objects.get().message) in mail["Message-ID"]
        mails.refuse = True
        fire("pohon tumbang")
        run()
        assert states() == ["sent", "dead"]

    def test_without_a_mail_server_a_mail_says_so(self, settings):
        settings.EMAIL_URL = ""
        channel("email", "damkar", address="a@example.go.id")
        fire()
        run()
        assert Delivery.objects.get().code == "not_set_up"

    def test_a_drill_tells_nobody_outside(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire(exercise=True)
        run()
        assert outside.got == []
        assert not Delivery.objects.exists()

    def test_old_events_are_told_to_nobody(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        notifying.derive(at=timezone.now() + timedelta(hours=2))
        assert not Delivery.objects.exists()


class TestRungs:
    @pytest.fixture
    def everybody(self, outside):
        channel("webhook", "damkar", address=f"{outside.url}/first", secret="x")
        channel("webhook", "damkar", 2, address=f"{outside.url}/second", secret="x")
        gateway(outside)  # the centre's
        now, agency = timezone.now(), Agency.objects.get(region_id=MADIUN, code="damkar")
        Roster.objects.create(agency=agency, name="Budi", phone="081200000001", from_at=now - timedelta(hours=1),
                              until_at=now + timedelta(hours=9))  # fmt: skip
        User.objects.filter(username="head-damkar.madiun").update(phone="081200000002")

    def test_each_rung_tells_the_one_it_is_for(self, outside, everybody):
        incident = fire()
        run()
        at = Deadline.objects.get(stage="acknowledge").due_at
        with time_machine.travel(at, tick=False) as clock:
            for _ in range(70):
                sweeps.sweep(at=timezone.now())
                run()
                clock.shift(10)
        rows = Delivery.objects.filter(assignment_id=part(incident, "damkar")["id"]).order_by("hop")
        assert [(row.hop, row.to_label, row.state) for row in rows] == [
            (0, "dinas", "delivered"), (1, "dinas", "delivered"), (2, "dinas, saluran kedua", "delivered"),
            (3, "petugas piket", "sent"), (4, "kepala dinas", "sent"), (5, "supervisor", "sent"),
        ]  # fmt: skip
        numbers = [json.loads(got.body)["to"] for got in outside.got if got.path == "/send"]
        assert numbers == ["+6281200000001", "+6281200000002", "+62351112112"]
        events = Event.objects.filter(kind="assignment.escalated", incident_id=incident["id"]).order_by("id")
        assert json.loads(events[3].data)["escalation"]["proof"] == {"messages": 1, "through": 1, "read": 0, "dead": 0}

    def test_what_was_accepted_meanwhile_is_not_told_any_more(self, outside, everybody):
        incident = fire()
        number()
        due = posting.find()
        Acting("damkar.madiun").step(part(incident, "damkar"), "acknowledge")
        for one in due:
            posting.post(one)
        assert outside.got == []
        assert Delivery.objects.get().code == "moot"

    def test_opening_the_case_on_the_desk_marks_its_messages_read(self, outside, everybody):
        incident = fire()
        run()
        assert Acting("bpbd.madiun").post(f"incidents/{incident['id']}/seen/").status_code == 404
        assert Acting("damkar.madiun").ok(f"incidents/{incident['id']}/seen/") == {"read": 1}
        assert states() == ["read"]
        (shown,) = part(Acting("operator.madiun").incident(incident["id"]), "damkar")["notices"]
        assert (shown["channel"], shown["to"], shown["state"]) == ("webhook", "dinas", "read")
        assert Acting("damkar.madiun").ok(f"incidents/{incident['id']}/seen/") == {"read": 0}


class TestTrouble:
    def test_an_event_that_cannot_be_read_keeps_no_other_from_being_told(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        poison = events.Fact(
            "assignment.created", MADIUN, {"assignment": {"agency": {"code": "damkar"}, "id": "no id"}}
        )
        events.record([poison], actor_id="x", actor_label="x", at=timezone.now())
        fire()
        run()
        assert states() == ["delivered"]

    def test_looking_twice_queues_nothing_twice(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        run()
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("UPDATE events_cursor SET seq = 0 WHERE name = 'notified'")
        run()
        assert len(outside.got) == 1
        assert Delivery.objects.count() == 1

    def test_a_failure_is_tried_again_in_a_row_of_its_own_under_the_same_message_id(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        outside.behaviour = "500"
        fire()
        run()
        assert states() == ["failed", "queued"]
        run()
        assert len(outside.got) == 1, "not before its time"
        outside.behaviour = "ok"
        with time_machine.travel(timezone.now() + timedelta(seconds=6)):
            run()
        assert states() == ["failed", "delivered"]
        assert len({got.headers["X-Message-Id"] for got in outside.got}) == 1
        assert [got.headers["X-Attempt"] for got in outside.got] == ["1", "2"]

    def test_what_is_given_up_alarms_the_desk_and_hurries_the_ladder(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        outside.behaviour = "404"
        number()
        supervisor = Acting("supervisor.madiun")
        before = supervisor.board()
        incident = fire()
        run()
        assert states() == ["dead"]
        shown = part(supervisor.incident(incident["id"]), "damkar")
        assert shown["unreached"] is True
        told = [e for e in supervisor.incident(incident["id"])["timeline"] if e["kind"] == "delivery.dead"]
        assert told[0]["delivery"]["error"] == "HTTP 404"
        number()
        assert fold(before, supervisor.events(before["seq"])) == as_fold(supervisor.board())

    @pytest.mark.parametrize(
        ("behaviour", "code", "within"),
        [
            ("redirect", "redirect", 4),
            ("half", "broken", 4),
            ("huge", "too_large", 4),
            ("hang", "timeout", 7),
            ("drip", "timeout", 12),
        ],
    )
    def test_a_hostile_server_gets_nothing_and_takes_little_time(self, outside, behaviour, code, within):
        channel("webhook", "damkar", address=outside.url, secret="x")
        outside.behaviour = behaviour
        fire()
        started = time.monotonic()
        run()
        assert time.monotonic() - started < within
        assert Delivery.objects.order_by("attempt").first().code == code
        assert len(outside.got) == 1

    def test_an_address_inside_the_house_is_refused_even_by_name(self, settings):
        settings.NOTIFY_LOOPBACK = False
        channel("webhook", "damkar", address=f"https://localhost:{free_port()}/", secret="x")
        fire()
        run()
        assert Delivery.objects.get().code == "blocked"
        assert Delivery.objects.get().state == "dead"

    def test_a_channel_that_fails_again_and_again_rests_and_is_tried_once_after_the_rest(self, outside):
        hook = channel("webhook", "damkar", address=outside.url, secret="x")
        outside.behaviour = "500"
        for n in range(3):
            fire(f"kebakaran rumah {n}")
            run()
        health = ChannelHealth.objects.get(channel=hook)
        assert health.failures == 3
        assert health.open_until > timezone.now()
        asked = len(outside.got)
        with time_machine.travel(timezone.now() + timedelta(seconds=10)):
            run()
        assert len(outside.got) == asked
        outside.behaviour = "ok"
        with time_machine.travel(timezone.now() + timedelta(seconds=40)):
            run()
        health.refresh_from_db()
        assert (health.failures, health.open_until) == (0, None)

    def test_at_most_two_of_one_channel_are_out_at_a_time_and_others_pass(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        channel("webhook", "bpbd", address=outside.url, secret="x")
        for n in range(5):
            fire(f"kebakaran rumah {n}")
        fire("pohon tumbang", "bpbd")
        number()
        first = posting.find()
        agencies = list(Delivery.objects.filter(id__in=first).values_list("agency__code", flat=True))
        assert sorted(agencies) == ["bpbd", "damkar", "damkar"]
        assert posting.find() == []

    def test_a_rush_goes_out_at_once_where_the_channel_works(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        for n in range(5):
            fire(f"kebakaran rumah {n}")
        number()
        posting.post_all(posting.find()[0])
        assert states().count("delivered") == 4  # the fifth is in another hand: two are out at a time
        assert len({got.headers["X-Message-Id"] for got in outside.got}) == 4

    def test_channels_that_fail_leave_room_for_those_that_are_well(self, outside):
        for agency in ("bpbd", "dinkes", "rsud", "satpolpp"):
            hook = channel("webhook", agency, address=outside.url, secret="x")
            ChannelHealth.objects.create(channel=hook, failures=1)
            for n in range(2):
                fire(f"pohon tumbang {n}", agency)
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        first = posting.find()
        agencies = list(Delivery.objects.filter(id__in=first).values_list("agency__code", flat=True))
        assert agencies.count("damkar") == 1
        assert len(agencies) == deliveries.MOST_AILING + 1

    def test_a_worker_lost_while_sending_leaves_the_message_to_the_next_one_under_the_same_id(self, outside):
        """At least once: the same message id, so that the receiver can tell."""
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        (due,) = posting.find()
        letter = deliveries.begin(due, at=timezone.now())
        posting.carry(letter)  # it is out; here the worker dies
        assert posting.find() == []
        with time_machine.travel(timezone.now() + deliveries.LEASE + timedelta(seconds=1)):
            run()
        assert states() == ["delivered"]
        assert len({got.headers["X-Message-Id"] for got in outside.got}) == 1
        assert len(outside.got) == 2

    def test_an_attempt_that_is_handed_out_twice_is_begun_once(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        (due,) = posting.find()
        assert deliveries.begin(due, at=timezone.now()) is not None
        assert deliveries.begin(due, at=timezone.now()) is None

    def test_the_end_of_an_attempt_is_noted_once(self, outside):
        channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        (due,) = posting.find()
        deliveries.begin(due, at=timezone.now())
        for _ in range(2):
            deliveries.note_failed(due, Failed("broken", "x"), at=timezone.now())
        assert states() == ["failed", "queued"]

    def test_an_ended_channel_is_not_used(self, outside):
        hook = channel("webhook", "damkar", address=outside.url, secret="x")
        fire()
        number()
        due = posting.find()
        Channel.objects.filter(pk=hook.pk).update(ended_at=timezone.now())
        for one in due:
            posting.post(one)
        assert outside.got == []


def test_saving_a_report_knows_of_no_message(outside):
    channel("webhook", "damkar", address=outside.url, secret="x")
    fire()
    assert not Delivery.objects.exists()
    assert Region.objects.filter(pk=MADIUN).exists()
    assert Assignment.objects.filter(agency__code="damkar").exists()
    assert threading.active_count() < 50
