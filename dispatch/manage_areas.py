"""The areas of a region and what else people call them."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies.forms import LinesField, ManageForm
from agencies.manage_frame import Desk, managed
from agencies.reference import AreaRef
from dispatch.services import area_names
from incidents.landmarks import area_words


class AreaNamesForm(ManageForm):
    names = LinesField(
        label=_("Nama lain"), required=False, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Satu per baris, sebagaimana orang menyebutnya. Nama ini dicari di kotak lokasi dan di kata-kata "
                    "pelapor: hindari kata umum seperti pasar atau lapangan saja."),
    )  # fmt: skip


@managed("manage-areas")
def areas(desk: Desk) -> HttpResponse:
    """Every kecamatan with its villages, each with its further names."""
    known = sorted(desk.reference.areas.values(), key=lambda area: area.name)
    groups = [
        {"district": _shown(desk, district), "rows": [_shown(desk, a) for a in known if a.parent == district.code]}
        for district in known
        if district.level == "kecamatan"
    ]
    named = sum(bool(area.aliases) for area in known)
    return desk.render("areas.html", groups=groups, named=named)


def _shown(desk: Desk, area: AreaRef) -> dict[str, Any]:
    return {"area": area, "label": area_words(desk.reference, area.code).partition(",")[0]}


@managed("manage-areas", "POST")
def area_edit(desk: Desk, code: str) -> HttpResponse:
    area = desk.reference.areas.get(code)
    if area is None:
        raise Http404
    form = AreaNamesForm(desk.request.POST or None, initial={"names": list(area.aliases)})

    def save() -> None:
        area_names.set_names(region=desk.region.code, area=code, actor=desk.actor, at=desk.at, **form.values())

    return desk.save(
        form, save, done=_("Nama lain disimpan; berlaku di semua layar dalam 2 detik."), to=desk.url("manage-areas"),
        title=_("Nama lain %(area)s") % {"area": area_words(desk.reference, code)},
    )  # fmt: skip
