"""The types of a region: the eight national ones and its own, which its admin names anew or ends."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agencies.forms import TypeNameForm
from agencies.manage_frame import Desk, managed
from agencies.manage_selectors import own_types_of
from agencies.models import IncidentType
from agencies.problems import Problem
from dispatch.services import own_types

HOLDING = {
    "rule": (_("aturan"), "rules-edit"),
    "example": (_("contoh"), "rules-examples"),
    "subtype": (_("subjenis yang dipetakan ke jenis ini"), ""),
}
"""What holds a type: its name and the page on which it is changed."""


@managed("manage-types")
def types(desk: Desk) -> HttpResponse:
    own = list(own_types_of(desk.actor, desk.region.code))
    used: dict[str, int] = {}
    for card in desk.reference.run_cards:
        used[card.type] = used.get(card.type, 0) + 1
    return desk.render(
        "types.html",
        own=[{"type": row, "base": desk.type_name(row.base), "cards": used.get(row.code, 0)}
             for row in own if row.ended_at is None],
        ended=[row for row in own if row.ended_at is not None],
        national=[kind for kind in desk.reference.types.values() if not kind.own],
    )  # fmt: skip


def _in_force(desk: Desk) -> QuerySet[IncidentType]:
    return own_types_of(desk.actor, desk.region.code).filter(ended_at=None)


@managed("manage-types", "POST")
def type_edit(desk: Desk, code: str) -> HttpResponse:
    row = desk.find(_in_force(desk), code=code)
    form = TypeNameForm(desk.request.POST or None, initial={"name": row.name})

    def save() -> None:
        own_types.rename_type(region=desk.region.code, code=code, actor=desk.actor, at=desk.at, **form.values())

    return desk.save(
        form, save, done=_("Nama jenis disimpan; laporan lama ikut memakai nama baru."), to=desk.url("manage-types"),
        title=_("Jenis “%(name)s”") % {"name": row.name}, end_url=desk.url("manage-type-end", code),
        end_label=_("Akhiri jenis ini…"),
    )  # fmt: skip


@managed("manage-types", "POST")
def type_end(desk: Desk, code: str) -> HttpResponse:
    """First what must be changed and what ends with it; ending is only offered when nothing holds the type."""
    row = desk.find(_in_force(desk), code=code)
    error = ""
    if desk.request.method == "POST":
        try:
            own_types.end_type(region=desk.region.code, code=code, actor=desk.actor, at=desk.at)
        except Problem as problem:
            error = problem.detail
        else:
            return desk.go(desk.url("manage-types"), _("Jenis diakhiri; tidak ditawarkan lagi."))
    uses = own_types.uses_of(desk.region.code, code)
    return desk.render(
        "type_end.html", status=409 if error else 200, type=row, base=desk.type_name(row.base), error=error,
        holding=[_held(desk, what, name) for what, name in uses.holding], along=_along(uses),
        back=desk.url("manage-types"),
    )  # fmt: skip


def _held(desk: Desk, what: str, name: str) -> dict[str, Any]:
    label, page = HOLDING[what]
    args = [name] if what == "rule" else []
    shown = desk.subtype_name(name) if what == "subtype" else name
    return {"label": label, "name": shown, "url": desk.url(page, *args) if page else ""}


def _along(uses: own_types.Uses) -> list[str]:
    cards, times = len(uses.run_cards), len(uses.targets)
    named = [
        (cards, ngettext("%(n)d kartu penugasan", "%(n)d kartu penugasan", cards)),
        (times, ngettext("%(n)d target waktu", "%(n)d target waktu", times)),
    ]
    found = [text % {"n": number} for number, text in named if number]
    return found + [str(_("SOP “%(title)s”") % {"title": sop.title}) for sop in uses.procedures]
