from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from agencies.access import AGENCY_ROLES, Role
from agencies.ids import new_id
from agencies.models.agency import Agency
from agencies.models.region import Region


class User(AbstractUser):
    """A person who signs in. What they may do stands in their memberships only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    display_name = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.display_name or self.username


class Membership(models.Model):
    """A role in a region or agency, from when to when. A user has several."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=sorted(AGENCY_ROLES), agency__isnull=False, region__isnull=False)
                | Q(role=Role.NATIONAL, agency=None, region=None)
                | (Q(agency=None, region__isnull=False) & ~Q(role__in=[*sorted(AGENCY_ROLES), Role.NATIONAL])),
                name="membership_place_fits_role",
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gt=F("from_at")), name="membership_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class ApiToken(models.Model):
    """A key for programs. Only its SHA-256 is kept."""

    key_sha256 = models.BinaryField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"


class Roster(models.Model):
    """Who of an agency is on duty and how they are reached; `position` is the order in which they are tried."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    position = models.SmallIntegerField(default=1)
    channels = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    """Taken off the plan."""

    class Meta:
        indexes = [models.Index(fields=["agency", "until_at"], name="roster_agency", condition=Q(ended_at=None))]
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="roster_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=9), name="roster_position"),
            models.UniqueConstraint(
                fields=["agency", "name", "from_at"], condition=Q(ended_at=None), name="roster_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.from_at:%d/%m %H.%M}"


class Shift(models.Model):
    """A person's time at a seat of the call centre. Sight of the confidential cases that they took ends with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seat = models.CharField(max_length=24, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="shift_one_open_per_user"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="shift_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.started_at:%d/%m %H.%M}"


class ShiftHandover(models.Model):
    """What one shift tells the next."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    from_shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    to_shift = models.ForeignKey(Shift, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.region_id} {self.created_at:%d/%m %H.%M}"
