"""One agency on one page: how it is reached, who is on duty, what it has, what it is sent to and by which agreement."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import labels, manage_selectors
from agencies.access import AGENCY_ROLES
from agencies.manage_frame import Desk, managed
from agencies.manage_policy import agreement_row
from agencies.models import Agency, Channel, Roster
from agencies.reference import RunCardRef
from agencies.selectors import config_visible_to, memberships_in_force

AHEAD = dt.timedelta(days=7)
PARTS = {"lead": _("Utama"), "support": _("Pendukung"), "backup": _("Cadangan")}


@managed("manage-agencies")
def agency(desk: Desk, code: str) -> HttpResponse:
    row: Agency = desk.find(desk.agencies(), code=code)
    duties = Roster.objects.filter(agency=row, ended_at=None, until_at__gt=desk.at, from_at__lt=desk.at + AHEAD)
    channels = Channel.objects.filter(agency=row, ended_at=None)
    agreements = manage_selectors.agreements_of(desk.actor, desk.region, desk.at)
    units = manage_selectors.units_of(desk.actor, desk.region.code).filter(agency=row, ended_at=None)
    people = memberships_in_force(desk.at).filter(agency=row, role__in=AGENCY_ROLES, user__is_active=True)
    return desk.render(
        "agency.html", agency=row, kind=labels.AGENCY_KINDS.get(row.kind, row.kind), title=row.name,
        duties=[
            {"duty": duty, "now": duty.from_at <= desk.at}
            for duty in config_visible_to(desk.actor, duties, "agency__region_id").order_by("from_at", "position")
        ],
        channels=config_visible_to(desk.actor, channels),
        units=[{"unit": unit, "kind": labels.UNIT_KINDS.get(unit.kind, unit.kind)} for unit in units],
        people=[
            {"user": member.user, "role": labels.ROLES[member.role]}
            for member in config_visible_to(desk.actor, people).select_related("user").order_by("role", "from_at")
        ],
        agreement=next((agreement_row(desk, one) for one in agreements if one.agency.pk == row.pk), None),
        parts=_parts(desk, code), now=desk.at,
    )  # fmt: skip


def _parts(desk: Desk, code: str) -> list[dict[str, Any]]:
    """The cards that name the agency, by the part that it has in them."""
    found: dict[str, list[dict[str, str]]] = {part: [] for part in PARTS}
    for card in desk.reference.run_cards:
        for part in _part_in(card, code):
            found[part].append({"name": _card_name(desk, card), "url": desk.url("manage-run-card", card.id)})
    return [{"label": PARTS[part], "cards": cards} for part, cards in found.items() if cards]


def _part_in(card: RunCardRef, code: str) -> Iterable[str]:
    for line in card.lines:
        if line.agency == code:
            yield "lead" if line.role == "lead" else "support"
        if line.backup == code:
            yield "backup"


def _card_name(desk: Desk, card: RunCardRef) -> str:
    area = desk.reference.areas.get(card.area)
    parts = [
        desk.type_name(card.type),
        desk.subtype_name(card.subtype) if card.subtype else "",
        area.name if area else "",
    ]
    return " · ".join(part for part in parts if part)
