"""Channels of a region and its agencies: set up, changed, ended and tried out by the region's admin.

A secret is sealed before it is saved and never read back to anybody; the log says that it was set, not what it is.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from agencies.access import Actor
from agencies.configuring import config_fact, jsonable, lock_region
from agencies.ids import new_id
from agencies.models import Agency, Channel
from agencies.problems import Conflict, Unprocessable
from agencies.writing import Write, writing
from dispatch.carriers.addresses import target_of
from dispatch.carriers.carry import policy
from dispatch.carriers.letters import Failed
from dispatch.models import Delivery
from dispatch.services.notifying import recipient_of
from incidents.sealing import seal
from incidents.vault import user_id

TOLD = ("name", "position", "address", "url", "settings")


def add_channel(*, region: str, agency: Agency | None, kind: str, fields: Mapping[str, Any], secret: str, actor: Actor,
                at: datetime) -> Channel:  # fmt: skip
    """A new channel of an agency, or of the centre itself. Raises Unprocessable, Conflict for a name in use."""
    row = Channel(id=new_id(), region_id=region, agency=agency, kind=kind, created_at=at, **fields)
    with writing(actor, at) as write:
        lock_region(actor, region)
        _save(write, row, secret, {}, "channel.added", force_insert=True)
    return row


def update_channel(*, channel: Channel, fields: Mapping[str, Any], secret: str, actor: Actor, at: datetime) -> None:
    """Change a channel; an empty secret keeps the one it has. Raises Unprocessable, Conflict."""
    with writing(actor, at) as write:
        lock_region(actor, channel.region_id)
        row = _fresh(channel)
        before = _told(row)
        for name, value in fields.items():
            setattr(row, name, value)
        _save(write, row, secret, before, "channel.updated")


def end_channel(*, channel: Channel, actor: Actor, at: datetime) -> None:
    """Nothing is sent over it any more; what was sent is kept."""
    with writing(actor, at) as write:
        lock_region(actor, channel.region_id)
        row = _fresh(channel)
        row.ended_at, row.secret = at, None
        row.save(update_fields=["ended_at", "secret"])
        write.record([config_fact("channel.ended", row.region_id, _named(row), {})])


def test_channel(*, channel: Channel, actor: Actor, at: datetime) -> Delivery:
    """Queue a test message; what becomes of it is its row. One that waits already is that one."""
    with writing(actor, at) as write:
        lock_region(actor, channel.region_id)
        row = _fresh(channel)
        waiting = Delivery.objects.filter(via=row, purpose="test", state=Delivery.State.QUEUED).first()
        if waiting is not None:
            return waiting
        test = Delivery.objects.create(
            id=new_id(), agency=row.agency, user_id=user_id(actor), channel=row.kind, via=row, purpose="test",
            to_label="uji coba", message=uuid.uuid4(), recipient=recipient_of(row)[:200], queued_at=at, due_at=at,
        )  # fmt: skip
        write.record([config_fact("channel.tested", row.region_id, {}, _named(row))])
        return test


def _fresh(channel: Channel) -> Channel:
    row = Channel.objects.select_for_update(of=("self",)).select_related("agency").get(pk=channel.pk)
    if row.ended_at is not None:
        raise Conflict("Saluran ini sudah diakhiri.")
    return row


def _save(write: Write, row: Channel, secret: str, before: dict[str, Any], kind: str, **options: Any) -> None:
    if secret:
        row.secret = seal(settings.FIELD_KEY, secret, str(row.id))
    _check(row)
    try:
        with transaction.atomic():
            row.save(**options)
    except IntegrityError as error:
        raise Conflict("Nama saluran ini sudah dipakai instansi itu.") from error
    after = _told(row) | ({"secret": "…"} if secret else {})
    write.record([config_fact(kind, row.region_id, before, after)])


def _check(row: Channel) -> None:
    """Raises Unprocessable."""
    if row.kind == Channel.Kind.WEBHOOK and row.secret is None:
        raise Unprocessable("Webhook perlu kunci rahasia untuk tanda tangannya.")
    url = {Channel.Kind.WEBHOOK: row.address, Channel.Kind.GATEWAY: row.url}.get(Channel.Kind(row.kind), "")
    if url:
        try:
            target_of(url, policy())
        except Failed as why:
            raise Unprocessable(f"URL ditolak: {why.detail}.") from why


def _named(row: Channel) -> dict[str, str]:
    return {"agency": row.agency.code if row.agency else "112", "channel": row.name}


def _told(row: Channel) -> dict[str, Any]:
    return _named(row) | jsonable({name: getattr(row, name) for name in TOLD})
