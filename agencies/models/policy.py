"""What decisions are made from: types, run cards, targets, procedures, rules."""

from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models.agency import Agency
from agencies.models.published import Published
from agencies.models.region import Area, Region

STAGES = ["answer", "ticket", "acknowledge", "dispatch", "arrive", "complete"]
PRIORITIES = ["critical", "high", "normal", "low"]


class IncidentType(models.Model):
    """One of the eight national types (no region), or a type of a region's own on top of one of them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.SlugField(max_length=40)
    base = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    confidential = models.BooleanField(default=False)
    origin = models.CharField(max_length=5, choices=Published.Origin, default=Published.Origin.PACK)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="type_code_unique", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return self.name


class SubtypeMapping(models.Model):
    """A region's own view of a subtype: in Jakarta a body found is no emergency, in Surabaya it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    subtype = models.SlugField(max_length=40)
    type = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "subtype"], name="subtype_mapping_unique")]

    def __str__(self) -> str:
        return f"{self.subtype} → {self.type}"


class RunCard(Published):
    """Which agencies go to what: the most specific card in force wins (area, subtype, priority, hours, type)."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    subtype = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    priority = models.CharField(max_length=8, blank=True)
    from_hour = models.SmallIntegerField(null=True, blank=True)
    until_hour = models.SmallIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    assumed = models.BooleanField(default=False)

    class Meta(Published.Meta):
        constraints = [
            *Published.constraints("run_card"),
            models.CheckConstraint(
                condition=Q(from_hour=None, until_hour=None)
                | Q(from_hour__gte=0, from_hour__lte=23, until_hour__gte=1, until_hour__lte=24),
                name="run_card_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subtype}".strip()


class RunCardLine(models.Model):
    """One agency of a run card; `position` is the order in which they act where it matters (PLN before BPBD)."""

    class Role(models.TextChoices):
        LEAD = "lead", "utama"
        SUPPORT = "support", "pendukung"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run_card = models.ForeignKey(RunCard, on_delete=models.CASCADE, related_name="lines")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=7, choices=Role)
    position = models.SmallIntegerField()
    backup = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    alarm = models.SmallIntegerField(default=1)
    """From which alarm level on it is sent; the lead at once."""

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(alarm=1) | Q(role="support", alarm__gte=2, alarm__lte=3), name="run_card_line_alarm"
            ),
            models.UniqueConstraint(fields=["run_card", "agency"], name="run_card_line_agency_unique"),
            models.UniqueConstraint(fields=["run_card"], condition=Q(role="lead"), name="run_card_one_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} ({self.role})"


class Target(Published):
    """How many seconds a stage may take; empty type, priority or hours: any. The most specific one in force wins."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40, blank=True)
    priority = models.CharField(max_length=8, blank=True)
    stage = models.CharField(max_length=12)
    from_hour = models.SmallIntegerField(null=True, blank=True)
    until_hour = models.SmallIntegerField(null=True, blank=True)
    """Only for clocks that start in these hours of the region's day; over midnight when `until` is not after `from`."""
    seconds = models.IntegerField()
    source = models.CharField(max_length=200, blank=True)
    assumed = models.BooleanField(default=False)

    class Meta(Published.Meta):
        constraints = [
            *Published.constraints("target"),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="target_seconds_positive"),
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="target_stage_known"),
            models.CheckConstraint(condition=Q(priority__in=["", *PRIORITIES]), name="target_priority_known"),
            models.CheckConstraint(
                condition=Q(from_hour=None, until_hour=None)
                | Q(from_hour__gte=0, from_hour__lte=23, until_hour__gte=1, until_hour__lte=24),
                name="target_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} ≤ {self.seconds} s"


class Procedure(Published):
    """A standard operating procedure (SOP): what to ask and tell, in the order of speaking, and who is never sent."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    type = models.CharField(max_length=40)
    subtype = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    questions = models.JSONField(default=list, blank=True)
    steps = models.JSONField(default=list, blank=True)
    tell_caller = models.JSONField(default=list, blank=True)
    excludes = models.JSONField(default=list, blank=True)
    """Codes of agencies that this procedure keeps out: beyond their authority."""
    assumed = models.BooleanField(default=False)

    class Meta(Published.Meta):
        constraints = Published.constraints("procedure")

    def __str__(self) -> str:
        return self.title


class RuleSet(Published):
    """A region's own triage rules on top of the built-in ones, with the examples that they must go on answering.

    Only a draft is edited; it has no number of its own before it is published, and `published_at` is when it was begun.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "konsep"
        REVIEW = "review", "ditinjau"
        PUBLISHED = "published", "berlaku"
        RETIRED = "retired", "ditarik"
        DISCARDED = "discarded", "dibuang"

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    rules = models.JSONField(default=list)
    examples = models.JSONField(default=list)
    revision = models.IntegerField(default=1)
    """Grows with every edit of a draft: who edits an older one is told so."""
    based_on = models.IntegerField(default=0)
    """The version from which the draft was begun; 0: the built-in rules alone."""
    editors = models.JSONField(default=list)
    """Ids of those who edited the draft: somebody else should publish it."""
    reason = models.CharField(max_length=300, blank=True)
    alone = models.BooleanField(default=False)
    """Published by its own author, because the region had nobody else who could."""

    class Meta(Published.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "key", "version"], name="rule_set_version_unique"),
            models.UniqueConstraint(
                fields=["region", "key"], condition=Q(status="published"), name="rule_set_one_published"
            ),
            models.UniqueConstraint(
                fields=["region", "key"], condition=Q(status__in=["draft", "review"]), name="rule_set_one_in_work"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["retired", "discarded"], ended_at__isnull=False)
                | (~Q(status__in=["retired", "discarded"]) & Q(ended_at=None)),
                name="rule_set_ended_when_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
