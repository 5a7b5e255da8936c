"""Who was sent, how fast they must be, and what they were told."""

from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models import Agency, Channel, PushDevice, RuleSet, Unit, User
from agencies.models.policy import STAGES
from dispatch.lifecycle import AssignmentStatus, DeclineReason
from incidents.lifecycle import Outcome
from incidents.models import Call, Incident, Text

ACCEPT = "accept"
"""The stage of a hand-over: offered → answered by the other region's centre. No target of a region changes it."""
DEADLINE_STAGES = [*STAGES, ACCEPT]


class Assignment(models.Model):
    """One agency's part in an incident, with a clock of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.IntegerField(default=1)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=7)
    position = models.SmallIntegerField(default=0)
    """The order in which the agencies act, where it matters."""
    status = models.CharField(max_length=12, default=AssignmentStatus.ASSIGNED)
    reason = models.CharField(max_length=200, blank=True)
    """Why this agency: the run card, the agreement, the person who chose it."""
    run_card_id = models.UUIDField(null=True)
    run_card_version = models.IntegerField(null=True)
    agreement_id = models.UUIDField(null=True)
    agreement_version = models.IntegerField(null=True)
    exercise = models.BooleanField(default=False)
    source = models.CharField(max_length=9, default="live")
    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    decline_code = models.CharField(max_length=16, blank=True)
    end_reason = models.ForeignKey(Text, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=20, blank=True)
    victims = models.JSONField(null=True)
    """{"dead", "injured", "evacuated"}: counts."""
    report = models.ForeignKey(Text, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    paused_at = models.DateTimeField(null=True)
    """Its clocks stand still since then (ClockPause says why and until when)."""
    pause_reason = models.CharField(max_length=24, blank=True)
    escalation = models.SmallIntegerField(default=0)
    """The rung that the ladder has reached while nobody accepted; 0: none."""
    escalation_of = models.SmallIntegerField(default=0)
    escalation_step = models.CharField(max_length=16, blank=True)
    unanswered_at = models.DateTimeField(null=True)
    """When the ladder was at its end and still nobody had accepted: a figure of the agency."""
    unreached_at = models.DateTimeField(null=True)
    """When a message about it was given up: somebody has to telephone."""

    class Meta:
        ordering = ["position", "created_at"]
        indexes = [
            models.Index(fields=["incident"], name="assignment_incident"),
            models.Index(fields=["end_reason"], name="assignment_reason", condition=Q(end_reason__isnull=False)),
            models.Index(fields=["report"], name="assignment_report", condition=Q(report__isnull=False)),
            models.Index(
                fields=["agency", "-created_at"], name="assignment_agency_at_work",
                condition=~Q(status__in=["completed", "declined", "withdrawn"]),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "agency"], condition=~Q(status__in=["completed", "declined", "withdrawn"]),
                name="assignment_one_at_work",
            ),
            models.CheckConstraint(condition=Q(role__in=["lead", "support"]), name="assignment_role_known"),
            models.CheckConstraint(condition=Q(status__in=list(AssignmentStatus)), name="assignment_status_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome]), name="assignment_outcome_known"),
            models.CheckConstraint(
                condition=Q(decline_code="") | Q(status="declined", decline_code__in=list(DeclineReason)),
                name="assignment_decline_known",
            ),
            models.CheckConstraint(
                condition=Q(paused_at=None, pause_reason="") | (Q(paused_at__isnull=False) & ~Q(pause_reason="")),
                name="assignment_paused_for_a_reason",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.agency_id} {self.status}"


class UnitAssignment(models.Model):
    """A unit on the job, with its own times. The database makes it impossible to send one unit twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    sent_by_label = models.CharField(max_length=150, blank=True)
    sent_at = models.DateTimeField()
    en_route_at = models.DateTimeField(null=True)
    on_scene_at = models.DateTimeField(null=True)
    transporting_at = models.DateTimeField(null=True)
    at_hospital_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["assignment"], name="unit_assignment_assignment")]
        constraints = [
            models.UniqueConstraint(fields=["unit"], condition=Q(released_at=None), name="unit_sent_once")
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id} {self.sent_at:%H.%M}"


