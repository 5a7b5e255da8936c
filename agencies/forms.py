"""Forms of the administration: what was typed, checked and cleaned; what it means to the region is the services' work.

Each form knows how to begin from a row (`initial_of`) and what it hands to its service (`values`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.access import AGENCY_ROLES, Role
from agencies.cleaning import clean_text
from agencies.models import Agency, Agreement, Area, Procedure, Region, RunCard, Unit, User
from agencies.models.region import Stage
from agencies.packformat import DISKOMINFO, LAT, LON, PHONE, SLUG, SUBTYPES_OF
from agencies.publishing import Lines, Support, lines_of
from agencies.questions import KEYS, unknown_key
from agencies.reference import PAUSE_REASONS

Choices = list[tuple[str, Any]]
WHOLE_DAY = {"type": "date"}


def _empty(label: Any) -> Choices:
    return [("", label)]


def _phone(label: Any, **options: Any) -> forms.CharField:
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
    stage = forms.ChoiceField(label=_("Tahap"), choices=Stage.choices, required=False)
    phone = _phone(_("Nomor layanan"))
    pause_reasons = forms.MultipleChoiceField(
        label=_("Alasan yang menjeda batas waktu"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(PAUSE_REASONS.items()),
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
    phone = _phone(_("Telepon kantor"))
    referral_number = _phone(
        _("Nomor rujukan"), help_text=_("Nomor yang disebutkan operator bila instansi tidak ikut.")
    )
    needs_agreement = forms.BooleanField(label=_("Ikut hanya dengan perjanjian (MoU)"), required=False)
    women_children_unit = forms.BooleanField(label=_("Unit perempuan dan anak: melihat kasus rahasia"), required=False)

    @staticmethod
    def initial_of(agency: Agency) -> dict[str, Any]:
        return {name: getattr(agency, name) for name in AgencyForm.base_fields}


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
    mode = forms.ChoiceField(label=_("Medan"), choices=Unit.Mode.choices)
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

    @staticmethod
    def initial_of(unit: Unit) -> dict[str, Any]:
        values = {name: getattr(unit, name) for name in UnitForm.base_fields}
        return values | {"capabilities": ", ".join(unit.capabilities)}


class AgreementForm(BasedOnForm):
    reference = forms.CharField(label=_("Nomor / judul perjanjian"), max_length=120)
    signed_on = forms.DateField(
        label=_("Tanggal tanda tangan"), widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d")
    )
    valid_from = forms.DateField(label=_("Berlaku mulai"), required=False,
                                 widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d"),
                                 help_text=_("Kosong: berlaku begitu disimpan."))  # fmt: skip
    valid_until = forms.DateField(label=_("Berlaku sampai dan termasuk"), required=False,
                                  widget=forms.DateInput(attrs=WHOLE_DAY, format="%Y-%m-%d"),
                                  help_text=_("Kosong: tanpa batas waktu."))  # fmt: skip
    scope = forms.MultipleChoiceField(label=_("Berlaku untuk"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, types: Mapping[str, str], zone: ZoneInfo, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.today = zone, today
        self.fields["scope"].choices = [("*", _("Semua jenis")), *types.items()]  # type: ignore[attr-defined]

    def clean_signed_on(self) -> dt.date:
        day = self.cleaned_data["signed_on"]
        if day > self.today:
            raise forms.ValidationError(_("Tanggal tanda tangan tidak boleh di masa depan."))
        return day

    def clean_scope(self) -> list[str]:
        chosen = self.cleaned_data["scope"]
        return ["*"] if "*" in chosen else chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begins, ends = cleaned.get("valid_from"), cleaned.get("valid_until")
        if ends and ends < (begins or self.today):
            self.add_error("valid_until", _("Harus setelah mulai berlaku."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Days become moments in the region: from midnight, to the midnight after the last day."""
        values = super().values()
        begins, ends = values["valid_from"], values["valid_until"]
        return values | {
            "valid_from": self._midnight(begins) if begins else None,
            "valid_until": self._midnight(ends + dt.timedelta(days=1)) if ends else None,
        }

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), tzinfo=self.zone)

    @staticmethod
    def initial_of(agreement: Agreement | None, today: dt.date) -> dict[str, Any]:
        """A renewal begins with the old text and scope, not with the old dates."""
        first: dict[str, Any] = {"signed_on": today, "valid_from": today, "scope": ["*"], "based_on": 0}
        if agreement is None:
            return first
        in_force = agreement.version if agreement.ended_at is None else 0
        return first | {
            "reference": agreement.reference,
            "scope": agreement.scope or ["*"],
            "note": agreement.note if agreement.signed_on else "",
            "based_on": in_force,
        }


