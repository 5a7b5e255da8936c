"""From a report to an incident with its assignments, deadlines and events, in one short transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from agencies import caches as agencies_caches
from agencies.access import Actor, Role
from agencies.ids import new_id
from agencies.problems import Malformed, NotVisible
from agencies.reference import RegionRef
from agencies.writing import Write, writing
from dispatch.models import Assignment, Deadline
from dispatch.reports import Decision, Located, Report, decide, plan_assignment
from dispatch.routing import Chosen
from dispatch.rows import NextDue, assignment_row, incident_row
from dispatch.services import access
from dispatch.services.common import FUTURE
from dispatch.services.facts import call_fact, incident_fact
from dispatch.services.plans import deadline_row
from events.bulk import Batch
from events.services import Answered, Fact, Intent
from incidents import caches, places, selectors
from incidents.lifecycle import Disposition
from incidents.models import Call, Classification, Incident, IncidentAccess, IncidentCall, Person, Referral, Text
from incidents.phones import normalise
from incidents.services import calls
from incidents.triage import classify
from incidents.vault import Vault, user_id


def region_of(code: str) -> RegionRef:
    """The region for a report. Raises NotVisible for an unknown one, Malformed for one without a centre."""
    region = agencies_caches.reference().region(code)
    if region is None:
        raise NotVisible
    if not region.has_pack:
        raise Malformed(
            f"{region.name} belum memiliki pusat 112.", errors=[{"field": "region", "message": "no centre"}]
        )
    return region


def locate(report: Report, region: RegionRef) -> Located:
    """The area of the point, else the area that the text names, else nothing. Never refuses."""
    lat, lon = report.lat, report.lon
    if lat is None or lon is None:
        found = places.coordinates_in(report.location_text)
        lat, lon = found if found else (None, None)
    if lat is not None and lon is not None:
        return _at_point(region, lat, lon)
    said = report.location_text or report.narrative
    named = places.area_named(said, region.areas.values())
    if named is None:
        return Located()
    around = tuple(code for code in (named.code, named.parent) if code)
    return Located(named.lat, named.lon, named.code, named.name, named.level, "area_centre", around)


def _at_point(region: RegionRef, lat: float, lon: float) -> Located:
    hit = caches.region_at(lat, lon)
    if hit is not None and hit.centre != region.code:
        return Located(lat, lon, precision="point", neighbour=hit.centre)
    area = caches.area_at(region, lat, lon)
    known = area.code if area.code in region.areas else ""
    around = tuple(code for code in (known, area.district_code) if code)
    return Located(lat, lon, known, area.name if known else "", area.level, area.precision, around)


def preview(report: Report, *, region: RegionRef, at: datetime) -> Decision:
    """What saving would do, without saving."""
    return decide(report, classify(report.narrative, caches.rules()), locate(report, region), region, at)


@dataclass(slots=True)
class Draft:
    """The rows of a new incident, before and after they are written; answers are rendered from it without reading."""

    incident: Incident
    report: Report
    decision: Decision
    region: RegionRef
    call_set_aside: bool = False
    row: dict[str, Any] = field(default_factory=dict)
    classification: Classification | None = None
    rows: list[Any] = field(default_factory=list)
    access: list[IncidentAccess] = field(default_factory=list)
    assignments: list[tuple[Assignment, Chosen, list[Deadline]]] = field(default_factory=list)


def log_report(
    *, report: Report, actor: Actor, at: datetime, wish: Intent | None = None
) -> tuple[Answered, Draft | None]:
    """Save a report as an incident; what was written, or None for a replay.

    Raises NotVisible, Malformed, KeyReused, KeyInWork.
    """
    region = region_of(report.region)
    decision = preview(report, region=region, at=at)
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered, None
        batch = Batch()
        draft = add_incident(batch, write, report, decision, region)
        incident_id = draft.incident.id
        done = write.done(region=region.code, kind="incident", id=incident_id, version=1, status=201, batch=batch)
        batch.write()
        return done, draft


def add_incident(batch: Batch, write: Write, report: Report, decision: Decision, region: RegionRef,
                 handed_over_from: Incident | None = None) -> Draft:  # fmt: skip
    """Add the rows and events of a new incident to a batch. The number comes last: it locks the region's counter."""
    call = _call_of(write, report) if report.call else None
    draft = _draft(write, report, decision, region, call)
    draft.incident.handed_over_from = handed_over_from
    draft.call_set_aside = bool(report.call) and call is None
    batch.add([*draft.access, *draft.rows])
    draft.incident.number = next_number(region, write.at)
    batch.add([draft.incident, *write.event_rows(_facts(draft, call))])
    return draft


