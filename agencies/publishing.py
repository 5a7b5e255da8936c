"""New versions of published configuration: agreements, run cards, targets, procedures.

A version in force is never changed: it ends and the next one begins at the same moment, because decisions name the
version that they used. `based_on` is the version that the editor had before them (0: none); when another one came into
force in between, the change is refused and nothing is lost.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, jsonable, lock_region
from agencies.models import Agency, Agreement, Area, Procedure, RunCard, RunCardLine, Target
from agencies.models.published import Published
from agencies.pack import key_of
from agencies.problems import StaleVersion, Unprocessable, WrongState
from agencies.writing import Write, writing

STALE = "Sudah diubah orang lain sejak halaman ini dibuka. Yang Anda ketik masih ada; muat ulang untuk membandingkan."


@dataclass(frozen=True, slots=True)
class Support:
    """A supporting agency of a run card, and who goes when it cannot."""

    agency: Agency
    backup: Agency | None = None
    alarm: int = 1
    """1: sent at once; 2 or 3: when the alarm is raised so far."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The agencies of a run card; the order of `support` is the order in which they act."""

    lead: Agency
    backup: Agency | None = None
    support: tuple[Support, ...] = ()

    def as_rows(self, card: RunCard) -> list[RunCardLine]:
        named = [("lead", Support(self.lead, self.backup)), *(("support", s) for s in self.support)]
        return [
            RunCardLine(run_card=card, agency=s.agency, role=role, position=position, backup=s.backup, alarm=s.alarm)
            for position, (role, s) in enumerate(named)
        ]

    def as_told(self) -> dict[str, Any]:
        return {
            "lead": _with_backup(self.lead, self.backup),
            "support": [_told_support(s) for s in self.support],
        }

    def check(self) -> None:
        """Each agency once, nobody its own backup, all of one region. Raises Unprocessable."""
        agencies = [self.lead, *(s.agency for s in self.support)]
        backups = [self.backup, *(s.backup for s in self.support)]
        if len({a.id for a in agencies}) != len(agencies):
            raise Unprocessable("Satu instansi hanya boleh sekali di satu kartu.")
        if any(b is not None and b.id == a.id for a, b in zip(agencies, backups, strict=True)):
            raise Unprocessable("Cadangan harus instansi lain.")
        if len({a.region_id for a in [*agencies, *filter(None, backups)]}) != 1:
            raise Unprocessable("Semua instansi harus dari wilayah ini.")


def _with_backup(agency: Agency, backup: Agency | None) -> str:
    return f"{agency.code} (cadangan {backup.code})" if backup else agency.code


def _told_support(support: Support) -> str:
    told = _with_backup(support.agency, support.backup)
    return f"{told} (alarm {support.alarm})" if support.alarm > 1 else told


def sign_agreement(
    *,
    agency: Agency,
    signed_on: dt.date,
    scope: Sequence[str],
    reference: str,
    actor: Actor,
    at: dt.datetime,
    valid_from: dt.datetime | None = None,
    valid_until: dt.datetime | None = None,
    note: str = "",
    based_on: int | None = None,
) -> Agreement:
    """Sign or renew the agreement by which an agency takes part, from `valid_from` (else at once) to `valid_until`.

    `scope`: codes of types, or `*` for all. Raises StaleVersion, Unprocessable.
    """
    begins = valid_from or at
    if not scope:
        raise Unprocessable("Pilih paling sedikit satu jenis kejadian.")
    if valid_until is not None and valid_until <= begins:
        raise Unprocessable("Perjanjian harus berakhir setelah mulai berlaku.")
    fields = {
        "reference": reference,
        "scope": list(scope),
        "signed_on": dt.date(signed_on.year, signed_on.month, signed_on.day),
        "valid_from": begins,
        "valid_until": valid_until,
        "note": note,
    }
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        old = _in_force(Agreement, agency.region_id, agency.code, based_on)
        new = Agreement(region_id=agency.region_id, agency=agency, key=agency.code, **fields)
        before = _told(old, fields) if old else {}
        _publish(write, "agreement.signed", old, new, before, {"agency": agency.code, **jsonable(fields)})
        return new


