"""From a request's body to dataclasses.

Reports and calls are read leniently: what cannot be used is set aside and named in `warnings`, the report is taken.
Actions are read strictly: an unknown or missing field is an error, because somebody is there to correct it.
"""

import json
import math
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agencies.problems import Malformed
from dispatch.lifecycle import TOLD_BY_CREW, DeclineReason
from dispatch.locating import CHOSEN
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


@dataclass(slots=True)
class Lenient:
    """Reads fields of a mapping; collects what had to be set aside."""

    body: Mapping[str, Any]
    prefix: str = ""
    warnings: list[dict[str, str]] = field(default_factory=list)

    def warn(self, name: str, message: str) -> None:
        self.warnings.append({"field": f"{self.prefix}{name}", "message": message})

    def text(self, name: str, longest: int | None = None) -> str:
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.warn(name, "bukan teks; disimpan sebagai teks")
            value = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        if longest is not None and len(value) > longest:
            self.warn(name, f"dipotong menjadi {longest} huruf")
            value = value[:longest]
        return value

    def one_of(self, name: str, allowed: Collection[str], default: str = "") -> str:
        value = self.body.get(name)
        if value in (None, ""):
            return default
        if not isinstance(value, str) or value not in allowed:
            self.warn(name, "tidak dikenal; diabaikan")
            return default
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        try:
            number = float(value) if not isinstance(value, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not least <= number <= most:
            self.warn(name, "bukan angka yang mungkin; diabaikan")
            return None
        return number

    def point(self) -> tuple[float | None, float | None]:
        lat, lon = self.number("lat", -90, 90), self.number("lon", -180, 180)
        if (lat is None) != (lon is None):
            self.warn("lat", "lat dan lon harus lengkap; diabaikan")
            return None, None
        return lat, lon

    def flag(self, name: str) -> bool | None:
        value = self.body.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.warn(name, "bukan ya/tidak; diabaikan")
        return None

    def time(self, name: str) -> datetime | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        parsed = _time(value)
        if parsed is None:
            self.warn(name, "bukan waktu RFC 3339 dengan zona; diabaikan")
        return parsed

    def identifier(self, name: str) -> str:
        value = self.body.get(name)
        if value in (None, ""):
            return ""
        parsed = _uuid(value)
        if not parsed:
            self.warn(name, "bukan id; diabaikan")
        return parsed

    def inner(self, name: str) -> "Lenient":
        value = self.body.get(name)
        if value is not None and not isinstance(value, Mapping):
            self.warn(name, "bukan objek; diabaikan")
        return Lenient(value if isinstance(value, Mapping) else {}, f"{self.prefix}{name}.", self.warnings)

    def unknown(self, known: Collection[str]) -> None:
        for name in self.body:
            if name not in known:
                self.warn(str(name), "tidak dikenal; diabaikan")


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None and 1970 < parsed.year < 2200 else None


def _uuid(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


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


@dataclass(slots=True)
class Strict:
    """Reads fields of an action's body; every fault is collected and raised together by `finish`."""

    body: Mapping[str, Any]
    errors: list[dict[str, str]] = field(default_factory=list)

    def fault(self, name: str, message: str) -> None:
        self.errors.append({"field": name, "message": message})

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.body.get(name)
        if value is None or value == "":
            if required:
                self.fault(name, "wajib diisi")
            return ""
        if not isinstance(value, str):
            self.fault(name, "harus berupa teks")
            return ""
        if required and not value.strip():
            self.fault(name, "wajib diisi")
        return value

    def one_of(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        value = self.text(name, required=required)
        if value and value not in allowed:
            self.fault(name, f"harus salah satu dari: {', '.join(allowed)}")
            return ""
        return value

    def version(self, *, required: bool) -> int | None:
        value = self.body.get("version")
        if value is None:
            if required:
                self.fault("version", "wajib diisi")
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**31:
            self.fault("version", "harus bilangan bulat")
            return None
        return value

    def time(self, name: str) -> datetime | None:
        value = self.body.get(name)
        if value in (None, ""):
            return None
        parsed = _time(value)
        if parsed is None:
            self.fault(name, "bukan waktu RFC 3339 dengan zona")
        return parsed

    def integer(self, name: str, *, required: bool = False) -> int:
        value = self.body.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if value is not None or required:
            self.fault(name, "harus bilangan bulat")
        return 0

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.body.get(name, default)
        if not isinstance(value, bool):
            self.fault(name, "harus true atau false")
            return default
        return value

    def ids(self, name: str) -> tuple[str, ...]:
        value = self.body.get(name)
        if value is None:
            return ()
        found = tuple(_uuid(item) for item in value) if isinstance(value, list) else ("",)
        if not all(found):
            self.fault(name, "harus daftar id")
            return ()
        return tuple(dict.fromkeys(found))

    def finish(self, known: Collection[str]) -> None:
        """Raises Malformed with everything that was wrong."""
        for name in self.body:
            if name not in known:
                self.fault(str(name), "tidak dikenal")
        if self.errors:
            raise Malformed("Periksa isian yang disebut.", errors=self.errors)


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
    parsed = _time(value.replace(" ", "+"))  # a plus that nobody escaped
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
    if assignment and not _uuid(assignment):
        read.fault("assignment", "bukan id")
    tap = Tap(
        status=read.one_of("status", TOLD_BY_CREW, required=True),
        assignment=_uuid(assignment),
        occurred_at=read.time("occurred_at"),
        source=read.one_of("source", SOURCES) or "live",
    )
    read.finish({"status", "assignment", "occurred_at", "version", "source"})
    return tap


def read_diversion(body: Mapping[str, Any]) -> Diversion:
    """Where a unit is to go instead. Raises Malformed."""
    read = Strict(body)
    target = read.text("assignment", required=True)
    if target and not _uuid(target):
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
