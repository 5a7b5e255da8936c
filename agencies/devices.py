"""Devices that are told by push: whose count, and how they are given up. Setting them up is `dispatch`'s."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from agencies.access import AGENCY_ROLES
from agencies.models import PushDevice
from agencies.selectors import memberships_in_force


def devices_of_agency(agency_id: uuid.UUID, at: datetime) -> QuerySet[PushDevice]:
    """Devices of the people who work for an agency now, the oldest first."""
    posts = memberships_in_force(at).filter(role__in=AGENCY_ROLES, agency_id=agency_id)
    return devices_of_users(posts.values_list("user_id", flat=True))


def devices_of_users(user_ids: Collection[uuid.UUID] | QuerySet) -> QuerySet[PushDevice]:
    """Devices in use of people whose accounts are."""
    found = PushDevice.objects.filter(user__in=user_ids, user__is_active=True, revoked_at=None)
    return found.order_by("created_at", "id")


def revoke(devices: QuerySet[PushDevice], reason: PushDevice.Ended, at: datetime) -> int:
    """Nothing is sent to them any more, and their addresses are gone. Returns how many were in use."""
    return devices.filter(revoked_at=None).update(revoked_at=at, revoked_for=reason, sealed=None)


def revoke_of_user(user_id: uuid.UUID, reason: PushDevice.Ended, at: datetime) -> int:
    """All devices of one person."""
    return revoke(PushDevice.objects.filter(user_id=user_id), reason, at)


def revoke_one(device_id: str, user_id: str, at: datetime) -> int:
    """The device of a session that ends (logout)."""
    return revoke(PushDevice.objects.filter(id=device_id, user_id=user_id), PushDevice.Ended.LOGOUT, at)
