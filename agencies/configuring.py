"""What every change of configuration shares: who may, one change at a time in a region, the audit entry, the bump."""

from datetime import datetime
from typing import Any

from django.db.models import F, Model

from agencies.access import Actor, can
from agencies.models import ConfigVersion, Region
from agencies.problems import NotPermitted, NotVisible
from events.services import Fact

REFERENCE, ACCESS, PLACES = "reference", "access", "places"


def bump(name: str) -> None:
    """Tell every process that its copy of `reference`, `access` or `places` is old."""
    ConfigVersion.objects.filter(name=name).update(version=F("version") + 1)


def config_fact(kind: str, region: str, before: dict, after: dict) -> Fact:
    """An audit entry of a change of configuration: what it was and what it is."""
    return Fact(kind=kind, region=region, data={"before": before, "after": after}, public=False)


def check_may_configure(actor: Actor, region: str) -> None:
    """Raises NotPermitted when the actor does not configure this region."""
    if not can(actor, "config.edit", region):
        raise NotPermitted("Hanya admin wilayah ini yang boleh mengubah pengaturannya.")


def lock_region(actor: Actor, region: str) -> Region:
    """The region's row, held until the end of the transaction: changes of its configuration queue up behind it, those
    of `load_region` too. Reports go on: a lock without the key does not stop rows that point at the region.

    Raises NotPermitted, NotVisible.
    """
    check_may_configure(actor, region)
    found = Region.objects.select_for_update(no_key=True, of=("self",)).filter(pk=region, ended_at=None).first()
    if found is None:
        raise NotVisible("Wilayah ini tidak ada.")
    return found


def set_fields(row: Model, fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set and save what differs; returns what changed as (before, after), both empty when nothing did."""
    before = {name: getattr(row, name) for name, value in fields.items() if getattr(row, name) != value}
    after = {name: fields[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.save(update_fields=list(after))
    return jsonable(before), jsonable(after)


def jsonable(values: dict[str, Any]) -> dict[str, Any]:
    """Rows by their names and moments as ISO text, for the log."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)
