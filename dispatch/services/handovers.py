"""Giving a case to the region it belongs to, and what that region answers.

Each side keeps an incident of its own, and each side's timeline and screens are told in the same transaction. Whoever
changes both locks the receiver's incident first, then the sender's.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agencies import caches as agencies_caches
from agencies.access import SYSTEM, Actor
from agencies.ids import new_id
from agencies.models.region import Stage
from agencies.problems import Malformed, WrongState
from agencies.reference import RegionRef
from agencies.writing import Write, writing
from dispatch.deadlines import WARN_AT
from dispatch.models import ACCEPT, Assignment, Deadline
from dispatch.reports import Caller, Report
from dispatch.rows import local
from dispatch.services.assignments import withdraw_all
from dispatch.services.common import Locked, add_reason, check_may_cancel, fact_now, finish, lock_incident, touch
from dispatch.services.reports import add_incident, preview
from events.bulk import Batch
from incidents import selectors
from incidents.lifecycle import IncidentStatus
from incidents.models import Handover, Incident, Text
from incidents.services import numbers
from incidents.vault import Vault, user_id

if TYPE_CHECKING:
    from dispatch.services.incidents import Change

ACCEPT_WITHIN = timedelta(seconds=60)
UNANSWERED = "tidak dijawab dalam 60 detik"
_State = Handover.State


def hand_over(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """Offer the case to a live centre, or note that it is being told by telephone. Raises Malformed."""
    target = agencies_caches.reference().centre_of(change_.to_region)
    if target is None or target.code == locked.incident.region_id:
        raise Malformed("Wilayah tujuan tidak dikenal.", errors=[{"field": "to_region", "message": "unknown"}])
    withdraw_all(write, locked, "dialihkan")
    add_reason(write, locked, change_.note)
    live = _is_live(target)
    handover = Handover(
        id=new_id(), incident=locked.incident, to_region_id=target.code, created_at=write.at,
        state=_State.OFFERED if live else _State.BY_PHONE,
    )  # fmt: skip
    if live:
        _offer(write, locked, handover, target, change_.note)
    else:
        _note_taker(write, locked, handover, change_.taken_by)
        handover.save(force_insert=True)
    changed = ["status", "handover"]
    finish(write, locked, status, "incident.handed_over", changed, handover=_told(handover, locked))


def _is_live(centre: RegionRef) -> bool:
    return centre.has_pack and centre.stage in (Stage.LIVE, Stage.TRIAL)


def open_day(to_region: str, at: datetime) -> None:
    """Begin the receiver's numbers of the day, before the transaction that draws one (incidents.services.numbers)."""
    target = agencies_caches.reference().centre_of(to_region)
    if target is not None and _is_live(target):
        numbers.open_day(target, at)


def _offer(write: Write, locked: Locked, handover: Handover, target: RegionRef, note: str) -> None:
    handover.answer_due_at = write.at + ACCEPT_WITHIN
    handover.to_incident = _copy_to(write, locked, target, note)
    handover.save(force_insert=True)
    Deadline.objects.create(
        id=new_id(), incident=locked.incident, stage=ACCEPT, starts_at=write.at,
        warn_at=write.at + ACCEPT_WITHIN * WARN_AT, due_at=handover.answer_due_at,
    )  # fmt: skip
    receiver = lock_incident(SYSTEM, handover.to_incident.id)
    write.record([fact_now("handover.offered", receiver, changed=["handover"], handover=_told(handover, receiver))])


def _copy_to(write: Write, locked: Locked, region: RegionRef, note: str) -> Incident:
    """A new incident of the target's own with what the callers said, decided by the target's configuration.

    What is sealed here stays sealed there, whatever that region's types say.
    """
    incident, vault = locked.incident, Vault.of(locked.incident)
    said = [(t.kind, vault.read(t)) for t in selectors.texts_of(incident.id) if t.superseded_at is None]
    report = _report_of(incident, region, dict(said), _caller_of(incident, vault))
    decision = preview(report, region=region, at=write.at)
    decision = replace(decision, confidential=decision.confidential or incident.confidential)
    centre = replace(write, actor=_as_centre(write.actor, locked.region))
    batch = Batch()
    number = numbers.number(region, write.at, numbers.draw(region))
    draft = add_incident(batch, centre, report, decision, region, number, handed_over_from=incident)
    batch.write()
    theirs = Vault.of(draft.incident)
    further = [(kind, words) for kind, words in said if kind == Text.Kind.CALLER_WORDS]
    for kind, words in [*further, *([(Text.Kind.NOTE, note)] if note else [])]:
        theirs.text(kind, words, centre.actor, write.at).save(force_insert=True)
    return draft.incident


