"""The page of figures: charts, tables and files are one set of rows; confidential cases and exercises are in none."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import User
from dispatch.models import Assignment, Deadline
from incidents.models import Call, Incident
from tests.integration.acting import MADIUN, Acting

pytestmark = pytest.mark.django_db


def browser(username: str) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    return client


@pytest.fixture
def supervisor() -> Client:
    return browser("supervisor.madiun")


def calls(n: int, *, days_ago: float = 2, disposition: str = "prank", **more: Any) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    Call.objects.bulk_create(
        Call(region_id=MADIUN, offered_at=at, answered_at=at + timedelta(seconds=5), recorded_at=at,
             disposition=disposition, **more)
        for _n in range(n)
    )  # fmt: skip


def figure(client: Client, key: str, **query: str) -> Any:
    answer = client.get("/angka/", query)
    assert answer.status_code == 200
    return next(item["figure"] for item in answer.context["figures"] if item["figure"].key == key)


def stages(client: Client) -> list[Any]:
    return [row[1] for row in figure(client, "corong").rows]


def handled(narrative: str, n: int) -> list[dict[str, Any]]:
    """Incidents of two hours ago to which somebody was sent and came."""
    operator, found = Acting("operator.madiun"), []
    for _n in range(n):
        found.append(operator.report(narrative))
    ids = [one["id"] for one in found]
    ago = timezone.now() - timedelta(hours=2)
    Incident.objects.filter(pk__in=ids).update(created_at=ago)
    Assignment.objects.filter(incident_id__in=ids).update(dispatched_at=ago, arrived_at=ago)
    return found


def test_chart_table_and_file_hold_the_same_rows(supervisor: Client) -> None:
    calls(6)
    calls(4, disposition="emergency")
    page = supervisor.get("/angka/").content.decode()
    drawn = json.loads(re.search(r'<script id="chart-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    for key in ("jam", "panas", "corong", "prank"):
        rows = [list(row) for row in figure(supervisor, key).rows]
        assert drawn[key]["rows"] == rows
        lines = supervisor.get(f"/angka/{key}.csv").content.decode("utf-8-sig").splitlines()
        assert len(lines) == len(rows) + 1
        assert lines[1].split(";")[0].lstrip("'") == str(rows[0][0])
        assert f"Tabel: {figure(supervisor, key).title}" in page
    assert stages(supervisor) == [10, 10, 4, 0, 0, 0]


def test_the_share_of_pranks_is_of_days_with_five_calls_or_more(supervisor: Client) -> None:
    calls(6, days_ago=2)
    calls(2, days_ago=2, disposition="emergency")
    calls(4, days_ago=5)
    day = {row[0]: row[1:] for row in figure(supervisor, "prank").rows}
    assert [row for row in day.values() if row[0]] in ([(4, None, None), (8, 75.0, 0.0)],)


def test_few_cases_are_not_counted_out_and_confidential_ones_not_at_all(supervisor: Client) -> None:
    handled("kebakaran rumah", 3)
    assert stages(supervisor)[3:] == ["<5", "<5", 0]
    handled("kebakaran rumah", 2)
    before = supervisor.get("/angka/corong.csv").content, supervisor.get("/angka/sla-arrive.csv").content
    assert stages(supervisor)[3:] == [5, 5, 0]
    handled("suami memukuli istrinya sampai berdarah", 5)
    assert (supervisor.get("/angka/corong.csv").content, supervisor.get("/angka/sla-arrive.csv").content) == before
    calls(5, confidential=True)
    calls(5, exercise=True)
    assert supervisor.get("/angka/corong.csv").content == before[0]


def test_agencies_with_few_tasks_are_only_mentioned(supervisor: Client) -> None:
    handled("kebakaran rumah", 4)
    assert figure(supervisor, "sla-acknowledge").rows == ()
    handled("kebakaran rumah", 1)
    ago = timezone.now() - timedelta(hours=2)
    lines = Assignment.objects.filter(agency__region_id=MADIUN, agency__code="damkar")
    lines.update(created_at=ago)
    Deadline.objects.filter(stage="acknowledge", assignment__in=lines).update(
        starts_at=ago, warn_at=ago + timedelta(seconds=48), due_at=ago + timedelta(seconds=60),
        done_at=ago + timedelta(seconds=30),
    )  # fmt: skip
    rows = figure(supervisor, "sla-acknowledge").rows
    assert rows == (("Damkar", 5, 30, 30, 60, 100.0),)


def test_nothing_to_draw_is_said_and_loads_no_chart_library(supervisor: Client) -> None:
    page = supervisor.get("/angka/").content.decode()
    assert "Belum ada data" in page
    assert "echarts" not in page
    calls(3)
    assert "Data masih terlalu sedikit" in supervisor.get("/angka/").content.decode()
    calls(9)
    page = supervisor.get("/angka/").content.decode()
    assert "vendor/echarts/echarts.min.js" in page
    assert " style=" not in page
    assert "'unsafe-inline'" not in supervisor.get("/angka/")["Content-Security-Policy"]


def test_who_sees_no_calls_gets_only_the_times_of_their_own_agency(supervisor: Client) -> None:
    calls(9)
    head = browser("head-damkar.madiun").get("/angka/")
    assert [item["figure"].key for item in head.context["figures"]] == ["sla-acknowledge", "sla-arrive"]
    assert browser("head-damkar.madiun").get("/angka/corong.csv").status_code == 404
    for stranger in ("operator.madiun", "admin.madiun", "damkar.madiun", "wall.madiun"):
        assert browser(stranger).get("/angka/").status_code == 403, stranger
        assert browser(stranger).get("/angka/prank.csv").status_code == 403, stranger
    assert supervisor.get("/angka/?wilayah=64.09").status_code == 403


def test_the_hour_under_way_is_not_counted_and_other_lengths_are_28_days(supervisor: Client) -> None:
    span = supervisor.get("/angka/", {"hari": "7"}).context["span"]
    assert (span.until.minute, span.until.second, len(span.days)) == (0, 0, 8)
    assert len(supervisor.get("/angka/", {"hari": "100000"}).context["span"].days) == 29
    calls(6, days_ago=0)
    assert figure(supervisor, "corong").n == 0
