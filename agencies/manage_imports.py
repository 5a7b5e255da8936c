"""Pages of the administration for boundaries and places: bring a file, look at it, apply it, take it back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from agencies import importing
from agencies.forms import ManageForm
from agencies.importfile import MOST_BYTES, Row, State
from agencies.manage_frame import Desk, managed
from agencies.models import Import, Outline, Place
from agencies.problems import Problem
from agencies.sentences import spoken

MOST_SHOWN = 300
STATES = {
    State.WRONG: (_("salah"), "danger"),
    State.NEW: (_("baru"), "success"),
    State.CHANGED: (_("berubah"), "warning"),
    State.SAME: (_("sama"), "secondary"),
    State.SKIPPED: (_("dilewati"), "secondary"),
}
"""What a state is called, and Bootstrap's colour of its badge; in the order in which rows are shown."""


class ImportForm(ManageForm):
    """The file and what must be known about it."""

    kind = forms.ChoiceField(label=_("Isi berkas"), choices=spoken(Import.Kind.choices))
    file = forms.FileField(label=_("Berkas"), allow_empty_file=False)
    source = forms.CharField(
        label=_("Sumber data"), max_length=120, help_text=_("Misalnya: BIG 2024, Dinas Kominfo, OpenStreetMap.")
    )
    column = forms.CharField(
        label=_("Kolom kode"), max_length=60, required=False,
        help_text=_("Hanya untuk batas; dicari sendiri bila dikosongkan."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("Berkas lebih besar dari %(size)s MB.") % {"size": MOST_BYTES // 1_000_000})
        return upload

    def values(self) -> dict[str, Any]:
        data, upload = self.cleaned_data, self.cleaned_data["file"]
        options = {"source": data["source"], "column": data["column"]}
        return {"kind": data["kind"], "file_name": upload.name, "data": upload.read(), "options": options}


@managed("manage-imports")
def imports(desk: Desk) -> HttpResponse:
    code = desk.region.code
    outlines = Outline.objects.filter(region_id=code, ended_at=None)
    return desk.render(
        "imports.html",
        rows=importing.imports_of(desk.actor, code)[:100],
        outlines=[
            (label, outlines.filter(level=level).count()) for level, label in spoken(Outline.OutlineLevel.choices)
        ],
        places=Place.objects.filter(region_id=code, ended_at=None).count(),
    )


@managed("manage-imports", "POST")
def import_new(desk: Desk) -> HttpResponse:
    form = ImportForm(desk.request.POST or None, desk.request.FILES or None)
    return desk.save(
        form, desk.does(importing.draft_import, form, region=desk.region.code), to=desk.url("manage-imports"),
        template="import_new.html", blame="file", then=lambda draft: redirect(desk.url("manage-import", draft.pk)),
    )  # fmt: skip


def _import(desk: Desk, id: str) -> Import:
    return desk.find(importing.imports_of(desk.actor, desk.region.code), pk=id)


@managed("manage-imports")
def import_detail(desk: Desk, id: str) -> HttpResponse:
    row = _import(desk, id)
    rows, problem = _rows(row)
    counts = importing.counts_of(rows) if rows else row.counts
    return desk.render(
        "import.html", row=row, problem=problem, rows=[_shown(one) for one in rows[:MOST_SHOWN]],
        more=max(0, len(rows) - MOST_SHOWN), applies=any(one.applies for one in rows),
        counts=[(label, colour, counts.get(state.value, 0)) for state, (label, colour) in STATES.items()],
    )  # fmt: skip


def _rows(row: Import) -> tuple[list[Row], str]:
    """What applying would do now, faults first; nothing for what is no draft any more."""
    if row.state != Import.State.DRAFT:
        return [], ""
    try:
        order = list(STATES)
        return sorted(importing.rows_of(row), key=lambda one: (order.index(one.state), one.number)), ""
    except Problem as problem:
        return [], problem.detail


def _shown(one: Row) -> dict[str, Any]:
    label, colour = STATES[one.state]
    return {"row": one, "label": label, "colour": colour}


def _act(desk: Desk, id: str, act: Any, done: Any) -> HttpResponse:
    """One step of an import; what is refused is said on its page."""
    row = _import(desk, id)
    try:
        act(import_id=row.pk, region=desk.region.code, actor=desk.actor, at=desk.at)
    except Problem as problem:
        messages.error(desk.request, problem.detail)
        return redirect(desk.url("manage-import", row.pk))
    messages.success(desk.request, str(done))
    return redirect(desk.url("manage-imports"))


@managed("manage-imports", "POST")
def import_apply(desk: Desk, id: str) -> HttpResponse:
    if desk.request.method != "POST":
        return redirect(desk.url("manage-import", id))
    return _act(desk, id, importing.apply_import, _("Impor diterapkan; berlaku di semua layar dalam 2 detik."))


@managed("manage-imports", "POST")
def import_discard(desk: Desk, id: str) -> HttpResponse:
    if desk.request.method != "POST":
        return redirect(desk.url("manage-import", id))
    return _act(desk, id, importing.discard_import, _("Pratinjau dibuang; tidak ada yang berubah."))


@managed("manage-imports", "POST")
def import_undo(desk: Desk, id: str) -> HttpResponse:
    row = _import(desk, id)
    left: list[int] = []

    def undo() -> None:
        left.append(importing.undo_import(import_id=row.pk, region=desk.region.code, actor=desk.actor, at=desk.at))
        if left[0]:
            kept = _("%(n)s tempat dibiarkan karena sudah diubah sesudah impor ini.") % {"n": left[0]}
            messages.warning(desk.request, str(kept))

    return desk.confirm(
        undo,
        title=_("Batalkan impor “%(name)s”?") % {"name": row.file_name},
        text=_("Batas atau tempat kembali seperti sebelum impor ini. Laporan yang sudah tersimpan tidak berubah."),
        button=_("Batalkan impor"),
        done=_("Impor dibatalkan; berlaku di semua layar dalam 2 detik."),
        to=desk.url("manage-imports"),
    )