def _caller_of(incident: Incident, vault: Vault) -> Caller:
    for person, identity in selectors.people_of(incident.id):
        if person.role == "caller":
            name, number = vault.read_identity(identity) if identity else ("", "")
            return Caller(number, name, person.safe_to_call_back)
    return Caller()


def _report_of(incident: Incident, region: RegionRef, words: dict[str, str], caller: Caller) -> Report:
    return Report(
        region.code, words.get(Text.Kind.NARRATIVE, ""), caller, incident.lat, incident.lon,
        words.get(Text.Kind.LOCATION, ""), channel=incident.channel, exercise=incident.exercise,
        occurred_at=incident.occurred_at,
        type=incident.base if incident.confidential else "",  # what a person sealed stays sealed
    )  # fmt: skip


def _as_centre(actor: Actor, region: RegionRef) -> Actor:
    """The sender as the receiver's records name them: by id and centre, with no sight of the receiver's incident."""
    return replace(actor, label=f"112 {region.name} · {actor.label}", posts=(), is_system=True)


def _told(handover: Handover, side: Locked) -> dict[str, Any]:
    """What an event says of it to one side: the other region and the state, nothing of the other side's incident."""
    sends = handover.incident_id == side.incident.id
    told: dict[str, Any] = {
        "direction": "out" if sends else "in",
        "region": handover.to_region_id if sends else handover.incident.region_id,
        "state": handover.state,
    }
    if handover.state == _State.OFFERED:
        told["due_at"] = local(handover.answer_due_at, side.region.tz)
    return told


def offer_to(incident: Incident) -> Handover | None:
    """The offer that waits for this incident's centre to answer."""
    found = Handover.objects.filter(to_incident=incident, state=_State.OFFERED).select_related("incident")
    return found.first()


def standing(incident_id: uuid.UUID) -> Handover | None:
    """The hand-over of this incident that is neither refused nor accepted."""
    found = Handover.objects.filter(incident_id=incident_id, state__in=[_State.OFFERED, _State.BY_PHONE])
    return found.select_related("incident").first()


def _by_phone(incident: Incident) -> bool:
    found = standing(incident.id)
    return found is not None and found.state == _State.BY_PHONE and found.decided_at is None


ANSWERS: dict[str, Callable[[Incident], bool]] = {
    "accept": lambda incident: offer_to(incident) is not None,
    "refuse": lambda incident: offer_to(incident) is not None,
    "confirm": _by_phone,
    "take_back": lambda incident: standing(incident.id) is not None,
}
"""Actions that answer a hand-over, and whether there is one to answer."""


def check_answerable(action: str, incident: Incident, current: Any) -> None:
    """Raises WrongState with `current`."""
    if not ANSWERS[action](incident):
        raise WrongState("Tidak ada pengalihan yang menunggu jawaban ini.", current=current)


def lock_receiver(incident_id: uuid.UUID) -> None:
    """Lock the receiver's incident before the sender's, as every answer does."""
    handover = standing(incident_id)
    if handover is not None and handover.to_incident_id is not None:
        lock_incident(SYSTEM, handover.to_incident_id)


def _sides(receiver: Locked) -> tuple[Handover, Locked]:
    """The open offer to an incident and the sender's side, locked, with the time of the answer."""
    handover = offer_to(receiver.incident)
    assert handover is not None  # checked under the receiver's lock
    return handover, _other(receiver, handover.incident_id)


def _other(side: Locked, incident_id: uuid.UUID) -> Locked:
    other = lock_incident(SYSTEM, incident_id)
    other.occurred_at, other.clamped, other.source = side.occurred_at, side.clamped, side.source
    return other


def _decide(write: Write, handover: Handover, state: str) -> None:
    """The answer, and the end of the countdown."""
    handover.state, handover.decided_at, handover.decided_by_id = state, write.at, user_id(write.actor)
    handover.save(update_fields=["state", "decided_at", "decided_by", "answer"])
    Deadline.objects.filter(incident_id=handover.incident_id, stage=ACCEPT, done_at=None).update(done_at=write.at)


def _tell(write: Write, what: str, handover: Handover, *sides: Locked) -> None:
    kind = f"handover.{what}"
    write.record([fact_now(kind, side, changed=["handover"], handover=_told(handover, side)) for side in sides])


