from django.db import models
from django.db.models import F, Q

from agencies.ids import new_id
from agencies.models.region import Region


class TileArchive(models.Model):
    """A region's own map of streets: one PMTiles file on disk, brought by its admin. One is in force at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_index=False)
    file_name = models.CharField(max_length=120)
    source = models.CharField(max_length=120)
    """Shown on every map: OpenStreetMap's licence asks for it."""
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    min_zoom = models.SmallIntegerField()
    max_zoom = models.SmallIntegerField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region"], condition=Q(ended_at=None), name="tiles_one_in_force"),
            models.CheckConstraint(condition=Q(size__gt=0), name="tiles_not_empty"),
            models.CheckConstraint(condition=Q(min_zoom__lte=F("max_zoom")), name="tiles_zooms"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.file_name}"
