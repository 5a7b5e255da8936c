"""`/gaya/`: every part that the screens are made of, in every state, from the same templates and style sheets."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies.labels import PRIORITIES
from agencies.views import actor_of, frame

THEMES = (("dark", _("Gelap")), ("light", _("Terang")))


class ExampleForm(forms.Form):
    """One field of each kind, as the administration's pages show them."""

    name = forms.CharField(label=_("Nama"), max_length=40, initial="Siti")
    place = forms.CharField(label=_("Patokan"), required=False, help_text=_("mis. depan pasar, seberang masjid"))
    kind = forms.ChoiceField(label=_("Jenis"), choices=[("medical", _("Medis")), ("fire", _("Kebakaran"))])
    note = forms.CharField(label=_("Catatan"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    sure = forms.BooleanField(label=_("Sudah dipastikan"), required=False)


def _wrong() -> forms.Form:
    """The same form after a wrong sending."""
    form = ExampleForm({"wrong-name": "", "wrong-kind": "flood"}, prefix="wrong")
    form.is_valid()
    return form


@require_safe
@never_cache
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    theme = request.GET.get("tema", "dark")
    context: dict[str, Any] = frame(request, actor_of(request), None, "gallery", live=False)
    context |= {
        "theme": theme if theme in ("dark", "light") else "dark",
        "themes": THEMES,
        "priorities": [{"level": level, "label": label} for level, label in PRIORITIES.items()],
        "form": ExampleForm(prefix="right"),
        "wrong": _wrong(),
        "page_config": {"zone": {"name": "Asia/Jakarta", "label": "WIB"}},
    }
    return render(request, "reporting/gallery.html", context)
