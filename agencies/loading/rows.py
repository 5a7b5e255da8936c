"""Configuration rows and their canonical form: each kind of a pack's entries to and from its table."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from agencies.models import (
    Agency,
    Agreement,
    AreaAlias,
    IncidentType,
    Place,
    Procedure,
    RuleSet,
    RunCard,
    RunCardLine,
    SubtypeMapping,
    Target,
    Unit,
)

Values = Mapping[str, Any]


@dataclass(slots=True)
class Context:
    """What rows need to know about their region while it is loaded."""

    region: str
    zone: ZoneInfo
    at: dt.datetime
    actor_label: str
    agency_ids: dict[str, uuid.UUID] = field(default_factory=dict)
    area_at: Callable[[float, float], str | None] = lambda lat, lon: None

    def agency_code(self, agency_id: uuid.UUID | None) -> str:
        return next((code for code, known in self.agency_ids.items() if known == agency_id), "")

    def refresh_agencies(self) -> None:
        """Ended agencies, too: rows in force may still name them."""
        self.agency_ids = dict(Agency.objects.filter(region_id=self.region).values_list("code", "id"))


@dataclass(frozen=True, slots=True)
class Column:
    """A pack's field, the model's attribute, and the way there and back."""

    name: str
    attr: str
    save: Callable[[Any, Context], Any] = lambda value, context: value
    read: Callable[[Any, Context], Any] = lambda value, context: value


def _plain(names: str) -> list[Column]:
    return [Column(name, name) for name in names.split()]


def _day(value: str | None, context: Context) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _moment(value: str | None, context: Context) -> dt.datetime | None:
    """A date counts from midnight in the region; a time without offset is the region's."""
    if not value:
        return None
    moment = dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=context.zone)


def _moment_text(value: dt.datetime | None, context: Context) -> str | None:
    if value is None:
        return None
    local = value.astimezone(context.zone)
    return local.date().isoformat() if local.time() == dt.time() else local.isoformat()


AGENCY = Column("agency", "agency_id", lambda v, c: c.agency_ids[v], lambda v, c: c.agency_code(v))
COLUMNS: dict[str, list[Column]] = {
    "region": _plain("name kind slug abbreviation zone stage command_authority phone legacy_numbers providers"),
    "agencies": _plain("code name short kind phone referral_number needs_agreement women_children_unit assumed source"),
    "types": _plain("code base name confidential"),
    "subtype_mappings": _plain("subtype type source"),
    "units": [
        AGENCY,
        *_plain("code name kind capabilities mode assumed"),
        Column("lat", "home_lat"),
        Column("lon", "home_lon"),
    ],
    "places": _plain("label kind aliases lat lon source assumed"),
    "area_aliases": [Column("area", "area_id"), *_plain("name source assumed")],
    "agreements": [
        AGENCY,
        *_plain("reference scope note assumed"),
        Column("signed_on", "signed_on", _day, lambda v, c: v.isoformat() if v else None),
        Column("valid_from", "valid_from", _moment, _moment_text),
        Column("valid_until", "valid_until", _moment, _moment_text),
    ],
    "run_cards": [
        *_plain("type subtype priority from_hour until_hour note source assumed"),
        Column("area", "area_id", lambda v, c: v or None, lambda v, c: v or ""),
    ],
    "targets": _plain("type priority stage from_hour until_hour seconds source assumed"),
    "procedures": _plain("type subtype title questions steps tell_caller excludes assumed"),
    "rules": _plain("rules"),
}
LINE_FIELDS = ("lead", "support", "backup", "alarm")  # of a run card: they live in a table of their own
PUBLISHED: dict[str, type[Any]] = {
    "agreements": Agreement,
    "run_cards": RunCard,
    "targets": Target,
    "procedures": Procedure,
    "rules": RuleSet,
}
# Rows that change in place: model, what makes a row the same row, how its key is read.
IN_PLACE: dict[str, tuple[type[Any], list[str], Callable[[Values], str]]] = {
    "agencies": (Agency, ["region", "code"], lambda v: v["code"]),
    "types": (IncidentType, ["region", "code"], lambda v: v["code"]),
    "subtype_mappings": (SubtypeMapping, ["region", "subtype"], lambda v: v["subtype"]),
    "units": (Unit, ["agency", "code"], lambda v: f"{v['agency']}/{v['code']}"),
    "places": (Place, ["region", "label"], lambda v: v["label"]),
    "area_aliases": (AreaAlias, ["area", "name"], lambda v: f"{v['area']}/{v['name']}"),
}
ORDER = ("agencies", "types", "subtype_mappings", "agreements", "run_cards", "targets", "procedures", "units", "places",
         "area_aliases", "rules")  # fmt: skip


def canonical(kind: str, values: Values, context: Context) -> dict[str, Any]:
    """A pack's entry reduced to what the table holds, times in the one spelling that reading them back gives."""
    names = [column.name for column in COLUMNS[kind]] + (list(LINE_FIELDS) if kind == "run_cards" else [])
    found = {name: values.get(name) for name in names}
    if kind == "run_cards":  # the first level goes without saying
        found["alarm"] = {code: level for code, level in (values.get("alarm") or {}).items() if level > 1}
    for name in ("valid_from", "valid_until"):
        if name in found:
            found[name] = _moment_text(_moment(found[name], context), context)
    return found


