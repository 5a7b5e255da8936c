"""The page of changes: filtered by who, what and when; the same rows as a file, for the same eyes."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.change_log import AUDIT_ROWS, MOST_EXPORTED, Asked, Change, changes_of
from agencies.forms import WHOLE_DAY, ManageForm, empty
from agencies.manage_frame import Desk, managed
from agencies.sheets import csv_text

PAGE = "manage-changes"
HEAD = (_("Waktu"), _("Oleh"), _("Perubahan"), _("Bidang"), _("Sebelum"), _("Sesudah"))


class ChangesForm(ManageForm):
    oleh = forms.CharField(label=_("Oleh"), required=False, max_length=80)
    jenis = forms.ChoiceField(label=_("Perubahan"), required=False)
    dari = forms.DateField(label=_("Dari"), required=False, widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d"))
    sampai = forms.DateField(
        label=_("Sampai"), required=False, widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d")
    )
    sebelum = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(labels.CHANGES.items(), key=lambda kind: str(kind[1]))
        self.fields["jenis"].choices = [*empty(_("(semua)")), *kinds]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What was asked for; what cannot be read is not asked for."""
        given = getattr(self, "cleaned_data", {})
        return Asked(
            given.get("oleh", ""), given.get("jenis", ""), given.get("dari"), given.get("sampai"), given.get("sebelum")
        )


def _form(desk: Desk) -> ChangesForm:
    form = ChangesForm(desk.request.GET)
    form.is_valid()
    return form


@managed(PAGE)
def changes(desk: Desk) -> HttpResponse:
    form = _form(desk)
    rows = changes_of(desk.actor, desk.region, form.asked())
    query = desk.request.GET.copy()
    query.pop("sebelum", None)
    export = query.urlencode()
    query["sebelum"] = str(rows[-1].id) if rows else ""
    return desk.render(
        "changes.html", form=form, changes=rows, most=AUDIT_ROWS, export=export, status=422 if form.errors else 200,
        older=query.urlencode() if len(rows) == AUDIT_ROWS else "",
    )  # fmt: skip


@managed(PAGE)
def changes_csv(desk: Desk) -> HttpResponse:
    """The filtered changes as a file, one line per field."""
    rows = changes_of(desk.actor, desk.region, _form(desk).asked(), MOST_EXPORTED)
    body = csv_text([str(head) for head in HEAD], (line for row in rows for line in _lines(desk, row)))
    answer = HttpResponse(body, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="perubahan-{desk.region.code}-{desk.today:%Y%m%d}.csv"'
    return answer


def _lines(desk: Desk, row: Change) -> list[tuple[str, ...]]:
    head = (f"{row.at.astimezone(desk.zone):%d/%m/%Y %H.%M.%S}", row.actor, row.label)
    return [(*head, field.name, field.before, field.after) for field in row.rows] or [(*head, "", "", "")]
