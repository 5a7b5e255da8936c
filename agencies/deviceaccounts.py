"""Accounts of screens: nobody knows a password of theirs, and they have the one role `wall`. Plain functions inside
the transaction of the service that owns the screen."""

from datetime import datetime

from django.contrib.auth.hashers import make_password

from agencies.access import Role
from agencies.configuring import ACCESS, bump
from agencies.models import Membership, User


def add_device_account(*, region: str, username: str, label: str, at: datetime, until: datetime) -> User:
    """An account that sees what a wall shows of `region`, until then."""
    user = User(username=username, display_name=label[:80], password=make_password(None))
    user.save(force_insert=True)
    Membership(user=user, role=Role.WALL, region_id=region, from_at=at, until_at=until).save(force_insert=True)
    bump(ACCESS)
    return user


def end_device_sessions(user: User) -> None:
    """Whoever is signed in with this account is not any more: a session holds a digest of the password."""
    User.objects.filter(pk=user.pk).update(password=make_password(None))
    bump(ACCESS)


def end_device_account(*, user: User, at: datetime) -> None:
    """The account gets nothing any more, within seconds."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    Membership.objects.filter(user=user, until_at__gt=at, from_at__lt=at).update(until_at=at)
    end_device_sessions(user)
