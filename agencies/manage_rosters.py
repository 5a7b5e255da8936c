"""The administration of duty officers: the plan of each agency, and its import from a file."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from agencies import rostering
from agencies.forms import ManageForm, phone_field
from agencies.manage_frame import Desk, managed
from agencies.models import Agency, Roster
from agencies.problems import Problem
from agencies.rosterfile import COLUMNS, read_rows

MOST_BYTES = 1_000_000
SHOWN_DAYS = 14
MOMENT = {"type": "datetime-local"}
MOMENT_FORMAT = "%Y-%m-%dT%H:%M"


class DutyForm(ManageForm):
    agency = forms.ModelChoiceField(label=_("Instansi"), queryset=Agency.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Nama petugas"), max_length=80)
    phone = phone_field(_("Telepon"))
    email = forms.EmailField(label=_("Surel"), required=False)
    from_at = forms.DateTimeField(label=_("Dari"), widget=forms.DateTimeInput(attrs=MOMENT, format=MOMENT_FORMAT))
    until_at = forms.DateTimeField(label=_("Sampai"), widget=forms.DateTimeInput(attrs=MOMENT, format=MOMENT_FORMAT))
    position = forms.IntegerField(label=_("Urutan"), min_value=1, max_value=9, initial=1,
                                  help_text=_("1 dihubungi lebih dahulu."))  # fmt: skip

    def __init__(self, *args: Any, agencies: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("from_at", "until_at"):
            if cleaned.get(name):  # typed without an offset: the region's time
                cleaned[name] = cleaned[name].replace(tzinfo=self.zone)
        if not cleaned.get("phone") and not cleaned.get("email") and not self.errors:
            self.add_error("phone", _("Isi telepon atau surel."))
        return cleaned

    def fields_of_duty(self) -> dict[str, Any]:
        """What is the duty's own; whose it is does not change."""
        return {name: value for name, value in self.values().items() if name != "agency"}

    @staticmethod
    def initial_of(duty: Roster, zone: ZoneInfo) -> dict[str, Any]:
        values = {name: getattr(duty, name) for name in ("agency", "name", "phone", "email", "position")}
        moments = {name: getattr(duty, name).astimezone(zone).replace(tzinfo=None) for name in ("from_at", "until_at")}
        return values | moments


class DutyFileForm(forms.Form):
    file = forms.FileField(
        label=_("Berkas CSV"), allow_empty_file=False,
        help_text=_("Kolom: %(columns)s. Waktu: 2026-11-23 07:00.") % {"columns": ", ".join(COLUMNS)},
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("Berkas lebih besar dari 1 MB."))
        return upload


def _duties(desk: Desk) -> Any:
    return Roster.objects.filter(agency__in=desk.agencies(), ended_at=None).select_related("agency")


@managed("manage-rosters")
def rosters(desk: Desk) -> HttpResponse:
    """From now on, by agency; who has nobody on duty now is named."""
    coming = _duties(desk).filter(until_at__gt=desk.at, from_at__lt=desk.at + dt.timedelta(days=SHOWN_DAYS))
    rows = [
        {"duty": duty, "now": duty.from_at <= desk.at}
        for duty in coming.order_by("agency__code", "from_at", "position")
    ]
    covered = {row["duty"].agency_id for row in rows if row["now"]}
    bare = [agency for agency in desk.agencies() if agency.pk not in covered]
    return desk.render("rosters.html", rows=rows, bare=bare, days=SHOWN_DAYS)


def _form(desk: Desk, initial: dict[str, Any] | None = None) -> DutyForm:
    return DutyForm(desk.request.POST or None, initial=initial, agencies=desk.agencies(), zone=desk.zone)


@managed("manage-rosters", "POST")
def duty_new(desk: Desk) -> HttpResponse:
    form = _form(desk)
    save = desk.does(rostering.add_duty, agency=lambda: form.cleaned_data["agency"], fields=form.fields_of_duty)
    return desk.save(form, save, done=_("Jadwal disimpan."), to=desk.url("manage-rosters"), title=_("Petugas piket"))


@managed("manage-rosters", "POST")
def duty_edit(desk: Desk, id: str) -> HttpResponse:
    duty = desk.find(_duties(desk), pk=id)
    form = _form(desk, DutyForm.initial_of(duty, desk.zone))
    form.fix("agency")
    save = desk.does(rostering.update_duty, duty=duty, fields=form.fields_of_duty)
    return desk.save(
        form, save, done=_("Jadwal disimpan."), to=desk.url("manage-rosters"), title=duty.name,
        end_url=desk.url("manage-duty-end", duty.pk), end_label=_("Cabut dari jadwal…"),
    )  # fmt: skip


@managed("manage-rosters", "POST")
def duty_end(desk: Desk, id: str) -> HttpResponse:
    duty = desk.find(_duties(desk), pk=id)
    return desk.confirm(
        desk.does(rostering.end_duty, duty=duty),
        title=_("Cabut %(name)s dari jadwal?") % {"name": duty.name},
        text=_("Petugas ini tidak lagi dihubungi untuk jadwal itu."),
        button=_("Cabut"),
        done=_("Jadwal dicabut."),
        to=desk.url("manage-rosters"),
    )


@managed("manage-rosters", "POST")
def roster_import(desk: Desk) -> HttpResponse:
    """All rows or none: what is wrong is named by its line."""
    form = DutyFileForm(desk.request.POST or None, desk.request.FILES or None)
    wrong: list[Any] = []
    if desk.request.method == "POST" and form.is_valid():
        codes = {agency.code for agency in desk.agencies()}
        rows = read_rows(form.cleaned_data["file"].read(), codes, desk.zone)
        wrong = [row for row in rows if row.problem]
        if not wrong:
            try:
                added = rostering.import_duties(region=desk.region.code, rows=rows, actor=desk.actor, at=desk.at)
            except Problem as problem:
                form.add_error("file", problem.detail)
            else:
                messages.success(desk.request, str(_("%(n)s jadwal ditambahkan.") % {"n": added}))
                return redirect(desk.url("manage-rosters"))
    status = 422 if form.errors or wrong else 200
    return desk.render("roster_import.html", form=form, wrong=wrong, back=desk.url("manage-rosters"), status=status)
