"""The administration of people: accounts and roles of one region."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from agencies import forms, labels, manage_selectors, staffing
from agencies.manage_frame import Desk, managed
from agencies.models import Membership, User
from agencies.problems import Problem


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
    if desk.request.method == "POST" and form.is_valid():
        try:
            user, password = staffing.add_user(
                region=desk.region.code, actor=desk.actor, at=desk.at, **form.values()
            )  # fmt: skip
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            return desk.render("password.html", person=user, password=password, back=desk.url("manage-users"))
    status = 422 if form.errors else 200
    return desk.render("form.html", form=form, title=_("Pengguna baru"), back=desk.url("manage-users"), status=status)


@managed("manage-users", "POST")
def user_edit(desk: Desk, id: str) -> HttpResponse:
    user = _user(desk, id)
    form = forms.UserForm(desk.request.POST or None, initial=forms.UserForm.initial_of(user))

    def save() -> None:
        staffing.update_user(user=user, region=desk.region.code, actor=desk.actor, at=desk.at, **form.values())

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

    def save() -> None:
        staffing.add_membership(user=user, region=desk.region.code, actor=desk.actor, at=desk.at, **form.values())

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
        lambda: staffing.end_membership(membership=row, actor=desk.actor, at=desk.at),
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
        lambda: staffing.set_user_active(
            user=user, region=desk.region.code, active=active, actor=desk.actor, at=desk.at
        ),
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
    back, error = desk.url("manage-user", user.pk), ""
    if desk.request.method == "POST":
        try:
            password = staffing.reset_password(user=user, region=desk.region.code, actor=desk.actor, at=desk.at)
        except Problem as problem:
            error = problem.detail
        else:
            return desk.render("password.html", person=user, password=password, back=back)
    return desk.render(
        "confirm.html", title=_("Ganti kata sandi %(user)s?") % {"user": str(user)}, error=error, back=back,
        text=_("Sesi dan token programnya berakhir; kata sandi baru ditampilkan satu kali."),
        button=_("Ganti kata sandi"), status=409 if error else 200,
    )  # fmt: skip