def end_agreement(*, agreement: Agreement, actor: Actor, at: dt.datetime) -> None:
    """End an agreement now. The agency's sight ends with it (dispatch withdraws what it holds)."""
    _end(agreement, "agreement.ended", {"agency": agreement.key, "reference": agreement.reference}, actor, at)


def publish_run_card(
    *,
    region: str,
    type: str,
    lines: Lines,
    actor: Actor,
    at: dt.datetime,
    subtype: str = "",
    area: Area | None = None,
    priority: str = "",
    from_hour: int | None = None,
    until_hour: int | None = None,
    note: str = "",
    source: str = "",
    based_on: int | None = None,
) -> RunCard:
    """Put a run card in force. What it is for (type … hours) is its key. Raises StaleVersion, Unprocessable."""
    lines.check()
    if lines.lead.region_id != region or (area is not None and area.region_id != region):
        raise Unprocessable("Instansi dan area harus dari wilayah ini.")
    if (from_hour is None) != (until_hour is None):
        raise Unprocessable("Isi kedua jam, atau kosongkan keduanya.")
    place = {"type": type, "subtype": subtype, "priority": priority, "from_hour": from_hour, "until_hour": until_hour}
    key = key_of("run_cards", {**place, "area": area.code if area else ""})
    with writing(actor, at) as write:
        lock_region(actor, region)
        old = _in_force(RunCard, region, key, based_on)
        before = {"lines": lines_of(old).as_told(), **_told(old, {"note": "", "source": ""})} if old else {}
        new = RunCard(region_id=region, key=key, area=area, note=note, source=source, **place)
        told = {"card": key, "lines": lines.as_told(), "note": note, "source": source}
        _publish(write, "run_card.published", old, new, before, told)
        RunCardLine.objects.bulk_create(lines.as_rows(new))
        return new


def lines_of(card: RunCard) -> Lines:
    """The agencies of a saved card."""
    rows = list(card.lines.select_related("agency", "backup"))
    lead = next(row for row in rows if row.role == RunCardLine.Role.LEAD)
    support = tuple(Support(row.agency, row.backup, row.alarm) for row in rows if row.role == RunCardLine.Role.SUPPORT)
    return Lines(lead.agency, lead.backup, support)


def end_run_card(*, card: RunCard, actor: Actor, at: dt.datetime) -> None:
    """Take a run card out of force; the next less specific one answers instead.

    Raises WrongState for the last card of a whole type: without it nobody would be sent.
    """
    whole = not (card.subtype or card.area_id or card.priority or card.from_hour is not None)
    if whole:
        raise WrongState("Kartu umum sebuah jenis tidak dapat diakhiri: tanpa kartu ini tidak ada yang dikirim.")
    _end(card, "run_card.ended", {"card": card.key, "lines": lines_of(card).as_told()}, actor, at)


def publish_targets(
    *,
    region: str,
    type: str,
    priority: str,
    seconds: Mapping[str, int | None],
    actor: Actor,
    at: dt.datetime,
    from_hour: int | None = None,
    until_hour: int | None = None,
    based_on: Mapping[str, int] | None = None,
) -> list[Target]:
    """Set the times of one row of the table, stage → seconds; None: the row sets none and the wider row counts.

    With hours the row is for clocks that start in these hours of the region's day.

    Only stages that differ get a new version; returns those. Raises StaleVersion, Unprocessable.
    """
    if any(value is not None and value <= 0 for value in seconds.values()):
        raise Unprocessable("Batas waktu harus lebih dari nol detik.")
    if (from_hour is None) != (until_hour is None):
        raise Unprocessable("Isi kedua jam, atau kosongkan keduanya.")
    place = {"type": type, "priority": priority, "from_hour": from_hour, "until_hour": until_hour}
    found: list[Target] = []
    with writing(actor, at) as write:
        lock_region(actor, region)
        for stage, value in seconds.items():
            key = key_of("targets", {**place, "stage": stage})
            old = _in_force(Target, region, key, based_on.get(stage, 0) if based_on is not None else None)
            if (old.seconds if old else None) == value:
                continue
            before = {"seconds": old.seconds} if old else {}
            if value is None and old is not None:
                _close(write, old, "target.ended", {"target": key, **before})
            elif value is not None:
                new = Target(region_id=region, key=key, stage=stage, seconds=value, **place)
                _publish(write, "target.published", old, new, before, {"target": key, "seconds": value})
                found.append(new)
        return found