def _call_of(write: Write, report: Report) -> Call | None:
    """The call to link; None when it is unknown or belongs to another incident already: the report is taken anyway."""
    call = selectors.calls_visible_to(write.actor).select_for_update().filter(id=report.call).first()
    if call is None or IncidentCall.objects.filter(call=call).exists():
        return None
    return call


def _draft(write: Write, report: Report, decision: Decision, region: RegionRef, call: Call | None) -> Draft:
    incident = _new_incident(write, report, decision, region)
    vault, case_key = Vault.new(incident.id, decision.confidential)
    draft = Draft(incident, report, decision, region, rows=[case_key] if case_key else [])
    _add_words(draft, vault, report, write, call)
    draft.classification = _classification(draft, report, write)
    draft.rows.append(draft.classification)
    draft.rows += [
        Referral(id=new_id(), incident_id=incident.id, agency_id=r.agency.id, number=r.number, reason=r.reason,
                 created_at=write.at)
        for r in decision.routing.referred
    ]  # fmt: skip
    for chosen in decision.routing.chosen:
        _add_assignment(draft, chosen, write)
    if decision.confidential and region.code not in write.actor.regions(Role.SUPERVISOR) and user_id(write.actor):
        draft.access.append(access.for_user(incident.id, write.actor.id, "full", write.at, "mencatat laporan"))
    return draft


def _new_incident(write: Write, report: Report, decision: Decision, region: RegionRef) -> Incident:
    located = decision.located
    return Incident(
        id=new_id(),
        region_id=region.code,
        type=decision.type.code,
        base=decision.type.base,
        subtype=decision.subtype,
        priority=decision.priority,
        confidential=decision.confidential,
        needs_review=decision.classification.needs_review and "type" not in decision.overridden,
        exercise=report.exercise,
        channel=report.channel,
        source=report.source,
        lat=located.lat,
        lon=located.lon,
        precision=located.precision,
        area_id=located.area or None,
        label=located.name,
        occurred_at=min(report.occurred_at or write.at, write.at + FUTURE),
        created_at=write.at,
        recorded_at=write.at,
        created_by_id=user_id(write.actor),
        retention="exercise" if report.exercise else ("confidential" if decision.confidential else "case"),
    )


def _add_words(draft: Draft, vault: Vault, report: Report, write: Write, call: Call | None) -> None:
    incident = draft.incident
    narrative = vault.text(Text.Kind.NARRATIVE, report.narrative, write.actor, write.at)
    draft.rows.append(narrative)
    if report.location_text:
        draft.rows.append(
            vault.text(Text.Kind.LOCATION, report.location_text, write.actor, write.at, task_visible=True)
        )
    caller = report.caller
    number = normalise(caller.number) or (call.number if call else "")
    person = None
    if number or caller.name or caller.safe_to_call_back is not None:
        person = Person(id=new_id(), incident_id=incident.id, role="caller", created_at=write.at,
                        safe_to_call_back=caller.safe_to_call_back)  # fmt: skip
        draft.rows += [person, vault.identity(person, caller.name[:120], number)]
    if call is not None:
        draft.rows.append(
            IncidentCall(id=new_id(), incident_id=incident.id, call_id=call.id, words_id=narrative.id, lat=report.lat,
                         lon=report.lon, caller_id=person.id if person else None, created_at=write.at,
                         created_by_id=user_id(write.actor))
        )  # fmt: skip
        link_call(call, incident, write.at)


def link_call(call: Call, incident: Incident, at: datetime) -> None:
    """The call belongs to the incident now; of a confidential one its number is kept sealed only."""
    call.disposition = call.disposition or Disposition.EMERGENCY
    call.disposed_at = call.disposed_at or at
    call.confidential = incident.confidential
    if incident.confidential:
        call.number = ""
    calls.save_changes(call, "disposition", "disposed_at", "confidential", "number")
    Deadline.objects.filter(call=call, stage__in=("answer", "ticket"), done_at=None).update(done_at=at)


