"""What happens to a call. Its events may arrive in any order, late or twice: each sets its own fact only once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from agencies.access import Actor
from agencies.ids import new_id
from agencies.problems import WrongState
from agencies.reference import RegionRef
from incidents import phones
from incidents.lifecycle import Disposition
from incidents.models import Call, Text
from incidents.vault import user_id


@dataclass(frozen=True, slots=True)
class OfferedCall:
    """A call as it was offered. `provider_id` is the telephone company's name for it, unique in a region."""

    number: str = ""
    line: str = ""
    provider_id: str = ""
    channel: str = "phone"
    lat: float | None = None
    lon: float | None = None
    offered_at: datetime | None = None
    exercise: bool = False


def new_call(offered: OfferedCall, *, region: RegionRef, at: datetime) -> Call:
    """An unsaved call."""
    number = phones.normalise(offered.number)
    return Call(
        id=new_id(),
        region_id=region.code,
        channel=offered.channel,
        number=number,
        number_key=phones.blind_index(number, settings.FIELD_KEY),
        line=offered.line,
        provider_id=offered.provider_id,
        lat=offered.lat,
        lon=offered.lon,
        offered_at=offered.offered_at or at,
        exercise=offered.exercise,
        recorded_at=at,
    )


def mark_answered(call: Call, *, actor: Actor, occurred_at: datetime) -> None:
    """Somebody took the call. A second answer changes nothing about the first."""
    if call.answered_at is None:
        call.answered_at = occurred_at
        call.answered_by_id = user_id(actor)


def mark_ended(call: Call, *, occurred_at: datetime) -> None:
    """The line is free. A call that nobody had answered is an abandoned one."""
    if call.ended_at is None:
        call.ended_at = occurred_at
    if call.answered_at is None and call.abandoned_at is None:
        call.abandoned_at = occurred_at
        call.disposition = call.disposition or Disposition.ABANDONED


def dispose(call: Call, *, disposition: Disposition, actor: Actor, occurred_at: datetime) -> None:
    """What the call turned out to be. It may be corrected. Raises WrongState for a linked call without emergency."""
    call.disposition = disposition
    call.disposed_at = occurred_at
    call.disposed_by_id = user_id(actor)


def note_of(call: Call, value: str, *, actor: Actor, at: datetime) -> Text:
    """An unsaved note on a call."""
    return Text(
        id=new_id(), call_id=call.id, kind=Text.Kind.NOTE, plain=value, created_at=at, author_label=actor.label,
        created_by_id=user_id(actor), retention="call",
    )  # fmt: skip


def save_changes(call: Call, *fields: str) -> None:
    call.version += 1
    call.save(update_fields=["version", *fields])


def check_not_linked(linked: Any) -> None:
    """A call is about one incident only."""
    if linked is not None:
        raise WrongState("Panggilan ini sudah terhubung dengan kejadian lain.", incident=str(linked))
