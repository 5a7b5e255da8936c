"""What the API answers: incidents, assignments and timelines at the level of sight of the one who asks."""

import json
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from agencies import caches
from agencies.access import Actor, Level, Role, can
from agencies.models import Unit
from agencies.problems import NotVisible
from agencies.questions import question_of
from agencies.reference import PAUSE_REASONS, RegionRef
from dispatch import selectors
from dispatch.callers import calls_answer, people_answer
from dispatch.checklists import answers_of, checklist_of
from dispatch.lifecycle import ASSIGNMENT, AT_WORK, PAUSABLE, TOLD_BY_CREW, UNIT
from dispatch.likeness import duplicates_answer, merged_here, merged_into, restricted_warnings
from dispatch.locating import location_warnings
from dispatch.models import Assignment, Deadline, Delivery, UnitAssignment
from dispatch.radar import NOTHING, Similar, may_compare, similar_to_incident
from dispatch.reports import Decision, Report
from dispatch.rows import agency_label, area_label, local, unit_row
from dispatch.selectors import Seen
from dispatch.services import handovers
from dispatch.services.alarms import may_rise
from dispatch.services.reports import Draft
from dispatch.services.support import ASKED_BY_AGENCY
from dispatch.sightings import sees_place
from events.models import Event
from incidents import selectors as incidents
from incidents.lifecycle import INCIDENT, actions_from
from incidents.models import Attachment, Classification, Handover, Incident, Referral, Text
from incidents.vault import Vault

_OPEN_TO = (Level.FULL, Level.TASK)


def incident_answer(
    actor: Actor, incident_id: uuid.UUID, seq: int | None = None, *, detail: bool = True
) -> dict[str, Any]:
    """The incident as the contract gives it; with `detail` also texts, people, calls, timeline and actions."""
    seen = selectors.incident_for(actor, incident_id)
    region = selectors.region_or_404(seen.incident.region_id)
    answer = dict(seen.row) | {"region": region.code, "zone": region.zone, "level": seen.level.value}
    answer["assignments"] = _assignments(actor, seen, region, detail)
    if seen.level in _OPEN_TO:
        answer |= _classified(seen) | {"referrals": _referrals(seen, region), "duplicates": []}
        answer["area"] = _area(seen.incident, region)
    if seq is not None:
        answer["seq"] = seq
    if detail:
        answer |= _detail(actor, seen, region)
        if seen.incident.status == "open" and seen.level is Level.FULL and may_compare(actor, region.code):
            matches = similar_to_incident(seen.incident, region, actor=actor)
            answer["duplicates"] = duplicates_answer(matches, region)
    return answer


def created_answer(draft: Draft, seq: int, similar: Similar = NOTHING) -> dict[str, Any]:
    """What `incident_answer` would say of an incident just made, to the one who made it, without reading anything."""
    region, incident = draft.region, draft.incident
    assignments = [
        part | {"reason": row.reason, "deadlines": [_due(d, region) for d in sorted(due, key=lambda d: d.due_at)]}
        for part, (row, _, due) in zip(draft.row["assignments"], draft.assignments, strict=True)
    ]
    referrals = [
        {"agency": agency_label(region, r.agency.code), "number": r.number, "reason": r.reason}
        for r in draft.decision.routing.referred
    ]
    return {
        **draft.row,
        "region": region.code,
        "zone": region.zone,
        "level": Level.FULL.value,
        "assignments": assignments,
        "classification": _classification(draft.classification, draft.report.narrative),
        "referrals": referrals,
        "duplicates": duplicates_answer(similar.matches, region),
        "area": _area(incident, region),
        "seq": seq,
    }


def _due(deadline: Deadline, region: RegionRef) -> dict[str, Any]:
    return {"stage": deadline.stage, "due_at": local(deadline.due_at, region.tz)}


def _area(incident: Incident, region: RegionRef) -> dict[str, Any]:
    area = region.areas.get(incident.area_id or "")
    known = {"level": area.level if area else "", "precision": incident.precision}
    return (area_label(region, incident.area_id) or {"code": "", "name": ""}) | known


