"""What reporting keeps of its own: the screens on the walls, and what is written on them."""

from django.db import models
from django.db.models import F, Q

from agencies.ids import new_id
from agencies.models import Region, User


class WallScreen(models.Model):
    """One screen on a wall, signed in by a link that works once. What it may see stands in the role of its account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    diagonal_inches = models.SmallIntegerField(default=55)
    distance_m = models.FloatField(default=5)
    """How far away the people sit who read it: with the diagonal it gives the size of the letters."""
    key_sha256 = models.BinaryField(null=True)
    """Of the link that is open; None after a screen has used it."""
    key_until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "name"], condition=Q(revoked_at=None), name="wall_screen_name_unique"
            ),
            models.CheckConstraint(
                condition=Q(diagonal_inches__gte=20, diagonal_inches__lte=150), name="wall_screen_diagonal"
            ),
            models.CheckConstraint(condition=Q(distance_m__gte=1, distance_m__lte=20), name="wall_screen_distance"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="wall_screen_expires"),
            models.CheckConstraint(
                condition=Q(key_sha256=None, key_until=None) | Q(key_sha256__isnull=False, key_until__isnull=False),
                name="wall_screen_key_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WallNotice(models.Model):
    """A line for the room: a warning, maintenance, what the shift should know. Written for a wall: nobody's data."""

    class Kind(models.TextChoices):
        WARNING = "warning", "peringatan"
        MAINTENANCE = "maintenance", "pemeliharaan"
        SHIFT = "shift", "catatan shift"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.CharField(max_length=160)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    created_by_label = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["region", "until_at"], name="wall_notice_in_force")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["warning", "maintenance", "shift"]), name="wall_notice_kind"),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="wall_notice_ends"),
        ]

    def __str__(self) -> str:
        return self.text
