"""The board row at each level of sight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.access import Level
from dispatch.rows import local, narrow

ROW = {
    "id": "i", "number": "112-MDN-261122-0001", "version": 3, "type": "fire", "subtype": "house", "priority": "high",
    "status": "open", "confidential": False, "exercise": False, "needs_review": True, "lat": -7.6, "lon": 111.5,
    "precision": "point", "area": {"code": "1", "name": "Taman"}, "label": "Taman", "created_at": "x",
    "assignments": [{"id": "1", "agency": {"code": "damkar"}}, {"id": "2", "agency": {"code": "rsud"}}],
    "support": [{"id": "s", "agency": {"code": "damkar"}}, {"id": "t", "agency": {"code": "rsud"}}],
}  # fmt: skip


def agencies(row: dict) -> list[str]:
    return [a["agency"]["code"] for a in row["assignments"]]


@pytest.mark.parametrize("level", list(Level))
def test_every_level_keeps_the_shape_and_the_version(level):
    row = narrow(ROW, level, ["rsud"])
    assert set(row) == set(ROW)
    assert (row["id"], row["version"], row["number"]) == ("i", 3, ROW["number"])


def test_full_and_wall_show_all_agencies():
    assert agencies(narrow(ROW, Level.FULL)) == agencies(narrow(ROW, Level.WALL)) == ["damkar", "rsud"]


@pytest.mark.parametrize("level", [Level.TASK, Level.STUB])
def test_an_agency_on_a_task_or_after_its_end_sees_its_own_part_only(level):
    assert agencies(narrow(ROW, level, ["rsud"])) == ["rsud"]
    assert agencies(narrow(ROW, level, [])) == []


@pytest.mark.parametrize("level", [Level.STUB, Level.MASKED])
def test_after_the_end_and_masked_there_is_no_place(level):
    row = narrow(ROW, level, ["rsud"])
    assert (row["lat"], row["lon"], row["area"], row["label"]) == (None, None, None, "")


def test_a_stub_keeps_the_type_and_a_masked_row_does_not():
    assert narrow(ROW, Level.STUB)["type"] == "fire"
    assert narrow(ROW, Level.MASKED)["type"] == ""
    assert narrow(ROW, Level.MASKED)["assignments"] == []


def test_requests_for_support_are_the_desks_and_the_askers():
    assert [s["id"] for s in narrow(ROW, Level.FULL)["support"]] == ["s", "t"]
    assert [s["id"] for s in narrow(ROW, Level.TASK, ["rsud"])["support"]] == ["t"]
    for level in (Level.WALL, Level.STUB, Level.MASKED):
        assert narrow(ROW, level, ["rsud"])["support"] == []


def test_narrowing_leaves_the_row_itself_alone():
    before = repr(ROW)
    for level in Level:
        narrow(ROW, level)
    assert repr(ROW) == before


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC)),
       st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]))  # fmt: skip
def test_times_carry_the_regions_offset_and_stay_the_same_moment(at, zone):
    text = local(at, ZoneInfo(zone))
    back = datetime.fromisoformat(text)
    assert back == at
    assert back.utcoffset() in (timedelta(hours=7), timedelta(hours=8), timedelta(hours=9))
    assert local(None, ZoneInfo(zone)) is None
