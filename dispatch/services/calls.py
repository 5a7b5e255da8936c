"""Use cases of calls: the call's facts, its deadlines and its events in one transaction."""

import uuid
from datetime import datetime

from django.db import IntegrityError

from agencies.access import Actor
from agencies.problems import NotVisible
from agencies.reference import RegionRef
from agencies.writing import Write, writing
from dispatch.deadlines import plan
from dispatch.models import Deadline
from dispatch.selectors import region_or_404
from dispatch.services.common import FUTURE, check_permission, clamp
from dispatch.services.facts import call_fact
from dispatch.services.plans import deadline_row
from events.services import Answered, Intent
from incidents import selectors
from incidents.lifecycle import Disposition
from incidents.models import Call, Incident, IncidentCall
from incidents.services import calls
from incidents.services.calls import OfferedCall
from incidents.vault import Vault


def offer_call(*, offered: OfferedCall, region: RegionRef, actor: Actor, at: datetime,
               wish: Intent | None = None) -> Answered:  # fmt: skip
    """A call rings. The same provider_id again answers with the call that is known already."""
    try:
        with writing(actor, at, wish) as write:
            if write.answered:
                return write.answered
            if known := _known(offered, region):
                return write.done(region=region.code, kind="call", id=known.id, version=known.version)
            call = calls.new_call(offered, region=region, at=at)
            call.offered_at = min(call.offered_at or at, at + FUTURE)
            call.save(force_insert=True)
            _start(call, "answer", region, call.offered_at)
            write.record([call_fact("call.offered", call, region, call.offered_at)])
            return write.done(region=region.code, kind="call", id=call.id, version=1, status=201)
    except IntegrityError:
        known = _known(offered, region)
        if known is None:
            raise
        return Answered("call", known.id, known.version, 200, 0, actor.id, region.code)


def _known(offered: OfferedCall, region: RegionRef) -> Call | None:
    if not offered.provider_id:
        return None
    return Call.objects.filter(region_id=region.code, provider_id=offered.provider_id).first()


def _start(call: Call, stage: str, region: RegionRef, at: datetime) -> None:
    deadline_row(plan(region, stage, "", "", "", at), call=call).save(force_insert=True)


def _stop(call: Call, at: datetime, *stages: str, void: bool = False) -> None:
    Deadline.objects.filter(call=call, stage__in=stages, done_at=None).update(done_at=at, void=void)


def _lock(write: Write, call_id: uuid.UUID, permission: str) -> tuple[Call, RegionRef]:
    call = selectors.calls_visible_to(write.actor).select_for_update().filter(id=call_id).first()
    if call is None:
        raise NotVisible
    check_permission(write.actor, permission, call.region_id)
    return call, region_or_404(call.region_id)


def _done(write: Write, call: Call, region: RegionRef, kind: str, occurred_at: datetime) -> Answered:
    write.record([call_fact(kind, call, region, occurred_at, linked_incident(call))])
    return write.done(region=region.code, kind="call", id=call.id, version=call.version)


def linked_incident(call: Call) -> uuid.UUID | None:
    return IncidentCall.objects.filter(call=call).values_list("incident_id", flat=True).first()


def answer_call(*, call_id: uuid.UUID, actor: Actor, at: datetime, occurred_at: datetime | None = None,
                wish: Intent | None = None) -> Answered:  # fmt: skip
    """The actor takes the call."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        call, region = _lock(write, call_id, "call.answer")
        when, _ = clamp(occurred_at, at)
        if call.answered_at is None:
            calls.mark_answered(call, actor=actor, occurred_at=when)
            calls.save_changes(call, "answered_at", "answered_by")
            _stop(call, when, "answer")
            _start(call, "ticket", region, when)
        return _done(write, call, region, "call.answered", when)


def end_call(*, call_id: uuid.UUID, actor: Actor, at: datetime, occurred_at: datetime | None = None,
             wish: Intent | None = None) -> Answered:  # fmt: skip
    """The line is free again."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        call, region = _lock(write, call_id, "call.end")
        when, _ = clamp(occurred_at, at)
        calls.mark_ended(call, occurred_at=when)
        calls.save_changes(call, "ended_at", "abandoned_at", "disposition")
        _stop(call, when, "answer", void=True)
        kind = "call.abandoned" if call.abandoned_at else "call.ended"
        return _done(write, call, region, kind, when)


def _add_note(write: Write, call: Call, words: str) -> None:
    """A note on the call; of a call about a confidential case it is sealed with the case."""
    note = calls.note_of(call, words, actor=write.actor, at=write.at)
    linked = linked_incident(call) if call.confidential else None
    if linked is not None:
        vault = Vault.of(Incident.objects.get(id=linked))
        vault.put(note, words)
        note.retention = vault.retention
    note.save(force_insert=True)


def dispose_call(*, call_id: uuid.UUID, disposition: Disposition, note: str, actor: Actor, at: datetime,
                 wish: Intent | None = None) -> Answered:  # fmt: skip
    """Say what the call was. A call that is no emergency needs no ticket: that clock falls away."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        call, region = _lock(write, call_id, "call.dispose")
        calls.dispose(call, disposition=disposition, actor=actor, occurred_at=at)
        calls.save_changes(call, "disposition", "disposed_at", "disposed_by")
        if note:
            _add_note(write, call, note)
        if disposition != Disposition.EMERGENCY:
            _stop(call, at, "answer", "ticket", void=True)
        return _done(write, call, region, "call.disposed", at)
