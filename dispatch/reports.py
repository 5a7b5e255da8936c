"""A report as it comes in, and everything that is decided about it before anything is written. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agencies.reference import RegionRef, TypeRef
from dispatch.deadlines import ON_ASSIGNED, Planned, plan_all
from dispatch.questions import Answers, read_answers
from dispatch.routing import Absence, Case, Routing, route, route_chosen
from incidents.triage import Classification


@dataclass(frozen=True, slots=True)
class Caller:
    number: str = ""
    name: str = ""
    safe_to_call_back: bool | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Where it is, as far as known. `areas`: the area and those around it, smallest first."""

    lat: float | None = None
    lon: float | None = None
    area: str = ""
    name: str = ""
    level: str = ""
    precision: str = ""
    areas: tuple[str, ...] = ()
    neighbour: str = ""
    """Code of the region whose centre is responsible for the point, when it is not this one."""
    borders: tuple[str, ...] = ()
    """Codes of the centres whose border is so near that the operator must ask."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the call-taker sends."""

    region: str
    narrative: str
    caller: Caller = field(default_factory=Caller)
    lat: float | None = None
    lon: float | None = None
    location_text: str = ""
    area: str = ""
    """Code of the area that the operator chose: then no point is known."""
    precision: str = ""
    """`poi` or `street` when the point is that of a chosen place."""
    call: str = ""
    channel: str = "phone"
    type: str = ""
    priority: str = ""
    agencies: tuple[tuple[str, str], ...] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    source: str = "live"
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything decided about a report: the rule's answer and what holds after the operator's choices."""

    classification: Classification
    type: TypeRef
    subtype: str
    priority: str
    confidential: bool
    located: Located
    routing: Routing
    overridden: tuple[str, ...]
    answers: Answers


def decide(report: Report, classification: Classification, located: Located, region: RegionRef, at: datetime,
           absent: Mapping[str, Absence] | None = None) -> Decision:  # fmt: skip
    """Type, priority, agencies. The operator's choice goes before the rule's; both are kept.

    `absent`: agencies (by code) that cannot send anybody now.
    """
    ruled = _ruled_type(classification, region)
    chosen = region.types.get(report.type) if report.type else None
    type_ = chosen or ruled
    kept_subtype = classification.subtype if type_.base == ruled.base or type_ is ruled else ""
    answers = read_answers(report.answers)
    extra = tuple(code for code in answers.types(classification.extra_types) if code != type_.base)
    ruled_priority = answers.priority(classification.priority)
    priority = report.priority or ruled_priority
    case = Case(type_.code, type_.base, kept_subtype, priority, at, extra, located.areas, absent or {})
    routing = route(region, case) if report.agencies is None else _as_wished(region, case, report.agencies)
    return Decision(
        classification=classification,
        type=type_,
        subtype=kept_subtype,
        priority=priority,
        confidential=type_.confidential or any(_is_confidential(code, region) for code in extra),
        located=located,
        routing=routing,
        overridden=_overridden(report, ruled, ruled_priority),
        answers=answers,
    )


def _as_wished(region: RegionRef, case: Case, wanted: Sequence[tuple[str, str]]) -> Routing:
    """Whom the operator names is sent, free or not: they may have agreed it by telephone."""
    return route_chosen(region, replace(case, absent={}), wanted)


def _ruled_type(classification: Classification, region: RegionRef) -> TypeRef:
    """The rule's type, through the region's own view of the subtype."""
    code = region.subtype_types.get(classification.subtype, classification.type)
    return region.types.get(code) or TypeRef(classification.type, classification.type, classification.type)


def _is_confidential(code: str, region: RegionRef) -> bool:
    type_ = region.types.get(code)
    return type_ is not None and type_.confidential


def _overridden(report: Report, ruled: TypeRef, ruled_priority: str) -> tuple[str, ...]:
    found = []
    if report.type and report.type != ruled.code:
        found.append("type")
    if report.priority and report.priority != ruled_priority:
        found.append("priority")
    if report.agencies is not None:
        found.append("agencies")
    return tuple(found)


def plan_assignment(region: RegionRef, decision: Decision, at: datetime) -> list[Planned]:
    """Deadlines of one new assignment."""
    return plan_all(region, ON_ASSIGNED, decision.type.code, decision.type.base, decision.priority, at)
