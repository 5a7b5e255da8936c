"""What the desk does with an incident."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agencies import caches as agencies_caches
from agencies.access import Actor, Role
from agencies.ids import new_id
from agencies.problems import Conflict, Malformed, NotPermitted
from agencies.writing import Write, writing
from dispatch import routing
from dispatch.lifecycle import ENDED
from dispatch.models import Assignment, Deadline
from dispatch.reports import Caller, Located, Report
from dispatch.services import access
from dispatch.services.assignments import withdraw_all
from dispatch.services.common import (
    Locked,
    check_permission,
    check_version,
    clamp,
    fact_now,
    lock_incident,
    step,
    touch,
)
from dispatch.services.plans import new_deadlines, replan
from dispatch.services.reports import add_incident, link_call, locate, new_assignment, preview
from dispatch.services.sealing import seal_case
from events.bulk import Batch
from events.services import Answered, Intent
from incidents import selectors
from incidents.lifecycle import INCIDENT, IncidentStatus
from incidents.models import Call, Classification, Handover, Incident, IncidentCall, Person, Referral, Text
from incidents.phones import normalise
from incidents.services.calls import check_not_linked
from incidents.vault import Vault, user_id

ACCEPT_WITHIN = timedelta(seconds=60)


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


def change(*, incident_id: uuid.UUID, change_: Change, actor: Actor, at: datetime,
           wish: Intent | None = None) -> Answered:  # fmt: skip
    """Do one action of the table. Raises NotVisible, NotPermitted, WrongState, StaleVersion, OpenAssignments."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, incident_id)
        incident, locked.source = locked.incident, change_.source
        locked.occurred_at, locked.clamped = clamp(change_.occurred_at, at)
        check_permission(actor, INCIDENT.transitions[change_.action].permission, incident.region_id)
        current = locked.snapshot()
        check_version(incident, change_.version, current)
        status = step(INCIDENT, change_.action, incident.status, current)
        _ACTIONS[change_.action](write, locked, change_, status)
        return write.done(region=incident.region_id, kind="incident", id=incident.id, version=incident.version)


