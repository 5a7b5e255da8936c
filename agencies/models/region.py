from django.contrib.postgres.fields import ArrayField
from django.db import models

from agencies.ids import new_id


class Stage(models.TextChoices):
    """The ministry's steps before a region may answer 112."""

    NONE = "", "belum mulai"
    SOCIALISATION = "sosialisasi", "sosialisasi"
    PREPARATION = "persiapan", "persiapan"
    VERIFICATION = "verifikasi", "verifikasi"
    ACCESS = "akses", "akses operator telekomunikasi"
    TRIAL = "uji_coba", "uji coba"
    LIVE = "live", "beroperasi"


class Region(models.Model):
    """A province, kabupaten or kota; the key is Kemendagri's dotted code (`35.77`)."""

    class Kind(models.TextChoices):
        PROVINCE = "provinsi", "provinsi"
        REGENCY = "kabupaten", "kabupaten"
        CITY = "kota", "kota"

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    served_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    """The region whose centre answers here (the six of DKI are served by 31); empty: its own."""
    slug = models.SlugField(max_length=24, blank=True)
    abbreviation = models.CharField(max_length=4, blank=True)
    """In the incident number: 112-MDN-261122-0001."""
    zone = models.CharField(max_length=20, default="Asia/Jakarta")
    stage = models.CharField(max_length=12, choices=Stage, blank=True, default=Stage.NONE)
    phone = models.CharField(max_length=30, blank=True)
    command_authority = models.CharField(max_length=24, blank=True)
    """Code of the agency that commands the centre now; it changes without anything else changing."""
    legacy_numbers = models.JSONField(default=list, blank=True)
    providers = models.JSONField(default=list, blank=True)
    pause_reasons = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    """Codes of the reasons (agencies.reference.PAUSE_REASONS) for which a clock may be paused; none: it never is."""
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    has_pack = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["abbreviation"], condition=~models.Q(abbreviation=""), name="region_abbreviation_unique"
            ),
            models.UniqueConstraint(fields=["slug"], condition=~models.Q(slug=""), name="region_slug_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A kecamatan or kelurahan/desa. Without an imported Outline it is known by its centre only, and answers say so."""

    class AreaLevel(models.TextChoices):
        DISTRICT = "kecamatan", "kecamatan"
        VILLAGE = "kelurahan", "kelurahan/desa"

    code = models.CharField(max_length=13, primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=10, choices=AreaLevel)
    name = models.CharField(max_length=80)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["region", "level"], name="area_region_level")]

    def __str__(self) -> str:
        return self.name


class AreaAlias(models.Model):
    """What people call an area besides its official name: "Kampung Baru" for Kelurahan Klegen."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    source = models.CharField(max_length=200, blank=True)
    assumed = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="area_alias_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="area_alias_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A landmark (patokan) by which callers say where they are."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    label = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    source = models.CharField(max_length=120, blank=True)
    assumed = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "label"], name="place_label_unique")]

    def __str__(self) -> str:
        return self.label


class PackState(models.Model):
    """The pack as it was last loaded: the third side of the comparison with the new pack and the database."""

    region = models.OneToOneField(Region, on_delete=models.CASCADE, primary_key=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.region_id} {self.sha256[:8]}"


class ConfigVersion(models.Model):
    """A number that grows with every change of configuration or rights, so that each process knows when its copy
    in memory is old. `name`: `reference` (regions, agencies, run cards, targets, rules), `access` (users) or `places`
    (landmarks and imported outlines)."""

    name = models.CharField(max_length=12, primary_key=True)
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
