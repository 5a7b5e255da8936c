"""Forms about screens on walls and what is written on them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import ManageForm
from reporting.models import WallNotice

DAYS = [(30, _("30 hari")), (90, _("90 hari")), (180, _("180 hari")), (365, _("1 tahun"))]
HOURS = [(1, _("1 jam")), (4, _("4 jam")), (8, _("8 jam")), (24, _("24 jam")), (72, _("3 hari"))]


class ScreenForm(ManageForm):
    name = forms.CharField(label=_("Nama layar"), max_length=60, help_text=_("mis. Ruang 112, sisi utara"))
    diagonal_inches = forms.IntegerField(
        label=_("Diagonal layar (inci)"), min_value=20, max_value=150, initial=55,
        help_text=_("Dengan jarak baca, ini menentukan besar huruf."),
    )  # fmt: skip
    distance_m = forms.FloatField(label=_("Jarak baca (meter)"), min_value=1, max_value=20, initial=5)
    days = forms.TypedChoiceField(label=_("Berlaku selama"), coerce=int, choices=DAYS, initial=365)


class NoticeForm(ManageForm):
    kind = forms.ChoiceField(label=_("Jenis"), choices=WallNotice.Kind.choices)
    text = forms.CharField(
        label=_("Isi"), max_length=160,
        help_text=_("Terbaca oleh semua orang di ruangan: jangan tulis nama, nomor, atau alamat seseorang."),
    )  # fmt: skip
    hours = forms.TypedChoiceField(label=_("Tampil selama"), coerce=int, choices=HOURS, initial=8)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if any(len(word.strip(".,;:()")) >= 9 and word.strip(".,;:()+").replace("-", "").isdigit()
               for word in cleaned.get("text", "").split()):  # fmt: skip
            self.add_error("text", _("Ini tampak seperti nomor telepon atau NIK; tidak untuk layar dinding."))
        return cleaned
