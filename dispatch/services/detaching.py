"""A caller who was added to the wrong incident is taken off again. What they said, their number and their place become
an incident of their own, with its own agencies and clocks; or they stay, marked and with the reason, when it is of no
use. The incident keeps the entry that somebody was added and taken off, and where they are now.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.access import Actor, Role
from agencies.problems import Conflict, Malformed, NotPermitted, NotVisible
from agencies.rowlevel import apply
from agencies.writing import Write, writing
from dispatch.reports import Caller, Report
from dispatch.selectors import region_or_404
from dispatch.services.common import Locked, add_reason, check_permission, fact_now, lock_incident, touch
from dispatch.services.merging import named
from dispatch.services.reports import add_incident, preview
from events.bulk import Batch
from events.services import Answered, Intent
from incidents import selectors
from incidents.models import Call, Identity, Incident, IncidentCall, Text
from incidents.models.incident import Retention
from incidents.services import numbers
from incidents.vault import Vault, user_id

OWN_WITHIN = timedelta(minutes=10)
"""So long a call-taker may take off a caller whom they added themselves; afterwards it is the supervisor's."""


@dataclass(frozen=True, slots=True)
class Detachment:
    """Which caller (id of the entry in `calls`), and what becomes of them."""

    incident_id: uuid.UUID
    caller_id: uuid.UUID
    new_incident: bool = True
    reason: str = ""


def detach_caller(*, wanted: Detachment, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """Take a caller off an incident. Raises NotVisible, NotPermitted, Malformed, Conflict.

    Answers with the new incident, or with the old one when there is none.
    """
    if not wanted.new_incident and not wanted.reason:
        raise Malformed(errors=[{"field": "reason", "message": "wajib diisi"}])
    _open_day(wanted, actor, at)
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, wanted.incident_id)
        row = _row_of(write, locked, wanted.caller_id)
        row.detached_at, row.detached_by_id = at, user_id(actor)
        add_reason(write, locked, wanted.reason)
        made = _to_incident(write, locked, row) if wanted.new_incident else None
        if made is None:
            _mark(row, at)
        _tell(write, locked, made)
        shown = made.incident if made else locked.incident
        return write.done(region=locked.region.code, kind="incident", id=shown.id, version=shown.version,
                          status=201 if made else 200)  # fmt: skip


def may_detach(actor: Actor, incident: Incident, row: IncidentCall, at: datetime) -> bool:
    """Whether the actor may take this caller off: the supervisor, and for a while the call-taker who added them."""
    if row.detached_at is not None or row.created_at == incident.created_at:
        return False
    if actor.is_system or incident.region_id in actor.regions(Role.SUPERVISOR):
        return True
    own = row.created_by_id is not None and str(row.created_by_id) == actor.id
    return own and incident.region_id in actor.regions(Role.CALL_TAKER) and at - row.created_at <= OWN_WITHIN


def _open_day(wanted: Detachment, actor: Actor, at: datetime) -> None:
    """Begin the numbers of the day, before the transaction that draws one."""
    code = selectors.visible_to(actor).filter(id=wanted.incident_id).values_list("region_id", flat=True).first()
    if code is None:
        raise NotVisible
    numbers.open_day(region_or_404(code), at)


def _row_of(write: Write, locked: Locked, caller_id: uuid.UUID) -> IncidentCall:
    incident = locked.incident
    check_permission(write.actor, "incident.detach_call", incident.region_id)
    found = IncidentCall.objects.filter(id=caller_id, incident=incident)
    row = found.select_for_update(of=("self",)).select_related("words", "caller").first()
    if row is None or locked.level != "full":
        raise NotVisible
    if row.detached_at is not None:
        raise Conflict("Pelapor ini sudah dilepas.", current=locked.snapshot())
    if row.created_at == incident.created_at:
        raise Conflict("Pelapor pertama adalah laporan itu sendiri dan tidak dapat dilepas.", current=locked.snapshot())
    if not may_detach(write.actor, incident, row, write.at):
        raise NotPermitted("Lewat sepuluh menit, atau ditambahkan orang lain: hanya supervisor yang dapat melepas.")
    return row


def _mark(row: IncidentCall, at: datetime) -> None:
    """They stay as evidence, and count no more."""
    row.save(update_fields=["detached_at", "detached_by"])
    if row.words is not None:
        row.words.superseded_at = at
        row.words.save(update_fields=["superseded_at"])


def _to_incident(write: Write, locked: Locked, row: IncidentCall) -> Locked:
    """A new incident with everything this caller brought, decided as any report; nothing of it stays behind."""
    incident, region = locked.incident, locked.region
    vault = Vault.of(incident)
    report = _report_of(incident, row, vault)
    decision = preview(report, region=region, at=write.at)
    if report.call:
        _open_call(report.call, vault)
        row.call = None
        row.save(update_fields=["call"])
    batch = Batch()
    draft = add_incident(
        batch, write, report, decision, region, numbers.number(region, write.at, numbers.draw(region))
    )  # fmt: skip
    batch.write()
    row.detached_to = draft.incident
    _empty(row, write.at)
    return lock_incident(write.actor, draft.incident.id)


def _report_of(incident: Incident, row: IncidentCall, vault: Vault) -> Report:
    words = vault.read(row.words) if row.words else ""
    identity = Identity.objects.filter(person=row.caller).first() if row.caller else None
    name, number = vault.read_identity(identity) if identity else ("", "")
    if not words and not number and row.lat is None:
        raise Malformed("Tidak ada kata, nomor, atau lokasi untuk kejadian baru; tandai saja dengan alasannya.",
                        errors=[{"field": "new_incident", "message": "nothing to report"}])  # fmt: skip
    safe = row.caller.safe_to_call_back if row.caller else None
    return Report(
        incident.region_id, words, Caller(number, name, safe), row.lat, row.lon, call=str(row.call_id or ""),
        channel="phone" if row.call_id else incident.channel, occurred_at=row.created_at, exercise=incident.exercise,
    )  # fmt: skip


def _open_call(call_id: str, vault: Vault) -> None:
    """A call and its notes are sealed with the case that they belonged to; with the next one, when it is."""
    Call.objects.filter(id=call_id).update(confidential=False)
    apply({"siaga.system": "on"})  # also what this call-taker may not read of a confidential call
    for note in Text.objects.filter(call_id=call_id).exclude(sealed=None):
        note.plain, note.sealed, note.retention = vault.read(note), None, Retention.CASE
        note.save(update_fields=["plain", "sealed", "retention"])
    apply({"siaga.system": ""})


def _empty(row: IncidentCall, at: datetime) -> None:
    """What moved is not kept twice: the new incident may be one that fewer people may read."""
    if row.words is not None:
        row.words.plain, row.words.sealed, row.words.superseded_at = "", None, at
        row.words.save(update_fields=["plain", "sealed", "superseded_at"])
    if row.caller is not None:
        Identity.objects.filter(person=row.caller).update(name="", number="", number_key=None, sealed=None)
    row.lat = row.lon = None
    row.save(update_fields=["detached_at", "detached_by", "detached_to", "lat", "lon"])


def _tell(write: Write, locked: Locked, made: Locked | None) -> None:
    """Both incidents say it; neither names a confidential one."""
    touch(locked.incident)
    to = named("to", made.incident) if made else {}
    facts = [fact_now("incident.updated", locked, changed=["calls"], detached={"moved": made is not None, **to})]
    if made is not None:
        touch(made.incident)
        facts.append(
            fact_now("incident.updated", made, changed=["calls"], **named("detached_from", locked.incident))
        )  # fmt: skip
    write.record(facts)