def _update(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident, changed = locked.incident, []
    if change_.type and change_.type != incident.type:
        _set_type(write, locked, change_.type)
        changed += ["type", "subtype"]
    if change_.priority and change_.priority != incident.priority:
        incident.priority = change_.priority
        changed.append("priority")
    if changed:
        incident.needs_review = False
        _keep_override(write, locked, change_)
        replan(locked, write.at)
    if change_.location is not None:
        changed += _set_location(write, locked, change_.location)
    if change_.narrative is not None:
        _replace_text(write, locked, Text.Kind.NARRATIVE, change_.narrative)
        changed.append("narrative")
    touch(incident, "type", "base", "subtype", "priority", "needs_review", "lat", "lon", "precision", "area", "label",
          "confidential", "retention", edited=True)  # fmt: skip
    write.record([fact_now("incident.updated", locked, changed=changed)])


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


def _keep_override(write: Write, locked: Locked, change_: Change) -> None:
    """The rule's answer stays; the person's stands beside it in a row of its own."""
    last = Classification.objects.filter(incident=locked.incident).order_by("-created_at").first()
    if last is None:
        return
    last.pk, last._state.adding = new_id(), True
    last.override_type, last.override_priority = change_.type, change_.priority
    last.override_by_id = user_id(write.actor)
    last.override_reason = "" if locked.incident.confidential else change_.reason[:200]
    if locked.incident.confidential:
        _add_reason(write, locked, change_.reason)  # sealed
    last.created_at = write.at
    last.save(force_insert=True)


def _set_location(write: Write, locked: Locked, location: Mapping[str, Any]) -> list[str]:
    incident = locked.incident
    report = Report(
        incident.region_id, "", lat=location.get("lat"), lon=location.get("lon"),
        location_text=location.get("text") or "",
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
    for referred in answer.referred:
        Referral.objects.get_or_create(
            incident=incident, agency_id=referred.agency.id,
            defaults={"number": referred.number, "reason": referred.reason, "created_at": write.at},
        )  # fmt: skip
    assigned = [_assign_one(write, locked, chosen, change_.role) for chosen in answer.chosen]
    touch(incident, edited=True)
    row = locked.snapshot()
    changed = ["assignments"] if assigned else ["referrals"]
    facts = [fact_now("incident.updated", locked, row, changed=changed)]
    facts += [
        fact_now("assignment.created", locked, row, assignment=part)
        for part in row["assignments"]
        if part["id"] in {str(a.id) for a in assigned}
    ]
    write.record(facts)


def _assign_one(write: Write, locked: Locked, chosen: routing.Chosen, role: str) -> Assignment:
    incident = locked.incident
    at_work = Assignment.objects.filter(incident=incident).exclude(status__in=["declined", "withdrawn"])
    if at_work.filter(agency_id=chosen.agency.id).exists():
        raise Conflict("Instansi ini sudah ditugaskan.", current=locked.snapshot())
    assignment = new_assignment(incident, chosen, write.at)
    assignment.role, assignment.position = role, at_work.count()
    assignment.save(force_insert=True)
    Deadline.objects.bulk_create(new_deadlines(assignment, locked, write.at))
    level = access.level_of_agency(chosen.agency, incident.confidential)
    access.change_agency(incident.id, chosen.agency.id, level, write.at, "ditugaskan")
    return assignment


def _close(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident = locked.incident
    at_work = [a for a in locked.snapshot()["assignments"] if a["status"] not in ENDED]
    if at_work:
        raise OpenAssignments("Masih ada instansi yang belum selesai.", current=locked.snapshot())
    incident.outcome = change_.outcome or _outcome_of_lead(incident)
    _add_reason(write, locked, change_.note)
    _finish(write, locked, status, "incident.closed", ["status", "outcome"])


def _outcome_of_lead(incident: Incident) -> str:
    """What the lead agency reported, when the closer says nothing else."""
    found = Assignment.objects.filter(incident=incident, status="completed").order_by("role", "position")
    return found.values_list("outcome", flat=True).first() or ""


def _finish(write: Write, locked: Locked, status: str, kind: str, changed: list[str]) -> None:
    incident = locked.incident
    incident.status = status
    ended = status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
    incident.closed_at = (locked.occurred_at or write.at) if ended else None
    touch(incident, "status", "closed_at", "outcome", "merged_into", edited=True)
    write.record([fact_now(kind, locked, changed=changed)])


def _add_reason(write: Write, locked: Locked, words: str, kind: str = Text.Kind.REASON) -> None:
    if words:
        Vault.of(locked.incident).text(kind, words, write.actor, write.at).save(force_insert=True)


def _cancel(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident = locked.incident
    touched = Assignment.objects.filter(incident=incident).exclude(acknowledged_at=None).exists()
    if touched and Role.SUPERVISOR not in {p.role for p in write.actor.posts if p.region == incident.region_id}:
        raise NotPermitted("Sudah diterima instansi: hanya supervisor yang dapat membatalkan.")
    _add_reason(write, locked, change_.reason)
    withdraw_all(write, locked, change_.reason)
    _finish(write, locked, status, "incident.cancelled", ["status"])


def _reopen(write: Write, locked: Locked, change_: Change, status: str) -> None:
    locked.incident.outcome = ""
    _add_reason(write, locked, change_.reason)
    _finish(write, locked, status, "incident.reopened", ["status"])


def _merge(write: Write, locked: Locked, change_: Change, status: str) -> None:
    into = _merge_target(write, locked, change_.into)
    withdraw_all(write, locked, "digabung")
    locked.incident.merged_into = into
    _finish(write, locked, status, "incident.merged", ["status"])


def _merge_target(write: Write, locked: Locked, into: str) -> Incident:
    try:
        wanted = uuid.UUID(into)
    except ValueError as error:
        raise Malformed("Kejadian tujuan tidak dikenal.", errors=[{"field": "into", "message": "not an id"}]) from error
    target = selectors.visible_to(write.actor).filter(
        id=wanted, region_id=locked.incident.region_id, status=IncidentStatus.OPEN
    ).exclude(id=locked.incident.id).first()  # fmt: skip
    if target is None:
        raise Malformed("Kejadian tujuan tidak ditemukan atau tidak terbuka.",
                        errors=[{"field": "into", "message": "not found"}])  # fmt: skip
    return target


def _unmerge(write: Write, locked: Locked, change_: Change, status: str) -> None:
    locked.incident.merged_into = None
    _finish(write, locked, status, "incident.unmerged", ["status"])


def _hand_over(write: Write, locked: Locked, change_: Change, status: str) -> None:
    incident = locked.incident
    target = agencies_caches.reference().centre_of(change_.to_region)
    if target is None or target.code == incident.region_id:
        raise Malformed("Wilayah tujuan tidak dikenal.", errors=[{"field": "to_region", "message": "unknown"}])
    withdraw_all(write, locked, "dialihkan")
    _add_reason(write, locked, change_.note)
    live = target.has_pack and target.stage in ("live", "uji_coba")
    handover = Handover(id=new_id(), incident=incident, to_region_id=target.code, created_at=write.at,
                        state="offered" if live else "by_phone")  # fmt: skip
    if live:
        handover.answer_due_at = write.at + ACCEPT_WITHIN
        handover.to_incident = _copy_to(write, locked, target.code)
    handover.save(force_insert=True)
    _finish(write, locked, status, "incident.handed_over", ["status", "handover"])


def _copy_to(write: Write, locked: Locked, region_code: str) -> Incident:
    """A new incident of the target's own with what the caller said, decided by the target's configuration."""
    incident, vault = locked.incident, Vault.of(locked.incident)
    region = agencies_caches.reference().regions[region_code]
    words = {t.kind: vault.read(t) for t in selectors.texts_of(incident.id) if t.superseded_at is None}
    people = [(p, i) for p, i in selectors.people_of(incident.id) if p.role == "caller"]
    name, number = vault.read_identity(people[0][1]) if people and people[0][1] else ("", "")
    caller = Caller(number, name, people[0][0].safe_to_call_back if people else None)
    report = Report(
        region_code, words.get("narrative", ""), caller,
        incident.lat, incident.lon, words.get("location", ""), channel=incident.channel, exercise=incident.exercise,
        occurred_at=incident.occurred_at,
        type=incident.base if incident.confidential else "",  # what a person sealed stays sealed
    )  # fmt: skip
    decision = preview(report, region=region, at=write.at)
    batch = Batch()
    draft = add_incident(batch, write, report, decision, region, handed_over_from=incident)
    batch.write()
    return draft.incident


_ACTIONS = {
    "update": _update,
    "assign": _assign,
    "close": _close,
    "cancel": _cancel,
    "reopen": _reopen,
    "merge": _merge,
    "unmerge": _unmerge,
    "hand_over": _hand_over,
}


def add_caller(*, incident_id: uuid.UUID, report: Report, actor: Actor, at: datetime,
               wish: Intent | None = None) -> Answered:  # fmt: skip
    """One more caller to the same incident: their words, number and place are kept as evidence."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, incident_id)
        check_permission(actor, "incident.add_call", locked.incident.region_id)
        _add_caller(write, locked, report)
        touch(locked.incident)
        write.record([fact_now("incident.updated", locked, changed=["calls"])])
        return write.done(region=locked.incident.region_id, kind="incident", id=incident_id,
                          version=locked.incident.version)  # fmt: skip


def _add_caller(write: Write, locked: Locked, report: Report) -> None:
    incident, vault = locked.incident, Vault.of(locked.incident)
    call = _linkable_call(write, report.call) if report.call else None
    words = None
    if report.narrative:
        words = vault.text(Text.Kind.CALLER_WORDS, report.narrative, write.actor, write.at)
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
        link_call(call, incident, write.at)


def _linkable_call(write: Write, call_id: str) -> Call:
    call = selectors.calls_visible_to(write.actor).select_for_update().filter(id=call_id).first()
    if call is None:
        raise Malformed("Panggilan tidak ditemukan.", errors=[{"field": "call", "message": "not found"}])
    check_not_linked(IncidentCall.objects.filter(call=call).values_list("incident_id", flat=True).first())
    return call


def add_note(*, incident_id: uuid.UUID, words: str, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """A note in the timeline. Notes are only ever added."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, incident_id)
        check_permission(actor, "note.add", locked.incident.region_id)
        if locked.level == "stub":
            raise NotPermitted
        note = Vault.of(locked.incident).text(Text.Kind.NOTE, words, actor, at)
        note.save(force_insert=True)
        touch(locked.incident)
        write.record([fact_now("note.added", locked, note={"id": str(note.id)}, changed=["notes"])])
        return write.done(region=locked.incident.region_id, kind="incident", id=incident_id,
                          version=locked.incident.version, status=201)  # fmt: skip
