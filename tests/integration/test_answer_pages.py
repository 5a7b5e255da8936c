"""The page of answers: what each viewer's numbers hold, and what they never do."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from dispatch import posting
from dispatch.models import Assignment, Deadline, Delivery
from reporting.answers import day_of
from tests.integration.acting import MADIUN, Acting, number, part
from tests.integration.test_deliveries import channel
from tests.integration.test_manage import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/jawaban/"
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def day():
    """One task that is accepted, one that nobody answers, one confidential that nobody answers; their messages."""
    channel("webhook", "damkar", address="https://192.0.2.1/x", secret="x")
    operator = Acting("operator.madiun")
    for words, agency in (
        ("kebakaran rumah", "damkar"),
        ("pohon tumbang", "damkar"),
        ("suami memukuli istrinya", "dp3a"),
    ):
        last = operator.report(words, agencies=[{"code": agency, "role": "lead"}])
        if words == "kebakaran rumah":
            Acting("damkar.madiun").step(part(last, "damkar"), "acknowledge")
    number()
    for one in posting.find():
        posting.post(one)
    now = timezone.now()  # seconds only: the day of service may have begun a minute ago
    begun, missed = now - timedelta(seconds=2), now - timedelta(seconds=1)
    Assignment.objects.update(created_at=begun)
    waiting = Deadline.objects.filter(stage="acknowledge", done_at=None)
    waiting.update(starts_at=begun, warn_at=begun, due_at=missed)


def shown(who: str, **query) -> dict[str, list[str]]:
    """Cells of the first table by agency, and the line of confidential cases."""
    answer = signed_in(who).get(PAGE, query)
    assert answer.status_code == 200, answer.content
    page = answer.content.decode()
    rows = {}
    for name, cells in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', page, re.S):
        rows[name] = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.S)]
    rows["guarded"] = re.findall(r"(\d+) tugas, (\d+) tidak menjawab", page)
    return rows


def test_a_supervisor_sees_agencies_and_confidential_cases_only_as_one_number(day):
    rows = shown("supervisor.madiun")
    assert rows["Damkar"][:4] == ["2", "1", "0", "1 (1)"]
    assert rows["Damkar"][-1] == "1", "one message was given up: the address is not to be reached"
    assert rows["guarded"] == [("1", "1")]
    assert not [name for name in rows if "P3A" in name or "Perempuan" in name]


def test_an_admin_counts_no_confidential_case(day):
    rows = shown("admin.madiun")
    assert rows["Damkar"][:4] == ["2", "1", "0", "1 (1)"]
    assert rows["guarded"] == []


def test_a_head_sees_the_own_agency_only(day):
    assert "Damkar" in shown("head-damkar.madiun")
    rows = shown("head-bpbd.madiun")
    assert "Damkar" not in rows
    assert rows["guarded"] == [("0", "0")]
    assert shown("head-dp3a.madiun")["guarded"] == [("1", "1")]


def test_a_drill_and_another_day_are_not_in_it(day):
    Assignment.objects.update(exercise=True)
    assert "Damkar" not in shown("supervisor.madiun")
    Assignment.objects.update(exercise=False, created_at=timezone.now() - timedelta(days=2))
    assert "Damkar" not in shown("supervisor.madiun")
    that_day = day_of((timezone.now() - timedelta(days=2)).astimezone(WIB)).date()
    assert "Damkar" in shown("supervisor.madiun", tanggal=str(that_day))


def test_a_date_that_is_none_shows_today(day):
    assert "Damkar" in shown("supervisor.madiun", tanggal="kemarin", wilayah=MADIUN)


def test_a_test_of_a_channel_is_no_message_of_an_agency(day):
    before = shown("supervisor.madiun")
    Delivery.objects.filter(agency__code="damkar").update(purpose="test", assignment=None)
    assert shown("supervisor.madiun")["Damkar"][-1] == "0" != before["Damkar"][-1]
