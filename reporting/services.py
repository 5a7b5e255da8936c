"""Screens on walls and what is written on them. A screen is signed in by a link: signed, of one screen, used once."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare

from agencies.access import SYSTEM, Actor
from agencies.configuring import check_may_configure, config_fact
from agencies.deviceaccounts import add_device_account, end_device_account, end_device_sessions
from agencies.ids import token_digest
from agencies.problems import Conflict, NotVisible, Problem
from agencies.writing import writing
from reporting.models import WallNotice, WallScreen

SALT = "siaga.wall-screen"
LINK_DAYS = 7
"""How long a link waits for its screen."""
USED_UP = "Tautan ini sudah dipakai, kedaluwarsa, atau dicabut. Minta tautan baru kepada admin."


class LinkGone(Problem):
    status, slug, title = 410, "link-gone", "Tautan layar ini tidak berlaku (lagi)"


@dataclass(frozen=True, slots=True)
class Paired:
    """A screen with the key of its link, which is told once and kept nowhere."""

    screen: WallScreen
    key: str


def add_screen(
    *, region: str, name: str, diagonal_inches: int, distance_m: float, days: int, actor: Actor, at: datetime
) -> Paired:
    """A screen with an account of its own and the link for it. Raises Conflict when the name is taken."""
    secret = secrets.token_urlsafe(24)
    with writing(actor, at) as write:
        check_may_configure(actor, region)
        until = at + timedelta(days=days)
        username = f"layar-{region.replace('.', '')}-{secrets.token_hex(4)}"
        user = add_device_account(region=region, username=username, label=f"Layar {name}", at=at, until=until)
        screen = WallScreen(
            region_id=region, user=user, name=name, diagonal_inches=diagonal_inches, distance_m=distance_m,
            expires_at=until, created_at=at, **_key(secret, at),
        )  # fmt: skip
        try:
            with transaction.atomic():
                screen.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict("Layar dengan nama ini sudah ada.") from error
        write.record([config_fact("screen.added", region, {}, _told(screen))])
    return Paired(screen, _sign(screen, secret))


def new_link(*, screen: WallScreen, actor: Actor, at: datetime) -> Paired:
    """Another link for a screen: the browser that it was signed in with is signed out. Raises NotVisible."""
    secret = secrets.token_urlsafe(24)
    with writing(actor, at) as write:
        check_may_configure(actor, screen.region_id)
        row = _in_force(screen.pk, at)
        for field, value in _key(secret, at).items():
            setattr(row, field, value)
        row.claimed_at = None
        row.save(update_fields=["key_sha256", "key_until", "claimed_at"])
        end_device_sessions(row.user)
        write.record([config_fact("screen.linked", row.region_id, {}, _told(row))])
    return Paired(row, _sign(row, secret))


def revoke_screen(*, screen: WallScreen, actor: Actor, at: datetime) -> None:
    """The screen shows nothing any more within seconds, and its link is worth nothing."""
    with writing(actor, at) as write:
        check_may_configure(actor, screen.region_id)
        row = WallScreen.objects.select_for_update().select_related("user").get(pk=screen.pk)
        if row.revoked_at is not None:
            return
        row.revoked_at, row.key_sha256, row.key_until = at, None, None
        row.save(update_fields=["revoked_at", "key_sha256", "key_until"])
        end_device_account(user=row.user, at=at)
        write.record([config_fact("screen.revoked", row.region_id, _told(row), {})])


def claim_screen(*, key: str, at: datetime) -> WallScreen:
    """Use a link: from now on it is worth nothing. Whose screen it is, the caller signs in. Raises LinkGone."""
    screen_id, secret = opened(key)
    with writing(SYSTEM, at) as write:
        row = WallScreen.objects.select_for_update(of=("self",)).select_related("user").filter(pk=screen_id).first()
        if row is None or not open_for(row, secret, at):
            raise LinkGone(USED_UP)
        row.key_sha256 = row.key_until = None
        row.claimed_at = at
        row.save(update_fields=["key_sha256", "key_until", "claimed_at"])
        write.record([config_fact("screen.claimed", row.region_id, {}, _told(row))])
        return row


def check_link(*, key: str, at: datetime) -> None:
    """Whether a link still waits for its screen, without using it. Raises LinkGone."""
    screen_id, secret = opened(key)
    row = WallScreen.objects.filter(pk=screen_id).first()
    if row is None or not open_for(row, secret, at):
        raise LinkGone(USED_UP)


def opened(key: str) -> tuple[uuid.UUID, str]:
    """Screen and secret of a link that this installation has signed. Raises LinkGone."""
    try:
        found = signing.loads(key, salt=SALT)
        return uuid.UUID(found["s"]), str(found["k"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise LinkGone from error


def open_for(row: WallScreen, secret: str, at: datetime) -> bool:
    """Whether this is the link that waits for this screen."""
    waits = row.key_sha256 is not None and row.key_until is not None and at < row.key_until
    in_force = row.revoked_at is None and at < row.expires_at
    return waits and in_force and constant_time_compare(bytes(row.key_sha256 or b""), token_digest(secret))


def add_notice(*, region: str, kind: str, text: str, hours: int, actor: Actor, at: datetime) -> WallNotice:
    """Write something on the walls of a region for some hours."""
    with writing(actor, at) as write:
        check_may_configure(actor, region)
        notice = WallNotice(
            region_id=region, kind=kind, text=text, from_at=at, until_at=at + timedelta(hours=hours),
            created_by_label=actor.label,
        )  # fmt: skip
        notice.save(force_insert=True)
        write.record([config_fact("notice.added", region, {}, {"kind": kind, "text": text, "hours": hours})])
        return notice


def end_notice(*, notice: WallNotice, actor: Actor, at: datetime) -> None:
    """Take it off the walls before its time."""
    with writing(actor, at) as write:
        check_may_configure(actor, notice.region_id)
        row = WallNotice.objects.select_for_update().get(pk=notice.pk)
        if row.until_at <= at:
            return
        row.until_at = max(at, row.from_at + timedelta(microseconds=1))  # the table wants an end after the beginning
        row.save(update_fields=["until_at"])
        write.record([config_fact("notice.ended", row.region_id, {"kind": row.kind, "text": row.text}, {})])


def _in_force(screen_id: uuid.UUID, at: datetime) -> WallScreen:
    rows = WallScreen.objects.select_for_update(of=("self",)).select_related("user")
    row = rows.filter(pk=screen_id, revoked_at=None, expires_at__gt=at).first()
    if row is None:
        raise NotVisible("Layar ini sudah dicabut atau kedaluwarsa; buat layar baru.")
    return row


def _key(secret: str, at: datetime) -> dict[str, object]:
    return {"key_sha256": token_digest(secret), "key_until": at + timedelta(days=LINK_DAYS)}


def _sign(screen: WallScreen, secret: str) -> str:
    return signing.dumps({"s": str(screen.pk), "k": secret}, salt=SALT)


def _told(screen: WallScreen) -> dict[str, str]:
    return {"screen": screen.name, "expires_at": screen.expires_at.isoformat()}
