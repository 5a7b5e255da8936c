"""Forms of the administration: what was typed, checked and cleaned; what it means to the region is the services' work.

Each form knows how to begin from a row (`initial_of`) and what it hands to its service (`values`).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.access import AGENCY_ROLES, Role
from agencies.cleaning import clean_text
from agencies.models import Agency, Region, Unit, User
from agencies.models.region import Stage
from agencies.packformat import DISKOMINFO, LAT, LON, PHONE, SLUG
from agencies.reference import PAUSE_REASONS
from agencies.sentences import spoken

Choices = list[tuple[str, Any]]
WHOLE_DAY = {"type": "date"}


def empty(label: Any) -> Choices:
    return [("", label)]


def phone_field(label: Any, **options: Any) -> forms.CharField:
    check = RegexValidator(f"^{PHONE}$", _("Tulis angka, spasi, tanda hubung; boleh diawali +."))
    return forms.CharField(label=label, required=False, max_length=30, validators=[check], **options)


def _code(label: Any, longest: int, **options: Any) -> forms.CharField:
    check = RegexValidator(f"^{SLUG}$", _("Huruf kecil, angka, garis bawah; diawali huruf."))
    return forms.CharField(label=label, max_length=longest, validators=[check], **options)


class LinesField(forms.CharField):
    """One entry a line; empty lines do not count."""

    widget = forms.Textarea(attrs={"rows": 7})

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class ManageForm(forms.Form):
    """Cleans every text; keeps what was typed when something is wrong."""

    def clean(self) -> dict[str, Any]:
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                self.cleaned_data[name] = clean_text(value)
            elif isinstance(value, list):
                self.cleaned_data[name] = [clean_text(item) if isinstance(item, str) else item for item in value]
        return self.cleaned_data

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def fix(self, *names: str) -> None:
        """What names a thing cannot change: shown, not editable, and what a client sends for it is ignored."""
        for name in names:
            self.fields[name].disabled = True


class BasedOnForm(ManageForm):
    """Carries the version that was on the screen, so that a change in between is noticed."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)


class RegionForm(ManageForm):
    command_authority = forms.ChoiceField(label=_("Pemegang komando"))
    stage = forms.ChoiceField(label=_("Tahap"), choices=spoken(Stage.choices), required=False)
    phone = phone_field(_("Nomor layanan"))
    pause_reasons = forms.MultipleChoiceField(
        label=_("Alasan yang menjeda batas waktu"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=spoken(PAUSE_REASONS.items()),
        help_text=_("Tanpa pilihan: batas waktu tidak pernah dijeda. Setiap jeda tercatat dengan alasan dan lamanya."),
    )  # fmt: skip

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(a.code, str(a)) for a in agencies if a.code != DISKOMINFO]
        self.fields["command_authority"].choices = [(DISKOMINFO, "Diskominfo"), *named]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(region: Region) -> dict[str, Any]:
        names = ("command_authority", "stage", "phone", "pause_reasons")
        return {name: getattr(region, name) for name in names}


class AgencyForm(ManageForm):
    code = _code(_("Kode"), 24, help_text=_("Tetap selamanya; dipakai di laporan dan nama pengguna, mis. bpbd."))
    short = forms.CharField(label=_("Nama pendek"), max_length=30)
    name = forms.CharField(label=_("Nama lengkap"), max_length=120)
    kind = forms.ChoiceField(label=_("Bidang"), choices=list(labels.AGENCY_KINDS.items()))
    phone = phone_field(_("Telepon kantor"))
    referral_number = phone_field(
        _("Nomor rujukan"), help_text=_("Nomor yang disebutkan operator bila instansi tidak ikut.")
    )
    needs_agreement = forms.BooleanField(label=_("Ikut hanya dengan perjanjian (MoU)"), required=False)
    women_children_unit = forms.BooleanField(label=_("Unit perempuan dan anak: melihat kasus rahasia"), required=False)

    @staticmethod
    def initial_of(agency: Agency) -> dict[str, Any]:
        return {name: getattr(agency, name) for name in AgencyForm.base_fields}


class TypeNameForm(ManageForm):
    name = forms.CharField(label=_("Nama"), max_length=80, help_text=_("Dipakai di semua layar, juga di laporan lama."))


class PauseForm(ManageForm):
    hours = forms.TypedChoiceField(
        label=_("Menerima tugas"), coerce=int,
        choices=[(0, _("ya, sekarang")), (1, _("tidak selama 1 jam")), (4, _("tidak selama 4 jam")),
                 (12, _("tidak selama 12 jam")), (24, _("tidak selama 24 jam")), (72, _("tidak selama 3 hari"))],
        help_text=_("Selama berhenti, cadangan di kartu tugas dikirim. Tugas yang sudah berjalan tetap padanya."),
    )  # fmt: skip


