"""What the desk does with an incident."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agencies.access import Actor, Role
from agencies.ids import new_id
from agencies.problems import Conflict, Malformed, NotPermitted, WrongState
from agencies.writing import Write, writing
from dispatch import routing
from dispatch.lifecycle import ENDED
from dispatch.locating import locate
from dispatch.models import Assignment
from dispatch.questions import Answers, read_answers
from dispatch.reports import Located, Report
from dispatch.services import access, handovers, merging
from dispatch.services.alarms import raise_alarm
from dispatch.services.answering import add_answers, assign_needed, keep_answers
from dispatch.services.assignments import withdraw_all
from dispatch.services.common import (
    KEPT,
    Locked,
    add_reason,
    check_may_cancel,
    check_permission,
    check_version,
    clamp,
    fact_now,
    finish,
    keep_late,
    lock_incident,
    step,
    touch,
    was_kept,
)
from dispatch.services.joining import assign_agency, refer_all, tell_assigned
from dispatch.services.plans import replan
from dispatch.services.reports import link_call
from dispatch.services.sealing import seal_case, seal_notes
from dispatch.services.support import support_given
from events.services import Answered, Intent
from incidents import selectors
from incidents.lifecycle import INCIDENT
from incidents.models import Call, Classification, Incident, IncidentCall, Person, Text
from incidents.phones import normalise
from incidents.services.calls import check_not_linked
from incidents.vault import Vault, user_id


class OpenAssignments(Conflict):
    slug, title = "open_assignments", "Masih ada instansi yang bertugas"


@dataclass(frozen=True, slots=True)
class Change:
    """One action on an incident with what it brings; empty fields change nothing."""

    action: str
    version: int | None = None
    occurred_at: datetime | None = None
    source: str = "live"
    type: str = ""
    priority: str = ""
    narrative: str | None = None
    location: Mapping[str, Any] | None = None
    reason: str = ""
    agency: str = ""
    role: str = "support"
    outcome: str = ""
    note: str = ""
    into: str = ""
    to_region: str = ""
    taken_by: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """To questions of the SOP, as `dispatch.questions.read_answers` takes them."""


def change(*, incident_id: uuid.UUID, change_: Change, actor: Actor, at: datetime,
           wish: Intent | None = None) -> Answered:  # fmt: skip
    """Do one action of the table. Raises NotVisible, NotPermitted, WrongState, StaleVersion, OpenAssignments."""
    if change_.to_region:
        handovers.open_day(change_.to_region, at)
    with writing(actor, at, wish) as write:
        if write.answered and write.answered.status != KEPT:
            return write.answered
        locked = _lock(write, incident_id, change_)
        incident, current = locked.incident, locked.snapshot()
        try:
            status = _next_status(locked, change_, current)
        except WrongState:
            if change_.occurred_at is None:
                raise
            if write.answered is None:
                _keep_late(write, locked, change_)
        else:
            if write.answered is None:
                check_version(incident, change_.version, current)
                _ACTIONS[change_.action](write, locked, change_, status)
                return write.done(region=incident.region_id, kind="incident", id=incident.id, version=incident.version)
    raise was_kept(current)


def _lock(write: Write, incident_id: uuid.UUID, change_: Change) -> Locked:
    if change_.action == "take_back":
        handovers.lock_receiver(incident_id)
    if change_.action in ("merge", "unmerge"):
        merging.lock_both(write.actor, incident_id, change_.action, change_.into)
    locked = lock_incident(write.actor, incident_id)
    locked.source = change_.source
    locked.occurred_at, locked.clamped = clamp(change_.occurred_at, write.at)
    check_permission(write.actor, INCIDENT.transitions[change_.action].permission, locked.region.code)
    return locked


def _next_status(locked: Locked, change_: Change, current: Any) -> str:
    """Raises WrongState: by the table, or because there is no hand-over to answer."""
    status = step(INCIDENT, change_.action, locked.incident.status, current)
    if change_.action in handovers.ANSWERS:
        handovers.check_answerable(change_.action, locked.incident, current)
    return status


def _keep_late(write: Write, locked: Locked, change_: Change) -> None:
    answers = "; ".join(f"{key}: {value}" for key, value in change_.answers.items())
    said = (change_.reason, change_.note, change_.narrative, change_.taken_by, answers)
    words = " ".join(part for part in said if part)
    keep_late(write, locked, change_.action, words, outcome=change_.outcome, priority=change_.priority)
    write.done(region=locked.region.code, kind="incident", id=locked.incident.id, version=locked.incident.version,
               status=KEPT)  # fmt: skip


def _update(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident, changed = locked.incident, []
    if change_.type and change_.type != incident.type:
        _set_type(write, locked, change_.type)
        changed += ["type", "subtype"]
    answers = read_answers(change_.answers)
    priority = change_.priority or answers.priority(incident.priority)
    if priority != incident.priority:
        incident.priority = priority
        changed.append("priority")
    confirmed = bool(change_.type) and incident.needs_review  # a person has looked and says that the type is right
    overridden = confirmed or "type" in changed or bool(change_.priority and "priority" in changed)
    if overridden:
        changed += ["needs_review"] if confirmed else []
        incident.needs_review = False
    if overridden or change_.answers:
        _keep_decision(write, locked, change_ if overridden else None, answers)
    if changed:
        replan(locked, write.at)
    if change_.location is not None:
        changed += _set_location(write, locked, change_.location)
    if change_.narrative is not None:
        _replace_text(write, locked, Text.Kind.NARRATIVE, change_.narrative)
        changed.append("narrative")
    joined = []
    if change_.answers:
        keep_answers(write, locked, answers)
        joined = assign_needed(write, locked, answers)
        changed += ["answers", *(["assignments"] if joined else [])]
    touch(incident, "type", "base", "subtype", "priority", "needs_review", "lat", "lon", "precision", "area", "label",
          "confidential", "retention", edited=True)  # fmt: skip
    tell_assigned(write, locked, joined, changed)


def _set_type(write: Write, locked: Locked, code: str) -> None:
    incident = locked.incident
    type_ = locked.region.types.get(code)
    if type_ is None:
        raise Malformed("Jenis tidak dikenal di wilayah ini.", errors=[{"field": "type", "message": "unknown"}])
    incident.type, incident.base, incident.subtype = type_.code, type_.base, ""
    if type_.confidential and not incident.confidential:
        seal_case(incident, locked.region, write.at)
        if incident.region_id not in write.actor.regions(Role.SUPERVISOR) and user_id(write.actor):
            access.for_user(incident.id, write.actor.id, "full", write.at, "menandai rahasia").save(force_insert=True)


def _keep_decision(write: Write, locked: Locked, change_: Change | None, answers: Answers) -> None:
    """The rule's answer stays; the person's, and what was answered since, stand beside it in a row of its own."""
    last = Classification.objects.filter(incident=locked.incident).order_by("-created_at").first()
    if last is None:
        return
    last.pk, last._state.adding = new_id(), True
    if change_ is not None:
        last.override_type, last.override_priority = change_.type, change_.priority
        last.override_by_id = user_id(write.actor)
        last.override_reason = "" if locked.incident.confidential else change_.reason[:200]
        if locked.incident.confidential:
            add_reason(write, locked, change_.reason)  # sealed
    add_answers(last, answers)
    last.created_at = write.at
    last.save(force_insert=True)


def _set_location(write: Write, locked: Locked, location: Mapping[str, Any]) -> list[str]:
    incident = locked.incident
    report = Report(
        incident.region_id, "", lat=location.get("lat"), lon=location.get("lon"),
        location_text=location.get("text") or "", area=location.get("area") or "",
        precision=location.get("precision") or "",
    )  # fmt: skip
    found = locate(report, locked.region)
    if found != Located():
        incident.lat, incident.lon, incident.precision = found.lat, found.lon, found.precision
        incident.area_id, incident.label = found.area or None, found.name
    if report.location_text:
        _replace_text(write, locked, Text.Kind.LOCATION, report.location_text)
    return ["lat", "lon", "area", "label", "precision"]


def _replace_text(write: Write, locked: Locked, kind: str, words: str) -> None:
    """Nothing that was said is lost: the earlier text is superseded, not overwritten."""
    Text.objects.filter(incident=locked.incident, kind=kind, superseded_at=None).update(superseded_at=write.at)
    vault = Vault.of(locked.incident)
    vault.text(kind, words, write.actor, write.at, task_visible=kind == Text.Kind.LOCATION).save(force_insert=True)


def _assign(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident, region = locked.incident, locked.region
    if change_.agency not in region.agencies:
        raise Malformed("Instansi tidak dikenal di wilayah ini.", errors=[{"field": "agency", "message": "unknown"}])
    case = routing.Case(incident.type, incident.base, incident.subtype, incident.priority, write.at)
    answer = routing.route_chosen(region, case, [(change_.agency, change_.role)])
    refer_all(write, locked, answer.referred)
    assigned = [assign_agency(write, locked, chosen, change_.role) for chosen in answer.chosen]
    for one in assigned:
        support_given(locked, str(one.agency_id), write.at)
    touch(incident, edited=True)
    tell_assigned(write, locked, assigned, ["assignments"] if assigned else ["referrals"])


def _close(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident = locked.incident
    at_work = [a for a in locked.snapshot()["assignments"] if a["status"] not in ENDED]
    if at_work:
        raise OpenAssignments("Masih ada instansi yang belum selesai.", current=locked.snapshot())
    incident.outcome = change_.outcome or _outcome_of_lead(incident)
    add_reason(write, locked, change_.note)
    finish(write, locked, status, "incident.closed", ["status", "outcome"])


def _outcome_of_lead(incident: Incident) -> str:
    """What the lead agency reported, when the closer says nothing else."""
    found = Assignment.objects.filter(incident=incident, status="completed").order_by("role", "position")
    return found.values_list("outcome", flat=True).first() or ""


def _cancel(write: Write, locked: Locked, change_: Change, status: str) -> None:
    check_may_cancel(write.actor, locked)
    add_reason(write, locked, change_.reason)
    withdraw_all(write, locked, change_.reason)
    finish(write, locked, status, "incident.cancelled", ["status"])


def _reopen(write: Write, locked: Locked, change_: Change, status: str) -> None:
    locked.incident.outcome = ""
    add_reason(write, locked, change_.reason)
    finish(write, locked, status, "incident.reopened", ["status"])


_ACTIONS = {
    "update": _update,
    "assign": _assign,
    "raise_alarm": raise_alarm,
    "close": _close,
    "cancel": _cancel,
    "reopen": _reopen,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
    "hand_over": handovers.hand_over,
    "accept": handovers.accept,
    "refuse": handovers.refuse,
    "confirm": handovers.confirm,
    "take_back": handovers.take_back,
}


def add_caller(*, incident_id: uuid.UUID, report: Report, actor: Actor, at: datetime,
               wish: Intent | None = None) -> Answered:  # fmt: skip
    """One more caller to the same incident: their words, number and place are kept as evidence."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = merging.lock_standing(actor, incident_id)
        check_permission(actor, "incident.add_call", locked.incident.region_id)
        locked.occurred_at, locked.clamped = clamp(report.occurred_at, at)
        locked.source = report.source
        _add_caller(write, locked, report)
        touch(locked.incident)
        write.record([fact_now("incident.updated", locked, changed=["calls"])])
        return write.done(region=locked.incident.region_id, kind="incident", id=locked.incident.id,
                          version=locked.incident.version)  # fmt: skip


