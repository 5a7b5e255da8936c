"""What the API answers: incidents, assignments and timelines at the level of sight of the one who asks."""

import uuid
from typing import Any

from django.db.models import Q

from agencies import caches
from agencies.access import Actor, Level, can
from agencies.models import Unit
from agencies.problems import NotVisible
from agencies.questions import question_of
from agencies.reference import RegionRef
from dispatch import selectors
from dispatch.callers import calls_answer, people_answer
from dispatch.checklists import answers_of, checklist_of
from dispatch.hazards import hazards_at
from dispatch.likeness import duplicates_answer, merged_here, merged_into, restricted_warnings
from dispatch.locating import location_warnings
from dispatch.models import Assignment
from dispatch.part_answers import OPEN_TO, TIMES, assignment_actions, assignments_answer, due_answer, incident_actions
from dispatch.radar import NOTHING, Similar, may_compare, similar_to_incident
from dispatch.reports import Decision, Report
from dispatch.rows import agency_label, area_label, local, unit_row
from dispatch.selectors import Seen
from dispatch.services.reports import Draft
from dispatch.sightings import sees_place
from dispatch.timeline import timeline_of
from incidents import selectors as incidents
from incidents.models import Attachment, Classification, Handover, Incident, Referral, Text
from incidents.vault import Vault


def incident_answer(
    actor: Actor, incident_id: uuid.UUID, seq: int | None = None, *, detail: bool = True
) -> dict[str, Any]:
    """The incident as the contract gives it; with `detail` also texts, people, calls, timeline and actions."""
    seen = selectors.incident_for(actor, incident_id)
    region = selectors.region_or_404(seen.incident.region_id)
    answer = dict(seen.row) | {"region": region.code, "zone": region.zone, "level": seen.level.value}
    answer["assignments"] = assignments_answer(actor, seen, region, detail)
    if seen.level in OPEN_TO:
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
        part | {"reason": row.reason, "deadlines": [due_answer(d, region) for d in sorted(due, key=lambda d: d.due_at)]}
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


def _area(incident: Incident, region: RegionRef) -> dict[str, Any]:
    area = region.areas.get(incident.area_id or "")
    known = {"level": area.level if area else "", "precision": incident.precision}
    return (area_label(region, incident.area_id) or {"code": "", "name": ""}) | known


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
        "may_note": seen.level in OPEN_TO and can(actor, "note.add", region.code),
    }
    if seen.level in OPEN_TO:
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
            "hazards": hazards_at(incident, region),
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