def publish_procedure(
    *,
    region: str,
    type: str,
    title: str,
    questions: Sequence[str],
    steps: Sequence[str],
    tell_caller: Sequence[str],
    actor: Actor,
    at: dt.datetime,
    subtype: str = "",
    excludes: Sequence[str] = (),
    based_on: int | None = None,
) -> Procedure:
    """Put a procedure (SOP) in force. `excludes`: agencies beyond whose authority it is. Raises StaleVersion."""
    fields = {
        "title": title,
        "questions": list(questions),
        "steps": list(steps),
        "tell_caller": list(tell_caller),
        "excludes": list(excludes),
    }
    key = key_of("procedures", {"type": type, "subtype": subtype})
    with writing(actor, at) as write:
        lock_region(actor, region)
        old = _in_force(Procedure, region, key, based_on)
        new = Procedure(region_id=region, key=key, type=type, subtype=subtype, **fields)
        before = _told(old, fields) if old else {}
        _publish(write, "procedure.published", old, new, before, {"procedure": key, **fields})
        return new


def restore_procedure(*, procedure: Procedure, actor: Actor, at: dt.datetime) -> Procedure:
    """Put the words of an old version in force again, as a new version. Raises WrongState for the one in force."""
    if procedure.ended_at is None:
        raise WrongState("Versi ini sudah berlaku.")
    names = ("type", "subtype", "title", "questions", "steps", "tell_caller", "excludes")
    fields = {name: getattr(procedure, name) for name in names}
    return publish_procedure(region=procedure.region_id, actor=actor, at=at, **fields)


def end_procedure(*, procedure: Procedure, actor: Actor, at: dt.datetime) -> None:
    """Take a procedure out of force; the one of the whole type is shown instead."""
    _end(procedure, "procedure.ended", {"procedure": procedure.key, "title": procedure.title}, actor, at)


def _in_force(model: Any, region: str, key: str, based_on: int | None) -> Any:
    """The version in force. Call with the region locked. Raises StaleVersion when it is not the expected one."""
    old = model.objects.filter(region_id=region, key=key, ended_at=None).first()
    if based_on is not None and (old.version if old else 0) != based_on:
        raise StaleVersion(STALE)
    return old


def _told(row: Published, fields: Mapping[str, Any]) -> dict[str, Any]:
    return jsonable({name: getattr(row, name) for name in fields})


def _publish(write: Write, kind: str, old: Any, new: Any, before: dict, after: dict) -> None:
    """The new version begins when the old one ends; numbers go on after a gap."""
    versions = type(new).objects.filter(region_id=new.region_id, key=new.key)
    new.version = (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
    new.origin, new.published_at, new.published_by = Published.Origin.ADMIN, write.at, write.actor.label
    if old is not None:
        versions.filter(pk=old.pk).update(ended_at=write.at)
        before = {"version": old.version, **before}
    new.save(force_insert=True)
    write.record([config_fact(kind, new.region_id, before, {"version": new.version, **after})])
    bump(REFERENCE)


def _close(write: Write, row: Any, kind: str, told: dict) -> None:
    type(row).objects.filter(pk=row.pk).update(ended_at=write.at)
    write.record([config_fact(kind, row.region_id, {"version": row.version, **told}, {})])
    bump(REFERENCE)


def _end(row: Any, kind: str, told: dict, actor: Actor, at: dt.datetime) -> None:
    with writing(actor, at) as write:
        lock_region(actor, row.region_id)
        current = _in_force(type(row), row.region_id, row.key, row.version)
        if current is None or current.pk != row.pk:
            raise StaleVersion(STALE)
        _close(write, row, kind, told)