def _add_caller(write: Write, locked: Locked, report: Report) -> None:
    incident, vault = locked.incident, Vault.of(locked.incident)
    call = _linkable_call(write, report.call) if report.call else None
    words = None
    said = "\n".join(part for part in (report.narrative, report.location_text) if part)
    if said:
        words = vault.text(Text.Kind.CALLER_WORDS, said, write.actor, write.at)
        words.save(force_insert=True)
    number = normalise(report.caller.number) or (call.number if call else "")
    person = Person.objects.create(
        incident=incident, role="caller", safe_to_call_back=report.caller.safe_to_call_back, created_at=write.at
    )
    vault.identity(person, report.caller.name[:120], number).save(force_insert=True)
    IncidentCall.objects.create(
        incident=incident, call=call, words=words, caller=person, lat=report.lat, lon=report.lon, created_at=write.at,
        created_by_id=user_id(write.actor),
    )  # fmt: skip
    if call is not None:
        seal_notes([call], vault)
        link_call(call, incident, write.at)


def _linkable_call(write: Write, call_id: str) -> Call:
    call = selectors.calls_visible_to(write.actor).select_for_update().filter(id=call_id).first()
    if call is None:
        raise Malformed("Panggilan tidak ditemukan.", errors=[{"field": "call", "message": "not found"}])
    check_not_linked(IncidentCall.objects.filter(call=call).values_list("incident_id", flat=True).first())
    return call


def add_note(*, incident_id: uuid.UUID, words: str, actor: Actor, at: datetime, wish: Intent | None = None,
             occurred_at: datetime | None = None, source: str = "live") -> Answered:  # fmt: skip
    """A note in the timeline. Notes are only ever added, also late and after the end of the incident."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, incident_id)
        check_permission(actor, "note.add", locked.incident.region_id)
        if locked.level == "stub":
            raise NotPermitted
        locked.occurred_at, locked.clamped = clamp(occurred_at, at)
        locked.source = source
        note = Vault.of(locked.incident).text(Text.Kind.NOTE, words, actor, at)
        note.save(force_insert=True)
        touch(locked.incident)
        write.record([fact_now("note.added", locked, note={"id": str(note.id)}, changed=["notes"])])
        return write.done(region=locked.incident.region_id, kind="incident", id=incident_id,
                          version=locked.incident.version, status=201)  # fmt: skip
