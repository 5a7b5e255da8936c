"""Free text and personal data, each in a table of its own behind row level policies (agencies.rowlevel).

Of a confidential case the text is sealed (AES-GCM) and the plain columns are empty: not searched, not in dumps.
"""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from agencies.ids import new_id
from agencies.models import User
from incidents.models.incident import Incident, Retention


class Text(models.Model):
    """Everything that somebody wrote down: the report, another caller's words, a note, a place, a field report."""

    class Kind(models.TextChoices):
        NARRATIVE = "narrative", "laporan"
        CALLER_WORDS = "caller_words", "kata pelapor"
        LOCATION = "location", "lokasi"
        NOTE = "note", "catatan"
        REPORT = "report", "laporan petugas"
        REASON = "reason", "alasan"
        HANDOVER = "handover", "pengalihan"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    call = models.ForeignKey("incidents.Call", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    plain = models.TextField(blank=True)
    sealed = models.BinaryField(null=True)
    task_visible = models.BooleanField(default=False)
    """Shown at level task too (where to go); everything else of a confidential case is not."""
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    author_label = models.CharField(max_length=150, blank=True)
    superseded_at = models.DateTimeField(null=True)
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CASE)

    class Meta:
        indexes = [
            models.Index(fields=["incident", "created_at"], name="text_incident"),
            models.Index(fields=["call"], name="text_call", condition=Q(call__isnull=False)),
            GinIndex(fields=["plain"], name="text_search", opclasses=["gin_trgm_ops"], condition=~Q(plain="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(plain="") | Q(sealed=None), name="text_plain_or_sealed"),
            models.CheckConstraint(
                condition=Q(incident=None, call__isnull=False) | Q(incident__isnull=False, call=None),
                name="text_of_incident_or_call",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Person(models.Model):
    """A caller, victim or witness, without what identifies them."""

    class Role(models.TextChoices):
        CALLER = "caller", "pelapor"
        VICTIM = "victim", "korban"
        WITNESS = "witness", "saksi"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=7, choices=Role)
    age_group = models.CharField(max_length=12, blank=True)
    condition = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=120, blank=True)
    safe_to_call_back = models.BooleanField(null=True)
    """The perpetrator may hold the phone: None = nobody asked."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["incident"], name="person_incident")]

    def __str__(self) -> str:
        return f"{self.role} {self.id}"


class Identity(models.Model):
    """Name and number of a person. Sealed in confidential cases."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True, related_name="+")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=30, blank=True)
    number_key = models.BinaryField(null=True)
    """Blind index (HMAC) of the number, so that a caller's history is found without the number."""
    sealed = models.BinaryField(null=True)
    retention = models.CharField(max_length=12, choices=Retention, default=Retention.CASE)

    class Meta:
        indexes = [models.Index(fields=["number_key"], name="identity_number_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed=None) | Q(name="", number=""), name="identity_plain_or_sealed"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.person_id)
