"""Telephones that are told by push: registered by their owner, tried out, and what they report back themselves."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from agencies.access import Actor, can
from agencies.devices import devices_of_agency, devices_of_users, revoke
from agencies.ids import new_id
from agencies.models import PushDevice
from agencies.problems import Conflict, Malformed, NotPermitted, NotVisible, Unprocessable
from dispatch.carriers.addresses import target_of
from dispatch.carriers.carry import policy
from dispatch.carriers.letters import Failed
from dispatch.carriers.push import check_keys
from dispatch.models import Delivery
from incidents.sealing import CannotOpen, seal, unseal

MOST_DEVICES = 10
"""Of one person."""
LONGEST_ENDPOINT = 1000
RECEIPT_WORTH = timedelta(hours=24)
OUT = (Delivery.State.QUEUED, Delivery.State.SENT, Delivery.State.DELIVERED)


def check_may_register(actor: Actor) -> None:
    """Raises NotPermitted for people who work for no agency: nobody sends them tasks."""
    if not can(actor, "page.agency"):
        raise NotPermitted


def add_device(*, endpoint: str, keys: Mapping[str, Any], label: str, actor: Actor, at: datetime) -> PushDevice:
    """This browser of the actor's. One that is known already stays; of a colleague it becomes the actor's.

    Raises NotPermitted, Malformed, Unprocessable for an address that nothing is sent to, Conflict for too many.
    """
    check_may_register(actor)
    host = _check(endpoint, keys)
    digest = hashlib.sha256(endpoint.encode()).digest()
    row = PushDevice(id=new_id(), user_id=actor.id, label=label[:40], service=host[:100], endpoint_sha256=digest,
                     created_at=at)  # fmt: skip
    row.sealed = seal(settings.FIELD_KEY, {"endpoint": endpoint, **keys}, str(row.id))
    with transaction.atomic():
        known = PushDevice.objects.select_for_update().filter(endpoint_sha256=digest, revoked_at=None).first()
        if known is not None and str(known.user_id) == actor.id:
            known.sealed = seal(settings.FIELD_KEY, {"endpoint": endpoint, **keys}, str(known.id))
            known.save(update_fields=["sealed"])
            return known
        if known is not None:
            revoke(PushDevice.objects.filter(id=known.id), PushDevice.Ended.MOVED, at)
        if PushDevice.objects.filter(user_id=row.user_id, revoked_at=None).count() >= MOST_DEVICES:
            raise Conflict("Sudah sepuluh HP terdaftar; lepaskan yang tidak dipakai.")
        row.save(force_insert=True)
    return row


def _check(endpoint: str, keys: Mapping[str, Any]) -> str:
    """The host of the push service."""
    try:
        check_keys(dict(keys))
    except ValueError as error:
        raise Malformed(errors=[{"field": "keys", "message": "kunci langganan tidak sah"}]) from error
    if len(endpoint) > LONGEST_ENDPOINT:
        raise Malformed(errors=[{"field": "endpoint", "message": "terlalu panjang"}])
    try:
        target_of(endpoint, policy())
    except Failed as why:
        raise Unprocessable(f"Alamat layanan push ditolak: {why.detail}.") from why
    return urlsplit(endpoint).hostname or ""


def own_devices(actor: Actor) -> list[PushDevice]:
    """The devices of the actor in use."""
    return [] if actor.is_system else list(devices_of_users([uuid.UUID(actor.id)]))


def own_device(actor: Actor, device_id: uuid.UUID) -> PushDevice:
    """Raises NotPermitted, NotVisible."""
    check_may_register(actor)
    found = next((row for row in own_devices(actor) if row.id == device_id), None)
    if found is None:
        raise NotVisible
    return found


def remove_device(*, device_id: uuid.UUID, actor: Actor, at: datetime) -> None:
    """The actor's own device is told nothing more. Raises NotPermitted, NotVisible."""
    device = own_device(actor, device_id)
    revoke(PushDevice.objects.filter(id=device.id), PushDevice.Ended.REMOVED, at)


def test_device(*, device_id: uuid.UUID, actor: Actor, at: datetime) -> Delivery:
    """Queue a push that says that it is a test; one that waits already is that one. Raises NotPermitted, NotVisible."""
    device = own_device(actor, device_id)
    with transaction.atomic():
        PushDevice.objects.select_for_update().get(id=device.id)  # two taps at once are one test
        waiting = Delivery.objects.filter(device=device, purpose="test", state=Delivery.State.QUEUED).first()
        if waiting is not None:
            return waiting
        return Delivery.objects.create(
            id=new_id(), user_id=device.user_id, channel="push", device=device, purpose="test", to_label="uji bunyi",
            message=uuid.uuid4(), recipient=str(device.id), queued_at=at, due_at=at,
        )  # fmt: skip


def is_told(device: PushDevice, agency_id: uuid.UUID | None, at: datetime) -> bool:
    """Whether this device still is somebody's who works (for the agency) now."""
    rows = devices_of_agency(agency_id, at) if agency_id else devices_of_users([device.user_id])
    return rows.filter(id=device.id).exists()


def keys_of(device: PushDevice) -> dict[str, str]:
    """Address and keys in the clear; empty when another FIELD_KEY sealed them."""
    try:
        return dict(unseal(settings.FIELD_KEY, bytes(device.sealed or b""), str(device.id)))
    except (CannotOpen, ValueError):
        return {}


def receipt_token(delivery_id: uuid.UUID) -> str:
    """What only we and the telephone that got this delivery know: it is the same when a lost worker's is sent again."""
    return salted_hmac("siaga.push.receipt", str(delivery_id), algorithm="sha256").hexdigest()


def note_receipt(*, delivery_id: uuid.UUID, token: str, read: bool, at: datetime) -> None:
    """The telephone says that it has shown this push, or that somebody tapped it. Said again it changes nothing, and
    after `read` the token is spent. Raises NotVisible for what was never sent, a wrong token, or too late a word.

    A telephone may be faster than the worker that waits for the push service's answer: then it is out all the same.
    """
    if not constant_time_compare(token, receipt_token(delivery_id)):
        raise NotVisible
    with transaction.atomic():
        row = Delivery.objects.select_for_update(of=("self",)).filter(id=delivery_id, channel="push").first()
        if row is None or row.device_id is None or row.started_at is None or at - row.started_at > RECEIPT_WORTH:
            raise NotVisible
        if row.state not in OUT or (row.state == Delivery.State.DELIVERED and not read):
            return
        row.state = Delivery.State.READ if read else Delivery.State.DELIVERED
        row.sent_at, row.ended_at = row.sent_at or at, row.ended_at or at
        row.delivered_at = row.delivered_at or at
        row.read_at = at if read else None
        row.save(update_fields=["state", "sent_at", "ended_at", "delivered_at", "read_at"])
        PushDevice.objects.filter(id=row.device_id).update(proved_at=at)
