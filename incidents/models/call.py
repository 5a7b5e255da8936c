from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models import Region, User
from incidents.lifecycle import CHANNELS, SOURCES, Disposition
from incidents.models.incident import Incident, Retention


class Call(models.Model):
    """One call from ring to hang-up. Its times may come in any order and late; most calls never become an incident."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(default=1)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, default="phone")
    source = models.CharField(max_length=9, default="live")
    number = models.CharField(max_length=30, blank=True)
    """Empty: withheld, or a phone without a SIM."""
    number_key = models.BinaryField(null=True)
    line = models.CharField(max_length=30, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    offered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    disposition = models.CharField(max_length=16, blank=True)
    disposed_at = models.DateTimeField(null=True)
    disposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    exercise = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    """Follows the incident that it belongs to."""
    recorded_at = models.DateTimeField()
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CALL)

    class Meta:
        indexes = [
            models.Index(fields=["region", "-recorded_at"], name="call_region_recent"),
            models.Index(fields=["number_key", "-recorded_at"], name="call_number_key"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "provider_id"], condition=~Q(provider_id=""), name="call_provider_id_unique"
            ),
            models.CheckConstraint(condition=Q(disposition__in=["", *Disposition]), name="call_disposition_known"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="call_channel_known"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="call_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.id}"


class Recording(models.Model):
    """Where the recording of a call lies; the sound itself stays with the recorder."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=300)
    started_at = models.DateTimeField(null=True)
    seconds = models.IntegerField(null=True)
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CALL)

    def __str__(self) -> str:
        return f"{self.call_id} {self.seconds or '–'} s"


class NumberFlag(models.Model):
    """A number that was a nuisance: ranked lower and explained, never dropped; it ends by itself, a person decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    number_key = models.BinaryField()
    number_hint = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["region", "number_key"], name="number_flag_number")]
        constraints = [models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="number_flag_ends")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.number_hint}"


class CallbackTask(models.Model):
    """Somebody has to be called back: a silent caller, a lost call, a cancelled alarm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["region", "due_at"], name="callback_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.region_id} {self.due_at:%H.%M}"
