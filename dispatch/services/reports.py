"""From a report to an incident with its assignments, deadlines and events, in one short transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agencies import caches as agencies_caches
from agencies.access import Actor, Role
from agencies.problems import Malformed, NotVisible
from agencies.reference import RegionRef
from agencies.writing import Write, writing
from dispatch.availability import absences
from dispatch.locating import locate
from dispatch.models import Assignment, Deadline
from dispatch.reports import Decision, Report, decide, plan_assignment
from dispatch.routing import Chosen
from dispatch.rows import NextDue, assignment_row, incident_row
from dispatch.services import access
from dispatch.services.common import FUTURE
from dispatch.services.facts import call_fact, incident_fact
from dispatch.services.plans import deadline_row
from dispatch.services.sealing import seal_notes
from events.bulk import Batch, new
from events.services import Answered, Fact, Intent
from incidents import caches, selectors
from incidents.lifecycle import Disposition
from incidents.models import Call, Classification, Incident, IncidentAccess, IncidentCall, Person, Referral, Text
from incidents.phones import normalise
from incidents.services import calls, numbers
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


def preview(report: Report, *, region: RegionRef, at: datetime) -> Decision:
    """What saving would do, without saving."""
    ruled = classify(report.narrative, caches.rules(region))
    return decide(report, ruled, locate(report, region), region, at, absences(region, at))


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
    numbers.open_day(region, at)
    with writing(actor, at, wish, draw=region.number_sequence) as write:
        if write.answered:
            return write.answered, None
        batch = Batch()
        draft = add_incident(batch, write, report, decision, region, numbers.number(region, at, write.drawn))
        incident_id = draft.incident.id
        done = write.done(region=region.code, kind="incident", id=incident_id, version=1, status=201, batch=batch)
        batch.write()
        return done, draft


def add_incident(batch: Batch, write: Write, report: Report, decision: Decision, region: RegionRef, number: str,
                 handed_over_from: Incident | None = None) -> Draft:  # fmt: skip
    """Add the rows and events of a new incident to a batch."""
    call = _call_of(write, report) if report.call else None
    draft = _draft(write, report, decision, region, call)
    draft.incident.number = number
    draft.incident.handed_over_from = handed_over_from
    draft.call_set_aside = bool(report.call) and call is None
    batch.add([draft.incident, *draft.access, *draft.rows, *write.event_rows(_facts(draft, call))])
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
        new(Referral, incident_id=incident.id, agency_id=r.agency.id, number=r.number, reason=r.reason,
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
    return new(
        Incident,
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
    if words := "; ".join(f"{key}: {value}" for key, value in draft.decision.answers.unknown.items()):
        draft.rows.append(vault.text(Text.Kind.NOTE, f"Jawaban SOP: {words}"[:2000], write.actor, write.at))
    caller = report.caller
    number = normalise(caller.number) or (call.number if call else "")
    person = None
    if number or caller.name or caller.safe_to_call_back is not None:
        person = new(Person, incident_id=incident.id, role="caller", created_at=write.at,
                        safe_to_call_back=caller.safe_to_call_back)  # fmt: skip
        draft.rows += [person, vault.identity(person, caller.name[:120], number)]
    if call is not None:
        draft.rows.append(
            new(IncidentCall, incident_id=incident.id, call_id=call.id, words_id=narrative.id, lat=report.lat,
                         lon=report.lon, caller_id=person.id if person else None, created_at=write.at,
                         created_by_id=user_id(write.actor))
        )  # fmt: skip
        seal_notes([call], vault)
        link_call(call, incident, write.at)


_TAKEN_BACK = frozenset({Disposition.GHOST, Disposition.PRANK, Disposition.MISDIAL})
"""Said of a call about which there is a report after all: a key pressed too soon."""


def link_call(call: Call, incident: Incident, at: datetime) -> None:
    """The call belongs to the incident now; of a confidential one its number is kept sealed only."""
    if not call.disposition or call.disposition in _TAKEN_BACK:
        call.disposition = Disposition.EMERGENCY
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
    return new(
        Classification,
        incident_id=draft.incident.id,
        type=ruled.type,
        subtype=ruled.subtype,
        priority=ruled.priority,
        confidence=ruled.confidence,
        candidates=[{"type": c.type, "score": c.score} for c in ruled.candidates],
        extra_types=list(ruled.extra_types),
        reasons=[{"rule": r.rule, "version": r.version, "start": r.start, "end": r.end} for r in ruled.reasons],
        needs_review=ruled.needs_review,
        answers=dict(decision.answers.known),
        rules_version=caches.rules(draft.region).version[:80],
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
    return new(
        Assignment,
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