class SupportRequest(models.Model):
    """Help that the desk has to find for an incident: a visible task of the board until somebody answers it."""

    class What(models.TextChoices):
        UNITS = "units", "perlu unit tambahan"
        AGENCY = "agency", "perlu instansi lain"
        NO_BACKUP = "no_backup", "ditolak dan tidak ada cadangan"
        UNIT_DIVERTED = "unit_diverted", "unit dialihkan; perlu pengganti"

    class Answer(models.TextChoices):
        GIVEN = "given", "dipenuhi"
        REFUSED = "refused", "tidak dapat dipenuhi"
        LAPSED = "lapsed", "tidak perlu lagi"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=13, choices=What)
    wanted = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    answer = models.CharField(max_length=7, choices=Answer, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["incident"], name="support_open", condition=Q(done_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "what"], condition=Q(done_at=None), name="support_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(what__in=["units", "agency", "no_backup", "unit_diverted"]), name="support_what_known"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, answer="")
                | Q(done_at__isnull=False, answer__in=["given", "refused", "lapsed"]),
                name="support_answered_or_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.what} {self.created_at:%H.%M}"


class ClockPause(models.Model):
    """A time for which the clocks of an assignment stood still, and why. Reasons are codes: no words of anybody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=24)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    resumed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["assignment", "from_at"], name="clock_pause_assignment")]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(until_at=None), name="clock_pause_one_open"),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=models.F("from_at")), name="clock_pause_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.from_at:%H.%M.%S}"


class Deadline(models.Model):
    """A stage that has to be reached in time: of exactly one call, incident or assignment. A re-plan adds a row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stage = models.CharField(max_length=12)
    target_id = models.UUIDField(null=True)
    target_version = models.IntegerField(null=True)
    clock = models.CharField(max_length=40, blank=True)
    """The definition in force: from what, to what (dispatch.deadlines.CLOCKS). Empty: made before it was kept."""
    seconds = models.IntegerField(null=True)
    """The limit by itself, without pauses."""
    paused_seconds = models.IntegerField(default=0)
    paused_by = models.ForeignKey(ClockPause, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """The pause that stopped this row; when it ends, another row goes on."""
    starts_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    """When the stage was reached, or when the deadline fell away (`void`)."""
    void = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["warn_at"], name="deadline_to_warn", condition=Q(done_at=None, warned_at=None)),
            models.Index(fields=["due_at"], name="deadline_to_breach", condition=Q(done_at=None, breached_at=None)),
            models.Index(fields=["assignment"], name="deadline_assignment", condition=Q(assignment__isnull=False)),
            models.Index(fields=["incident"], name="deadline_incident", condition=Q(incident__isnull=False)),
            models.Index(fields=["call"], name="deadline_call", condition=Q(call__isnull=False)),
            models.Index(fields=["paused_by"], name="deadline_paused_by", condition=Q(paused_by__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(call__isnull=False, incident=None, assignment=None)
                | Q(call=None, incident__isnull=False, assignment=None)
                | Q(call=None, incident=None, assignment__isnull=False),
                name="deadline_of_exactly_one",
            ),
            models.CheckConstraint(condition=Q(stage__in=DEADLINE_STAGES), name="deadline_stage_known"),
            models.CheckConstraint(
                condition=~Q(stage=ACCEPT) | Q(incident__isnull=False), name="deadline_accept_of_incident"
            ),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(stage=ACCEPT, done_at=None), name="deadline_one_accept_open"
            ),
            models.CheckConstraint(
                condition=Q(warn_at__gte=models.F("starts_at"), due_at__gte=models.F("warn_at")),
                name="deadline_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.due_at:%H.%M.%S}"


class Escalation(models.Model):
    """One rung of the ladder of an assignment that nobody accepts: due, then taken (or ended) exactly once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+", db_index=False)
    hop = models.SmallIntegerField()
    """From 1; a rung that reaches nobody is passed over and its number stays free."""
    step = models.CharField(max_length=16, blank=True)
    ladder_id = models.UUIDField(null=True)
    ladder_version = models.IntegerField(null=True)
    after_at = models.DateTimeField()
    """When the rung before was taken; for the first one, when the time to accept was over."""
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """It was not needed any more."""
    reason = models.CharField(max_length=200, blank=True)
    skipped = models.JSONField(default=list)
    proof = models.JSONField(null=True)
    """What had become of the messages of the rung before: how many sent, delivered, read, dead."""
    backup = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="escalation_due", condition=Q(taken_at=None, ended_at=None)),
            models.Index(fields=["taken_at"], name="escalation_taken", condition=Q(taken_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "hop"], name="escalation_once"),
            models.CheckConstraint(condition=Q(hop__gte=1), name="escalation_from_one"),
            models.CheckConstraint(condition=Q(taken_at=None) | Q(ended_at=None), name="escalation_taken_or_ended"),
            models.CheckConstraint(condition=Q(taken_at=None) | ~Q(step=""), name="escalation_taken_has_step"),
        ]

    def __str__(self) -> str:
        return f"{self.hop} {self.step}"


class Delivery(models.Model):
    """One attempt to tell somebody something over one channel. What is tried again is another row.

    Attempts of one message share `message`, which receivers get: an attempt whose worker was lost between sending and
    noting it is sent again under the same id.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "antre"
        SENT = "sent", "terkirim"
        DELIVERED = "delivered", "sampai"
        READ = "read", "dibaca"
        FAILED = "failed", "gagal"
        DEAD = "dead", "dihentikan"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event_id = models.BigIntegerField(null=True)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=12)
    via = models.ForeignKey(Channel, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    device = models.ForeignKey(PushDevice, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """Of a push."""
    purpose = models.CharField(max_length=10, default="assigned")
    """`assigned`, `escalated` or `test`."""
    hop = models.SmallIntegerField(default=0)
    """The rung of the ladder that sent it; 0: the assignment itself."""
    to_label = models.CharField(max_length=60, blank=True)
    """Whom it is for, by function: never a name."""
    message = models.UUIDField(default=new_id)
    recipient = models.CharField(max_length=200)
    attempt = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """Not to be tried before."""
    leased_until = models.DateTimeField(null=True)
    """Whoever works on it has it until then; after that it is found again."""
    started_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """When the attempt was over, well or badly."""
    code = models.CharField(max_length=16, blank=True)
    """Why it failed, for programs: timeout, refused, blocked, answer, moot …"""
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["due_at"], name="delivery_queued", condition=Q(state="queued")),
            models.Index(fields=["via", "-queued_at"], name="delivery_via"),
            models.Index(fields=["device", "-queued_at"], name="delivery_device", condition=Q(device__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "channel", "recipient", "attempt"], name="delivery_once_per_attempt"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class ChannelHealth(models.Model):
    """How a channel has been answering. While it is open (`open_until`), nothing is sent: it would only wait."""

    channel = models.OneToOneField(Channel, on_delete=models.PROTECT, primary_key=True, related_name="+")
    failures = models.IntegerField(default=0)
    """In a row."""
    open_until = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.channel_id} {self.failures}"


class ProcedureTick(models.Model):
    """A step of the SOP that somebody has done for this incident. Taken back it is marked, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    procedure_id = models.UUIDField()
    procedure_version = models.IntegerField()
    step = models.SmallIntegerField()
    """From 0, in the order of the procedure's version."""
    text = models.CharField(max_length=300)
    """The step as it was worded then."""
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    done_by_label = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "procedure_id", "step"], condition=Q(undone_at=None), name="procedure_tick_once"
            ),
            models.CheckConstraint(condition=Q(step__gte=0), name="procedure_tick_step"),
        ]

    def __str__(self) -> str:
        return f"{self.step + 1}. {self.text}"


class RuleReplay(models.Model):
    """A draft of a region's rules played over its last reports. `result` names incidents by id and holds no words."""

    class State(models.TextChoices):
        QUEUED = "queued", "menunggu"
        RUNNING = "running", "berjalan"
        DONE = "done", "selesai"
        FAILED = "failed", "gagal"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="+")
    revision = models.IntegerField()
    """Of the draft: a replay of an earlier one says so."""
    against = models.IntegerField(default=0)
    """The version in force that it was compared with; 0: the built-in rules alone."""
    wanted = models.IntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=150, blank=True)
    beat_at = models.DateTimeField(null=True)
    """When it last made progress: one whose worker was lost is taken up again."""
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["rule_set", "-created_at"], name="rule_replay_newest"),
            models.Index(fields=["created_at"], name="rule_replay_open", condition=Q(state__in=["queued", "running"])),
        ]
        constraints = [models.CheckConstraint(condition=Q(wanted__gt=0), name="rule_replay_of_some")]

    def __str__(self) -> str:
        return f"{self.rule_set} {self.state}"