def read(kind: str, context: Context) -> dict[str, dict[str, Any]]:
    """What is in force in the region: key -> canonical values."""
    if kind in PUBLISHED:
        rows = PUBLISHED[kind].objects.filter(region_id=context.region, ended_at=None)
        if kind == "run_cards":
            return {row.key: _card_values(row, context) for row in rows.prefetch_related("lines")}
        if kind == "rules":
            rows = rows.filter(key=RULES_KEY, status=RuleSet.Status.PUBLISHED)
        return {row.key: values_of(kind, row, context) for row in rows}
    model, _, key = IN_PLACE[kind]
    found = [values_of(kind, row, context) for row in _of_region(model, context).filter(ended_at=None)]
    return {key(values): values for values in found}


RULES_KEY = "pack"


def values_of(kind: str, row: models.Model, context: Context) -> dict[str, Any]:
    return {column.name: column.read(getattr(row, column.attr), context) for column in COLUMNS[kind]}


def _card_values(card: Any, context: Context) -> dict[str, Any]:
    values = values_of("run_cards", card, context) | {"lead": "", "support": [], "backup": {}, "alarm": {}}
    for line in card.lines.all():
        code = context.agency_code(line.agency_id)
        lead = line.role == RunCardLine.Role.LEAD
        if lead:
            values["lead"] = code
        else:
            values["support"].append(code)
            if line.alarm > 1:
                values["alarm"][code] = line.alarm
        if line.backup_id:
            values["backup"]["lead" if lead else code] = context.agency_code(line.backup_id)
    return values


def _of_region(model: type[Any], context: Context) -> Any:
    if model is Unit:
        return model.objects.filter(agency__region_id=context.region)
    return model.objects.filter(region_id=context.region)


def write_in_place(kind: str, entries: Mapping[str, Values], context: Context) -> None:
    """Insert or overwrite in one statement; a row that had ended comes back to life."""
    model, unique, _ = IN_PLACE[kind]
    rows = [model(**_attributes(kind, values, context)) for values in entries.values()]
    attributes = [column.attr.removesuffix("_id") for column in COLUMNS[kind]]
    update = [attr for attr in attributes if attr not in unique] + ["ended_at"]
    if kind == "places":
        update.append("area")
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=update)


def _attributes(kind: str, values: Values, context: Context) -> dict[str, Any]:
    found = {column.attr: column.save(values[column.name], context) for column in COLUMNS[kind]}
    if kind != "units":
        found["region_id"] = context.region
    if kind == "places":
        found["area_id"] = context.area_at(values["lat"], values["lon"])
    return found


def write_published(kind: str, entries: Mapping[str, Values], context: Context) -> None:
    """A new version of each entry; the one in force ends at the same moment."""
    model = PUBLISHED[kind]
    extra = _kept_of_rules(context) if kind == "rules" else {}
    end_published(kind, list(entries), context)
    known = model.objects.filter(region_id=context.region, key__in=list(entries))
    versions = dict(known.values_list("key").annotate(newest=models.Max("version")))
    rows = {
        key: model(
            key=key,
            version=versions.get(key, 0) + 1,
            published_at=context.at,
            published_by=context.actor_label,
            **_attributes(kind, values, context),
            **extra,
        )
        for key, values in entries.items()
    }
    model.objects.bulk_create(rows.values())
    if kind == "run_cards":
        lines = [line for key, card in rows.items() for line in _lines(card, entries[key], context)]
        RunCardLine.objects.bulk_create(lines)


def _kept_of_rules(context: Context) -> dict[str, Any]:
    """A new set of rules is in force at once and keeps the examples that the region has collected."""
    old = RuleSet.objects.filter(region_id=context.region, key=RULES_KEY, status=RuleSet.Status.PUBLISHED).first()
    return {"status": RuleSet.Status.PUBLISHED, "examples": old.examples if old else []}


def _lines(card: RunCard, values: Values, context: Context) -> list[RunCardLine]:
    """The lead first, then the supporting agencies in the order of the pack: PLN before BPBD."""
    named = [("lead", values["lead"]), *(("support", code) for code in values["support"])]
    lines = []
    for position, (role, code) in enumerate(named):
        backup = values["backup"].get("lead" if role == "lead" else code)
        lines.append(
            RunCardLine(
                run_card=card,
                agency_id=context.agency_ids[code],
                role=role,
                position=position,
                backup_id=context.agency_ids[backup] if backup else None,
                alarm=1 if role == "lead" else values["alarm"].get(code, 1),
            )
        )
    return lines


def end_published(kind: str, keys: list[str], context: Context) -> None:
    changes: dict[str, Any] = {"ended_at": context.at}
    in_force = PUBLISHED[kind].objects.filter(region_id=context.region, key__in=keys, ended_at=None)
    if kind == "rules":  # a draft that an admin works on stays
        changes["status"] = RuleSet.Status.RETIRED
        in_force = in_force.filter(status=RuleSet.Status.PUBLISHED)
    in_force.update(**changes)


def end_in_place(kind: str, keys: list[str], context: Context) -> None:
    model, _, key = IN_PLACE[kind]
    rows = _of_region(model, context).filter(ended_at=None)
    ids = [row.pk for row in rows if key(values_of(kind, row, context)) in keys]
    model.objects.filter(pk__in=ids).update(ended_at=context.at)