def _subtype_choices(types: Mapping[str, str], base_of: Mapping[str, str]) -> list[Any]:
    """All subtypes, grouped by the type that they are of."""
    groups = [
        (name, [(subtype, labels.SUBTYPES.get(subtype, subtype)) for subtype in SUBTYPES_OF.get(base_of[code], ())])
        for code, name in types.items()
        if base_of[code] == code
    ]
    return [*_empty(_("(semua)")), *groups]


class _TypeForm(BasedOnForm):
    """Type and subtype, which belong together."""

    type = forms.ChoiceField(label=_("Jenis"))
    subtype = forms.ChoiceField(label=_("Subjenis"), required=False)

    def __init__(self, *args: Any, types: Mapping[str, str], base_of: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base_of = base_of
        self.fields["type"].choices = list(types.items())  # type: ignore[attr-defined]
        self.fields["subtype"].choices = _subtype_choices(types, base_of)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A region may move a subtype to another type: only a card of a type must not carry one that fits nowhere."""
        cleaned = super().clean()
        subtype, base = cleaned.get("subtype"), self.base_of.get(cleaned.get("type", ""), "")
        moved = self.fields["subtype"].disabled
        if subtype and not moved and subtype not in SUBTYPES_OF.get(base, ()):
            self.add_error("subtype", _("Subjenis ini bukan bagian dari jenis yang dipilih."))
        return cleaned


SUPPORTS = 5
"""Rows for supporting agencies on an empty form; a card with more gets more."""


ALARMS = ((1, _("langsung")), (2, _("alarm 2")), (3, _("alarm 3")))


class RunCardForm(_TypeForm):
    area = forms.ModelChoiceField(label=_("Kecamatan"), queryset=Area.objects.none(), required=False,
                                  empty_label=_("(seluruh wilayah)"))  # fmt: skip
    priority = forms.ChoiceField(label=_("Prioritas"), required=False,
                                 choices=[*_empty(_("(semua)")), *labels.PRIORITIES.items()])  # fmt: skip
    from_hour = forms.IntegerField(label=_("Dari jam"), required=False, min_value=0, max_value=23)
    until_hour = forms.IntegerField(label=_("Sampai jam"), required=False, min_value=1, max_value=24)
    lead = forms.ModelChoiceField(label=_("Instansi utama"), queryset=Agency.objects.none(), empty_label=_("– pilih –"))
    lead_backup = forms.ModelChoiceField(label=_("Cadangan utama"), queryset=Agency.objects.none(), required=False,
                                         empty_label=_("(tanpa)"))  # fmt: skip
    note = forms.CharField(label=_("Catatan"), required=False, max_length=200)
    source = forms.CharField(
        label=_("Dasar"), required=False, max_length=200, help_text=_("mis. Perwal, SK, kesepakatan")
    )

    def __init__(self, *args: Any, agencies: Any, areas: Any, rows: int = SUPPORTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = range(1, max(rows, SUPPORTS) + 1)
        for n in self.rows:
            self.fields[f"support_{n}"] = self._optional(_("Pendukung %(n)s"), n)
            self.fields[f"support_backup_{n}"] = self._optional(_("Cadangan pendukung %(n)s"), n)
            self.fields[f"alarm_{n}"] = forms.TypedChoiceField(
                label=_("Alarm pendukung %(n)s") % {"n": n}, choices=ALARMS, coerce=int, empty_value=1, required=False
            )
        for name, field in self.fields.items():
            if name.startswith(("lead", "support")):
                field.queryset = agencies  # type: ignore[attr-defined]
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]

    @staticmethod
    def _optional(label: Any, n: int) -> forms.ModelChoiceField:
        return forms.ModelChoiceField(
            label=label % {"n": n}, queryset=Agency.objects.none(), required=False, empty_label=_("(tanpa)")
        )

    @property
    def supports(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Fields for the page: supporting agency, its backup, from which alarm level on it is sent."""
        return [(self[f"support_{n}"], self[f"support_backup_{n}"], self[f"alarm_{n}"]) for n in self.rows]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("from_hour") is None) != (cleaned.get("until_hour") is None):
            self.add_error("until_hour", _("Isi kedua jam, atau kosongkan keduanya."))
        for n in self.rows:
            if cleaned.get(f"support_backup_{n}") and not cleaned.get(f"support_{n}"):
                self.add_error(f"support_{n}", _("Cadangan tanpa pendukung: pilih pendukungnya dahulu."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        names = [(f"support_{n}", f"support_backup_{n}", f"alarm_{n}") for n in self.rows]
        rows = [tuple(values.pop(name) for name in row) for row in names]
        support = tuple(Support(agency, backup, alarm or 1) for agency, backup, alarm in rows if agency)
        return values | {"lines": Lines(values.pop("lead"), values.pop("lead_backup"), support)}

    PLACE = ("type", "subtype", "area", "priority", "from_hour", "until_hour")

    @staticmethod
    def initial_of(card: RunCard) -> dict[str, Any]:
        lines = lines_of(card)
        values = {name: getattr(card, name) for name in (*RunCardForm.PLACE, "note", "source")}
        values |= {"lead": lines.lead, "lead_backup": lines.backup, "based_on": card.version}
        for n, support in enumerate(lines.support, start=1):
            values |= {f"support_{n}": support.agency, f"support_backup_{n}": support.backup,
                       f"alarm_{n}": support.alarm}  # fmt: skip
        return values


class TargetsForm(ManageForm):
    """One row of the table of times: a number of seconds per stage, empty for none of its own."""

    type = forms.ChoiceField(label=_("Jenis"), required=False)
    priority = forms.ChoiceField(label=_("Prioritas"), required=False,
                                 choices=[*_empty(_("(semua)")), *labels.PRIORITIES.items()])  # fmt: skip
    from_hour = forms.IntegerField(label=_("Dari jam"), required=False, min_value=0, max_value=23)
    until_hour = forms.IntegerField(label=_("Sampai jam"), required=False, min_value=1, max_value=24)
    PLACE = ("type", "priority", "from_hour", "until_hour")

    def __init__(self, *args: Any, types: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [*_empty(_("(semua)")), *types.items()]  # type: ignore[attr-defined]
        for stage, label in labels.STAGES.items():
            self.fields[f"seconds_{stage}"] = forms.IntegerField(
                label=label, required=False, min_value=1, max_value=30 * 86_400
            )
            self.fields[f"version_{stage}"] = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    @property
    def stages(self) -> list[forms.BoundField]:
        return [self[f"seconds_{stage}"] for stage in labels.STAGES]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("from_hour") is None) != (cleaned.get("until_hour") is None):
            self.add_error("until_hour", _("Isi kedua jam, atau kosongkan keduanya."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {name: values[name] for name in self.PLACE} | {
            "seconds": {stage: values[f"seconds_{stage}"] for stage in labels.STAGES},
            "based_on": {stage: values[f"version_{stage}"] for stage in labels.STAGES},
        }


class ProcedureForm(_TypeForm):
    title = forms.CharField(label=_("Judul"), max_length=120)
    questions = LinesField(
        label=_("Pertanyaan kepada pelapor"), required=False,
        help_text=_("Satu per baris, urut bicara. Akhiri dengan kunci agar jawabannya (ya/tidak) ikut menentukan "
                    "prioritas dan instansi, mis. Apakah korban sadar? {conscious}. Kunci: %(keys)s.")
        % {"keys": ", ".join(KEYS)},
    )  # fmt: skip
    steps = LinesField(label=_("Langkah operator"), required=False, help_text=_("Satu per baris."))
    tell_caller = LinesField(label=_("Sampaikan kepada pelapor"), required=False, help_text=_("Satu per baris."))
    excludes = forms.MultipleChoiceField(label=_("Tidak boleh dikirim (di luar kewenangan)"), required=False,
                                         widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = {agency.code: str(agency) for agency in agencies}
        self.fields["excludes"].choices = list(self.own.items())  # type: ignore[attr-defined]

    def keep_foreign(self, before: Iterable[str]) -> list[str]:
        """The chosen agencies, and codes of the old version that the region does not have (a shared SOP names many)."""
        return [*self.cleaned_data["excludes"], *(code for code in before if code not in self.own)]

    def clean_questions(self) -> list[str]:
        lines: list[str] = self.cleaned_data["questions"]
        if wrong := next((key for line in lines if (key := unknown_key(line))), ""):
            raise forms.ValidationError(_("Kunci {%(key)s} tidak dikenal.") % {"key": wrong})
        return lines

    @staticmethod
    def initial_of(procedure: Procedure) -> dict[str, Any]:
        names = ("type", "subtype", "title", "questions", "steps", "tell_caller", "excludes")
        return {name: getattr(procedure, name) for name in names} | {"based_on": procedure.version}


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
    phone = _phone(_("Telepon"))
    field_order = ("username", "display_name", "phone", "role", "agency")

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].lower()
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Nama pengguna ini sudah dipakai."))
        return username


class UserForm(ManageForm):
    display_name = forms.CharField(label=_("Nama"), max_length=80)
    phone = _phone(_("Telepon"))

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
