"""The administration of screens on walls: links, revoking, and what is written on them."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agencies.manage_frame import Desk, managed
from reporting import forms, selectors, services
from reporting.models import WallNotice, WallScreen

PAGE = "manage-screens"


@managed(PAGE)
def screens(desk: Desk) -> HttpResponse:
    rows = [
        {"screen": screen, "state": _state(screen, desk)}
        for screen in selectors.screens_of(desk.actor, desk.region.code).order_by("revoked_at", "name")
        if screen.revoked_at is None
    ]
    notices = selectors.notices_of(desk.actor, desk.region.code, desk.at)
    return desk.render("screens.html", rows=rows, notices=notices)


def _state(screen: WallScreen, desk: Desk) -> str:
    """`expired`, `used` (a screen is signed in), `waiting` (the link is open) or `lapsed` (nobody used it)."""
    if screen.expires_at <= desk.at:
        return "expired"
    if screen.claimed_at is not None:
        return "used"
    return "waiting" if screen.key_until is not None and screen.key_until > desk.at else "lapsed"


def _link_page(desk: Desk, paired: services.Paired) -> HttpResponse:
    """The link stands in the answer to the sending itself: it is kept nowhere and shown once."""
    link = desk.request.build_absolute_uri(reverse("wall-link", args=[paired.key]))
    return desk.render("screen_link.html", screen=paired.screen, link=link, back=desk.url(PAGE))


@managed(PAGE, "POST")
def screen_new(desk: Desk) -> HttpResponse:
    form = forms.ScreenForm(desk.request.POST or None)
    return desk.save(
        form, desk.does(services.add_screen, form, region=desk.region.code), to=desk.url(PAGE),
        title=_("Layar dinding baru"), button=_("Buat tautan"), then=lambda paired: _link_page(desk, paired),
    )  # fmt: skip


def _screen(desk: Desk, id: str) -> WallScreen:
    return desk.find(selectors.screens_of(desk.actor, desk.region.code).filter(revoked_at=None), pk=id)


@managed(PAGE, "POST")
def screen_link(desk: Desk, id: str) -> HttpResponse:
    """Ask first: a screen that is signed in goes dark."""
    screen = _screen(desk, id)
    return desk.confirm(
        desk.does(services.new_link, screen=screen), title=_("Tautan baru untuk %(name)s?") % {"name": screen.name},
        text=_("Layar yang memakai tautan lama berhenti dalam beberapa detik."), button=_("Buat tautan"),
        to=desk.url(PAGE), then=lambda paired: _link_page(desk, paired),
    )  # fmt: skip


@managed(PAGE, "POST")
def screen_revoke(desk: Desk, id: str) -> HttpResponse:
    screen = _screen(desk, id)
    return desk.confirm(
        desk.does(services.revoke_screen, screen=screen),
        title=_("Cabut layar %(name)s?") % {"name": screen.name},
        text=_("Layar berhenti menampilkan data dalam beberapa detik; tautannya tidak berlaku lagi."),
        button=_("Cabut"), done=_("Layar dicabut."), to=desk.url(PAGE),
    )  # fmt: skip


@managed(PAGE, "POST")
def notice_new(desk: Desk) -> HttpResponse:
    form = forms.NoticeForm(desk.request.POST or None)
    return desk.save(
        form, desk.does(services.add_notice, form, region=desk.region.code),
        done=_("Pesan tampil di layar dinding."), to=desk.url(PAGE), title=_("Pesan di layar dinding"),
        button=_("Tampilkan"),
    )  # fmt: skip


@managed(PAGE, "POST")
def notice_end(desk: Desk, id: str) -> HttpResponse:
    notice: WallNotice = desk.find(selectors.notices_of(desk.actor, desk.region.code, desk.at), pk=id)
    return desk.confirm(
        desk.does(services.end_notice, notice=notice),
        title=_("Turunkan pesan ini?"), text=notice.text, button=_("Turunkan"), done=_("Pesan diturunkan."),
        to=desk.url(PAGE),
    )  # fmt: skip
