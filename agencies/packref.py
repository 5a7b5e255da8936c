"""A region pack as the plain data that routing is fed with: the same as after loading it, without a database. Pure.

Ids are made from the natural keys and versions are 1, since nothing was ever published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from agencies import geodata
from agencies.pack import Pack, find, key_of, load
from agencies.packformat import NATIONAL_TYPES
from agencies.reference import (
    AgencyRef,
    AgreementRef,
    AreaRef,
    LineRef,
    ProcedureRef,
    RegionRef,
    RuleSetRef,
    RunCardRef,
    TargetRef,
    TypeRef,
)

Values = Mapping[str, Any]


@lru_cache(maxsize=8)
def region_of_pack(name: str) -> RegionRef:
    """The region of a shipped pack (`35.77`) or of a file. Raises PackError."""
    return region_ref(load(find(name)))


def region_ref(pack: Pack) -> RegionRef:
    """The region as `agencies.selectors.load_reference` would give it right after loading the pack."""
    region = pack.region
    zone = ZoneInfo(region["zone"])
    return RegionRef(
        code=pack.code,
        name=region["name"],
        kind=region["kind"],
        zone=region["zone"],
        stage=region["stage"],
        abbreviation=region["abbreviation"],
        slug=region["slug"],
        phone=region["phone"],
        has_pack=True,
        command_authority=region["command_authority"],
        types=MappingProxyType(_types(pack)),
        agencies=MappingProxyType({row["code"]: _agency(row) for row in pack.agencies}),
        agreements=MappingProxyType({row["agency"]: _agreement(row, zone) for row in pack.agreements}),
        run_cards=tuple(sorted((_run_card(row) for row in pack.run_cards), key=lambda card: card.id)),
        targets=tuple(_target(row) for row in pack.targets),
        procedures=tuple(_procedure(row) for row in pack.procedures),
        subtype_types=MappingProxyType({row["subtype"]: row["type"] for row in pack.subtype_mappings}),
        areas=MappingProxyType(_areas(pack)),
        rule_set=_rule_set(pack),
    )


def _rule_set(pack: Pack) -> RuleSetRef | None:
    """The pack's own triage rules; what a rule leaves out is not in its row."""
    rows = tuple({name: value for name, value in row.items() if value} for row in pack.rules)
    return RuleSetRef(pack.code, 1, rows) if rows else None


def _types(pack: Pack) -> dict[str, TypeRef]:
    national = {
        code: TypeRef(code, code, name, code == "violence_women_children") for code, name in NATIONAL_TYPES.items()
    }
    own = {row["code"]: TypeRef(row["code"], row["base"], row["name"], row["confidential"]) for row in pack.types}
    return national | own


def _agency(row: Values) -> AgencyRef:
    return AgencyRef(
        row["code"], row["code"], row["name"], row["short"], row["kind"], row["phone"], row["referral_number"],
        row["needs_agreement"], row["women_children_unit"],
    )  # fmt: skip


def _agreement(row: Values, zone: ZoneInfo) -> AgreementRef:
    return AgreementRef(
        row["agency"], 1, row["agency"], tuple(row["scope"]), row["signed_on"] is not None,
        _moment(row["valid_from"], zone), _moment(row["valid_until"], zone),
    )  # fmt: skip


def _moment(value: str | None, zone: ZoneInfo) -> dt.datetime | None:
    """A date counts from midnight in the region."""
    if not value:
        return None
    moment = dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _run_card(row: Values) -> RunCardRef:
    named = [("lead", row["lead"]), *(("support", code) for code in row["support"])]
    lines = tuple(
        LineRef(code, role, position, row["backup"].get("lead" if role == "lead" else code, ""),
                1 if role == "lead" else row["alarm"].get(code, 1))
        for position, (role, code) in enumerate(named)
    )  # fmt: skip
    return RunCardRef(
        key_of("run_cards", row), 1, row["type"], row["subtype"], lines, row["area"], row["priority"],
        row["from_hour"], row["until_hour"],
    )  # fmt: skip


def _target(row: Values) -> TargetRef:
    return TargetRef(
        key_of("targets", row), 1, row["stage"], row["seconds"], row["type"], row["priority"], row["from_hour"],
        row["until_hour"],
    )  # fmt: skip


def _procedure(row: Values) -> ProcedureRef:
    return ProcedureRef(
        key_of("procedures", row), 1, row["type"], row["subtype"], row["title"], tuple(row["questions"]),
        tuple(row["steps"]), tuple(row["tell_caller"]), frozenset(row["excludes"]),
    )  # fmt: skip


def _areas(pack: Pack) -> dict[str, AreaRef]:
    found = {}
    called: dict[str, list[str]] = {}
    for alias in sorted(pack.area_aliases, key=lambda alias: str(alias["name"])):
        called.setdefault(str(alias["area"]), []).append(str(alias["name"]))
    for row in geodata.read_areas(pack.code):
        district = row.level == "kecamatan"
        level = "kecamatan" if district else "kelurahan"
        aliases = tuple(called.get(row.code, ()))
        found[row.code] = AreaRef(row.code, row.name, level, "" if district else row.parent, row.lat, row.lon, aliases)
    return found
