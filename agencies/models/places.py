from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models.region import Region


class Import(models.Model):
    """A file of boundaries or places that an admin brought: looked at first, then applied, and taken back at need."""

    class Kind(models.TextChoices):
        BOUNDARIES = "boundaries", "batas wilayah"
        PLACES = "places", "tempat dan patokan"

    class State(models.TextChoices):
        DRAFT = "draft", "pratinjau"
        APPLIED = "applied", "diterapkan"
        UNDONE = "undone", "dibatalkan"
        DISCARDED = "discarded", "dibuang"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    """The file, compressed; empty once discarded. What is applied is read from here again, never from a preview."""
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    before = models.JSONField(default=list)
    """Places as they were and as they became, for the way back. Outlines need none: theirs are ended, not changed."""
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["region", "-created_at"], name="import_region_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], applied_at=None)
                | Q(state__in=["applied", "undone"], applied_at__isnull=False),
                name="import_applied_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False) | (~Q(state="undone") & Q(undone_at=None)),
                name="import_undone_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class Outline(models.Model):
    """An imported outline of a kabupaten/kota, kecamatan, kelurahan or desa. It goes before what is shipped."""

    class OutlineLevel(models.TextChoices):
        REGION = "kabkota", "kabupaten/kota"
        DISTRICT = "kecamatan", "kecamatan"
        VILLAGE = "kelurahan", "kelurahan/desa"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    """The region whose centre uses it (31 for Kota Jakarta Pusat's)."""
    code = models.CharField(max_length=13)
    level = models.CharField(max_length=10, choices=OutlineLevel)
    name = models.CharField(max_length=80)
    shape = models.BinaryField()
    """Polygon or MultiPolygon, WGS 84, as well-known binary."""
    source = models.CharField(max_length=120, blank=True)
    made_by = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(ended_at=None), name="outline_one_in_force"),
        ]

    def __str__(self) -> str:
        return self.code