def accept(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """The receiving centre takes the case: the sender's countdown ends."""
    handover, sender = _sides(locked)
    _decide(write, handover, _State.ACCEPTED)
    touch(locked.incident)
    touch(sender.incident)
    _tell(write, "accepted", handover, locked, sender)


def refuse(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """The receiving centre does not take it: its own incident is cancelled, the sender's is open again."""
    check_may_cancel(write.actor, locked)
    handover, sender = _sides(locked)
    handover.answer = add_reason(write, sender, change_.reason, Text.Kind.HANDOVER)
    _cancel(write, locked, change_.reason)
    _give_back(write, "refused", handover, sender, locked)


def confirm(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """Somebody of a region without a live centre has taken the case on the telephone."""
    handover = standing(locked.incident.id)
    assert handover is not None  # checked under the lock
    _note_taker(write, locked, handover, change_.taken_by)
    handover.save(update_fields=["decided_at", "decided_by", "answer"])
    touch(locked.incident)
    _tell(write, "confirmed", handover, locked)


def _note_taker(write: Write, locked: Locked, handover: Handover, taken_by: str) -> None:
    if taken_by:
        handover.answer = add_reason(write, locked, taken_by, Text.Kind.HANDOVER)
        handover.decided_at, handover.decided_by_id = write.at, user_id(write.actor)


def take_back(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """The sender takes the case back: the region on the telephone would not have it, or it was the wrong one."""
    handover = standing(locked.incident.id)
    assert handover is not None  # checked under the lock
    handover.answer = add_reason(write, locked, change_.reason, Text.Kind.HANDOVER)
    if handover.to_incident_id is None:
        _give_back(write, "taken_back", handover, locked)
        return
    receiver = _other(locked, handover.to_incident_id)
    _end_at_receiver(write, receiver, change_.reason)
    _give_back(write, "taken_back", handover, locked, receiver)


def _cancel(write: Write, receiver: Locked, reason: str) -> None:
    add_reason(write, receiver, reason)
    withdraw_all(write, receiver, reason)
    finish(write, receiver, IncidentStatus.CANCELLED, "incident.cancelled", ["status", "handover"])


def _end_at_receiver(write: Write, receiver: Locked, reason: str) -> None:
    """Without a decision of the receiving centre its incident ends only while nobody there is at work on it: help that
    is under way is never called off by a clock or by another region."""
    at_work = Assignment.objects.filter(incident=receiver.incident).exclude(acknowledged_at=None)
    if receiver.incident.status == IncidentStatus.OPEN and not at_work.exists():
        _cancel(write, receiver, reason)


def _give_back(write: Write, what: str, handover: Handover, sender: Locked, *others: Locked) -> None:
    """The case is the sender's again, and everybody is alarmed."""
    _decide(write, handover, _State.REFUSED)
    finish(write, sender, IncidentStatus.OPEN, "incident.reopened", ["status", "handover"],
           handover=_told(handover, sender))  # fmt: skip
    _tell(write, what, handover, sender, *others)


def expire_offers(*, at: datetime) -> int:
    """Give back what no centre has answered in time. Returns how many."""
    due = Deadline.objects.filter(stage=ACCEPT, done_at=None, due_at__lte=at).order_by("due_at")
    senders = [sender for sender in due.values_list("incident_id", flat=True) if sender is not None]
    return sum(_expire(sender, at) for sender in senders)


def _expire(incident_id: uuid.UUID, at: datetime) -> int:
    offer = Handover.objects.filter(incident_id=incident_id, state=_State.OFFERED).first()
    if offer is None or offer.to_incident_id is None:
        return 0
    with writing(SYSTEM, at) as write:
        receiver = lock_incident(SYSTEM, offer.to_incident_id)
        handover = offer_to(receiver.incident)
        if handover is None:  # answered while this sweep waited for the lock
            return 0
        sender = _other(receiver, handover.incident_id)
        _breach(write, sender, at)
        _end_at_receiver(write, receiver, UNANSWERED)
        _give_back(write, "unanswered", handover, sender, receiver)
    return 1


def _breach(write: Write, sender: Locked, at: datetime) -> None:
    deadline = Deadline.objects.get(incident=sender.incident, stage=ACCEPT, done_at=None)
    deadline.breached_at = at
    deadline.save(update_fields=["breached_at"])
    part = {"id": str(deadline.id), "stage": ACCEPT, "due_at": local(deadline.due_at, sender.region.tz)}
    write.record([fact_now("deadline.breached", sender, deadline=part)])
