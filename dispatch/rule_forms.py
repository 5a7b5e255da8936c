"""Forms of the pages about a region's rules: what was typed, as the row that the services take."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.forms import LinesField, ManageForm
from agencies.reference import RegionRef
from agencies.sentences import said
from dispatch.replay import LONGEST_TEXT
from dispatch.rulefile import LARGEST_FILE
from incidents.ruleset import LONGEST_ID, subtypes_of
from incidents.triage import TYPES

LISTS = ("phrases", "needs", "unless", "extra", "beats")
FIELDS = ("type", "subtype", "weight", "phrases", "needs", "unless", "priority", "raises", "lowers", "extra", "beats")


def _priorities(empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *labels.PRIORITIES.items()]


class RevisionForm(ManageForm):
    """Carries the revision of the draft that was on the screen (0: there was none)."""

    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)


class ReasonForm(RevisionForm):
    reason = forms.CharField(label=_("Alasan atau catatan"), required=False, max_length=300)


class RuleForm(RevisionForm):
    id = forms.CharField(label=_("Nama aturan"), max_length=LONGEST_ID,
                         help_text=_("Huruf kecil, angka, titik, garis bawah; mis. ppu.buaya"))  # fmt: skip
    type = forms.ChoiceField(label=_("Jenis"))
    subtype = forms.ChoiceField(label=_("Subjenis"), required=False)
    weight = forms.FloatField(label=_("Bobot suara"), min_value=0, max_value=20, initial=8,
                              help_text=_("0–20; 8 = cukup sendiri, 0 = hanya mengubah prioritas"))  # fmt: skip
    phrases = LinesField(
        label=_("Frasa (salah satu ada)"), widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_("Satu per baris. a|b: salah satu; a & b: keduanya, urutan bebas; _ atau ...: kata lain di antara;"
                    " {river}: kelompok kata; a+b: dua kata; a?: boleh tidak ada."),
    )  # fmt: skip
    needs = LinesField(label=_("Harus ada juga"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    unless = LinesField(label=_("Tidak boleh ada"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    priority = forms.ChoiceField(label=_("Prioritas"), required=False, choices=_priorities(_("(bawaan jenis)")))
    raises = forms.ChoiceField(label=_("Naikkan paling sedikit ke"), required=False, choices=_priorities(_("(tidak)")))
    lowers = forms.BooleanField(label=_("Sudah lewat: turunkan prioritas satu tingkat"), required=False)
    extra = forms.MultipleChoiceField(label=_("Jenis lain yang ikut dibutuhkan"), required=False,
                                      widget=forms.CheckboxSelectMultiple)  # fmt: skip
    beats = forms.MultipleChoiceField(label=_("Mengalahkan jenis"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, region: RegionRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        national = [(code, said(region.types[code].name) if code in region.types else code) for code in TYPES]
        for name in ("type", "extra", "beats"):
            self.fields[name].choices = national  # type: ignore[attr-defined]
        self.fields["subtype"].choices = _subtypes(region, dict(national))  # type: ignore[attr-defined]

    def row(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The rule as typed; what the form does not show stays as it was before."""
        kept = {name: value for name, value in before.items() if name not in (*FIELDS, "id", "off", "version")}
        values = self.cleaned_data
        row = {"id": values["id"], **{name: values[name] for name in FIELDS if values[name] not in (None, "", [])}}
        if float(values["weight"] or 0).is_integer():
            row["weight"] = int(values["weight"] or 0)
        return {**row, **kept}

    @staticmethod
    def initial_of(row: Mapping[str, Any], revision: int) -> dict[str, Any]:
        return {**{name: row[name] for name in ("id", *FIELDS) if name in row}, "revision": revision}


def _subtypes(region: RegionRef, names: Mapping[str, str]) -> list[Any]:
    own: dict[str, list[tuple[str, str]]] = {}
    for kind in region.types.values():
        if kind.code != kind.base:
            own.setdefault(kind.base, []).append((kind.code, kind.name))
    groups = [
        (names[code], [*own.get(code, []), *((s, labels.SUBTYPES.get(s, s)) for s in sorted(subtypes_of(code)))])
        for code in TYPES
    ]
    return [("", _("(tanpa)")), *groups]


class ExampleForm(RevisionForm):
    text = forms.CharField(label=_("Teks laporan"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("Tanpa nama dan nomor orang: contoh dibaca semua admin."))  # fmt: skip
    type = forms.ChoiceField(label=_("Harus digolongkan"))
    at_least = forms.ChoiceField(label=_("Prioritas paling rendah"), required=False, choices=_priorities(_("(bebas)")))
    at_most = forms.ChoiceField(label=_("Prioritas paling tinggi"), required=False, choices=_priorities(_("(bebas)")))
    extra = forms.MultipleChoiceField(label=_("Jenis lain yang harus ikut"), required=False,
                                      widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, region: RegionRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, said(kind.name)) for kind in region.types.values()]
        for name in ("type", "extra"):
            self.fields[name].choices = kinds  # type: ignore[attr-defined]

    def row(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class ImportForm(RevisionForm):
    file = forms.FileField(label=_("Berkas TOML"), required=False, help_text=_("[[rule]] dan [[example]]"))
    content = forms.CharField(label=_("atau tempel isinya"), required=False, strip=False, max_length=LARGEST_FILE,
                              widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        upload = self.cleaned_data.get("file")
        if upload is not None and upload.size > LARGEST_FILE:
            raise forms.ValidationError(_("Berkas terlalu besar."))
        if upload is not None:
            self.cleaned_data["content"] = upload.read().decode("utf-8", errors="replace")
        elif not self.cleaned_data.get("content"):
            raise forms.ValidationError(_("Pilih berkas atau tempel isinya."))
        return self.cleaned_data


class TypeForm(ManageForm):
    """A type of the region's own, on one of the national ones, with the agency that leads."""

    code = forms.SlugField(label=_("Kode"), max_length=40, help_text=_("Huruf kecil, mis. buaya"))
    name = forms.CharField(label=_("Nama"), max_length=80)
    base = forms.ChoiceField(label=_("Termasuk jenis nasional"))
    lead = forms.ChoiceField(label=_("Instansi utama"))
    support = forms.MultipleChoiceField(label=_("Pendukung"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, region: RegionRef, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = [(agency.code, agency.name) for agency in region.agencies.values()]
        self.fields["base"].choices = [  # type: ignore[attr-defined]
            (code, said(region.types[code].name)) for code in TYPES if code in region.types
        ]
        self.fields["lead"].choices = self.fields["support"].choices = agencies  # type: ignore[attr-defined]
