"""Forms of channels and ladders: what was typed, checked; what it means is the services' work."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from agencies import labels
from agencies.forms import ManageForm
from agencies.models import Agency, Channel, Ladder
from agencies.packformat import PHONE
from dispatch.carriers.bodies import PLACES
from dispatch.escalation import DEFAULT, STEPS

PLACES_HELP = _("Tempat isian: %(places)s.") % {"places": ", ".join("{" + place + "}" for place in PLACES)}
POSITIONS = [(1, _("utama: diberi tahu segera")), (2, _("kedua: bila belum diterima"))]


class _Secret(forms.CharField):
    """Written, never shown: an empty field keeps what is there."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(required=False, max_length=300, widget=widget, strip=True, **options)


class ChannelForm(ManageForm):
    """What all kinds share. `FIELDS` go to the service as they are."""

    KIND = ""
    FIELDS: tuple[str, ...] = ("name", "position", "address")

    agency = forms.ModelChoiceField(label=_("Instansi"), queryset=Agency.objects.none(), required=False,
                                    empty_label=_("Pusat 112 (supervisor)"))  # fmt: skip
    name = forms.CharField(label=_("Nama saluran"), max_length=60)
    position = forms.TypedChoiceField(label=_("Urutan"), coerce=int, choices=POSITIONS)

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.FIELDS}

    @property
    def given_secret(self) -> str:
        return self.cleaned_data.get("secret", "")

    @classmethod
    def initial_of(cls, channel: Channel) -> dict[str, Any]:
        return {name: getattr(channel, name) for name in ("agency", *cls.FIELDS)}


class EmailForm(ChannelForm):
    KIND = "email"
    address = forms.EmailField(label=_("Alamat surel"), max_length=200)


class WebhookForm(ChannelForm):
    KIND = "webhook"
    address = forms.URLField(label=_("URL"), max_length=300, assume_scheme="https",
                             help_text=_("https saja; alamat jaringan internal ditolak."))  # fmt: skip
    secret = _Secret(
        label=_("Kunci rahasia"),
        help_text=_("Untuk X-Signature: sha256=HMAC atas X-Timestamp + “.” + isi. Tidak pernah ditampilkan lagi."),
    )


class GatewayForm(ChannelForm):
    KIND = "gateway"
    FIELDS = ("name", "position", "address", "url")
    address = forms.CharField(
        label=_("Nomor dinas"), max_length=30, validators=[RegexValidator(f"^{PHONE}$", _("Nomor tidak sah."))]
    )
    url = forms.CharField(label=_("URL gerbang"), max_length=300, help_text=PLACES_HELP)
    method = forms.ChoiceField(label=_("Metode"), choices=[("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")])
    headers = forms.CharField(
        label=_("Kepala (satu per baris)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("mis. Content-Type: application/json dan Authorization: Bearer {secret}"),
    )  # fmt: skip
    body = forms.CharField(
        label=_("Isi"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}), help_text=PLACES_HELP
    )
    success_path = forms.CharField(
        label=_("Jalur JSON tanda berhasil"), required=False, max_length=80,
        help_text=_("mis. data.0.status; kosong: status HTTP 2xx sudah cukup."),
    )  # fmt: skip
    success_value = forms.CharField(label=_("Nilainya"), required=False, max_length=80)
    secret = _Secret(label=_("Kunci rahasia"), help_text=_("Dipakai sebagai {secret}. Tidak pernah ditampilkan lagi."))

    def clean_headers(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["headers"].splitlines():
            name, colon, value = line.partition(":")
            if not line.strip():
                continue
            if not colon or not name.strip().replace("-", "").isalnum() or not name.strip().isascii():
                raise forms.ValidationError(_("Baris tidak sah: %(line)s") % {"line": line[:60]})
            found[name.strip()] = value.strip()
        return found

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("method", "headers", "body", "success_path", "success_value")
        return super().values() | {"settings": {name: data[name] for name in names}}

    @classmethod
    def initial_of(cls, channel: Channel) -> dict[str, Any]:
        headers = channel.settings.get("headers") or {}
        text = "\n".join(f"{name}: {value}" for name, value in headers.items())
        return super().initial_of(channel) | channel.settings | {"headers": text}


FORMS: dict[str, type[ChannelForm]] = {form.KIND: form for form in (EmailForm, WebhookForm, GatewayForm)}


class LadderForm(ManageForm):
    """Seconds before each rung; an empty one leaves the rung out."""

    priority = forms.ChoiceField(label=_("Prioritas"), required=False,
                                 choices=[("", _("(semua)")), *labels.PRIORITIES.items()])  # fmt: skip
    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step, name in STEPS.items():
            self.fields[step] = forms.IntegerField(
                label=name.capitalize(), required=False, min_value=0, max_value=86_400,
                help_text=_("detik sesudah langkah sebelumnya"),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.steps():
            raise forms.ValidationError(_("Isi paling sedikit satu langkah."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {"priority": self.cleaned_data["priority"], "steps": self.steps(),
                "based_on": self.cleaned_data["based_on"]}  # fmt: skip

    def steps(self) -> list[tuple[str, int]]:
        return [(step, self.cleaned_data[step]) for step in STEPS if self.cleaned_data.get(step) is not None]

    @staticmethod
    def initial_of(ladder: Ladder | None) -> dict[str, Any]:
        if ladder is None:
            return {rung.step: rung.after for rung in DEFAULT}
        steps = {step["step"]: step["after"] for step in ladder.steps}
        return steps | {"priority": ladder.priority, "based_on": ladder.version}
