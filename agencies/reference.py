"""A region's configuration as plain data: what routing, deadlines and screens are fed with. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

BASE_TYPES = (
    "medical",
    "fire",
    "disaster",
    "public_order",
    "traffic",
    "violence_women_children",
    "public_facility",
    "other_non_emergency",
)

PAUSE_REASONS = {
    "waiting_police": "menunggu polisi",
    "waiting_utility": "menunggu PLN, PDAM, atau gas",
    "scene_unsafe": "lokasi belum aman",
    "access_blocked": "akses jalan tertutup",
    "weather": "cuaca atau gelombang",
    "waiting_caller": "menunggu pelapor atau pemilik",
}
"""Why a clock may stand still: the service is ready, and what holds it up is beyond it. Codes and their names."""


@dataclass(frozen=True, slots=True)
class TypeRef:
    code: str
    base: str
    name: str
    confidential: bool = False

    @property
    def own(self) -> bool:
        """A region's own, on top of a national one."""
        return self.code != self.base


@dataclass(frozen=True, slots=True)
class AgencyRef:
    id: str
    code: str
    name: str
    short: str = ""
    kind: str = "other"
    phone: str = ""
    referral_number: str = ""
    needs_agreement: bool = False
    women_children_unit: bool = False
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgreementRef:
    id: str
    version: int
    agency: str
    scope: tuple[str, ...]
    signed: bool
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def covers(self, type_code: str, base: str, at: datetime) -> bool:
        """Signed, in force at `at`, and about this type."""
        return self.in_force(at) and ("*" in self.scope or type_code in self.scope or base in self.scope)

    def in_force(self, at: datetime) -> bool:
        """Signed, begun and not ended at `at`."""
        begun = self.valid_from is None or self.valid_from <= at
        return self.signed and begun and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class LineRef:
    agency: str
    role: str
    position: int = 0
    backup: str = ""
    alarm: int = 1
    """From which alarm level on the agency is sent: 1 at once, 2 and 3 when somebody raises the alarm."""


@dataclass(frozen=True, slots=True)
class RunCardRef:
    id: str
    version: int
    type: str
    subtype: str
    lines: tuple[LineRef, ...]
    area: str = ""
    priority: str = ""
    from_hour: int | None = None
    until_hour: int | None = None


@dataclass(frozen=True, slots=True)
class TargetRef:
    id: str
    version: int
    stage: str
    seconds: int
    type: str = ""
    priority: str = ""
    from_hour: int | None = None
    until_hour: int | None = None


def in_hours(row: RunCardRef | TargetRef, hour: int) -> bool:
    """Whether the row is for this hour (0–23) of the region's day; without hours it is for all."""
    if row.from_hour is None or row.until_hour is None:
        return True
    if row.from_hour < row.until_hour:
        return row.from_hour <= hour < row.until_hour
    return hour >= row.from_hour or hour < row.until_hour  # over midnight


@dataclass(frozen=True, slots=True)
class ProcedureRef:
    id: str
    version: int
    type: str
    subtype: str
    title: str
    questions: tuple = ()
    steps: tuple = ()
    tell_caller: tuple = ()
    excludes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleSetRef:
    """A region's own triage rules in force; `rules` as in a `[[rule]]` table."""

    id: str
    version: int
    rules: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LadderRef:
    """What happens while nobody accepts: (step, seconds after the one before), in order. Empty priority: any."""

    id: str
    version: int
    priority: str
    steps: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AreaRef:
    code: str
    name: str
    level: str
    parent: str
    lat: float | None = None
    lon: float | None = None
    aliases: tuple[str, ...] = ()
    """What people call it besides its official name."""

    @property
    def with_around(self) -> tuple[str, ...]:
        """Its code and that of the area around it, smallest first."""
        return tuple(code for code in (self.code, self.parent) if code)


@dataclass(frozen=True, slots=True)
class RegionRef:
    """One region with everything in force."""

    code: str
    name: str
    kind: str
    zone: str
    stage: str
    abbreviation: str = ""
    slug: str = ""
    phone: str = ""
    served_by: str = ""
    has_pack: bool = False
    command_authority: str = ""
    types: Mapping[str, TypeRef] = field(default_factory=lambda: MappingProxyType({}))
    """The types that are offered."""
    ended_types: Mapping[str, TypeRef] = field(default_factory=lambda: MappingProxyType({}))
    """Types that are offered no more: cases that have them keep their name."""
    agencies: Mapping[str, AgencyRef] = field(default_factory=lambda: MappingProxyType({}))
    agreements: Mapping[str, AgreementRef] = field(default_factory=lambda: MappingProxyType({}))
    run_cards: tuple[RunCardRef, ...] = ()
    targets: tuple[TargetRef, ...] = ()
    procedures: tuple[ProcedureRef, ...] = ()
    subtype_types: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, AreaRef] = field(default_factory=lambda: MappingProxyType({}))
    rule_set: RuleSetRef | None = None
    middle: tuple[float, float] | None = field(init=False, default=None)
    """A point (lat, lon) in the middle of its areas; None without any. Derived once: every report asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "middle", _middle_of(self.areas.values()))

    pause_reasons: tuple[str, ...] = ()
    ladders: tuple[LadderRef, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def number_sequence(self) -> str:
        """The database sequence that its incidents' numbers are drawn from; made when its pack is loaded."""
        return number_sequence(self.code)

    def type_of(self, code: str) -> TypeRef | None:
        """The type of a case that exists: also one that has ended since."""
        return self.types.get(code) or self.ended_types.get(code)

    def procedures_for(self, type_code: str, base: str, subtype: str) -> list[ProcedureRef]:
        """The SOPs in force for such a case, the most specific first."""
        fitting = [p for p in self.procedures if p.type in (type_code, base) and p.subtype in ("", subtype)]
        return sorted(fitting, key=lambda p: not p.subtype)

    def takes_part(self, agency: AgencyRef, at: datetime) -> bool:
        """Whether the agency takes part at all: no agreement needed, or one in force."""
        if not agency.needs_agreement:
            return True
        agreement = self.agreements.get(agency.code)
        return agreement is not None and agreement.in_force(at)


def _middle_of(areas: Iterable[AreaRef]) -> tuple[float, float] | None:
    known = [(area.lat, area.lon) for area in areas if area.lat is not None and area.lon is not None]
    if not known:
        return None
    return sum(lat for lat, _ in known) / len(known), sum(lon for _, lon in known) / len(known)


def number_sequence(region: str) -> str:
    return f"region_number_{region.replace('.', '_')}"


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything, of one version."""

    version: int
    regions: Mapping[str, RegionRef]

    def region(self, code: str) -> RegionRef | None:
        return self.regions.get(code)

    def centre_of(self, code: str) -> RegionRef | None:
        """The region whose centre answers for `code` (Jakarta Pusat → DKI Jakarta)."""
        region = self.regions.get(code)
        if region is not None and region.served_by:
            return self.regions.get(region.served_by)
        return region
