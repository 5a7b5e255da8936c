"""The vocabulary and the fields of a region pack: what may stand in it, said once, as data. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DISKOMINFO = "diskominfo"
"""The communications office commands many centres without being an agency that is sent anywhere."""

NATIONAL_TYPES = {
    "medical": "Medis",
    "fire": "Kebakaran dan penyelamatan",
    "disaster": "Bencana",
    "public_order": "Ketertiban dan keamanan",
    "traffic": "Lalu lintas",
    "violence_women_children": "Kekerasan terhadap perempuan dan anak",
    "public_facility": "Fasilitas umum",
    "other_non_emergency": "Bukan darurat",
}
"""The eight types that every region has; a region may add its own."""

SUBTYPES_OF: dict[str, tuple[str, ...]] = {
    "medical": (
        "illness", "injury", "birth", "unconscious", "cardiac", "poisoning", "ambulance_request", "mental_crisis",
    ),
    "fire": (
        "building_fire", "vehicle_fire", "land_fire", "gas_leak", "electrical_short", "animal_rescue", "snake", "wasp",
        "ring_removal", "trapped", "explosion",
    ),
    "disaster": (
        "flood", "ponding", "landslide", "earthquake", "wind", "fallen_tree", "drowning", "tsunami", "volcanic",
        "building_collapse", "sinkhole",
    ),
    "public_order": (
        "crime", "robbery", "brawl", "riot", "drugs", "body_found", "missing_person", "odgj", "noise", "theft",
        "vagrant", "suspicious_object", "prostitution_alcohol",
    ),
    "traffic": ("accident", "congestion", "breakdown", "traffic_light_out", "hit_and_run", "road_block"),
    "violence_women_children": (
        "domestic_violence", "sexual_violence", "harassment", "child_abuse", "abandoned_baby", "trafficking",
    ),
    "public_facility": (
        "street_light", "cable_down", "water_pipe", "pothole", "drain", "power_cut", "broken_facility", "waste",
        "bridge_damage", "live_wire",
    ),
    "other_non_emergency": ("information", "complaint", "prank", "chat", "misdial", "feedback"),
}  # fmt: skip
SUBTYPES = frozenset(subtype for subtypes in SUBTYPES_OF.values() for subtype in subtypes)
BASE_TYPES: frozenset[str] = frozenset(SUBTYPES_OF)
EMERGENCY_TYPES = tuple(code for code in SUBTYPES_OF if code != "other_non_emergency")

AGENCY_KINDS = (
    "bpbd", "fire", "health", "hospital", "order", "transport", "environment", "women_children", "public_works",
    "social", "police", "electricity", "water", "red_cross", "communications", "parks", "housing", "spatial", "other",
)  # fmt: skip
UNIT_KINDS = ("ambulance", "engine", "tanker", "ladder", "rescue", "patrol", "truck", "boat", "crew", "other")
STAGES = ("answer", "ticket", "acknowledge", "dispatch", "arrive", "complete")
PRIORITIES = ("", "critical", "high", "normal", "low")
ROLLOUT = ("", "sosialisasi", "persiapan", "verifikasi", "akses", "uji_coba", "live")
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")

REGION_CODE = r"\d{2}(\.\d{2})?"
AREA_CODE = r"(\d{2}\.\d{2}\.\d{2})?"
SLUG = r"[a-z][a-z0-9_-]*"
PHONE = r"(\+?\d[\d .()-]{1,28})?"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a field may hold: its Python type, whether it must be there, its choices, pattern or bounds."""

    type: type
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    longest: int = 0
    between: tuple[float, float] | None = None

    def default_value(self) -> Any:
        """The value of a field that is left out; lists and tables are new ones each time."""
        if self.type in (list, dict):
            return self.type()
        return self.type() if self.default is None and self.type in (str, bool) else self.default

    def fault(self, value: Any) -> str:
        """Why the value cannot stand here, in Indonesian; empty when it can."""
        if not self._fits(value):
            return f"harus berupa {TYPE_NAMES[self.type]}"
        if isinstance(value, str):
            return self._text_fault(value)
        if self.type is list and self.choices != ("table",) and not all(isinstance(item, str) for item in value):
            return "harus berupa daftar teks"
        if self.type in (list, dict) and self.choices == ("table",):
            return _table_fault(value)
        if self.between and not self.between[0] <= float(value) <= self.between[1]:
            return f"harus antara {self.between[0]:g} dan {self.between[1]:g}"
        return ""

    def _fits(self, value: object) -> bool:
        if isinstance(value, bool):  # Python counts it as an integer
            return self.type is bool
        return isinstance(value, self.type) or (self.type is float and isinstance(value, int))

    def _text_fault(self, value: str) -> str:
        if self.required and not value.strip():
            return "tidak boleh kosong"
        if self.choices and value not in self.choices:
            return f"nilai tidak dikenal: {value!r} (pilihan: {', '.join(filter(None, self.choices))})"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return f"bentuk tidak sah: {value!r}"
        if self.longest and len(value) > self.longest:
            return f"lebih dari {self.longest} huruf"
        return ""


TYPE_NAMES: Mapping[type, str] = {
    str: "teks",
    int: "bilangan bulat",
    float: "bilangan",
    bool: "true atau false",
    list: "daftar",
    dict: "tabel",
    dt.date: "tanggal",
}


def _table_fault(value: Any) -> str:
    """Tables of texts only: `{lead = "dishub"}` or `[{number = "119", label = "ambulans"}]`."""
    tables = value if isinstance(value, list) else [value]
    if all(isinstance(table, dict) and all(isinstance(item, str) for item in table.values()) for table in tables):
        return ""
    return "harus berisi tabel dengan nilai teks"


def _code(longest: int = 24) -> Spec:
    return Spec(str, required=True, pattern=SLUG, longest=longest)