def _assignments(actor: Actor, seen: Seen, region: RegionRef, detail: bool) -> list[dict[str, Any]]:
    shown = {part["id"] for part in seen.row["assignments"]}
    found = Assignment.objects.filter(incident=seen.incident).order_by("position", "created_at")
    codes = {agency.id: agency.code for agency in region.agencies.values()}
    rows = [assignment for assignment in found if str(assignment.id) in shown]
    deadlines: dict[Any, list[Deadline]] = {}
    for deadline in Deadline.objects.filter(assignment__in=[a.id for a in rows], done_at=None).order_by("due_at"):
        deadlines.setdefault(deadline.assignment_id, []).append(deadline)
    parts = {part["id"]: part for part in seen.row["assignments"]}
    notices = _notices(rows, region) if detail and seen.level in _OPEN_TO else {}
    units = units_on(actor, rows, region) if detail else {}
    answers = []
    for row in rows:
        due = [_due(d, region) for d in deadlines.get(row.id, [])]
        answer = parts[str(row.id)] | {"reason": row.reason, "deadlines": due}
        if detail:
            answer |= _assignment_detail(actor, seen, row, region, codes) | {"units": units.get(row.id, [])}
            answer["notices"] = notices.get(row.id, [])
        answers.append(answer)
    return answers


TIMES = ("created_at", "acknowledged_at", "dispatched_at", "arrived_at", "completed_at", "declined_at", "withdrawn_at")


def _notices(rows: Collection[Assignment], region: RegionRef) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """What became of the messages about each assignment: by channel and function, without names and numbers."""
    newest: dict[uuid.UUID, Delivery] = {}
    for row in Delivery.objects.filter(assignment__in=[a.id for a in rows]).order_by("queued_at", "attempt"):
        newest[row.message] = row
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for row in newest.values():
        if row.assignment_id is not None and row.code != "moot":
            found.setdefault(row.assignment_id, []).append(_message(row, region))
    return found


def _message(row: Delivery, region: RegionRef) -> dict[str, Any]:
    return {
        "channel": row.channel, "to": row.to_label, "hop": row.hop, "state": row.state, "attempts": row.attempt,
        "at": local(row.read_at or row.ended_at or row.queued_at, region.tz), "error": row.error or None,
    }  # fmt: skip


def _assignment_detail(actor: Actor, seen: Seen, row: Assignment, region: RegionRef, codes: Mapping[str, str]) -> dict:
    times = {name: local(getattr(row, name), region.tz) for name in TIMES}
    actions = assignment_actions(actor, row, region.code)
    return times | {
        "outcome": row.outcome or None,
        "victims": row.victims,
        "decline_code": row.decline_code or None,
        "asks": support_asks(actor, row, region.code),
        "actions": actions,
        "pause_reasons": pause_reasons(region) if "pause" in actions else [],
    }


JOB_TIMES = ("sent_at", "en_route_at", "on_scene_at", "transporting_at", "at_hospital_at", "released_at")


def units_on(actor: Actor, rows: Collection[Assignment], region: RegionRef) -> dict[Any, list[dict[str, Any]]]:
    """The units of each assignment with their own times, and the statuses that the actor may tell for them now."""
    jobs = UnitAssignment.objects.filter(assignment__in=[row.id for row in rows]).select_related("unit")
    found: dict[Any, list[dict[str, Any]]] = {}
    for job in jobs.order_by("sent_at", "id"):
        times = {name: local(getattr(job, name), region.tz) for name in JOB_TIMES}
        unit = job.unit
        told: dict[str, Any] = {"id": str(unit.id), "code": unit.code, "kind": unit.kind, "by": job.sent_by_label}
        open_ = job.released_at is None
        told |= {
            "status": unit.status if open_ else None,
            "actions": unit_actions(actor, unit, region) if open_ else [],
        }
        found.setdefault(job.assignment_id, []).append(told | times)
    return found


