"""Where it is dangerous for some hours: drawn by a person, gone by itself."""

from django.db import models
from django.db.models import F, Q

from agencies.ids import new_id
from agencies.models import Region, User


class HazardArea(models.Model):
    """A flooded quarter, a landslide, a gas cloud. It belongs to the region, not to an incident."""

    class Kind(models.TextChoices):
        FLOOD = "flood", "banjir"
        LANDSLIDE = "landslide", "longsor"
        FIRE = "fire", "kebakaran"
        GAS = "gas", "gas atau asap berbahaya"
        CLOSED = "closed", "jalan tertutup"
        OTHER = "other", "bahaya lain"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=80)
    geometry = models.JSONField()
    """GeoJSON Polygon or MultiPolygon, WGS 84."""
    areas = models.JSONField(default=list)
    """Codes of the areas of which it was made; empty when drawn by hand."""
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    drawn_by_label = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_label = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["region", "expires_at"], name="hazard_in_force", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["flood", "landslide", "fire", "gas", "closed", "other"]), name="hazard_kind_known"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="hazard_expires"),
            models.CheckConstraint(condition=~Q(name=""), name="hazard_named"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.name}"