def _text(longest: int, required: bool = False) -> Spec:
    return Spec(str, required=required, longest=longest)


FLAG = Spec(bool)
SOURCE = _text(200)
TEXTS = Spec(list)
TABLE = ("table",)
LAT = Spec(float, required=True, between=(-11.5, 6.5))  # Indonesia's southernmost and northernmost land
LON = Spec(float, required=True, between=(94.0, 142.0))

REGION: dict[str, Spec] = {
    "code": Spec(str, required=True, pattern=REGION_CODE),
    "name": _text(80, required=True),
    "kind": Spec(str, required=True, choices=("provinsi", "kabupaten", "kota")),
    "slug": _code(),
    "abbreviation": Spec(str, required=True, pattern=r"[A-Z]{2,4}"),
    "zone": Spec(str, required=True, choices=ZONES),
    "stage": Spec(str, required=True, choices=ROLLOUT),
    "command_authority": _code(),
    "phone": Spec(str, pattern=PHONE, longest=30),
    "legacy_numbers": Spec(list, choices=TABLE),
    "providers": TEXTS,
    "sources": TEXTS,
}
SECTIONS: dict[str, dict[str, Spec]] = {
    "agencies": {
        "code": _code(),
        "name": _text(120, required=True),
        "short": _text(30, required=True),
        "kind": Spec(str, required=True, choices=AGENCY_KINDS),
        "phone": Spec(str, pattern=PHONE, longest=30),
        "referral_number": Spec(str, pattern=PHONE, longest=30),
        "needs_agreement": FLAG,
        "women_children_unit": FLAG,
        "assumed": FLAG,
        "source": SOURCE,
    },
    "agreements": {
        "agency": _code(),
        "reference": _text(120),
        "scope": TEXTS,
        "signed_on": Spec(dt.date),
        "valid_from": Spec(dt.date),
        "valid_until": Spec(dt.date),
        "note": Spec(str),
        "assumed": FLAG,
    },
    "types": {
        "code": _code(40),
        "base": _code(40),
        "name": _text(80, required=True),
        "confidential": FLAG,
    },
    "subtype_mappings": {"subtype": _code(40), "type": _code(40), "source": SOURCE},
    "run_cards": {
        "type": _code(40),
        "subtype": _text(40),
        "area": Spec(str, pattern=AREA_CODE),
        "priority": Spec(str, choices=PRIORITIES),
        "from_hour": Spec(int, between=(0, 23)),
        "until_hour": Spec(int, between=(1, 24)),
        "lead": _code(),
        "support": TEXTS,
        "backup": Spec(dict, choices=TABLE),
        "alarm": Spec(dict),
        "note": _text(200),
        "source": SOURCE,
        "assumed": FLAG,
    },
    "targets": {
        "type": _text(40),
        "priority": Spec(str, choices=PRIORITIES),
        "stage": Spec(str, required=True, choices=STAGES),
        "from_hour": Spec(int, between=(0, 23)),
        "until_hour": Spec(int, between=(1, 24)),
        "seconds": Spec(int, required=True, between=(1, 30 * 86_400)),
        "source": SOURCE,
        "assumed": FLAG,
    },
    "procedures": {
        "type": _code(40),
        "subtype": _text(40),
        "title": _text(120, required=True),
        "questions": TEXTS,
        "steps": TEXTS,
        "tell_caller": TEXTS,
        "excludes": TEXTS,
        "assumed": FLAG,
    },
    "units": {
        "agency": _code(),
        "code": _text(24, required=True),
        "name": _text(80),
        "kind": Spec(str, required=True, choices=UNIT_KINDS),
        "capabilities": TEXTS,
        "lat": LAT,
        "lon": LON,
        "mode": Spec(str, default="land", choices=("land", "sea", "air")),
        "assumed": FLAG,
    },
    "places": {
        "label": _text(120, required=True),
        "kind": _text(30),
        "aliases": TEXTS,
        "lat": LAT,
        "lon": LON,
        "source": _text(120),
        "assumed": FLAG,
    },
    "area_aliases": {
        "area": Spec(str, required=True, pattern=r"\d{2}\.\d{2}\.\d{2}(\.\d{4})?"),
        "name": _text(80, required=True),
        "source": SOURCE,
        "assumed": FLAG,
    },
    "rules": {  # the same fields as a built-in triage rule; the triage compiler checks the phrases
        "id": Spec(str, required=True, pattern=r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*", longest=60),
        "type": Spec(str, longest=40),
        "subtype": _text(40),
        "weight": Spec(float, between=(0, 20)),
        "phrases": TEXTS,
        "needs": TEXTS,
        "unless": TEXTS,
        "priority": Spec(str, choices=PRIORITIES),
        "raises": Spec(str, choices=PRIORITIES),
        "danger": _text(40),
        "lowers": FLAG,
        "extra": TEXTS,
        "leads": TEXTS,
        "beats": TEXTS,
        "each": Spec(float, between=(0, 20)),
        "yields": FLAG,
        "off": FLAG,
    },
}
KEYS: dict[str, tuple[str, ...]] = {
    "agencies": ("code",),
    "agreements": ("agency",),
    "types": ("code",),
    "subtype_mappings": ("subtype",),
    "run_cards": ("type", "subtype", "area", "priority", "from_hour", "until_hour"),
    "targets": ("type", "priority", "stage"),
    "procedures": ("type", "subtype"),
    "units": ("agency", "code"),
    "places": ("label",),
    "area_aliases": ("area", "name"),
    "rules": ("id",),
}
LATER_KEYS: dict[str, tuple[str, ...]] = {"targets": ("from_hour", "until_hour")}
"""Part of the key where they are set. Entries without them keep the key that they had before these existed."""