def support_asks(actor: Actor, row: Assignment, region: str) -> list[str]:
    """What the agency may ask the desk for now."""
    own = str(row.agency_id) in actor.agencies
    allowed = own and row.status in AT_WORK and can(actor, "assignment.dispatch", region, str(row.agency_id))
    return [str(what) for what in ASKED_BY_AGENCY] if allowed else []


def unit_actions(actor: Actor, unit: Unit, region: RegionRef) -> list[str]:
    """The statuses that the actor may tell for the unit now."""
    if not can(actor, "unit.status", region.code, str(unit.agency_id)):
        return []
    return [name for name in actions_from(UNIT, unit.status) if name in TOLD_BY_CREW]


def pause_reasons(region: RegionRef) -> list[dict[str, str]]:
    """For which a clock may be paused in the region: code and name."""
    return [{"code": code, "name": PAUSE_REASONS.get(code, code)} for code in region.pause_reasons]


def assignment_actions(actor: Actor, row: Assignment, region: str) -> list[str]:
    """What the actor may do with the assignment now."""
    agency_id = str(row.agency_id)
    own = agency_id in actor.agencies
    found = []
    for action in actions_from(ASSIGNMENT, row.status):
        allowed = can(actor, ASSIGNMENT.transitions[action].permission, region, agency_id)
        if action == "withdraw" and row.status != "assigned":
            allowed = allowed and can(actor, "incident.close", region)
        if allowed and (own or action == "withdraw"):
            found.append(action)
    if can(actor, "assignment.pause", region, agency_id) and (own or region in actor.regions(Role.SUPERVISOR)):
        found += _pausing(row, region)
    return found


def _pausing(row: Assignment, region: str) -> list[str]:
    if row.paused_at is not None:
        return ["resume"]
    return ["pause"] if row.status in PAUSABLE and selectors.region_or_404(region).pause_reasons else []


def incident_actions(actor: Actor, incident: Incident) -> list[str]:
    """What the actor may do with the incident now."""
    return [
        action
        for action in actions_from(INCIDENT, incident.status)
        if can(actor, INCIDENT.transitions[action].permission, incident.region_id)
        and (action not in handovers.ANSWERS or handovers.ANSWERS[action](incident))
        and (action != "raise_alarm" or may_rise(incident, selectors.region_or_404(incident.region_id), timezone.now()))
    ]


def _classified(seen: Seen) -> dict[str, Any]:
    found = Classification.objects.filter(incident=seen.incident).order_by("-created_at").first()
    return {"classification": _classification(found, _narrative(seen) if seen.level is Level.FULL else "")}


def _classification(found: Classification | None, narrative: str) -> dict[str, Any] | None:
    """The rule's answer and the person's; reasons with the words they point at, for those who may read them."""
    if found is None:
        return None
    return {
        "type": found.type,
        "subtype": found.subtype,
        "priority": found.priority,
        "confidence": found.confidence,
        "candidates": found.candidates,
        "extra_types": found.extra_types,
        "reasons": [r | {"text": narrative[r["start"] : r["end"]]} for r in found.reasons] if narrative else [],
        "needs_review": found.needs_review,
        "override": {
            "type": found.override_type or None,
            "priority": found.override_priority or None,
            "agencies": found.override_agencies,
        },
    }


def _narrative(seen: Seen) -> str:
    first = Text.objects.filter(incident=seen.incident, kind=Text.Kind.NARRATIVE).order_by("created_at").first()
    return Vault.of(seen.incident).read(first) if first else ""


def _referrals(seen: Seen, region: RegionRef) -> list[dict[str, Any]]:
    if seen.level is not Level.FULL:
        return []
    codes = {agency.id: agency.code for agency in region.agencies.values()}
    found = Referral.objects.filter(incident=seen.incident).order_by("created_at")
    return [
        {"agency": agency_label(region, codes.get(str(r.agency_id), "")), "number": r.number, "reason": r.reason}
        for r in found
    ]


