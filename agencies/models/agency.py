from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from agencies.ids import new_id
from agencies.models.published import Published
from agencies.models.region import Region


class Agency(models.Model):
    """An agency (OPD) that takes incidents, or to which callers are referred."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=24)
    name = models.CharField(max_length=120)
    short = models.CharField(max_length=30, blank=True)
    kind = models.CharField(max_length=20)
    phone = models.CharField(max_length=30, blank=True)
    referral_number = models.CharField(max_length=30, blank=True)
    """The number to which a caller is referred while the agency takes nothing from here (police: 110)."""
    needs_agreement = models.BooleanField(default=False)
    women_children_unit = models.BooleanField(default=False)
    assumed = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    """Until then its backup is sent instead: no crew, a building without power."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["region_id", "code"]
        constraints = [models.UniqueConstraint(fields=["region", "code"], name="agency_code_unique")]

    def __str__(self) -> str:
        return self.short or self.name


class Agreement(Published):
    """A memorandum of understanding: from when to when an agency takes part, and in which types (`*`: all)."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=120, blank=True)
    scope = ArrayField(models.CharField(max_length=40), default=list)
    signed_on = models.DateField(null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)
    assumed = models.BooleanField(default=False)

    class Meta(Published.Meta):
        constraints = [
            *Published.constraints("agreement"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from=None) | Q(valid_until__gt=F("valid_from")),
                name="agreement_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.reference}".strip()


class Unit(models.Model):
    """A crew with its vehicle."""

    class Status(models.TextChoices):
        AVAILABLE = "available", "siap"
        ASSIGNED = "assigned", "ditugaskan"
        EN_ROUTE = "en_route", "menuju lokasi"
        ON_SCENE = "on_scene", "di lokasi"
        TRANSPORTING = "transporting", "mengantar"
        AT_HOSPITAL = "at_hospital", "di rumah sakit"
        OUT_OF_SERVICE = "out_of_service", "tidak bertugas"

    class Mode(models.TextChoices):
        LAND = "land", "darat"
        SEA = "sea", "laut"
        AIR = "air", "udara"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=24)
    name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20)
    capabilities = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    mode = models.CharField(max_length=4, choices=Mode, default=Mode.LAND)
    crew_size = models.PositiveSmallIntegerField(null=True, blank=True)
    """How many people ride; None: not told."""
    duty_from = models.TimeField(null=True, blank=True)
    duty_until = models.TimeField(null=True, blank=True)
    """On duty each day between these times of the region (over midnight when `until` is earlier); None: always."""
    rest_minutes = models.PositiveSmallIntegerField(default=0)
    """After a job the crew is asked last for so long."""
    home_lat = models.FloatField(null=True, blank=True)
    home_lon = models.FloatField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.AVAILABLE)
    status_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)
    assumed = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "code"], name="unit_code_unique"),
            models.CheckConstraint(
                condition=Q(status__in=["available", "assigned", "en_route", "on_scene", "transporting",
                                        "at_hospital", "out_of_service"]),
                name="unit_status_known",
            ),
            models.CheckConstraint(condition=Q(mode__in=["land", "sea", "air"]), name="unit_mode_known"),
            models.CheckConstraint(
                condition=Q(duty_from=None, duty_until=None) | Q(duty_from__isnull=False, duty_until__isnull=False),
                name="unit_duty_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code