class UnitForm(ManageForm):
    agency = forms.ModelChoiceField(label=_("Instansi"), queryset=Agency.objects.none(), empty_label=None)
    code = forms.CharField(label=_("Kode panggilan"), max_length=24, help_text=_("mis. AMB-01"))
    name = forms.CharField(label=_("Nama"), max_length=80, required=False)
    kind = forms.ChoiceField(label=_("Jenis"), choices=list(labels.UNIT_KINDS.items()))
    mode = forms.ChoiceField(label=_("Medan"), choices=spoken(Unit.Mode.choices))
    capabilities = forms.CharField(label=_("Kemampuan"), required=False, max_length=200,
                                   help_text=_("Dipisah koma, mis. chainsaw, water_rescue"))  # fmt: skip
    crew_size = forms.IntegerField(label=_("Jumlah awak"), required=False, min_value=1, max_value=200)
    duty_from = forms.TimeField(label=_("Bertugas mulai pukul"), required=False,
                                help_text=_("Kosong: siap 24 jam. Waktu setempat."))  # fmt: skip
    duty_until = forms.TimeField(label=_("Bertugas sampai pukul"), required=False)
    rest_minutes = forms.IntegerField(label=_("Istirahat setelah tugas (menit)"), required=False, min_value=0,
                                      max_value=1440, initial=0)  # fmt: skip
    home_lat = forms.FloatField(label=_("Lintang pangkalan"), required=False, min_value=LAT.between[0],  # type: ignore[index]
                                max_value=LAT.between[1])  # type: ignore[index] # fmt: skip
    home_lon = forms.FloatField(label=_("Bujur pangkalan"), required=False, min_value=LON.between[0],  # type: ignore[index]
                                max_value=LON.between[1])  # type: ignore[index] # fmt: skip

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = [part.strip() for part in cleaned.get("capabilities", "").split(",")]
        cleaned["capabilities"] = [part for part in given if part]
        if any(len(part) > 24 for part in given):
            self.add_error("capabilities", _("Setiap kemampuan paling panjang 24 huruf."))
        if (cleaned.get("home_lat") is None) != (cleaned.get("home_lon") is None):
            self.add_error("home_lon", _("Isi lintang dan bujur, atau kosongkan keduanya."))
        if (cleaned.get("duty_from") is None) != (cleaned.get("duty_until") is None):
            self.add_error("duty_until", _("Isi kedua waktu tugas, atau kosongkan keduanya."))
        cleaned["rest_minutes"] = cleaned.get("rest_minutes") or 0
        return cleaned

    def fields_of_unit(self) -> dict[str, Any]:
        """What is the unit's own; whose it is does not change."""
        return {name: value for name, value in self.values().items() if name != "agency"}

    @staticmethod
    def initial_of(unit: Unit) -> dict[str, Any]:
        values = {name: getattr(unit, name) for name in UnitForm.base_fields}
        return values | {"capabilities": ", ".join(unit.capabilities)}


class _RoleForm(ManageForm):
    """A role that a region's admin may give."""

    role = forms.ChoiceField(label=_("Peran"))
    agency = forms.ModelChoiceField(label=_("Instansi"), queryset=Agency.objects.none(), required=False,
                                    empty_label=_("(tidak perlu)"),
                                    help_text=_("Wajib untuk petugas dan kepala instansi."))  # fmt: skip

    def __init__(self, *args: Any, agencies: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        self.fields["role"].choices = [(r.value, labels.ROLES[r.value]) for r in roles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("role") or "agency" in self.errors:
            return cleaned
        if cleaned["role"] in AGENCY_ROLES and not cleaned.get("agency"):
            self.add_error("agency", _("Pilih instansinya."))
        elif cleaned["role"] not in AGENCY_ROLES and cleaned.get("agency"):
            self.add_error("agency", _("Peran ini tidak memakai instansi."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"role": Role(values["role"])}


class NewUserForm(_RoleForm):
    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    display_name = forms.CharField(label=_("Nama"), max_length=80)
    phone = phone_field(_("Telepon"))
    field_order = ("username", "display_name", "phone", "role", "agency")

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].lower()
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Nama pengguna ini sudah dipakai."))
        return username


class UserForm(ManageForm):
    display_name = forms.CharField(label=_("Nama"), max_length=80)
    phone = phone_field(_("Telepon"))

    @staticmethod
    def initial_of(user: User) -> dict[str, Any]:
        return {"display_name": user.display_name, "phone": user.phone}


class MembershipForm(_RoleForm):
    until = forms.DateField(label=_("Sampai dan termasuk"), required=False,
                            widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d"),
                            help_text=_("Kosong: sampai diakhiri."))  # fmt: skip
    field_order = ("role", "agency", "until")

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def values(self) -> dict[str, Any]:
        values = super().values()
        until = values.pop("until")
        end = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), tzinfo=self.zone) if until else None
        return values | {"until_at": end}