def _detail(actor: Actor, seen: Seen, region: RegionRef) -> dict[str, Any]:
    incident = seen.incident
    detail: dict[str, Any] = {
        "actions": incident_actions(actor, incident),
        "outcome": incident.outcome or None,
        "alarm": incident.alarm,
        "channel": incident.channel,
        "occurred_at": local(incident.occurred_at, region.tz),
        "closed_at": local(incident.closed_at, region.tz),
        "handover": handover_of(incident, region) if seen.level is Level.FULL else None,
        "timeline": timeline_of(actor, seen, region),
        "may_note": seen.level in _OPEN_TO and can(actor, "note.add", region.code),
    }
    if seen.level in _OPEN_TO:
        vault = Vault.of(incident)
        texts = [(t, vault.read(t)) for t in incidents.texts_of(incident.id)]
        texts = [(t, words) for t, words in texts if words or t.superseded_at is None]  # what moved left no words
        if seen.level is Level.TASK:
            texts = [(t, words) for t, words in texts if t.task_visible]
        current = {t.kind: words for t, words in texts if t.superseded_at is None}
        detail |= {
            "narrative": current.get("narrative", ""),
            "location": {"lat": incident.lat, "lon": incident.lon, "text": current.get("location", "")},
            "texts": [text_entry(t, words, region) for t, words in texts],
            "procedures": checklist_of(incident, region),
            "answers": answers_of(incident, region) if seen.level is Level.FULL else [],
            "people": people_answer(incident, vault, named=seen.level is Level.FULL),
            "calls": calls_answer(actor, incident, vault, region) if seen.level is Level.FULL else [],
            "merged": merged_here(actor, incident, region) if seen.level is Level.FULL else [],
            "merged_into": merged_into(actor, incident) if seen.level is Level.FULL else None,
            "attachments": _attachments(seen, region) if seen.level is Level.FULL else [],
        }
    return detail


def text_entry(text: Text, words: str, region: RegionRef) -> dict[str, Any]:
    """Something that was written, for those who may read it."""
    return {
        "id": str(text.id),
        "kind": text.kind,
        "text": words,
        "at": local(text.created_at, region.tz),
        "by": text.author_label,
        "superseded": text.superseded_at is not None,
    }


def _attachments(seen: Seen, region: RegionRef) -> list[dict[str, Any]]:
    return [
        {"id": str(row.id), "name": row.name, "media_type": row.media_type, "size": row.size,
         "at": local(row.created_at, region.tz)}
        for row in Attachment.objects.filter(incident=seen.incident).order_by("created_at", "id")
    ]  # fmt: skip


def handover_of(incident: Incident, region: RegionRef) -> dict[str, Any] | None:
    """The newest hand-over of the incident, and where the incident itself came from; None when there is neither."""
    row = Handover.objects.filter(incident=incident).order_by("-created_at").first()
    came = _came_from(incident, region)
    if row is None:
        return came or None
    told: dict[str, Any] = {
        "to_region": row.to_region_id,
        "to_incident": str(row.to_incident_id) if row.to_incident_id else None,
        "state": row.state,
    }
    if row.state == Handover.State.OFFERED:
        told["due_at"] = local(row.answer_due_at, region.tz)
    if row.state == Handover.State.REFUSED and row.decided_by_id is None:
        told["unanswered"] = True
    answer = Text.objects.filter(id=row.answer_id).first() if row.answer_id else None
    if answer is not None:
        told |= {"answer": Vault.of(incident).read(answer), "answered_at": local(row.decided_at, region.tz)}
    return told | ({"from": came["from"], "from_region": came["from_region"]} if came else {})


def _came_from(incident: Incident, region: RegionRef) -> dict[str, Any]:
    row = Handover.objects.filter(to_incident=incident).select_related("incident").first()
    if row is None:
        return {}
    due = {"due_at": local(row.answer_due_at, region.tz)} if row.state == Handover.State.OFFERED else {}
    from_ = {"from": str(row.incident_id), "from_region": row.incident.region_id, "state": row.state}
    return from_ | {"created_at": local(row.created_at, region.tz)} | due


