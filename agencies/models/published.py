from typing import Any

from django.db import models
from django.db.models import Q

from agencies.ids import new_id


class Published(models.Model):
    """Configuration that decisions refer to: never changed in place, superseded or ended, never deleted.

    `key` stays the same over all versions of one thing; at most one version of a key is in force.
    """

    class Origin(models.TextChoices):
        PACK = "pack", "paket wilayah"
        ADMIN = "admin", "admin wilayah"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120)
    version = models.IntegerField(default=1)
    origin = models.CharField(max_length=5, choices=Origin, default=Origin.PACK)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def constraints(name: str) -> list[Any]:
        return [
            models.UniqueConstraint(fields=["region", "key", "version"], name=f"{name}_version_unique"),
            models.UniqueConstraint(fields=["region", "key"], condition=Q(ended_at=None), name=f"{name}_one_in_force"),
        ]
