"""Numbers that are a nuisance: proposed by what their calls turned out to be, marked by a person, ended by time.

A marked number is told, never hidden and never dropped: the next call of a prankster may be a fire.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from agencies.access import Actor, can
from agencies.problems import NotPermitted, NotVisible, WrongState
from agencies.writing import writing
from events.services import Answered, Fact, Intent
from incidents.lifecycle import Disposition
from incidents.models import Call, NumberFlag
from incidents.selectors import calls_visible_to
from incidents.vault import user_id

NUISANCE = (Disposition.PRANK, Disposition.GHOST)
LOOK_BACK = timedelta(hours=24)
PROPOSED_FROM = 3
"""So many prank or ghost calls within LOOK_BACK propose a number. Assumed; centres tell of numbers with over ten."""
MOST_DAYS = 30
MOST = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """A number that was a nuisance lately and about which nobody has decided."""

    call: uuid.UUID
    """The newest of its nuisance calls: by it the number is named, without being told."""
    hint: str
    calls: int
    last_at: datetime


def hint_of(number: str) -> str:
    """Enough of a number to recognise it by: +6281234567890 → 0812•••7890."""
    digits = "0" + number[3:] if number.startswith("+62") else number
    return f"{digits[:4]}•••{digits[-4:]}" if len(digits) > 8 else digits


def flags_of(actor: Actor, region: str, at: datetime) -> QuerySet[NumberFlag]:
    """Marks in force in a region whose calls the actor may list."""
    if not can(actor, "call.list", region):
        return NumberFlag.objects.none()
    return NumberFlag.objects.filter(region_id=region, ended_at=None, until__gt=at).order_by("-since")


def proposals_of(actor: Actor, region: str, at: datetime) -> list[Proposal]:
    """Numbers to decide about, the worst first. Calls of confidential cases count for nobody."""
    marked = NumberFlag.objects.filter(region_id=region, ended_at=None, until__gt=at).values("number_key")
    rows = (
        calls_visible_to(actor)
        .filter(region_id=region, confidential=False, recorded_at__gt=at - LOOK_BACK, disposition__in=NUISANCE)
        .exclude(number_key=None)
        .exclude(number_key__in=marked)
        .order_by()
        .values("number_key")
        .annotate(calls=Count("id"), last_at=Max("recorded_at"))
        .filter(calls__gte=PROPOSED_FROM)
        .order_by("-calls", "-last_at")[:MOST]
    )
    return [_proposal(region, row) for row in rows]


def _proposal(region: str, row: Mapping[str, Any]) -> Proposal:
    last = Call.objects.filter(
        region_id=region, number_key=row["number_key"], recorded_at=row["last_at"], disposition__in=NUISANCE,
        confidential=False,
    ).order_by("id")[0]  # fmt: skip
    return Proposal(last.id, hint_of(last.number), row["calls"], row["last_at"])


def flag_number(*, call_id: uuid.UUID, reason: str, days: int, actor: Actor, at: datetime,
                wish: Intent | None = None) -> Answered:  # fmt: skip
    """Mark the number of a call for `days` (1–MOST_DAYS). A number that is marked already keeps its mark.

    Raises NotVisible, NotPermitted, WrongState when the number was not shown.
    """
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        call = calls_visible_to(actor).filter(id=call_id, confidential=False).first()
        if call is None:
            raise NotVisible
        _check(actor, call.region_id)
        if call.number_key is None:
            raise WrongState(_("Nomor panggilan ini tidak tampil, jadi tidak dapat ditandai."))
        found = NumberFlag.objects.filter(
            region_id=call.region_id, number_key=call.number_key, ended_at=None, until__gt=at
        ).first()
        if found is None:
            until = at + timedelta(days=max(1, min(days, MOST_DAYS)))
            found = NumberFlag.objects.create(
                region_id=call.region_id, number_key=call.number_key, number_hint=hint_of(call.number), reason=reason,
                since=at, until=until, decided_by_id=user_id(actor), decided_at=at,
            )  # fmt: skip
            write.record([_fact("number.flagged", found)])
        return write.done(region=call.region_id, kind="number", id=found.id, version=1, status=201)


def end_flag(*, flag_id: uuid.UUID, actor: Actor, at: datetime, wish: Intent | None = None) -> Answered:
    """Take the mark off a number. Raises NotVisible, NotPermitted."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        flag = NumberFlag.objects.select_for_update().filter(id=flag_id).first()
        if flag is None or not can(actor, "call.list", flag.region_id):
            raise NotVisible
        _check(actor, flag.region_id)
        if flag.ended_at is None:
            flag.ended_at = at
            flag.save(update_fields=["ended_at"])
            write.record([_fact("number.unflagged", flag)])
        return write.done(region=flag.region_id, kind="number", id=flag.id, version=1)


def _check(actor: Actor, region: str) -> None:
    if not can(actor, "number.flag", region):
        raise NotPermitted


def _fact(kind: str, flag: NumberFlag) -> Fact:
    """For the audit alone; neither the number nor the words of the reason go into the log."""
    data = {"flag": str(flag.id), "until": flag.until.isoformat()}
    return Fact(kind=kind, region=flag.region_id, data=data, public=False)