def timeline_of(actor: Actor, seen: Seen, region: RegionRef, until: datetime | None = None) -> list[dict[str, Any]]:
    """Every event of the incident (recorded by `until`), oldest first. An agency reads what concerns it; a stub only
    its own steps."""
    own = actor.agency_codes(region.code)
    agency_only = not (actor.is_system or region.code in actor.regions())
    entries = []
    told = Event.objects.filter(incident_id=seen.incident.id, public=True)
    for event in (told if until is None else told.filter(recorded_at__lte=until)).order_by("id"):
        data = _data_of(event)
        agency = (data.get("assignment") or {}).get("agency")
        code = agency["code"] if agency else None
        if agency_only and (code not in own if code or seen.level is Level.STUB else False):
            continue
        entry = _entry(event, data, agency, region)
        entries.append(_masked(entry) if seen.level is Level.MASKED else entry)
    return entries


def _data_of(event: Event) -> dict[str, Any]:
    """What the event holds; empty when it was erased or cannot be read: one bad entry must not close a case."""
    try:
        data = json.loads(event.data) if event.data else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _masked(entry: dict[str, Any]) -> dict[str, Any]:
    """What happened when, without who did it."""
    return {**{name: entry[name] for name in ("seq", "kind", "at", "recorded_at", "source")}, "by": "", "agency": None}


_TOLD = (
    "deadline", "changed", "units", "outcome", "late", "clamped", "handover", "into", "merged", "unmerged",
    "unit_step", "decline", "support", "diverted_to", "diverted_from", "note", "pause", "escalation",
    "detached", "detached_from", "screen", "delivery", "alarm",
)  # fmt: skip


def _entry(event: Event, data: Mapping[str, Any], agency: Any, region: RegionRef) -> dict[str, Any]:
    entry = {
        "seq": event.seq,
        "kind": event.kind,
        "at": local(event.occurred_at, region.tz),
        "recorded_at": local(event.recorded_at, region.tz),
        "source": event.source,
        "by": event.actor_label,
        "agency": agency,
    }
    for name in _TOLD:
        if name in data:
            entry[name] = data[name]
    return entry


def assignment_answer(actor: Actor, assignment_id: uuid.UUID, seq: int | None = None) -> dict[str, Any]:
    """One assignment as the contract gives it."""
    seen = selectors.assignments_visible_to(actor).filter(id=assignment_id)
    incident_id = seen.values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotVisible
    answer = incident_answer(actor, incident_id, detail=False)
    part = next((a for a in answer["assignments"] if a["id"] == str(assignment_id)), None)
    if part is None:
        raise NotVisible
    row = Assignment.objects.get(id=assignment_id)
    region = selectors.region_or_404(answer["region"])
    times = {name: local(getattr(row, name), region.tz) for name in TIMES}
    part = part | times | {"incident": answer["id"], "outcome": row.outcome or None, "victims": row.victims,
                           "actions": assignment_actions(actor, row, region.code)}  # fmt: skip
    return part | ({"seq": seq} if seq is not None else {})


def preview_answer(report: Report, decision: Decision, region: RegionRef, similar: Similar = NOTHING) -> dict[str, Any]:
    """What saving would do, and what may have been reported already."""
    c = decision.classification
    located, routing = decision.located, decision.routing
    return {
        "type": decision.type.code,
        "type_name": decision.type.name,
        "subtype": decision.subtype,
        "priority": decision.priority,
        "confidential": decision.confidential,
        "classification": classification_answer(c),
        "candidates": [{"type": x.type, "score": x.score} for x in c.candidates],
        "confidence": c.confidence,
        "needs_review": c.needs_review,
        "answers": [{"key": key, "answer": answer} for key, answer in decision.answers.reasons],
        "area": {"code": located.area, "name": located.name, "level": located.level, "precision": located.precision,
                 "lat": located.lat, "lon": located.lon},
        "assignments": [
            {"agency": {"code": x.agency.code, "name": x.agency.name}, "role": x.role, "reason": x.reason}
            for x in routing.chosen
        ],
        "referrals": [
            {"agency": {"code": x.agency.code, "name": x.agency.name}, "number": x.number, "reason": x.reason}
            for x in routing.referred
        ],
        "passed_over": [{"agency": x.agency, "reason": x.reason} for x in routing.passed_over],
        "procedures": procedures_for(decision, region),
        "duplicates": duplicates_answer(similar.matches, region),
        "warnings": [*location_warnings(located), *restricted_warnings(similar)],
    }  # fmt: skip


