"""From a request's body to dataclasses.

Reports and calls are read leniently: what cannot be used is set aside and named in `warnings`, the report is taken.
Actions are read strictly: an unknown or missing field is an error, because somebody is there to correct it.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from agencies.problems import Malformed
from dispatch.lifecycle import TOLD_BY_CREW, DeclineReason
from dispatch.locating import CHOSEN
from dispatch.reading import Lenient, Strict, time_of, uuid_of
from dispatch.reports import Caller, Report
from dispatch.services.assignments import Step
from dispatch.services.diverting import Diversion
from dispatch.services.incidents import Change
from dispatch.services.support import ASKED_BY_AGENCY, Ask
from dispatch.services.units import Position, Tap
from incidents.lifecycle import CHANNELS, INCIDENT, PRIORITIES, SOURCES, Disposition, Outcome, Table
from incidents.services.calls import OfferedCall

REPORT_FIELDS = {
    "region", "narrative", "caller", "location", "call", "channel", "type", "priority", "agencies", "answers",
    "occurred_at", "source", "exercise",
}  # fmt: skip
CALL_FIELDS = {"region", "number", "line", "offered_at", "lat", "lon", "provider_id", "channel", "exercise"}


def region_code(body: Mapping[str, Any]) -> str:
    """The one field that a report cannot do without. Raises Malformed."""
    region = body.get("region")
    if not isinstance(region, str) or not region:
        raise Malformed("Sebutkan wilayah (region).", errors=[{"field": "region", "message": "required"}])
    return region


def read_report(body: Mapping[str, Any], types: Collection[str]) -> tuple[Report, list[dict[str, str]]]:
    """A report and what was set aside. `types`: codes known in the region."""
    read = Lenient(body)
    read.unknown(REPORT_FIELDS)
    caller, location = read.inner("caller"), read.inner("location")
    caller.unknown({"number", "name", "safe_to_call_back"})
    location.unknown({"lat", "lon", "text", "area", "precision"})
    lat, lon = location.point()
    report = Report(
        region=region_code(body),
        narrative=read.text("narrative"),
        caller=Caller(caller.text("number", 30), caller.text("name", 120), caller.flag("safe_to_call_back")),
        lat=lat,
        lon=lon,
        location_text=location.text("text"),
        area=location.text("area", 13),
        precision=location.one_of("precision", (*CHOSEN, "point", "area_centre")),
        call=read.identifier("call"),
        channel=read.one_of("channel", CHANNELS, "phone"),
        type=read.one_of("type", types),
        priority=read.one_of("priority", PRIORITIES),
        agencies=_agencies(read),
        answers=read.inner("answers").body,
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES, "live"),
        exercise=read.flag("exercise") or False,
    )
    return report, read.warnings


def _agencies(read: Lenient) -> tuple[tuple[str, str], ...] | None:
    value = read.body.get("agencies")
    if value is None:
        return None
    if not isinstance(value, list):
        read.warn("agencies", "bukan daftar; diabaikan")
        return None
    found = []
    for index, item in enumerate(value):
        code = item.get("code") if isinstance(item, Mapping) else None
        role = item.get("role", "support") if isinstance(item, Mapping) else None
        if isinstance(code, str) and role in ("lead", "support"):
            found.append((code, role))
        else:
            read.warn(f"agencies[{index}]", "bukan {code, role}; diabaikan")
    return tuple(found)


def read_call(body: Mapping[str, Any]) -> tuple[OfferedCall, list[dict[str, str]]]:
    """A call and what was set aside."""
    read = Lenient(body)
    read.unknown(CALL_FIELDS)
    lat, lon = read.point()
    offered = OfferedCall(
        number=read.text("number", 30),
        line=read.text("line", 30),
        provider_id=read.text("provider_id", 80),
        channel=read.one_of("channel", CHANNELS, "phone"),
        lat=lat,
        lon=lon,
        offered_at=read.time("offered_at"),
        exercise=read.flag("exercise") or False,
    )
    return offered, read.warnings


def _known(table: Table, action: str) -> set[str]:
    transition = table.transitions[action]
    return {"version", "occurred_at", "source", *transition.required, *transition.optional}


def read_change(action: str, body: Mapping[str, Any]) -> Change:
    """The body of `/incidents/{id}/{action}/`. Raises Malformed."""
    read = Strict(body)
    transition = INCIDENT.transitions[action]
    required = transition.required
    location = body.get("location")
    if location is not None and not isinstance(location, Mapping):
        read.fault("location", "harus berupa objek")
    answers = body.get("answers")
    if answers is not None and not isinstance(answers, Mapping):
        read.fault("answers", "harus berupa objek")
    narrative = body.get("narrative")
    place = Lenient(location) if isinstance(location, Mapping) else None
    lat, lon = place.point() if place else (None, None)
    if place and place.warnings:
        read.fault("location", place.warnings[0]["message"])
    change = Change(
        action=action,
        version=read.version(required=transition.needs_version),
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES) or "live",
        type=read.text("type"),
        priority=read.one_of("priority", PRIORITIES),
        narrative=None if narrative is None else read.text("narrative"),
        location={
            "lat": lat,
            "lon": lon,
            "text": place.text("text"),
            "area": place.text("area", 13),
            "precision": place.text("precision", 20),
        }
        if place
        else None,
        reason=read.text("reason", required="reason" in required),
        agency=read.text("agency", required="agency" in required),
        role=read.one_of("role", ("lead", "support"), required="role" in required) or "support",
        outcome=read.one_of("outcome", [o.value for o in Outcome]),
        note=read.text("note"),
        into=read.text("into", required="into" in required),
        to_region=read.text("to_region", required="to_region" in required),
        taken_by=read.text("taken_by", required="taken_by" in required),
        answers=answers if isinstance(answers, Mapping) else {},
    )
    read.finish(_known(INCIDENT, action))
    return change


def read_step(table: Table, action: str, body: Mapping[str, Any]) -> Step:
    """The body of `/assignments/{id}/{action}/`. Raises Malformed."""
    read = Strict(body)
    required = table.transitions[action].required
    outcome, note, victims = _report(read, body.get("report"), "report" in required)
    reason, code = read.text("reason", required="reason" in required), ""
    if action == "decline":
        reason, code = _decline_reason(reason, read.text("note"))
    step = Step(
        action=action,
        version=read.version(required=False),
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES) or "live",
        reason=reason,
        code=code,
        units=read.ids("units"),
        outcome=outcome,
        note=note,
        victims=victims,
    )
    read.finish(_known(table, action))
    return step


def _decline_reason(reason: str, note: str) -> tuple[str, str]:
    """Words and code: `reason` is one of the codes (with words in `note`), or words alone."""
    if reason in list(DeclineReason):
        return note, reason
    return "\n".join(part for part in (reason, note) if part), DeclineReason.OTHER


def _report(read: Strict, report: Any, required: bool) -> tuple[str, str, dict[str, int] | None]:
    """A field report: text, or {"outcome", "note"?, "victims"?}."""
    if report is None or report == "":
        if required:
            read.fault("report", "wajib diisi")
        return "", "", None
    if isinstance(report, str):
        return Outcome.HANDLED, report, None
    if not isinstance(report, Mapping):
        read.fault("report", "harus teks atau objek")
        return "", "", None
    inner = Strict(report)
    outcome = inner.one_of("outcome", [o.value for o in Outcome], required=True)
    note, victims = inner.text("note"), _victims(inner, report.get("victims"))
    for name in report:
        if name not in ("outcome", "note", "victims"):
            inner.fault(str(name), "tidak dikenal")
    read.errors += [{"field": f"report.{e['field']}", "message": e["message"]} for e in inner.errors]
    return outcome, note, victims


def _victims(inner: Strict, value: Any) -> dict[str, int] | None:
    if value is None:
        return None
    good = isinstance(value, Mapping) and all(
        key in ("dead", "injured", "evacuated") and type(count) is int and 0 <= count < 100_000
        for key, count in value.items()
    )
    if not good:
        inner.fault("victims", "harus {dead, injured, evacuated} berisi jumlah")
        return None
    return dict(value)


def read_moment(value: str | None, now: datetime) -> datetime | None:
    """A past moment from a query string; None when it is missing. Raises Malformed."""
    if not value:
        return None
    parsed = time_of(value.replace(" ", "+"))  # a plus that nobody escaped
    if parsed is None or parsed > now:
        raise Malformed(errors=[{"field": "at", "message": "harus waktu RFC 3339 dengan zona, tidak di masa depan"}])
    return parsed


def read_disposition(body: Mapping[str, Any]) -> tuple[Disposition, str]:
    """Raises Malformed."""
    read = Strict(body)
    disposition = read.one_of("disposition", [d.value for d in Disposition], required=True)
    note = read.text("note")
    read.finish({"disposition", "note", "version"})
    return Disposition(disposition), note


def read_occurred_at(body: Mapping[str, Any]) -> datetime | None:
    """Raises Malformed."""
    read = Strict(body)
    when = read.time("occurred_at")
    read.version(required=False)
    read.finish({"occurred_at", "version", "source"})
    return when


def read_unit_status(body: Mapping[str, Any]) -> Tap:
    """What a crew tells. Raises Malformed."""
    read = Strict(body)
    assignment = read.text("assignment")
    if assignment and not uuid_of(assignment):
        read.fault("assignment", "bukan id")
    tap = Tap(
        status=read.one_of("status", TOLD_BY_CREW, required=True),
        assignment=uuid_of(assignment),
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES) or "live",
    )
    read.finish({"status", "assignment", "occurred_at", "version", "source"})
    return tap


def read_diversion(body: Mapping[str, Any]) -> Diversion:
    """Where a unit is to go instead. Raises Malformed."""
    read = Strict(body)
    target = read.text("assignment", required=True)
    if target and not uuid_of(target):
        read.fault("assignment", "bukan id")
    reason, when = read.text("reason"), read.time("occurred_at")
    source = read.one_of("source", SOURCES) or "live"
    read.finish({"assignment", "reason", "occurred_at", "source"})
    return Diversion(uuid.UUID(target), reason, when, source)


def read_support(body: Mapping[str, Any]) -> Ask:
    """What an agency asks the desk for. Raises Malformed."""
    read = Strict(body)
    ask = Ask(
        what=read.one_of("what", [str(what) for what in ASKED_BY_AGENCY], required=True),
        agency=read.text("agency"),
        note=read.text("note"),
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES) or "live",
    )
    read.finish({"what", "agency", "note", "occurred_at", "source"})
    return ask


def read_support_answer(body: Mapping[str, Any]) -> tuple[str, str]:
    """Answer and words. Raises Malformed."""
    read = Strict(body)
    answer, note = read.one_of("answer", ("given", "refused"), required=True), read.text("note")
    read.finish({"answer", "note"})
    return answer, note


def read_position_list(body: Any) -> list[Position]:
    """Positions of units; entries that cannot be used are set aside. Raises Malformed for no list."""
    if not isinstance(body, list):
        raise Malformed("Posisi harus berupa daftar.")
    found = []
    for item in body[:1000]:
        read = Lenient(item if isinstance(item, Mapping) else {})
        lat, lon = read.point()
        unit, at = read.identifier("unit"), read.time("at")
        if unit and at is not None and lat is not None and lon is not None:
            found.append(Position(unit, lat, lon, at))
    return found
