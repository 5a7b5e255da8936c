"""The matrix of run cards: who would be sent where, who stands in, and where nobody is (areas × types)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse

from agencies.manage_frame import Desk, managed
from agencies.packformat import SUBTYPES_OF
from dispatch.availability import absences
from dispatch.routing import Cell, Kind, kinds_of, matrix


@managed("manage-gaps")
def gaps(desk: Desk) -> HttpResponse:
    """A row for each kecamatan, a column for each type; with `?jenis=TYPE` for its subtypes, with `?instansi=CODE`
    the cells in which that agency has no part step back."""
    region = desk.reference
    chosen, agency = desk.request.GET.get("jenis", ""), desk.request.GET.get("instansi", "")
    if (chosen and chosen not in region.types) or (agency and agency not in region.agencies):
        raise Http404
    districts = sorted((a for a in region.areas.values() if a.level == "kecamatan"), key=lambda area: area.name)
    kinds = _subtypes(desk, chosen) if chosen else kinds_of(region)
    cells = matrix(region, [(area.code,) for area in districts], kinds, desk.at, absences(region, desk.at))
    names = {a.code: a.short or a.name for a in region.agencies.values()}
    rows = [
        {
            "area": area.name,
            "cells": [_shown(desk, cells[area.code, kind], area.code, kind, names, agency) for kind in kinds],
        }
        for area in districts
    ]
    return desk.render(
        "gaps.html", districts=districts, rows=rows, columns=[_column(desk, kind, chosen) for kind in kinds],
        missing=sum(not cell.lead for cell in cells.values()), number=len(cells), agency=agency,
        part=sum(agency in cell.agencies for cell in cells.values()),
        agencies=sorted(names.items(), key=lambda named: named[1]),
        chosen=chosen, types=[(kind[0], desk.type_name(kind[0])) for kind in kinds_of(region)],
    )  # fmt: skip


def _subtypes(desk: Desk, type_: str) -> Sequence[Kind]:
    """A type as a whole, and its subtypes that have a card of their own."""
    base = desk.base_of[type_]
    with_card = {card.subtype for card in desk.reference.run_cards if card.type in (type_, base)}
    return [(type_, base, ""), *((type_, base, sub) for sub in SUBTYPES_OF.get(base, ()) if sub in with_card)]


def _column(desk: Desk, kind: Kind, chosen: str) -> dict[str, str]:
    if not chosen:
        return {"name": desk.type_name(kind[0]), "type": kind[0]}
    return {"name": desk.subtype_name(kind[2]) if kind[2] else desk.type_name(kind[0]), "type": ""}


def _shown(desk: Desk, cell: Cell, area: str, kind: Kind, names: dict[str, str], agency: str) -> dict[str, Any]:
    """Names instead of codes; the cell leads to its card, a gap to a new one for just this place."""
    new = desk.url("manage-run-card-new") + "?" + urlencode({"jenis": kind[0], "subjenis": kind[2], "area": area})
    return {
        "cell": cell,
        "lead": names.get(cell.lead, ""),
        "referral": names.get(cell.referral, ""),
        "backup": names.get(cell.backup, ""),
        "planned": names.get(cell.planned, "") if cell.planned != cell.lead else "",
        "support": [names.get(code, code) for code in cell.support],
        "url": desk.url("manage-run-card", cell.card) if cell.card and (cell.lead or cell.own) else new,
        "apart": bool(agency) and agency not in cell.agencies,
    }
