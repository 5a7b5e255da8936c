"""The administration of procedures (SOP): edited beside what the operator sees, compared, taken back."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import manage_selectors, policy_forms, publishing
from agencies.difference import Line, Mark, differences
from agencies.manage_frame import Desk, managed
from agencies.manage_policy import newer_version
from agencies.models import Procedure
from agencies.questions import KEYS

PAGE = "manage-procedures"
PARTS = (("questions", _("Pertanyaan")), ("steps", _("Langkah")), ("tell_caller", _("Sampaikan")))
MARKS = {
    Mark.SAME: ("", ""), Mark.ADDED: ("+", _("ditambah")), Mark.REMOVED: ("−", _("dihapus")),
    Mark.MOVED: ("↕", _("dipindah")),
}  # fmt: skip
"""A sign and a word for what became of a line; nothing for what stayed."""


@managed(PAGE)
def procedures(desk: Desk) -> HttpResponse:
    rows = manage_selectors.procedures_of(desk.actor, desk.region.code)
    groups = [
        {
            "name": desk.type_name(code),
            "rows": [{"row": row, "subtype": desk.subtype_name(row.subtype) if row.subtype else ""} for row in group],
        }
        for code, group in groupby(rows, key=lambda row: row.type)
    ]
    return desk.render("procedures.html", groups=groups)


def _form(desk: Desk, initial: dict[str, Any] | None = None) -> policy_forms.ProcedureForm:
    return policy_forms.ProcedureForm(
        desk.request.POST or None, initial=initial, types=desk.types, base_of=desk.base_of, agencies=desk.agencies()
    )


def _edited(desk: Desk, form: policy_forms.ProcedureForm, title: Any, old: Procedure | None = None,
            **more: Any) -> HttpResponse:  # fmt: skip
    form.old_excludes = tuple(old.excludes) if old else ()
    return desk.save(
        form, desk.does(publishing.publish_procedure, form, region=desk.region.code),
        done=_("SOP terbit."), to=desk.url(PAGE), template="procedure_form.html", title=title,
        keys=",".join(KEYS), **more,
    )  # fmt: skip


@managed(PAGE, "POST")
def procedure_new(desk: Desk) -> HttpResponse:
    return _edited(desk, _form(desk), _("SOP baru"))


def _procedure(desk: Desk, id: str) -> Procedure:
    return desk.find(manage_selectors.every_procedure(desk.actor, desk.region.code), pk=id)


@managed(PAGE, "POST")
def procedure_edit(desk: Desk, id: str) -> HttpResponse:
    procedure = _procedure(desk, id)
    if newer := newer_version(desk, procedure, "manage-procedure"):
        return newer
    form = _form(desk, policy_forms.ProcedureForm.initial_of(procedure))
    form.fix("type", "subtype")
    return _edited(
        desk, form, procedure.title, procedure, version=procedure.version,
        history_url=desk.url("manage-procedure-history", procedure.pk),
        end_url=desk.url("manage-procedure-end", procedure.pk), end_label=_("Akhiri SOP ini…"),
    )  # fmt: skip


@managed(PAGE, "POST")
def procedure_end(desk: Desk, id: str) -> HttpResponse:
    procedure = _procedure(desk, id)
    return desk.confirm(
        desk.does(publishing.end_procedure, procedure=procedure),
        title=_("Akhiri SOP “%(title)s”?") % {"title": procedure.title},
        text=_("Operator melihat SOP umum jenis itu sebagai gantinya."),
        button=_("Akhiri SOP"),
        done=_("SOP diakhiri."),
        to=desk.url(PAGE),
    )


@managed(PAGE, "POST")
def procedure_restore(desk: Desk, id: str) -> HttpResponse:
    """An old version comes back as a new one: what was decided with the versions in between stays true."""
    procedure = _procedure(desk, id)
    return desk.confirm(
        desk.does(publishing.restore_procedure, procedure=procedure),
        title=_("Kembalikan “%(title)s” ke versi %(version)s?")
        % {"title": procedure.title, "version": procedure.version},
        text=_("Isi versi itu terbit sebagai versi baru. Versi yang berlaku sekarang tetap ada di riwayat."),
        button=_("Kembalikan"),
        done=_("SOP dikembalikan ke versi lama."),
        to=desk.url(PAGE),
    )


@managed(PAGE)
def procedure_history(desk: Desk, id: str) -> HttpResponse:
    """Every version, newest first, each with what it changed in the one before."""
    procedure = _procedure(desk, id)
    versions = list(manage_selectors.versions_of(desk.actor, Procedure, desk.region.code, procedure.key))
    rows = [
        {"version": new, "parts": _parts(old, new), "retitled": old.title if old and old.title != new.title else ""}
        for new, old in zip(versions, [*versions[1:], None], strict=True)
    ]
    return desk.render("procedure_history.html", procedure=procedure, rows=rows)


def _parts(old: Procedure | None, new: Procedure) -> list[dict[str, Any]]:
    parts = []
    for name, label in PARTS:
        now = getattr(new, name)
        found = differences(getattr(old, name) if old else now, now)
        parts.append({"label": label, "lines": [_said(line) for line in found]})
    return parts


def _said(line: Line) -> dict[str, Any]:
    sign, word = MARKS[line.mark]
    return {"text": line.text, "mark": line.mark.value, "sign": sign, "word": word}