def classification_answer(c: Any) -> dict[str, Any]:
    """A classification with the words that decided (only for the one who wrote them)."""
    return {
        "type": c.type,
        "subtype": c.subtype,
        "priority": c.priority,
        "confidence": c.confidence,
        "candidates": [{"type": x.type, "score": x.score} for x in c.candidates],
        "extra_types": list(c.extra_types),
        "reasons": [
            {"rule": r.rule, "version": r.version, "text": r.text, "start": r.start, "end": r.end} for r in c.reasons
        ],
        "needs_review": c.needs_review,
    }


def procedures_for(decision: Decision, region: RegionRef) -> list[dict[str, Any]]:
    """The SOPs in force for the case, the most specific first."""
    return [
        {"id": p.id, "version": p.version, "title": p.title,
         "questions": [q.text for q in map(question_of, p.questions)],
         "keys": [q.key for q in map(question_of, p.questions)], "steps": list(p.steps),
         "tell_caller": list(p.tell_caller)}
        for p in region.procedures_for(decision.type.code, decision.type.base, decision.subtype)
    ]  # fmt: skip


def unit_answer(actor: Actor, unit_id: uuid.UUID) -> dict[str, Any]:
    """One unit as the board shows it. Raises NotVisible."""
    unit = Unit.objects.select_related("agency").filter(id=unit_id).first()
    if unit is None or not (str(unit.agency_id) in actor.agencies or unit.agency.region_id in actor.regions()):
        raise NotVisible
    region, case = selectors.region_or_404(unit.agency.region_id), selectors.secret_places([unit]).get(unit.id)
    return unit_row(unit, region, secret=not sees_place(actor, region.code, [str(unit.agency_id)], case))


_MOST_HANDOVERS = 50


def handovers_answer(actor: Actor, region: RegionRef) -> list[dict[str, Any]]:
    """Hand-overs from and to a region that wait for an answer, of the incidents that the actor sees in full."""
    waiting = Q(state=Handover.State.OFFERED) | Q(state=Handover.State.BY_PHONE, decided_at=None)
    here = Q(incident__region_id=region.code) | Q(to_incident__region_id=region.code)
    found = Handover.objects.filter(waiting, here).select_related("incident", "to_incident").order_by("-created_at")
    rows = {row: _side_in(row, region) for row in found[:_MOST_HANDOVERS]}
    seen = {s.incident.id: s for s in selectors.seen_rows(actor, list(rows.values()), region)}
    return [
        _waiting(row, seen[side.id], region)
        for row, side in rows.items()
        if side.id in seen and seen[side.id].level is Level.FULL
    ]


def _side_in(row: Handover, region: RegionRef) -> Incident:
    return row.incident if row.to_incident is None or row.incident.region_id == region.code else row.to_incident


def _waiting(row: Handover, side: Seen, region: RegionRef) -> dict[str, Any]:
    sends = side.incident.id == row.incident_id
    other = row.to_region_id if sends else row.incident.region_id
    named = caches.reference().region(other)
    return {
        "direction": "out" if sends else "in",
        "region": {"code": other, "name": named.name if named else other},
        "state": row.state,
        "created_at": local(row.created_at, region.tz),
        "due_at": local(row.answer_due_at, region.tz),
        "incident": side.row,
    }
