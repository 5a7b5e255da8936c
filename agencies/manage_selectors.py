"""What the pages of the administration read: configuration in force, what is missing, what was changed by whom."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from agencies import labels
from agencies.access import Actor
from agencies.models import Agency, Agreement, IncidentType, Membership, Procedure, Region, RunCard, Target, Unit, User
from agencies.packformat import EMERGENCY_TYPES, STAGES
from agencies.selectors import config_visible_to, configurable_regions

SOON = timedelta(days=30)


class AgreementState(StrEnum):
    UNSIGNED = "unsigned"
    COMING = "coming"
    IN_FORCE = "in_force"
    ENDING = "ending"
    ENDED = "ended"


def state_of(agreement: Agreement | None, at: datetime) -> AgreementState:
    """Where an agreement stands; ENDING: it ends within 30 days."""
    if agreement is None or agreement.ended_at is not None:
        return AgreementState.ENDED
    if agreement.signed_on is None:
        return AgreementState.UNSIGNED
    if agreement.valid_until is not None and agreement.valid_until <= at:
        return AgreementState.ENDED
    if agreement.valid_from is not None and agreement.valid_from > at:
        return AgreementState.COMING
    if agreement.valid_until is not None and agreement.valid_until <= at + SOON:
        return AgreementState.ENDING
    return AgreementState.IN_FORCE


def last_day(until: datetime | None, zone: ZoneInfo) -> date | None:
    """The last day on which something is in force, in the region's time."""
    return (until - timedelta(microseconds=1)).astimezone(zone).date() if until else None


def regions_to_manage(actor: Actor) -> QuerySet[Region]:
    """For a superuser every region with a pack; an admin's own regions with or without."""
    regions = config_visible_to(actor, Region.objects.filter(ended_at=None), "code")
    return regions.filter(has_pack=True) if configurable_regions(actor) is None else regions


def in_force(actor: Actor, model: Any, region: str) -> QuerySet[Any]:
    """Rows of the region that have not ended."""
    return config_visible_to(actor, model.objects.filter(region_id=region, ended_at=None))


def agencies_of(actor: Actor, region: str) -> QuerySet[Agency]:
    """In service first, then the ended ones."""
    return config_visible_to(actor, Agency.objects.filter(region_id=region)).order_by("-ended_at", "code")


def own_types_of(actor: Actor, region: str) -> QuerySet[IncidentType]:
    """The region's own types, ended ones too."""
    return config_visible_to(actor, IncidentType.objects.filter(region_id=region)).order_by("name", "code")


def units_of(actor: Actor, region: str) -> QuerySet[Unit]:
    units = Unit.objects.filter(agency__region_id=region).select_related("agency")
    return config_visible_to(actor, units, "agency__region_id").order_by("agency__code", "code")


def run_cards_of(actor: Actor, region: str) -> QuerySet[RunCard]:
    cards = in_force(actor, RunCard, region).select_related("area")
    return cards.prefetch_related("lines__agency", "lines__backup").order_by("type", "key")


def every_run_card(actor: Actor, region: str) -> QuerySet[RunCard]:
    """Superseded and ended versions, too."""
    return config_visible_to(actor, RunCard.objects.filter(region_id=region))


def every_procedure(actor: Actor, region: str) -> QuerySet[Procedure]:
    """Superseded and ended versions, too."""
    return config_visible_to(actor, Procedure.objects.filter(region_id=region))


def versions_of(actor: Actor, model: Any, region: str, key: str) -> QuerySet[Any]:
    """All versions of one thing, newest first."""
    return config_visible_to(actor, model.objects.filter(region_id=region, key=key)).order_by("-version")


@dataclass(frozen=True, slots=True)
class AgreementRow:
    agency: Agency
    agreement: Agreement | None
    state: AgreementState
    until: date | None


