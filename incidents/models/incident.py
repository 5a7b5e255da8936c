from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models import Agency, Area, Region, User
from agencies.models.policy import PRIORITIES
from incidents.lifecycle import CHANNELS, SOURCES, IncidentStatus, Outcome


class Retention(models.TextChoices):
    """How long personal data of a row is kept; the periods belong to the region."""

    CASE = "case", "kasus"
    CONFIDENTIAL = "confidential", "kasus rahasia"
    CALL = "call", "panggilan"
    EXERCISE = "exercise", "latihan"


class Incident(models.Model):
    """One event in the world. It holds no free text and no personal data: see Text and Person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=24, unique=True)
    version = models.IntegerField(default=1)
    """Grows with every change that a board row shows, an assignment's too."""
    edited_version = models.IntegerField(default=1)
    """The version at which the incident's own fields last changed: who read it then or later overwrites nobody."""
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=12, default=IncidentStatus.OPEN)
    type = models.CharField(max_length=40)
    base = models.CharField(max_length=40)
    """The one of the eight national types under `type`."""
    subtype = models.CharField(max_length=40, blank=True)
    priority = models.CharField(max_length=8)
    confidential = models.BooleanField(default=False)
    exercise = models.BooleanField(default=False)
    channel = models.CharField(max_length=8, default="phone")
    source = models.CharField(max_length=9, default="live")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    precision = models.CharField(max_length=20, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    label = models.CharField(max_length=80, blank=True)
    """Name of the area for lists; never what a caller said."""
    needs_review = models.BooleanField(default=False)
    alarm = models.SmallIntegerField(default=1)
    """How far the alarm has been raised (dispatch.routing.next_alarm)."""
    outcome = models.CharField(max_length=20, blank=True)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The major event that this incident is part of."""
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    handed_over_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CASE)

    class Meta:
        indexes = [
            models.Index(fields=["region", "-created_at", "-id"], name="incident_region_recent"),
            models.Index(fields=["region", "-created_at"], name="incident_region_open", condition=Q(status="open")),
            models.Index(fields=["parent"], name="incident_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["merged_into"], name="incident_merged_into", condition=Q(merged_into__isnull=False)),
            models.Index(
                fields=["handed_over_from"], name="incident_handed_over", condition=Q(handed_over_from__isnull=False)
            ),
            models.Index(fields=["region", "lat", "lon"], name="incident_open_place", condition=Q(status="open")),
            models.Index(
                fields=["region", "closed_at"], name="incident_lately_ended", condition=Q(closed_at__isnull=False)
            ),
            models.Index(
                fields=["region", "area", "occurred_at"], name="incident_confidential", condition=Q(confidential=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(IncidentStatus)), name="incident_status_known"),
            models.CheckConstraint(condition=Q(priority__in=PRIORITIES), name="incident_priority_known"),
            models.CheckConstraint(condition=Q(alarm__gte=1, alarm__lte=3), name="incident_alarm_level"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="incident_channel_known"),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="incident_source_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome]), name="incident_outcome_known"),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None)
                | Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
                name="incident_place_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False) | (~Q(status="merged") & Q(merged_into=None)),
                name="incident_merged_into_another",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="incident_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(status__in=["closed", "cancelled"], closed_at__isnull=False)
                | (~Q(status__in=["closed", "cancelled"]) & Q(closed_at=None)),
                name="incident_closed_at_fits_status",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class NumberBase(models.Model):
    """Where a region's day begins in the region's sequence: the number of the day is what was drawn minus this."""

    id = models.BigAutoField(primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    base = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="number_base_unique")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day} {self.base}"


class Classification(models.Model):
    """The rule's answer, and the person's where they decided otherwise. Both are kept; a new one never replaces."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    type = models.CharField(max_length=40)
    subtype = models.CharField(max_length=40, blank=True)
    priority = models.CharField(max_length=8)
    confidence = models.FloatField()
    candidates = models.JSONField(default=list)
    extra_types = ArrayField(models.CharField(max_length=40), default=list)
    reasons = models.JSONField(default=list)
    """Rule, version, start, end. The words themselves are read from the narrative, by those who may."""
    needs_review = models.BooleanField(default=False)
    answers = models.JSONField(default=dict)
    """What was answered to the questions of the SOP that count: {key: true, false or a number}."""
    rules_version = models.CharField(max_length=80)
    override_type = models.CharField(max_length=40, blank=True)
    override_priority = models.CharField(max_length=8, blank=True)
    override_agencies = models.JSONField(null=True)
    override_reason = models.CharField(max_length=200, blank=True)
    override_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    routing = models.JSONField(default=dict)
    """Run card id and version, agreements used, agencies passed over and why."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["incident", "-created_at"], name="classification_incident")]

    def __str__(self) -> str:
        return f"{self.type} {self.confidence:.2f}"


class Referral(models.Model):
    """An agency that takes nothing from here: the caller is given its number, and that is recorded."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "agency"], name="referral_once_per_agency")]

    def __str__(self) -> str:
        return f"{self.agency} {self.number}"


class IncidentAccess(models.Model):
    """Who sees an incident beyond the region's own desk: ONE answer for selectors, hub, exports and policies."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    level = models.CharField(max_length=6)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(
                fields=["agency", "incident"], name="access_agency_open", condition=Q(until=None, agency__isnull=False)
            ),
            models.Index(
                fields=["user", "incident"], name="access_user_open", condition=Q(until=None, user__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(agency=None, user__isnull=False) | Q(agency__isnull=False, user=None),
                name="access_for_agency_or_user",
            ),
            models.CheckConstraint(condition=Q(level__in=["full", "task", "stub"]), name="access_level_known"),
            models.UniqueConstraint(
                fields=["incident", "agency", "user"], condition=Q(until=None), name="access_one_open",
                nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.agency or self.user} {self.level}"


class IncidentCall(models.Model):
    """A call about an incident, with this caller's words and place as evidence. A call is about one incident."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    call = models.OneToOneField("incidents.Call", on_delete=models.PROTECT, null=True, related_name="+")
    words = models.ForeignKey("incidents.Text", on_delete=models.SET_NULL, null=True, related_name="+")
    caller = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, null=True, related_name="+")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    detached_at = models.DateTimeField(null=True)
    """They were added by mistake and count no more."""
    detached_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    detached_to = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The incident that has their words, number and place now; none when they were only marked."""

    class Meta:
        indexes = [models.Index(fields=["incident"], name="incident_call_incident")]
        constraints = [
            models.CheckConstraint(
                condition=Q(detached_at__isnull=False) | Q(detached_by=None, detached_to=None),
                name="incident_call_detached_once",
            ),
            models.CheckConstraint(
                condition=Q(detached_to=None) | Q(lat=None, lon=None), name="incident_call_moved_with_its_place"
            ),
            models.CheckConstraint(
                condition=~Q(detached_to=models.F("incident")), name="incident_call_not_detached_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.created_at:%H.%M.%S}"


class Attachment(models.Model):
    """A picture or document. The file lies under MEDIA_ROOT by its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=60)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CASE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "sha256"], name="attachment_once")]

    def __str__(self) -> str:
        return self.name


