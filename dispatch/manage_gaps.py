"""The gap map: who would be sent where, and where nobody is (areas × types)."""

from django.http import HttpResponse

from agencies.manage_frame import Desk, managed
from agencies.sentences import said
from dispatch.availability import absences
from dispatch.routing import gap_map


@managed("manage-gaps")
def gaps(desk: Desk) -> HttpResponse:
    """A row for each type, a column for each kecamatan; a cell names the lead or marks the gap."""
    region = desk.reference
    districts = sorted((a for a in region.areas.values() if a.level == "kecamatan"), key=lambda area: area.name)
    cells = gap_map(region, [(area.code,) for area in districts], desk.at, absences(region, desk.at))
    short = {agency.code: agency.short or agency.name for agency in region.agencies.values()}
    rows = [
        {
            "name": said(type_.name),
            "cells": [
                {"cell": cells[area.code, type_.code], "area": area.name,
                 "lead": short.get(cells[area.code, type_.code].lead, ""),
                 "referral": short.get(cells[area.code, type_.code].referral, "")}
                for area in districts
            ],
        }
        for type_ in region.types.values()
        if (districts and (districts[0].code, type_.code) in cells)
    ]  # fmt: skip
    missing = sum(not cell.lead for cell in cells.values())
    return desk.render("gaps.html", districts=districts, rows=rows, missing=missing, number=len(cells))