def agreements_of(actor: Actor, region: Region, at: datetime) -> list[AgreementRow]:
    """Every agency that needs an agreement or has one, with its newest version."""
    newest: dict[Any, Agreement] = {}
    for row in config_visible_to(actor, Agreement.objects.filter(region=region)).order_by("version"):
        newest[row.agency_id] = row
    zone = ZoneInfo(region.zone)
    found = []
    for agency in in_force(actor, Agency, region.code).filter(Q(needs_agreement=True) | Q(id__in=list(newest))):
        agreement = newest.get(agency.id)
        state = state_of(agreement, at) if agreement else AgreementState.UNSIGNED
        found.append(
            AgreementRow(agency, agreement, state, last_day(agreement.valid_until if agreement else None, zone))
        )
    return found


@dataclass(frozen=True, slots=True)
class TargetRow:
    type: str
    priority: str
    from_hour: int | None
    until_hour: int | None
    cells: tuple[Target | None, ...]

    @property
    def place(self) -> tuple[str, str, int | None, int | None]:
        return self.type, self.priority, self.from_hour, self.until_hour


def targets_of(actor: Actor, region: str) -> list[TargetRow]:
    """The table of times: one row per type, priority and hours, one cell per stage; the widest rows first."""
    rows: dict[tuple[str, str, int | None, int | None], dict[str, Target]] = {}
    for target in in_force(actor, Target, region):
        place = (target.type, target.priority, target.from_hour, target.until_hour)
        rows.setdefault(place, {})[target.stage] = target
    order = ["", *labels.PRIORITIES]

    def breadth(place: tuple[str, str, int | None, int | None]) -> tuple[str, int, bool, int, int]:
        return place[0], order.index(place[1]), place[2] is not None, place[2] or 0, place[3] or 0

    places = sorted(rows, key=breadth)
    return [TargetRow(*place, tuple(rows[place].get(stage) for stage in STAGES)) for place in places]


def users_of(actor: Actor, region: str) -> QuerySet[User]:
    """Everybody who has or had a role in the region."""
    rows = config_visible_to(actor, Membership.objects.filter(region_id=region))
    users = User.objects.filter(id__in=rows.values("user_id"))
    return users.prefetch_related("memberships__agency").order_by("-is_active", "username")


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that is missing for the region to be ready; `page` is the page where it is mended."""

    text: str
    page: str


def hints(actor: Actor, region: Region, types: dict[str, str], at: datetime) -> list[Hint]:
    """What an admin should look at before the centre can rely on its configuration."""
    carded = set(in_force(actor, RunCard, region.code).filter(subtype="", priority="").values_list("type", flat=True))
    found = [
        Hint(_("Jenis “%(type)s” belum punya kartu penugasan.") % {"type": types.get(code, code)}, "manage-run-cards")
        for code in EMERGENCY_TYPES
        if code not in carded
    ]
    silent = in_force(actor, Agency, region.code).filter(phone="", referral_number="")
    if names := ", ".join(str(agency) for agency in silent):
        found.append(Hint(_("Instansi tanpa nomor telepon: %(names)s.") % {"names": names}, "manage-agencies"))
    agreements = [row for row in agreements_of(actor, region, at) if row.agency.needs_agreement]
    return found + [_agreement_hint(row) for row in agreements if row.state in _WORTH_A_HINT]


_WORTH_A_HINT = (AgreementState.UNSIGNED, AgreementState.ENDED, AgreementState.ENDING)


def _agreement_hint(row: AgreementRow) -> Hint:
    values = {"agency": str(row.agency), "until": f"{row.until:%d/%m/%Y}" if row.until else ""}
    if row.state is AgreementState.ENDING:
        text = _("Perjanjian %(agency)s berakhir %(until)s; perpanjang sebelum itu.") % values
    elif row.state is AgreementState.ENDED:
        text = _("Perjanjian %(agency)s sudah berakhir; instansi ini tidak menerima laporan.") % values
    else:
        text = _("Perjanjian %(agency)s belum ditandatangani; pelapor dirujuk, bukan ditugaskan.") % values
    return Hint(text, "manage-agreements")


def procedures_of(actor: Actor, region: str) -> QuerySet[Procedure]:
    return in_force(actor, Procedure, region).order_by("type", "subtype")