class Handover(models.Model):
    """An incident given to another region's centre. It never moves a row: each side has its own incident.

    A live centre answers within `answer_due_at`; an offer that nobody answered is refused by nobody (`decided_by` is
    empty). Of a hand-over by telephone `decided_at` says when somebody over there took it, `answer` who that was.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "ditawarkan"
        ACCEPTED = "accepted", "diterima"
        REFUSED = "refused", "ditolak"
        BY_PHONE = "by_phone", "lewat telepon"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    to_region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    to_incident = models.OneToOneField(Incident, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State)
    created_at = models.DateTimeField()
    answer_due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.ForeignKey("incidents.Text", on_delete=models.SET_NULL, null=True, related_name="+")
    """Why it was refused, or who took it: among the words of the sender's incident."""

    class Meta:
        indexes = [models.Index(fields=["incident", "-created_at"], name="handover_incident")]
        constraints = [
            models.UniqueConstraint(fields=["incident"], condition=~Q(state="refused"), name="handover_one_open"),
            models.CheckConstraint(
                condition=Q(state__in=["by_phone", "refused"], to_incident=None, answer_due_at=None)
                | (~Q(state="by_phone") & Q(to_incident__isnull=False, answer_due_at__isnull=False)),
                name="handover_live_or_by_phone",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", decided_at=None)
                | Q(state__in=["accepted", "refused"], decided_at__isnull=False)
                | Q(state="by_phone"),
                name="handover_decided_fits_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.to_region_id} {self.state}"


class Feedback(models.Model):
    """What a citizen says afterwards about the help that came."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField(null=True)
    text = models.ForeignKey("incidents.Text", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=1, score__lte=5), name="feedback_score_1_to_5"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.score}"


class CaseKey(models.Model):
    """The key of one confidential case, wrapped by FIELD_KEY. Deleting it makes the case unreadable everywhere."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, primary_key=True, related_name="+")
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return str(self.incident_id)
