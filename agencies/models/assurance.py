"""What only a person can know about the safety of an installation, and when they have tried it."""

from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models.region import Region


class Assurance(models.Model):
    """Somebody has tried something out and says that it works; the newest of an item counts."""

    class Item(models.TextChoices):
        KEY_BACKUP = "key_backup", "salinan kunci"
        RESTORE = "restore", "uji pemulihan cadangan"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=12, choices=Item)
    note = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-confirmed_at"]
        constraints = [models.CheckConstraint(condition=Q(item__in=["key_backup", "restore"]), name="assurance_known")]

    def __str__(self) -> str:
        return f"{self.item} {self.confirmed_at:%d/%m/%Y}"
