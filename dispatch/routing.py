"""Which agencies go: run card, area, authority and agreements, with a reason for each one chosen or passed over. Pure.

The most specific run card in force wins: area before subtype before priority before hours before type. An agency
without an agreement in force gets nothing; the caller is referred to its own number instead, and that is recorded.
An agency that takes nothing now is replaced by its backup; one without a free unit keeps its responsibility and is
joined by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from agencies.reference import AgencyRef, LineRef, RegionRef, RunCardRef, in_hours

_SAVES_LIVES = frozenset({"medical", "fire", "disaster"})


class Absence(StrEnum):
    """Why an agency cannot send anybody now."""

    PAUSED = "sedang tidak menerima tugas"
    NO_UNIT = "tidak ada unit yang siap"
    DECLINED = "menolak tugas"
    SILENT = "tidak menjawab"


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about the incident. `areas`: its area and the areas around it, smallest first; `absent`: agencies
    (by code) that cannot send anybody now."""

    type: str
    base: str
    subtype: str
    priority: str
    at: datetime
    extra_types: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    absent: Mapping[str, Absence] = field(default_factory=dict)
    alarm: int = 1
    """How far the alarm has been raised: lines of higher levels wait."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An agency that gets an assignment."""

    agency: AgencyRef
    role: str
    position: int
    reason: str
    run_card: RunCardRef | None = None
    agreement_id: str = ""
    agreement_version: int = 0


@dataclass(frozen=True, slots=True)
class Referred:
    """An agency to whose own number the caller is referred."""

    agency: AgencyRef
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    agency: str
    reason: str


@dataclass(frozen=True, slots=True)
class Routing:
    """The answer; `run_card` is the card that named the lead."""

    chosen: tuple[Chosen, ...]
    referred: tuple[Referred, ...]
    passed_over: tuple[PassedOver, ...]
    run_card: RunCardRef | None = None


@dataclass(slots=True)
class _Draft:
    region: RegionRef
    case: Case
    chosen: dict[str, Chosen] = field(default_factory=dict)
    referred: dict[str, Referred] = field(default_factory=dict)
    passed: dict[str, PassedOver] = field(default_factory=dict)


def route(region: RegionRef, case: Case) -> Routing:
    """Lead and supporting agencies by the region's run cards; further types that are needed add their leads."""
    draft = _Draft(region, case)
    card = run_card_for(region, case, case.type, case.base, case.subtype)
    if card is not None:
        for line in card.lines:
            if line.alarm <= case.alarm:
                _add(draft, line, line.role, card, f"kartu tugas {_name(card)}")
    for extra in case.extra_types:
        _add_extra(draft, extra)
    return _finish(draft, card)


def route_chosen(region: RegionRef, case: Case, wanted: Sequence[tuple[str, str]]) -> Routing:
    """The operator's own choice of (agency code, role). Authority and agreements still hold."""
    draft = _Draft(region, case)
    for code, role in wanted:
        _add(draft, LineRef(code, role), role, None, "dipilih operator")
    return _finish(draft, None)


def route_further(region: RegionRef, case: Case, types: Iterable[str]) -> Routing:
    """Who goes besides because something further is needed than what the case was at first: the leads of these types,
    as supporting agencies."""
    draft = _Draft(region, case)
    for extra in types:
        _add_extra(draft, extra)
    return Routing(tuple(draft.chosen.values()), tuple(draft.referred.values()), tuple(draft.passed.values()))


def next_alarm(region: RegionRef, case: Case) -> int | None:
    """The next level of the case's run card above its own; None when the card holds nobody back."""
    card = run_card_for(region, case, case.type, case.base, case.subtype)
    higher = [line.alarm for line in card.lines if line.alarm > case.alarm] if card else []
    return min(higher, default=None)


def route_alarm(region: RegionRef, case: Case, level: int) -> Routing:
    """Who goes besides when the alarm is raised to `level`: the supporting lines above the case's own level up to it,
    with their backups, each with the reason. Nobody becomes the lead by it."""
    draft = _Draft(region, replace(case, alarm=level))
    card = run_card_for(region, case, case.type, case.base, case.subtype)
    for line in card.lines if card else ():
        if case.alarm < line.alarm <= level:
            _add(draft, line, "support", card, f"alarm {line.alarm}: kartu tugas {_name(card) if card else ''}")
    return Routing(
        tuple(draft.chosen.values()), tuple(draft.referred.values()), tuple(draft.passed.values()), card
    )  # fmt: skip


