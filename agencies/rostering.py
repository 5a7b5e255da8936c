"""Who is on duty at the agencies, and the ladder that is climbed while nobody accepts: written by the region's admin.

Names and numbers of duty officers stay out of the log: it says which agency's plan changed, and when.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, lock_region
from agencies.models import Agency, Ladder, Roster
from agencies.models.published import Published
from agencies.problems import Conflict, Unprocessable
from agencies.rosterfile import DutyRow
from agencies.writing import writing


def add_duty(*, agency: Agency, fields: Mapping[str, Any], actor: Actor, at: datetime) -> Roster:
    """One more duty. Raises Unprocessable, Conflict for the same person at the same time."""
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        _check(agency, fields, None)
        row = Roster.objects.create(agency=agency, **fields)
        write.record([config_fact("duty.added", agency.region_id, {}, _told(row))])
        return row


def update_duty(*, duty: Roster, fields: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Change a duty that has not been taken off the plan. Raises Unprocessable, Conflict."""
    region = duty.agency.region_id
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = Roster.objects.select_for_update(of=("self",)).select_related("agency").get(pk=duty.pk)
        if row.ended_at is not None:
            raise Conflict("Jadwal ini sudah dicabut.")
        before = _told(row)
        for name, value in fields.items():
            setattr(row, name, value)
        _check(row.agency, fields, row)
        row.save()
        write.record([config_fact("duty.updated", region, before, _told(row))])


def end_duty(*, duty: Roster, actor: Actor, at: datetime) -> None:
    """Take a duty off the plan; what it was is kept."""
    region = duty.agency.region_id
    with writing(actor, at) as write:
        lock_region(actor, region)
        if Roster.objects.filter(pk=duty.pk, ended_at=None).update(ended_at=at):
            write.record([config_fact("duty.ended", region, _told(duty), {})])


def import_duties(*, region: str, rows: Sequence[DutyRow], actor: Actor, at: datetime) -> int:
    """Add the rows of a file, all or none; those that stand on the plan already are passed over. Returns how many.

    Raises Unprocessable when one of them has a problem.
    """
    if any(row.problem for row in rows):
        raise Unprocessable("Berkas masih berisi baris yang salah; tidak ada yang disimpan.")
    with writing(actor, at) as write:
        lock_region(actor, region)
        agencies = {agency.code: agency for agency in Agency.objects.filter(region_id=region, ended_at=None)}
        before = Roster.objects.count()
        Roster.objects.bulk_create(
            (
                Roster(agency=agencies[row.agency], name=row.name, phone=row.phone, email=row.email,
                       position=row.position, from_at=row.from_at, until_at=row.until_at)
                for row in rows
                if row.from_at is not None and row.until_at is not None
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        added = Roster.objects.count() - before
        codes = sorted({row.agency for row in rows})
        write.record([config_fact("duty.imported", region, {}, {"agency": ", ".join(codes), "added": added})])
        return added


def _check(agency: Agency, fields: Mapping[str, Any], own: Roster | None) -> None:
    if fields["until_at"] <= fields["from_at"]:
        raise Unprocessable("Sampai harus sesudah dari.")
    same = Roster.objects.filter(agency=agency, name=fields["name"], from_at=fields["from_at"], ended_at=None)
    if own is not None:
        same = same.exclude(pk=own.pk)
    if same.exists():
        raise Conflict("Petugas ini sudah ada di jadwal pada waktu yang sama.")


def _told(row: Roster) -> dict[str, Any]:
    return {"agency": row.agency.code, "from_at": row.from_at.isoformat(), "until_at": row.until_at.isoformat(),
            "position": row.position}  # fmt: skip


def publish_ladder(*, region: str, priority: str, steps: Sequence[tuple[str, int]], actor: Actor, at: datetime,
                   based_on: int) -> Ladder:  # fmt: skip
    """Put a ladder in force for a priority (empty: any). Raises Conflict, Unprocessable for an empty one."""
    if not steps or any(after < 0 for _, after in steps):
        raise Unprocessable("Tangga perlu paling sedikit satu langkah.")
    with writing(actor, at) as write:
        lock_region(actor, region)
        old = _in_force(region, priority, based_on)
        versions = Ladder.objects.filter(region_id=region, key=priority)
        newest = versions.aggregate(newest=Max("version"))["newest"] or 0
        rows = [{"step": step, "after": after} for step, after in steps]
        if old is not None:
            versions.filter(pk=old.pk).update(ended_at=at)
        new = Ladder.objects.create(
            region_id=region, key=priority, priority=priority, steps=rows, version=newest + 1,
            origin=Published.Origin.ADMIN, published_at=at, published_by=actor.label,
        )  # fmt: skip
        before = {"steps": _steps_text(old.steps)} if old else {}
        after_ = {"ladder": priority or "*", "version": new.version, "steps": _steps_text(rows)}
        write.record([config_fact("ladder.published", region, before, after_)])
        bump(REFERENCE)
        return new


def end_ladder(*, ladder: Ladder, actor: Actor, at: datetime) -> None:
    """Take a ladder out of force: the one of any priority counts, else the default."""
    with writing(actor, at) as write:
        lock_region(actor, ladder.region_id)
        _in_force(ladder.region_id, ladder.priority, ladder.version)
        Ladder.objects.filter(pk=ladder.pk).update(ended_at=at)
        told = {"ladder": ladder.priority or "*", "version": ladder.version}
        write.record([config_fact("ladder.ended", ladder.region_id, told, {})])
        bump(REFERENCE)


def _in_force(region: str, priority: str, based_on: int) -> Ladder | None:
    old = Ladder.objects.filter(region_id=region, key=priority, ended_at=None).first()
    if (old.version if old else 0) != based_on:
        raise Conflict("Tangga ini sudah diubah orang lain; muat ulang halaman.")
    return old


def _steps_text(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{step['step']} +{step['after']}" for step in steps]
