"""Signing in, signing out, where each role begins; and the frame that all pages share."""

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agencies import caches, geodata, staffing
from agencies.access import Actor, can, permissions_in
from agencies.basemap import base_map
from agencies.devices import revoke_one
from agencies.models.region import Stage
from agencies.reference import Reference, RegionRef
from agencies.sentences import said

ZONE_LABELS = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
PAGES = (
    ("page.console", "console", _("Konsol")),
    ("page.board", "board", _("Papan")),
    ("page.agency", "agency", _("Meja dinas")),
    ("page.wall", "wall", _("Dinding")),
    ("page.figures", "figures", _("Angka")),
    ("page.manage", "manage", _("Kelola")),
    ("page.national", "national", _("Nasional")),
    ("page.answers", "answers", _("Jawaban")),
    ("rules.reports", "rules-home", _("Aturan")),
)
"""Permission, URL name, label: in this order the first page that a user may open is where they land."""
PUSH_DEVICE = "push_device"
"""In a session: the id of this browser's push device."""


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("Nama pengguna atau kata sandi salah. Periksa huruf besar dan kecil."),
        "inactive": _("Akun ini tidak aktif. Hubungi admin wilayah."),
    }


class SignInView(LoginView):
    template_name = "agencies/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@method_decorator(never_cache, name="dispatch")
class SignOutView(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whoever signs out is told nothing more on this browser."""
        device, user = request.session.get(PUSH_DEVICE), request.user
        if device and user.is_authenticated:
            revoke_one(device, str(user.pk), timezone.now())
        return super().post(request, *args, **kwargs)


class PasswordView(PasswordChangeView):
    """Everybody changes their own password: this session goes on, others and API tokens end."""

    template_name = "agencies/own_password.html"
    success_url = reverse_lazy("password-changed")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user: Any = form.user
        password = form.cleaned_data["new_password1"]
        staffing.change_own_password(user=user, password=password, actor=actor_of(self.request), at=timezone.now())
        user.refresh_from_db()
        update_session_auth_hash(self.request, user)
        return HttpResponseRedirect(self.get_success_url())


@require_safe
@never_cache
@login_required
def password_changed(request: HttpRequest) -> HttpResponse:
    return render(request, "agencies/own_password.html", {"changed": True})


def actor_of(request: HttpRequest) -> Actor:
    return caches.actor_of_user(str(request.user.pk))


@require_safe
@never_cache
@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """To the page of the user's first role; somebody without a role in force is told so."""
    for page in _pages(actor_of(request), ""):
        return redirect(page["url"])
    return render(request, "agencies/no_role.html", {"user_label": str(request.user)}, status=403)


def page(permission: str, name: str, template: str, **options: Any) -> Callable:
    """Decorator of a page view: signed in, `permission` in the region of the page, the common context.

    The view gets (request, actor, region, context) and adds to the context. The region is `?wilayah=CODE`, else the
    first one in which the actor has the permission.
    """

    def decorate(view: Callable[..., dict[str, Any] | None]) -> Callable[[HttpRequest], HttpResponse]:
        @require_safe
        @never_cache
        @login_required
        @wraps(view)
        def wrapped(request: HttpRequest) -> HttpResponse:
            actor = actor_of(request)
            region = region_of(request, actor, permission)
            context = frame(request, actor, region, name, **options)
            view(request, actor, region, context)
            return render(request, template, context)

        return wrapped

    return decorate


def region_of(request: HttpRequest, actor: Actor, permission: str) -> RegionRef | None:
    """The region of a page: `?wilayah=CODE`, else the first in which the actor has the permission."""
    reference = caches.reference()
    asked = request.GET.get("wilayah", "")
    allowed = [post.region for post in actor.posts if can(actor, permission, post.region)]
    if not allowed or (asked and asked not in allowed):
        raise PermissionDenied
    return reference.region(asked or allowed[0])


def _pages(actor: Actor, current: str) -> list[dict[str, Any]]:
    return [
        {"url": url, "label": label, "current": name == current}
        for permission, name, label in PAGES
        if can(actor, permission) and (url := _url(name))
    ]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def frame(
    request: HttpRequest, actor: Actor, region: RegionRef | None, name: str, *, live: bool = True
) -> dict[str, Any]:
    return {
        "region_name": region.name if region else "",
        "on_trial": bool(region) and region.stage == Stage.TRIAL,  # type: ignore[union-attr]
        "pages": _pages(actor, name),
        "live": live,
        "user_label": str(request.user),
        "page_config": page_config(request, actor, region) if live and region else None,
    }


def page_config(request: HttpRequest, actor: Actor, region: RegionRef) -> dict[str, Any]:
    """What the scripts of a page need to know before their first request; nothing of any incident."""
    own = [post for post in actor.posts if post.region == region.code]
    return region_config(region) | {
        "csrf": get_token(request),
        "user": str(request.user),
        "user_id": str(request.user.pk),
        "roles": sorted({post.role for post in own}),
        "permissions": sorted(permissions_in(actor, region.code)),
        "agency": next((post.agency_code for post in own if post.agency_code), ""),
    }


def region_config(region: RegionRef) -> dict[str, Any]:
    """The part of it that is the same for everybody in the region; the pages that work offline know no more."""
    return {
        "region": region.code,
        "region_name": region.name,
        "zone": {"name": region.zone, "label": ZONE_LABELS.get(region.zone, "")},
        "live_port": settings.LIVE_PORT,
        "live_same_origin": settings.LIVE_SAME_ORIGIN,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "agency_names": {agency.code: agency.short or agency.name for agency in region.agencies.values()},
        "types": {kind.code: said(kind.name) for kind in [*region.ended_types.values(), *region.types.values()]},
        "ended_types": sorted(region.ended_types),
    }


@require_safe
@login_required
def region_map(request: HttpRequest, region: str) -> HttpResponse:
    """`/peta/<region>.json`: what maps are drawn on. The same for everybody who may see a map."""
    if not can(actor_of(request), "map.view"):
        raise PermissionDenied
    reference = caches.reference()
    if reference.region(region) is None:
        raise Http404
    response = HttpResponse(_rendered_map(region, reference.version), content_type="application/geo+json")
    response["Cache-Control"] = "private, max-age=3600"
    return response


@lru_cache(maxsize=32)
def _rendered_map(code: str, version: int) -> bytes:
    """Half a second of work, once per region, process and version of the configuration."""
    reference = caches.reference()
    region = reference.region(code)
    assert region is not None
    return json.dumps(base_map(region, reference, geodata.read_boundaries()), separators=(",", ":")).encode()


def desk_config(region: RegionRef) -> dict[str, Any]:
    """For those who send others: the agencies that take part now, and the regions to which a case may belong."""
    now = timezone.now()
    return {
        "agencies": [
            {"code": agency.code, "name": agency.name}
            for agency in region.agencies.values()
            if region.takes_part(agency, now)
        ],
        "agency_phones": {a.code: a.phone or a.referral_number for a in region.agencies.values()},
        "neighbours": _neighbours(caches.reference(), region),
    }


def _neighbours(reference: Reference, region: RegionRef) -> list[dict[str, str]]:
    """The regions of the same province, and every region that has a centre on this installation."""
    province = region.code.split(".")[0]
    near = [
        other
        for other in reference.regions.values()
        if other.code != region.code
        and not other.served_by
        and (other.has_pack or ("." in other.code and other.code.split(".")[0] == province))
    ]
    return [{"code": other.code, "name": other.name} for other in sorted(near, key=lambda r: r.name)]
