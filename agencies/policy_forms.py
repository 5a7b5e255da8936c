"""Forms of what a region has agreed: agreements, run cards, targets and procedures."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.forms import WHOLE_DAY, BasedOnForm, LinesField, ManageForm, empty
from agencies.models import Agency, Agreement, Area, Procedure, RunCard
from agencies.packformat import SUBTYPES_OF
from agencies.publishing import Lines, Support, lines_of
from agencies.questions import KEYS, unknown_key


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
    return [*empty(_("(semua)")), *groups]


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
                                 choices=[*empty(_("(semua)")), *labels.PRIORITIES.items()])  # fmt: skip
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
                label=_("Alarm pendukung %(n)s") % {"n": n},
                choices=ALARMS,
                coerce=int,
                empty_value=1,  # type: ignore[arg-type]
                required=False,
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
                                 choices=[*empty(_("(semua)")), *labels.PRIORITIES.items()])  # fmt: skip
    from_hour = forms.IntegerField(label=_("Dari jam"), required=False, min_value=0, max_value=23)
    until_hour = forms.IntegerField(label=_("Sampai jam"), required=False, min_value=1, max_value=24)
    PLACE = ("type", "priority", "from_hour", "until_hour")

    def __init__(self, *args: Any, types: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [*empty(_("(semua)")), *types.items()]  # type: ignore[attr-defined]
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
        self.old_excludes: tuple[str, ...] = ()
        self.fields["excludes"].choices = list(self.own.items())  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """With codes of the old version that the region does not have: a shared SOP names many."""
        values = super().values()
        foreign = (code for code in self.old_excludes if code not in self.own)
        return values | {"excludes": [*values["excludes"], *foreign]}

    def clean_questions(self) -> list[str]:
        lines: list[str] = self.cleaned_data["questions"]
        if wrong := next((key for line in lines if (key := unknown_key(line))), ""):
            raise forms.ValidationError(_("Kunci {%(key)s} tidak dikenal.") % {"key": wrong})
        return lines

    @staticmethod
    def initial_of(procedure: Procedure) -> dict[str, Any]:
        names = ("type", "subtype", "title", "questions", "steps", "tell_caller", "excludes")
        return {name: getattr(procedure, name) for name in names} | {"based_on": procedure.version}
