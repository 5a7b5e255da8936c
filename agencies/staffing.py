"""People and their roles: who may sign in, and what they may do, from when to when."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from agencies.access import AGENCY_ROLES, Actor, Role
from agencies.configuring import ACCESS, bump, check_may_configure, config_fact, set_fields
from agencies.devices import revoke_of_user
from agencies.models import Agency, ApiToken, Membership, PushDevice, User
from agencies.problems import Conflict, NotPermitted, Unprocessable
from agencies.selectors import configurable_regions
from agencies.writing import Write, writing

GRANTABLE = tuple(role for role in Role if role is not Role.NATIONAL)
"""What a region's admin may give; `national` and superuser come from the system's admin."""


def may_manage(actor: Actor, user: User) -> bool:
    """Whether the account is the actor's to change: everything it may do lies in the actor's regions."""
    regions = configurable_regions(actor)
    if regions is None:
        return True
    if user.is_superuser or user.is_staff:
        return False
    places = {row.region_id for row in user.memberships.all()}
    return bool(places) and places <= regions


def add_user(
    *,
    region: str,
    username: str,
    display_name: str,
    phone: str,
    role: Role,
    agency: Agency | None,
    actor: Actor,
    at: datetime,
) -> tuple[User, str]:
    """A new account with its first role; returns the user and the first password, which is kept nowhere.

    Raises Conflict when the name is taken, Unprocessable when role and agency do not fit.
    """
    password = secrets.token_urlsafe(12)
    hashed = make_password(password)  # slow on purpose, so before the transaction
    with writing(actor, at) as write:
        check_may_configure(actor, region)
        user = User(username=username, display_name=display_name, phone=phone, password=hashed)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict("Nama pengguna ini sudah dipakai.") from error
        after = {"user": username, "display_name": display_name}
        write.record([config_fact("user.added", region, {}, after)])
        _give(write, user, region, role, agency, None)
        return user, password


def add_membership(
    *,
    user: User,
    region: str,
    role: Role,
    agency: Agency | None,
    actor: Actor,
    at: datetime,
    until_at: datetime | None = None,
) -> Membership:
    """Another role for a user of the region. Raises Conflict when it is held already, NotPermitted, Unprocessable."""
    with writing(actor, at) as write:
        _check_manages(actor, user, region)
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two clicks at once are one role
        held = Membership.objects.filter(user=user, region_id=region, role=role, agency=agency)
        if any(row.until_at is None or row.until_at > at for row in held):
            raise Conflict("Peran ini sudah dimiliki.")
        return _give(write, user, region, role, agency, until_at)


def end_membership(*, membership: Membership, actor: Actor, at: datetime) -> None:
    """End a role now; its sight ends within seconds. Raises NotPermitted for one's own admin role."""
    region = membership.region_id or ""
    with writing(actor, at) as write:
        check_may_configure(actor, region)
        if str(membership.user_id) == actor.id and membership.role == Role.ADMIN:
            raise NotPermitted("Peran admin sendiri tidak dapat diakhiri; minta admin lain melakukannya.")
        row = Membership.objects.select_for_update().get(pk=membership.pk)
        if row.until_at is not None and row.until_at <= at:
            return
        row.until_at = max(at, row.from_at + timedelta(microseconds=1))  # the table wants an end after the beginning
        row.save(update_fields=["until_at"])
        write.record([config_fact("membership.ended", region, _told(membership), {})])
        bump(ACCESS)


def update_user(*, user: User, region: str, display_name: str, phone: str, actor: Actor, at: datetime) -> None:
    """Change name and number. The number itself stays out of the log."""
    with writing(actor, at) as write:
        _check_manages(actor, user, region)
        before, after = set_fields(user, {"display_name": display_name, "phone": phone})
        if after:
            named = {"user": user.username}
            told = [{**named, **{k: "…" if k == "phone" else v for k, v in side.items()}} for side in (before, after)]
            write.record([config_fact("user.updated", region, *told)])
            bump(ACCESS)


def set_user_active(*, user: User, region: str, active: bool, actor: Actor, at: datetime) -> None:
    """Switch an account off (pages and programs refuse it within seconds) or on. Raises NotPermitted for oneself."""
    with writing(actor, at) as write:
        _check_manages(actor, user, region)
        if str(user.pk) == actor.id:
            raise NotPermitted("Akun sendiri tidak dapat dinonaktifkan; minta admin lain melakukannya.")
        before, after = set_fields(user, {"is_active": active})
        if after:
            named = {"user": user.username}
            kind = "user.activated" if active else "user.deactivated"
            if not active:
                revoke_of_user(user.pk, PushDevice.Ended.ACCOUNT, at)
            write.record([config_fact(kind, region, {**named, **before}, {**named, **after})])
            bump(ACCESS)


def reset_password(*, user: User, region: str, actor: Actor, at: datetime) -> str:
    """A new random password, returned once; open sessions, API tokens and push devices of the user end."""
    password = secrets.token_urlsafe(12)
    hashed = make_password(password)
    with writing(actor, at) as write:
        _check_manages(actor, user, region)
        User.objects.filter(pk=user.pk).update(password=hashed)
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
        revoke_of_user(user.pk, PushDevice.Ended.ACCOUNT, at)
        write.record([config_fact("user.password_reset", region, {"user": user.username}, {"user": user.username})])
        bump(ACCESS)
        return password


def change_own_password(*, user: User, password: str, actor: Actor, at: datetime) -> None:
    """A new password that its owner chose; other sessions and the API tokens of the account end."""
    hashed = make_password(password)
    with writing(actor, at) as write:
        User.objects.filter(pk=user.pk).update(password=hashed)
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)
        named = {"user": user.username}
        write.record([config_fact("user.password_changed", min(actor.all_regions, default=""), named, named)])
        bump(ACCESS)


def _check_manages(actor: Actor, user: User, region: str) -> None:
    check_may_configure(actor, region)
    if not may_manage(actor, user):
        raise NotPermitted("Akun ini juga punya peran di luar wilayah Anda; hubungi admin sistem.")


def _give(
    write: Write, user: User, region: str, role: Role, agency: Agency | None, until_at: datetime | None
) -> Membership:
    if role not in GRANTABLE:
        raise NotPermitted("Peran ini hanya dapat diberikan admin sistem.")
    if (role in AGENCY_ROLES) != (agency is not None):
        raise Unprocessable("Petugas dan kepala instansi perlu instansi; peran lain tidak.")
    if agency is not None and agency.region_id != region:
        raise Unprocessable("Instansi harus dari wilayah ini.")
    if until_at is not None and until_at <= write.at:
        raise Unprocessable("Peran harus berakhir di masa depan.")
    row = Membership(user=user, role=role, region_id=region, agency=agency, from_at=write.at, until_at=until_at)
    row.save(force_insert=True)
    write.record([config_fact("membership.added", region, {}, _told(row))])
    bump(ACCESS)
    return row


def _told(row: Membership) -> dict[str, str]:
    agency = row.agency.code if row.agency else ""
    return {"user": row.user.username, "role": str(row.role), "agency": agency}
