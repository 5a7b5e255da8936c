"""Reports are read leniently, actions strictly."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.problems import Malformed
from dispatch.lifecycle import ASSIGNMENT
from dispatch.parsing import (
    CALL_FIELDS,
    REPORT_FIELDS,
    read_call,
    read_change,
    read_disposition,
    read_position_list,
    read_report,
    read_step,
    read_unit_status,
)
from incidents.lifecycle import INCIDENT

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
REGION = {"region": "35.77"}
TYPES = ("fire", "medical")


@given(st.dictionaries(st.sampled_from(sorted(REPORT_FIELDS - {"region"})), json_values))
def test_no_value_in_any_field_refuses_a_report(body):
    report, _ = read_report(REGION | body, TYPES)
    assert isinstance(report.narrative, str)
    assert report.lat is None or -90 <= report.lat <= 90
    assert (report.lat is None) == (report.lon is None)
    assert report.type in ("", *TYPES)


@given(st.dictionaries(st.sampled_from(["lat", "lon", "text"]), json_values))
def test_no_location_refuses_a_report(location):
    read_report(REGION | {"location": location}, TYPES)


@given(st.dictionaries(st.sampled_from(sorted(CALL_FIELDS - {"region"})), json_values))
def test_no_value_in_any_field_refuses_a_call(body):
    call, _ = read_call(REGION | body)
    assert len(call.number) <= 30


@pytest.mark.parametrize("field", sorted(REPORT_FIELDS - {"region", "narrative", "answers"}))
def test_what_is_set_aside_is_named(field):
    _, warnings = read_report(REGION | {field: 3.5}, TYPES)
    assert any(w["field"].startswith(field) for w in warnings)


def test_unknown_fields_of_a_report_are_named_and_ignored():
    _, warnings = read_report(REGION | {"colour": "red", "caller": {"age": 3}}, TYPES)
    assert {w["field"] for w in warnings} == {"colour", "caller.age"}


@pytest.mark.parametrize("lat", [10**400, "1e999", "abc", True, [], {}, 91, "-7.6"])
def test_odd_latitudes(lat):
    report, warnings = read_report(REGION | {"location": {"lat": lat, "lon": 111.5}}, TYPES)
    assert report.lat == (-7.6 if lat == "-7.6" else None)
    assert bool(warnings) == (lat != "-7.6")


@pytest.mark.parametrize("region", [None, "", 3, [], {}])
def test_a_report_needs_its_region(region):
    with pytest.raises(Malformed):
        read_report({"region": region}, TYPES)


@pytest.mark.parametrize("action", INCIDENT.transitions)
@given(body=st.dictionaries(st.text(max_size=8) | st.sampled_from(["version", "location", "narrative", "type"]),
                            json_values, max_size=4))  # fmt: skip
def test_odd_bodies_of_incident_actions_are_malformed_at_most(action, body):
    try:
        read_change(action, body)
    except Malformed as refused:
        named = refused.errors
        assert named


@pytest.mark.parametrize("action", ASSIGNMENT.transitions)
@given(body=st.dictionaries(st.text(max_size=8) | st.sampled_from(["version", "units", "report", "reason"]),
                            json_values, max_size=4))  # fmt: skip
def test_odd_bodies_of_assignment_actions_are_malformed_at_most(action, body):
    try:
        read_step(ASSIGNMENT, action, body)
    except Malformed as refused:
        named = refused.errors
        assert named


def test_an_unknown_field_of_an_action_is_an_error():
    with pytest.raises(Malformed) as refused:
        read_step(ASSIGNMENT, "acknowledge", {"colour": "red"})
    assert [e["field"] for e in refused.value.errors] == ["colour"]


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("update", {}, "version"), ("assign", {"version": 1, "agency": "damkar"}, "role"),
        ("cancel", {}, "reason"), ("cancel", {"reason": "  "}, "reason"), ("merge", {"version": 1}, "into"),
        ("hand_over", {"version": 1}, "to_region"), ("close", {"version": 1, "outcome": "magic"}, "outcome"),
        ("close", {"version": True}, "version"), ("update", {"version": 2**31}, "version"),
        ("update", {"version": 1, "occurred_at": "2026-11-22 10:00"}, "occurred_at"),
    ],
)  # fmt: skip
def test_what_an_incident_action_needs(action, body, field):
    with pytest.raises(Malformed) as refused:
        read_change(action, body)
    assert [e["field"] for e in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("report", "outcome", "note"),
    [("padam", "handled", "padam"), ({"outcome": "hoax", "note": "kosong"}, "hoax", "kosong")],
)
def test_a_field_report_is_text_or_an_object(report, outcome, note):
    step = read_step(ASSIGNMENT, "complete", {"report": report})
    assert (step.outcome, step.note) == (outcome, note)


@pytest.mark.parametrize(
    "report", ["", None, 3, [], {}, {"outcome": "x"}, {"outcome": "hoax", "victims": {"dead": -1}},
               {"outcome": "hoax", "victims": {"cats": 1}}, {"outcome": "hoax", "colour": 1}]
)  # fmt: skip
def test_bad_field_reports(report):
    with pytest.raises(Malformed):
        read_step(ASSIGNMENT, "complete", {"report": report})


def test_units_are_ids_each_once():
    unit = str(uuid.uuid4())
    assert read_step(ASSIGNMENT, "dispatch", {"units": [unit, unit.upper()]}).units == (unit,)
    with pytest.raises(Malformed):
        read_step(ASSIGNMENT, "dispatch", {"units": ["x"]})


def test_dispositions_statuses_and_positions():
    assert read_disposition({"disposition": "ghost"})[0] == "ghost"
    with pytest.raises(Malformed):
        read_disposition({"disposition": "nothing"})
    with pytest.raises(Malformed):
        read_unit_status({"status": "flying"})
    with pytest.raises(Malformed):
        read_position_list({})
    good = {"unit": str(uuid.uuid4()), "lat": -7.6, "lon": 111.5, "at": "2026-11-22T10:00:00+07:00"}
    assert len(read_position_list([good, 3, {}, good | {"lat": 100}])) == 1
