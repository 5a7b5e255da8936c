"""Changing what has an identity of its own: the region, its agencies, its units. In place, with an audit entry."""

from datetime import datetime
from typing import Any

from agencies.access import Actor
from agencies.configuring import REFERENCE, bump, config_fact, jsonable, lock_region, set_fields
from agencies.models import Agency, Agreement, Region, RunCardLine, Unit
from agencies.packformat import DISKOMINFO
from agencies.problems import Conflict, NotVisible, Unprocessable, WrongState
from agencies.writing import Write, writing


def set_command_authority(*, region: Region, agency_code: str, actor: Actor, at: datetime) -> None:
    """Move the command of the centre to another agency. Nothing else changes."""
    with writing(actor, at) as write:
        row = lock_region(actor, region.code)
        _move_command(write, row, agency_code)
    region.command_authority = agency_code


def update_region(*, region: str, fields: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Change the profile: `stage`, `phone`, `command_authority`. A moved command has an entry of its own."""
    profile = {name: value for name, value in fields.items() if name != "command_authority"}
    with writing(actor, at) as write:
        row = lock_region(actor, region)
        _change(write, row, "region.updated", region, profile)
        if "command_authority" in fields:
            _move_command(write, row, fields["command_authority"])


def _move_command(write: Write, row: Region, agency_code: str) -> None:
    known = Agency.objects.filter(region=row, code=agency_code, ended_at=None).exists()
    if not known and agency_code != DISKOMINFO:
        raise Unprocessable("Pemegang komando harus instansi wilayah ini atau Diskominfo.")
    _change(write, row, "region.command_moved", row.code, {"command_authority": agency_code})


def add_agency(*, region: str, fields: dict[str, Any], actor: Actor, at: datetime) -> Agency:
    """A new agency; one that had ended under this code comes back. Raises Conflict when the code is in use."""
    with writing(actor, at) as write:
        lock_region(actor, region)
        row = Agency.objects.filter(region_id=region, code=fields["code"]).first()
        if row is not None and row.ended_at is None:
            raise Conflict("Kode ini sudah dipakai instansi lain di wilayah ini.")
        row = row or Agency(region_id=region)
        _add(write, row, "agency.added", region, fields)
        return row


def update_agency(*, agency: Agency, fields: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Change names, numbers and duties of an agency; its code stays."""
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        named = {"agency": agency.code}
        _change(write, _fresh(Agency, agency), "agency.updated", agency.region_id, fields, named)


def pause_agency(*, agency: Agency, until: datetime | None, actor: Actor, at: datetime) -> None:
    """Send its backup instead until then; None: it takes tasks again at once. What it has already stays with it."""
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        fields = {"paused_until": until}
        _change(write, _fresh(Agency, agency), "agency.paused", agency.region_id, fields, {"agency": agency.code})


def end_agency(*, agency: Agency, actor: Actor, at: datetime) -> None:
    """Take an agency out of service, its agreement with it. Raises WrongState while run cards still send it."""
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        cards = run_cards_with(agency)
        if cards:
            raise WrongState(f"Masih ada di kartu penugasan: {', '.join(cards)}. Ubah kartu itu dahulu.")
        row = _fresh(Agency, agency)
        Agreement.objects.filter(agency=row, ended_at=None).update(ended_at=at)
        Unit.objects.filter(agency=row, ended_at=None).update(ended_at=at)
        _change(write, row, "agency.ended", agency.region_id, {"ended_at": at}, {"agency": agency.code})


def run_cards_with(agency: Agency) -> list[str]:
    """Keys of the run cards in force that send the agency, itself or as a backup."""
    lines = RunCardLine.objects.filter(run_card__ended_at=None, run_card__region_id=agency.region_id)
    named = lines.filter(agency=agency) | lines.filter(backup=agency)
    return sorted({key.rstrip("/") for key in named.values_list("run_card__key", flat=True)})


def add_unit(*, agency: Agency, fields: dict[str, Any], actor: Actor, at: datetime) -> Unit:
    """A new unit; one that had ended under this code comes back. Raises Conflict when the code is in use."""
    with writing(actor, at) as write:
        lock_region(actor, agency.region_id)
        row = Unit.objects.filter(agency=agency, code=fields["code"]).first()
        if row is not None and row.ended_at is None:
            raise Conflict("Kode ini sudah dipakai unit lain di instansi ini.")
        row = row or Unit(agency=agency)
        _add(write, row, "unit.added", agency.region_id, fields, {"agency": agency.code})
        return row


def update_unit(*, unit: Unit, fields: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Change what a unit is and where it is at home; where it is now and what it does are not configuration."""
    with writing(actor, at) as write:
        lock_region(actor, unit.agency.region_id)
        _change(write, _fresh(Unit, unit), "unit.updated", unit.agency.region_id, fields, _unit_named(unit))


def end_unit(*, unit: Unit, actor: Actor, at: datetime) -> None:
    """Take a unit out of service for good. Raises WrongState while it is on a task."""
    with writing(actor, at) as write:
        lock_region(actor, unit.agency.region_id)
        row = _fresh(Unit, unit)
        if row.status not in (Unit.Status.AVAILABLE, Unit.Status.OUT_OF_SERVICE):
            raise WrongState("Unit ini sedang bertugas; akhiri setelah tugasnya selesai.")
        _change(write, row, "unit.ended", unit.agency.region_id, {"ended_at": at}, _unit_named(unit))


def _unit_named(unit: Unit) -> dict[str, str]:
    return {"agency": unit.agency.code, "unit": unit.code}


def _fresh(model: Any, row: Any) -> Any:
    """The row as it is now, locked. Raises NotVisible when it has ended meanwhile."""
    found = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=row.pk, ended_at=None).first()
    if found is None:
        raise NotVisible("Sudah diakhiri.")
    return found


def _add(write: Write, row: Any, kind: str, region: str, fields: dict, named: dict | None = None) -> None:
    for name, value in {**fields, "ended_at": None}.items():
        setattr(row, name, value)
    row.save()
    write.record([config_fact(kind, region, {}, {**(named or {}), **jsonable(fields)})])
    bump(REFERENCE)


def _change(write: Write, row: Any, kind: str, region: str, fields: dict, named: dict | None = None) -> None:
    before, after = set_fields(row, fields)
    if after:
        write.record([config_fact(kind, region, {**(named or {}), **before}, {**(named or {}), **after})])
        bump(REFERENCE)
