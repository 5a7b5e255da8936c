"""What all pages of the administration share: who may open them, the region they are about, how a form is saved."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import caches, labels, manage_selectors
from agencies.access import Actor, can
from agencies.forms import ManageForm
from agencies.models import Agency, Region
from agencies.problems import Problem
from agencies.reference import RegionRef
from agencies.sentences import said
from agencies.views import actor_of, frame

MENU = (
    ("manage-overview", _("Ringkasan")),
    ("manage-readiness", _("Kesiapan")),
    ("manage-region", _("Profil wilayah")),
    ("manage-agencies", _("Instansi")),
    ("manage-agreements", _("Perjanjian (MoU)")),
    ("manage-units", _("Unit")),
    ("manage-run-cards", _("Kartu penugasan")),
    ("manage-types", _("Jenis kejadian")),
    ("manage-gaps", _("Matriks penugasan")),
    ("rules", _("Aturan triase")),
    ("rules-unmapped", _("Belum terpetakan")),
    ("manage-targets", _("Target waktu")),
    ("manage-procedures", _("SOP")),
    ("manage-ladders", _("Tangga eskalasi")),
    ("manage-channels", _("Saluran pesan")),
    ("manage-rosters", _("Petugas piket")),
    ("manage-areas", _("Nama lain area")),
    ("manage-imports", _("Batas dan tempat")),
    ("manage-tiles", _("Peta jalan")),
    ("manage-users", _("Pengguna")),
    ("manage-screens", _("Layar dinding")),
    ("manage-changes", _("Riwayat perubahan")),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of an admin: who, about which region, when."""

    request: HttpRequest
    actor: Actor
    region: Region
    reference: RegionRef
    at: dt.datetime
    page: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.region.zone)

    @property
    def today(self) -> dt.date:
        return self.at.astimezone(self.zone).date()

    @property
    def types(self) -> dict[str, str]:
        """Codes of the region's types and their names."""
        return {kind.code: said(kind.name) for kind in self.reference.types.values()}

    @property
    def base_of(self) -> dict[str, str]:
        return {kind.code: kind.base for kind in self.reference.types.values()}

    def type_name(self, code: str) -> str:
        kind = self.reference.type_of(code)
        return (kind.name if kind else code) if code else str(_("Semua jenis"))

    def subtype_name(self, code: str) -> str:
        return str(labels.SUBTYPES.get(code, code))

    def agencies(self) -> QuerySet[Agency]:
        return manage_selectors.in_force(self.actor, Agency, self.region.code).order_by("code")

    def find(self, queryset: QuerySet[Any], **by: Any) -> Any:
        """The one row; 404 when it is not there, not of this region, or not for this actor."""
        try:
            row = queryset.filter(**by).first()
        except (ValueError, ValidationError) as error:
            raise Http404 from error
        if row is None:
            raise Http404
        return row

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.region.code, *args])

    def render(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        menu = [
            {"url": self.url(name), "label": label, "current": name == self.page, "exact": name == _name(self.request)}
            for name, label in MENU
            if name.startswith("rules") or can(self.actor, "config.view", self.region.code)
        ]
        shell = frame(self.request, self.actor, self.reference, "manage", live=False)
        own = {"desk": self, "region": self.region, "menu": menu, "many_regions": self._many_regions()}
        return render(self.request, f"agencies/manage/{template}", {**shell, **own, **context}, status=status)

    def _many_regions(self) -> bool:
        return manage_selectors.regions_to_manage(self.actor).count() > 1

    def does(self, service: Callable[..., Any], form: ManageForm | None = None, **given: Any) -> Callable[[], Any]:
        """A call of a service by this admin, now, with `given` and what the form holds once it was sent.

        A callable among `given` is asked then, too: `fields=form.values`.
        """

        def call() -> Any:
            values = {name: value() if callable(value) else value for name, value in given.items()}
            return service(actor=self.actor, at=self.at, **values, **(form.values() if form else {}))

        return call

    def save(
        self, form: Form, save: Callable[[], Any], *, to: str, done: Any = "", template: str = "form.html",
        then: Callable[[Any], HttpResponse] | None = None, blame: str | None = None, **context: Any,
    ) -> HttpResponse:  # fmt: skip
        """Show the form; when it was sent and is right, save and go on. What is wrong is said, what was typed stays.

        `then` answers with what was saved instead of going on to `to`: a password that is shown once. `blame` is the
        field beside which a refusal stands.
        """
        if self.request.method == "POST" and form.is_valid():
            try:
                saved = save()
            except Problem as problem:
                form.add_error(blame, problem.detail)
            else:
                return then(saved) if then else self.go(to, done)
        return self.render(template, form=form, back=to, status=422 if form.errors else 200, **context)

    def go(self, to: str, done: Any) -> HttpResponse:
        """On to the next page, which says what was done."""
        messages.success(self.request, str(done))
        return redirect(to)

    def confirm(
        self, act: Callable[[], Any], *, title: Any, text: Any, button: Any, to: str, done: Any = "",
        then: Callable[[Any], HttpResponse] | None = None,
    ) -> HttpResponse:  # fmt: skip
        """Ask once more before something ends. `then` as in `save`."""
        error = ""
        if self.request.method == "POST":
            try:
                done_ = act()
            except Problem as problem:
                error = problem.detail
            else:
                return then(done_) if then else self.go(to, done)
        status = 409 if error else 200
        return self.render("confirm.html", status=status, title=title, text=text, button=button, error=error, back=to)


def _name(request: HttpRequest) -> str:
    return request.resolver_match.url_name or "" if request.resolver_match else ""


def managed(page: str, *methods: str) -> Callable:
    """Decorator of a page about one region: `config.view` to look, `config.edit` to send.

    Without the role: 403. Another region than one's own: 404, as if it did not exist.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_http_methods(["GET", "HEAD", *methods])
        @never_cache
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest, region: str, **kwargs: Any) -> HttpResponse:
            return view(_desk(request, region, page), **kwargs)

        return wrapped

    return decorate


def _desk(request: HttpRequest, code: str, page: str) -> Desk:
    actor = actor_of(request)
    if not can(actor, "page.manage"):
        raise PermissionDenied
    region = manage_selectors.regions_to_manage(actor).filter(pk=code).first()
    reference = caches.reference().region(code)
    if region is None or reference is None:
        raise Http404
    if not can(actor, "config.view" if request.method in ("GET", "HEAD") else "config.edit", code):
        raise PermissionDenied
    return Desk(request, actor, region, reference, timezone.now(), page)
