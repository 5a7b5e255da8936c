"""Telephones that are told by push: registered by their owner, and reporting back by themselves."""

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agencies.apiview import ActorRequest, ApiView
from agencies.cleaning import clean_text
from agencies.models import PushDevice
from agencies.problems import NotVisible
from agencies.rest import body_of
from agencies.views import PUSH_DEVICE
from dispatch import docs
from dispatch.carriers.push import public_key
from dispatch.channel_selectors import last_tests
from dispatch.devicenames import device_name
from dispatch.models import Delivery
from dispatch.pacing import Buckets
from dispatch.reading import Strict, uuid_of
from dispatch.services import devices
from events import clock

WORDS = ["delivered", "read"]
tests_pace = Buckets(burst=10, per_second=0.1)
"""Tests that one person may send: a few in a row while a telephone is set up."""


class DevicesView(ApiView):
    """`GET` what a browser needs to subscribe and the person's own devices; `POST` this browser."""

    @extend_schema(**docs.PUSH_DEVICES)
    def get(self, request: ActorRequest) -> Response:
        devices.check_may_register(request.user)
        rows = devices.own_devices(request.user)
        tests = last_tests([row.id for row in rows])
        told = [_device(row, request, tests.get(row.id)) for row in rows]
        return Response({"key": public_key(settings.VAPID_PRIVATE_KEY), "devices": told})

    @extend_schema(**docs.ADD_PUSH_DEVICE)
    def post(self, request: ActorRequest) -> Response:
        devices.check_may_register(request.user)
        read = Strict(body_of(request))
        endpoint, keys = read.text("endpoint", required=True), read.body.get("keys")
        named = keys if isinstance(keys, dict) else {}
        read.finish({"endpoint", "keys", "expirationTime"})
        row = devices.add_device(
            endpoint=endpoint, keys={name: named.get(name) for name in ("p256dh", "auth")},
            label=device_name(request.META.get("HTTP_USER_AGENT", "")), actor=request.user, at=clock.now(),
        )  # fmt: skip
        if request.auth != "token":
            request._request.session[PUSH_DEVICE] = str(row.id)
        return Response(_device(row, request, None), status=201)


class DeviceRemoveView(ApiView):
    @extend_schema(**docs.REMOVE_PUSH_DEVICE)
    def post(self, request: ActorRequest, device_id: UUID) -> Response:
        devices.remove_device(device_id=device_id, actor=request.user, at=clock.now())
        return Response({"removed": True})


class DeviceTestView(ApiView):
    @extend_schema(**docs.TEST_PUSH_DEVICE)
    def post(self, request: ActorRequest, device_id: UUID) -> Response:
        device = devices.own_device(request.user, device_id)
        if wait := tests_pace.wait(request.user.id, time.monotonic()):
            raise Throttled(wait=wait)
        test = devices.test_device(device_id=device.id, actor=request.user, at=clock.now())
        return Response(_device(device, request, test))


class ReceiptsView(APIView):
    """What a telephone reports by itself: its worker has no session that must still be good, only the token of the one
    delivery that it got."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(**docs.PUSH_RECEIPT)
    def post(self, request: Request) -> Response:
        body = body_of(request)
        delivery, token, what = uuid_of(body.get("delivery")), body.get("token"), body.get("what")
        if not delivery or not isinstance(token, str) or what not in WORDS:
            raise NotVisible
        devices.note_receipt(
            delivery_id=UUID(delivery), token=clean_text(token)[:64], read=what == "read", at=clock.now()
        )
        return Response({"noted": what})


def _device(row: PushDevice, request: ActorRequest, test: Delivery | None) -> dict[str, Any]:
    current = request._request.session.get(PUSH_DEVICE)
    told = None if test is None else {
        "state": test.state, "error": test.error or None, "at": (test.delivered_at or test.queued_at).isoformat(),
    }  # fmt: skip
    return {
        "id": str(row.id), "label": row.label, "current": str(row.id) == current,
        "created_at": row.created_at.isoformat(), "proved_at": row.proved_at.isoformat() if row.proved_at else None,
        "test": told,
    }  # fmt: skip