def _classification(draft: Draft, report: Report, write: Write) -> Classification:
    decision = draft.decision
    ruled = decision.classification
    routing = decision.routing
    overridden = bool(decision.overridden)
    return Classification(
        id=new_id(),
        incident_id=draft.incident.id,
        type=ruled.type,
        subtype=ruled.subtype,
        priority=ruled.priority,
        confidence=ruled.confidence,
        candidates=[{"type": c.type, "score": c.score} for c in ruled.candidates],
        extra_types=list(ruled.extra_types),
        reasons=[{"rule": r.rule, "version": r.version, "start": r.start, "end": r.end} for r in ruled.reasons],
        needs_review=ruled.needs_review,
        rules_version=caches.rules().version,
        override_type=report.type if "type" in decision.overridden else "",
        override_priority=report.priority if "priority" in decision.overridden else "",
        override_agencies=[list(a) for a in report.agencies] if report.agencies is not None else None,
        override_by_id=user_id(write.actor) if overridden else None,
        routing={
            "run_card": [routing.run_card.id, routing.run_card.version] if routing.run_card else None,
            "passed_over": [[p.agency, p.reason] for p in routing.passed_over],
        },
        created_at=write.at,
    )


def new_assignment(incident: Incident, chosen: Chosen, at: datetime, source: str = "live") -> Assignment:
    """An unsaved assignment with what it was decided from."""
    card = chosen.run_card
    return Assignment(
        id=new_id(),
        incident_id=incident.id,
        agency_id=chosen.agency.id,
        role=chosen.role,
        position=chosen.position,
        reason=chosen.reason[:200],
        run_card_id=card.id if card else None,
        run_card_version=card.version if card else None,
        agreement_id=chosen.agreement_id or None,
        agreement_version=chosen.agreement_version or None,
        exercise=incident.exercise,
        source=source,
        created_at=at,
    )


def _add_assignment(draft: Draft, chosen: Chosen, write: Write) -> None:
    incident = draft.incident
    assignment = new_assignment(incident, chosen, write.at)
    planned = plan_assignment(draft.region, draft.decision, write.at)
    deadlines = [deadline_row(p, assignment=assignment) for p in planned]
    level = access.level_of_agency(chosen.agency, incident.confidential)
    draft.access.append(access.for_agency(incident.id, chosen.agency.id, level, write.at, "ditugaskan"))
    draft.assignments.append((assignment, chosen, deadlines))
    draft.rows += [assignment, *deadlines]


def next_number(region: RegionRef, at: datetime) -> str:
    """The region's next number of the day, e.g. 112-MDN-261122-0001. Locks the day's counter until the commit."""
    day = at.astimezone(region.tz).date()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_numbercounter (region_id, day, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (region_id, day) DO UPDATE SET last = incidents_numbercounter.last + 1 RETURNING last",
            [region.code, day],
        )
        last = cursor.fetchone()[0]
    return f"112-{region.abbreviation}-{day:%y%m%d}-{last:04d}"


def first_due(deadlines: list[Deadline]) -> NextDue | None:
    """The deadline that comes first."""
    first = min(deadlines, key=lambda d: d.due_at, default=None)
    return NextDue(first.stage, first.due_at, first.starts_at) if first else None


def _facts(draft: Draft, call: Call | None) -> list[Fact]:
    incident, region = draft.incident, draft.region
    rows = [
        assignment_row(a, chosen.agency.code, region, first_due(deadlines))
        for a, chosen, deadlines in draft.assignments
    ]
    row = draft.row = incident_row(incident, region, rows)
    seen_by = access.as_access(draft.access)
    facts = [incident_fact("incident.created", incident, row, seen_by, region, source=incident.source,
                           occurred_at=incident.occurred_at)]  # fmt: skip
    facts += [
        incident_fact("assignment.created", incident, row, seen_by, region, assignment=part, reason=chosen.reason)
        for part, (_, chosen, _d) in zip(rows, draft.assignments, strict=True)
    ]
    if call is not None:
        facts.append(call_fact("call.disposed", call, region, incident.created_at, incident.id))
    return facts
