"""Telephones and browsers that asked to be told of new tasks (web push, RFC 8030)."""

from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models.people import User


class PushDevice(models.Model):
    """One browser of one person that takes pushes. Its address is a capability: sealed, bound to the row, and deleted
    when the device is given up; a digest of it finds the row when the same browser asks again."""

    class Ended(models.TextChoices):
        REMOVED = "removed", "dilepas sendiri"
        LOGOUT = "logout", "keluar"
        ACCOUNT = "account", "akun dinonaktifkan atau sandi diganti admin"
        GONE = "gone", "tidak dikenal lagi oleh layanan push"
        MOVED = "moved", "dipakai orang lain"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(max_length=40, blank=True)
    """What kind of telephone and browser it is, for people."""
    service = models.CharField(max_length=100)
    """The host of its push service."""
    endpoint_sha256 = models.BinaryField()
    sealed = models.BinaryField(null=True)
    """{"endpoint", "p256dh", "auth"} under FIELD_KEY; none once it is given up."""
    created_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    """When it last told us itself that a push had arrived."""
    revoked_at = models.DateTimeField(null=True)
    revoked_for = models.CharField(max_length=8, choices=Ended, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user"], name="push_device_of_user", condition=Q(revoked_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint_sha256"], condition=Q(revoked_at=None), name="push_device_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_for="", sealed__isnull=False)
                | (Q(revoked_at__isnull=False, sealed=None) & ~Q(revoked_for="")),
                name="push_device_sealed_while_used",
            ),
        ]

    def __str__(self) -> str:
        return self.label