def run_card_for(region: RegionRef, case: Case, type_: str, base: str, subtype: str) -> RunCardRef | None:
    """The most specific run card for a type, or None: then no agency is mapped."""
    fitting = [card for card in region.run_cards if _fits(card, region, case, type_, base, subtype)]
    return max(fitting, key=lambda card: _specificity(card, case, type_), default=None)


def _fits(card: RunCardRef, region: RegionRef, case: Case, type_: str, base: str, subtype: str) -> bool:
    return (
        card.type in (type_, base)
        and card.subtype in ("", subtype)
        and card.area in ("", *case.areas)
        and card.priority in ("", case.priority)
        and in_hours(card, case.at.astimezone(region.tz).hour)
    )


def _specificity(card: RunCardRef, case: Case, type_: str) -> tuple[int, bool, bool, bool, bool, str]:
    area = len(case.areas) - case.areas.index(card.area) if card.area else 0
    return (area, bool(card.subtype), bool(card.priority), card.from_hour is not None, card.type == type_, card.id)


def _add_extra(draft: _Draft, extra: str) -> None:
    type_ = draft.region.types.get(extra)
    base = type_.base if type_ else extra
    card = run_card_for(draft.region, draft.case, extra, base, "")
    if card is None or base == draft.case.base or not _may_add(draft, base):
        return
    for line in card.lines:
        if line.role == "lead":
            _add(draft, line, "support", card, f"juga {type_.name if type_ else extra}")


def _may_add(draft: _Draft, base: str) -> bool:
    """A confidential case is shown to nobody whom it does not need: only danger to life adds an agency by itself."""
    own = draft.region.type_of(draft.case.type)
    return own is None or not own.confidential or base in _SAVES_LIVES


def _add(draft: _Draft, line: LineRef, role: str, card: RunCardRef | None, why: str) -> None:
    agency = draft.region.agencies.get(line.agency)
    if line.agency in draft.chosen or line.agency in draft.referred:
        return
    if agency is None:
        draft.passed[line.agency] = PassedOver(line.agency, "instansi tidak dikenal di wilayah ini")
        return
    if line.agency in _excluded(draft):
        draft.passed[agency.code] = PassedOver(agency.code, "di luar wewenang menurut SOP")
        return
    if not _agreed(draft, agency):
        _refer(draft, agency, line, role, card)
        return
    absence = draft.case.absent.get(agency.code)
    if absence in (Absence.PAUSED, Absence.DECLINED, Absence.SILENT):
        draft.passed[agency.code] = PassedOver(agency.code, f"{agency.name} {absence}")
        _add_backup(draft, agency, line, role, card)
        return
    if absence is Absence.NO_UNIT:
        why = f"{why}; {absence}"
    agreement = draft.region.agreements.get(agency.code) if agency.needs_agreement else None
    draft.chosen[agency.code] = Chosen(
        agency, role, len(draft.chosen), why, card, agreement.id if agreement else "",
        agreement.version if agreement else 0,
    )  # fmt: skip
    if absence is Absence.NO_UNIT:
        _add_backup(draft, agency, line, "support", card)


def _add_backup(draft: _Draft, agency: AgencyRef, line: LineRef, role: str, card: RunCardRef | None) -> None:
    if line.backup:
        _add(draft, LineRef(line.backup, role), role, card, f"cadangan untuk {agency.short or agency.name}")


def _agreed(draft: _Draft, agency: AgencyRef) -> bool:
    if not agency.needs_agreement:
        return True
    agreement = draft.region.agreements.get(agency.code)
    return agreement is not None and agreement.covers(draft.case.type, draft.case.base, draft.case.at)


def _refer(draft: _Draft, agency: AgencyRef, line: LineRef, role: str, card: RunCardRef | None) -> None:
    number = agency.referral_number or agency.phone
    why = f"{agency.name} belum terikat perjanjian (MoU) yang berlaku"
    draft.referred[agency.code] = Referred(agency, number, why)
    draft.passed[agency.code] = PassedOver(agency.code, why)
    _add_backup(draft, agency, line, role, card)


def _excluded(draft: _Draft) -> frozenset[str]:
    """Agencies that the procedures for this case keep out."""
    case = draft.case
    fitting = draft.region.procedures_for(case.type, case.base, case.subtype)
    return frozenset().union(*(procedure.excludes for procedure in fitting))


