"""The administration of people: accounts and roles of one region."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import forms, labels, manage_selectors, staffing
from agencies.manage_frame import Desk, managed
from agencies.models import Membership, User


@managed("manage-users")
def users(desk: Desk) -> HttpResponse:
    rows = [
        {"user": user, "roles": [r for r in _roles(desk, user) if r["in_force"] and r["here"]]}
        for user in manage_selectors.users_of(desk.actor, desk.region.code)
    ]
    return desk.render("users.html", rows=rows)


def _roles(desk: Desk, user: User) -> list[dict[str, Any]]:
    """Roles elsewhere are counted, not told: they are another region's business."""
    return [
        {
            "membership": row,
            "label": labels.ROLES.get(row.role, row.role),
            "agency": row.agency,
            "until": manage_selectors.last_day(row.until_at, desk.zone),
            "in_force": row.until_at is None or row.until_at > desk.at,
            "here": row.region_id == desk.region.code,
        }
        for row in sorted(user.memberships.all(), key=lambda row: row.from_at)
    ]


def _user(desk: Desk, id: str) -> User:
    return desk.find(manage_selectors.users_of(desk.actor, desk.region.code), pk=id)


@managed("manage-users", "POST")
def user_new(desk: Desk) -> HttpResponse:
    """The first password is in the answer to the sending itself, not behind a redirect: it is kept nowhere."""
    form = forms.NewUserForm(desk.request.POST or None, agencies=desk.agencies(), roles=staffing.GRANTABLE)
    back = desk.url("manage-users")
    return desk.save(
        form, desk.does(staffing.add_user, form, region=desk.region.code), to=back, title=_("Pengguna baru"),
        then=lambda made: desk.render("password.html", person=made[0], password=made[1], back=back),
    )  # fmt: skip


@managed("manage-users", "POST")
def user_edit(desk: Desk, id: str) -> HttpResponse:
    user = _user(desk, id)
    form = forms.UserForm(desk.request.POST or None, initial=forms.UserForm.initial_of(user))
    save = desk.does(staffing.update_user, form, user=user, region=desk.region.code)
    roles = _roles(desk, user)
    return desk.save(
        form, save, done=_("Pengguna disimpan."), to=desk.url("manage-users"), template="user.html", person=user,
        title=user.username, roles=[role for role in roles if role["here"]],
        elsewhere=sum(1 for role in roles if role["in_force"] and not role["here"]),
        may_manage=staffing.may_manage(desk.actor, user), own=str(user.pk) == desk.actor.id,
    )  # fmt: skip


@managed("manage-users", "POST")
def membership_new(desk: Desk, id: str) -> HttpResponse:
    user = _user(desk, id)
    form = forms.MembershipForm(
        desk.request.POST or None, agencies=desk.agencies(), roles=staffing.GRANTABLE, zone=desk.zone
    )
    save = desk.does(staffing.add_membership, form, user=user, region=desk.region.code)
    return desk.save(
        form, save, done=_("Peran diberikan."), to=desk.url("manage-user", user.pk),
        title=_("Peran baru untuk %(user)s") % {"user": str(user)},
    )  # fmt: skip


@managed("manage-users", "POST")
def membership_end(desk: Desk, id: str, membership: str) -> HttpResponse:
    user = _user(desk, id)
    rows = Membership.objects.filter(user=user, region=desk.region).select_related("user", "agency")
    row = desk.find(rows, pk=membership)
    role = labels.ROLES.get(row.role, row.role)
    return desk.confirm(
        desk.does(staffing.end_membership, membership=row),
        title=_("Akhiri peran %(role)s %(user)s?") % {"role": role, "user": str(user)},
        text=_("Hak dan penglihatannya berakhir dalam beberapa detik."),
        button=_("Akhiri peran"),
        done=_("Peran diakhiri."),
        to=desk.url("manage-user", user.pk),
    )


@managed("manage-users", "POST")
def user_active(desk: Desk, id: str) -> HttpResponse:
    user = _user(desk, id)
    active = not user.is_active
    return desk.confirm(
        desk.does(staffing.set_user_active, user=user, region=desk.region.code, active=active),
        title=(_("Aktifkan %(user)s?") if active else _("Nonaktifkan %(user)s?")) % {"user": str(user)},
        text=_("Akun dapat masuk lagi.") if active else _("Akun tidak dapat masuk; sesi yang terbuka ikut berakhir."),
        button=_("Aktifkan") if active else _("Nonaktifkan"),
        done=_("Akun diaktifkan.") if active else _("Akun dinonaktifkan."),
        to=desk.url("manage-user", user.pk),
    )


@managed("manage-users", "POST")
def user_password(desk: Desk, id: str) -> HttpResponse:
    """Ask first; the answer to the sending shows the new password, once."""
    user = _user(desk, id)
    back = desk.url("manage-user", user.pk)
    return desk.confirm(
        desk.does(staffing.reset_password, user=user, region=desk.region.code),
        title=_("Ganti kata sandi %(user)s?") % {"user": str(user)}, to=back,
        text=_("Sesi dan token programnya berakhir; kata sandi baru ditampilkan satu kali."),
        button=_("Ganti kata sandi"),
        then=lambda password: desk.render("password.html", person=user, password=password, back=back),
    )  # fmt: skip
