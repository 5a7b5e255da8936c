"""What an incident asks of the units of each kind of agency. Pure.

A small table of the fire service's, the ambulance's and the disaster agency's plain rules; what a region's agencies
have is in their units (kind, capabilities). An agency that is not named for a case sends whom it has.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed: a unit of one of these kinds, or with one of these capabilities."""

    name: str
    kinds: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()


def _need(name: str, kinds: str = "", capabilities: str = "") -> Need:
    return Need(name, frozenset(kinds.split()), frozenset(capabilities.split()))


AMBULANCE = _need("ambulans", "ambulance", "basic advanced")
ADVANCED = _need("ambulans gawat darurat", "", "advanced")
ENGINE = _need("mobil pemadam", "engine", "water foam")
LADDER = _need("mobil tangga", "ladder", "ladder")
RESCUE = _need("tim penyelamatan", "rescue", "extrication rescue")
ANIMALS = _need("tim penyelamatan hewan", "rescue", "animals")
BOAT = _need("perahu", "boat", "water_rescue")
SAW = _need("gergaji mesin", "", "chainsaw")
PUMP = _need("pompa", "", "pump water")
TOW = _need("mobil derek", "", "tow")
LIFT = _need("mobil tangga kerja", "", "lift")
PATROL = _need("patroli", "patrol")

_HEALTH = frozenset({"health", "hospital", "red_cross"})
_FIRE = frozenset({"fire", "bpbd"})
"""Where the disaster agency keeps the fire service (Kabupaten Tangerang), it is asked as one."""
_SEVERE = frozenset({"cardiac", "unconscious", "birth", "poisoning"})
_BY_SUBTYPE: Mapping[str, tuple[tuple[Need, frozenset[str]], ...]] = {
    "building_fire": ((ENGINE, _FIRE),), "vehicle_fire": ((ENGINE, _FIRE),), "land_fire": ((ENGINE, _FIRE),),
    "gas_leak": ((ENGINE, _FIRE),), "explosion": ((ENGINE, _FIRE),), "electrical_short": ((ENGINE, _FIRE),),
    "animal_rescue": ((ANIMALS, _FIRE),), "snake": ((ANIMALS, _FIRE),), "wasp": ((ANIMALS, _FIRE),),
    "ring_removal": ((RESCUE, _FIRE),), "trapped": ((RESCUE, _FIRE),), "building_collapse": ((RESCUE, _FIRE),),
    "drowning": ((BOAT, _FIRE),), "flood": ((BOAT, _FIRE), (PUMP, frozenset({"public_works"}))),
    "ponding": ((PUMP, frozenset({"public_works"})),),
    "fallen_tree": ((SAW, frozenset({"bpbd", "environment", "parks"})),),
    "wind": ((SAW, frozenset({"bpbd", "environment", "parks"})),),
    "breakdown": ((TOW, frozenset({"transport"})),), "street_light": ((LIFT, frozenset({"public_works"})),),
    "traffic_light_out": ((LIFT, frozenset({"transport"})),),
}  # fmt: skip
_BY_TYPE: Mapping[str, tuple[tuple[Need, frozenset[str]], ...]] = {
    "fire": ((ENGINE, frozenset({"fire"})),),
    "public_order": ((PATROL, frozenset({"order", "police"})),),
    "traffic": ((PATROL, frozenset({"transport", "police"})),),
}
ISLANDS = ("31.01",)
"""Areas that no road reaches: Kabupaten Administrasi Kepulauan Seribu (Kemendagri's code)."""
_HIGH = re.compile(
    r"\b(?:lantai|lt\.?)\s*(?:ke-?\s*)?(?:[4-9]|[1-9]\d|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|\w+ ?belas)\b"
    r"|\bapartemen\b|\brusun\w*|\brumah susun\b|\bgedung (?:tinggi|bertingkat)\b|\bmenara\b",
    re.IGNORECASE,
)


def signals_in(words: str, answers: Mapping[str, Any], subtypes: Collection[str] = ()) -> frozenset[str]:
    """What the words and the answers add: `high_rise` (from the fourth floor on, an assumption), `trapped`."""
    found = {"high_rise"} if _HIGH.search(words) else set()
    if answers.get("trapped") is True or "trapped" in subtypes:
        found.add("trapped")
    if answers.get("rising_water") is True:
        found.add("rising_water")
    return frozenset(found)


def needs_for(base: str, subtype: str, priority: str, agency_kind: str,
              signals: Collection[str] = ()) -> tuple[Need, ...]:  # fmt: skip
    """What an agency of this kind has to bring, the most important first; empty: whoever it has."""
    if agency_kind in _HEALTH:
        severe = subtype in _SEVERE or (base == "medical" and priority == "critical")
        return (AMBULANCE, ADVANCED) if severe else (AMBULANCE,)
    asked = _BY_SUBTYPE.get(subtype) or _BY_TYPE.get(base, ())
    found = [need for need, kinds in asked if agency_kind in kinds]
    if agency_kind in _FIRE:
        if "high_rise" in signals and ENGINE in found:
            found.append(LADDER)
        if "trapped" in signals and RESCUE not in found:
            found.append(RESCUE)
        if "rising_water" in signals and BOAT not in found:
            found.append(BOAT)
    return tuple(found)