def _finish(draft: _Draft, card: RunCardRef | None) -> Routing:
    chosen = list(draft.chosen.values())
    if chosen and not any(c.role == "lead" for c in chosen):
        first = chosen[0]
        reason = f"{first.reason}; {_why_leading(draft)}" if draft.passed else first.reason
        chosen[0] = Chosen(first.agency, "lead", 0, reason, first.run_card, first.agreement_id, first.agreement_version)
    return Routing(tuple(chosen), tuple(draft.referred.values()), tuple(draft.passed.values()), card)


def _why_leading(draft: _Draft) -> str:
    why = "dirujuk" if draft.referred else "tidak dapat ditugaskan"
    return f"memimpin karena instansi utama {why}"


def _name(card: RunCardRef) -> str:
    return "/".join(part for part in (card.type, card.subtype, card.area) if part)


def backup_for(region: RegionRef, case: Case, agency: str, there: Iterable[str],
               why: Absence = Absence.DECLINED) -> Chosen | None:  # fmt: skip
    """Who takes over from an agency that declined or did not answer: its backup on the cards in force, unless it is
    `there` already.

    A backup that cannot take it itself is followed by its own.
    """
    usual = {chosen.agency.code for chosen in route(region, case).chosen}
    answer = route(region, replace(case, absent={**case.absent, agency: why}))
    own = region.agencies.get(agency)
    name = (own.short or own.name) if own else agency
    for chosen in answer.chosen:
        if chosen.agency.code not in usual | set(there):
            return replace(chosen, reason=f"{chosen.reason}: {name} {why}"[:200])
    return None


def gaps(region: RegionRef, types: Iterable[str]) -> list[str]:
    """Types without any run card: reports of these would reach nobody."""
    mapped = {card.type for card in region.run_cards}
    return [code for code in types if code not in mapped]


@dataclass(frozen=True, slots=True)
class Cell:
    """Who would lead a type in an area. `lead` is empty in a gap; then `referral` may name a number to call.

    `planned` is whom the run card names to lead: another than `lead` when that one's `backup` stands in for it.
    """

    lead: str = ""
    referral: str = ""
    reason: str = ""
    card: str = ""
    """Id of the run card."""
    planned: str = ""
    backup: str = ""
    support: tuple[str, ...] = ()
    own: bool = False
    """The card is one of this area alone."""

    @property
    def agencies(self) -> frozenset[str]:
        """Everybody who has a part in it."""
        return frozenset({self.lead, self.referral, self.planned, self.backup, *self.support} - {""})


Kind = tuple[str, str, str]
"""Type, its base, subtype."""


def matrix(region: RegionRef, areas: Sequence[tuple[str, ...]], kinds: Sequence[Kind], at: datetime,
           absent: Mapping[str, Absence] | None = None) -> dict[tuple[str, Kind], Cell]:  # fmt: skip
    """(area, kind) → who would lead there now. Each area with those around it, smallest first."""
    return {
        (around[0], kind): _cell(route(region, Case(*kind, "normal", at, (), around, absent or {})))
        for around in areas
        for kind in kinds
    }


def kinds_of(region: RegionRef) -> list[Kind]:
    """The region's types as a whole. What is no emergency needs nobody."""
    return [(t.code, t.base, "") for t in region.types.values() if t.base != "other_non_emergency"]


def gap_map(region: RegionRef, areas: Sequence[tuple[str, ...]], at: datetime,
            absent: Mapping[str, Absence] | None = None) -> dict[tuple[str, str], Cell]:  # fmt: skip
    """(area, type) → who would lead there now, over all types."""
    found = matrix(region, areas, kinds_of(region), at, absent)
    return {(area, kind[0]): cell for (area, kind), cell in found.items()}


def _cell(answer: Routing) -> Cell:
    lead = next((c for c in answer.chosen if c.role == "lead"), None)
    card = answer.run_card
    line = next((one for one in card.lines if one.role == "lead"), None) if card else None
    reason = lead.reason if lead else "; ".join(p.reason for p in answer.passed_over) or "tidak ada kartu tugas"
    return Cell(
        lead=lead.agency.code if lead else "",
        referral=answer.referred[0].agency.code if answer.referred else "",
        reason=reason,
        card=card.id if card else "",
        planned=line.agency if line else "",
        backup=line.backup if line else "",
        support=tuple(one.agency for one in card.lines if one.role != "lead") if card else (),
        own=bool(card and card.area),
    )
