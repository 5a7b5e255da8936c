"""The administration of channels: set up, tried out, watched."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from agencies.manage_frame import Desk, managed
from agencies.models import Channel
from dispatch import channel_selectors as selectors
from dispatch.channel_forms import FORMS, ChannelForm
from dispatch.services import channels as services

MOST_DEAD = 50
KINDS = [(kind.value, kind.label) for kind in Channel.Kind]
STATES = {
    "queued": (_("menunggu"), "info"), "sent": (_("terkirim"), "success"), "delivered": (_("sampai"), "success"),
    "read": (_("dibaca"), "success"), "failed": (_("gagal, dicoba lagi"), "warning"),
    "dead": (_("gagal, dihentikan"), "danger"),
}  # fmt: skip
"""What a state is called, and Bootstrap's colour of its badge."""


@managed("manage-channels")
def channels(desk: Desk) -> HttpResponse:
    rows = selectors.health_of(desk.actor, desk.region.code, desk.at)
    phones = selectors.phones_of(list(desk.agencies()), desk.at)
    told = {row.channel.agency_id for row in rows} | {one.agency.pk for one in phones if one.devices}
    return desk.render(
        "channels.html", rows=rows, kinds=KINDS, bare=[a for a in desk.agencies() if a.pk not in told],
        dead=selectors.dead_letters_of(desk.actor, desk.region.code)[:MOST_DEAD],
        phones=phones, may_push=bool(settings.VAPID_PRIVATE_KEY),
    )  # fmt: skip


def _channel(desk: Desk, id: str) -> Channel:
    return desk.find(selectors.channels_of(desk.actor, desk.region.code), pk=id)


def _form(desk: Desk, kind: str, channel: Channel | None = None) -> ChannelForm:
    form = FORMS[kind]
    initial = form.initial_of(channel) if channel else None
    return form(desk.request.POST or None, initial=initial, agencies=desk.agencies())


@managed("manage-channels", "POST")
def channel_new(desk: Desk, kind: str) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    form = _form(desk, kind)
    save = desk.does(
        services.add_channel, region=desk.region.code, agency=lambda: form.cleaned_data["agency"], kind=kind,
        fields=form.values, secret=lambda: form.given_secret,
    )  # fmt: skip
    title = _("Saluran baru: %(kind)s") % {"kind": dict(KINDS)[kind]}
    return desk.save(form, save, done=_("Saluran disimpan."), to=desk.url("manage-channels"), title=title)


@managed("manage-channels", "POST")
def channel_edit(desk: Desk, id: str) -> HttpResponse:
    channel = _channel(desk, id)
    form = _form(desk, channel.kind, channel)
    form.fix("agency")
    save = desk.does(services.update_channel, channel=channel, fields=form.values, secret=lambda: form.given_secret)
    return desk.save(
        form, save, done=_("Saluran disimpan."), to=desk.url("manage-channels"), title=channel.name,
        end_url=desk.url("manage-channel-end", channel.pk), end_label=_("Akhiri saluran ini…"),
    )  # fmt: skip


@managed("manage-channels", "POST")
def channel_end(desk: Desk, id: str) -> HttpResponse:
    channel = _channel(desk, id)
    return desk.confirm(
        desk.does(services.end_channel, channel=channel),
        title=_("Akhiri saluran %(name)s?") % {"name": channel.name},
        text=_("Tidak ada lagi pesan lewat saluran ini; kuncinya dihapus. Riwayat pengirimannya tetap ada."),
        button=_("Akhiri saluran"),
        done=_("Saluran diakhiri."),
        to=desk.url("manage-channels"),
    )


@managed("manage-channels", "POST")
def channel_test(desk: Desk, id: str) -> HttpResponse:
    """Sends a test message; the page after it shows what becomes of it."""
    channel = _channel(desk, id)
    if desk.request.method != "POST":
        return redirect(desk.url("manage-channels"))
    test = services.test_channel(channel=channel, actor=desk.actor, at=desk.at)
    return redirect(desk.url("manage-channel-fate", test.message))


@managed("manage-channels")
def channel_fate(desk: Desk, id: str) -> HttpResponse:
    attempts = selectors.attempts_of(desk.actor, desk.region.code, id)  # type: ignore[arg-type]
    if not attempts:
        raise Http404
    rows = [{"row": row, "label": STATES[row.state][0], "colour": STATES[row.state][1]} for row in attempts]
    waits = attempts[-1].state == "queued"
    return desk.render("channel_fate.html", rows=rows, channel=attempts[0].via, waits=waits)
