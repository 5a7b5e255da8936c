"""One append-only log for events and audit, the keys of answered writes, and where each reader of the log stands.

Plain columns without foreign keys: the log knows nobody and outlives everything that it tells of.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

_APPEND_ONLY = """
IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
    RAISE EXCEPTION 'the event log is append-only';
END IF;
-- retention erases the data and keeps its hash
IF NEW.data = '' AND (to_jsonb(NEW) - 'data') = (to_jsonb(OLD) - 'data') THEN
    RETURN NEW;
END IF;
RAISE EXCEPTION 'the event log is append-only';
"""


_FIXED = (
    "id", "kind", "region", "incident_id", "agency_codes", "actor_id", "actor_label", "occurred_at", "recorded_at",
    "source", "public", "exercise", "data", "data_sha256",
)  # fmt: skip
"""Every column but seq and hash, which the relay gives a committed event once."""


class Event(models.Model):
    """What happened, once. `data` is canonical JSON text (events.chain.canonical), so that its hash can be checked."""

    kind = models.CharField(max_length=40)
    region = models.CharField(max_length=8, blank=True)
    incident_id = models.UUIDField(null=True)
    agency_codes = ArrayField(models.CharField(max_length=24), default=list)
    actor_id = models.CharField(max_length=36, blank=True)
    actor_label = models.CharField(max_length=150, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=12, default="live")
    public = models.BooleanField(default=True)
    exercise = models.BooleanField(default=False)
    data = models.TextField()
    data_sha256 = models.BinaryField()
    seq = models.BigIntegerField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="event_unnumbered", condition=models.Q(seq__isnull=True)),
            models.Index(fields=["region", "seq"], name="event_region_seq", condition=models.Q(public=True)),
            models.Index(
                fields=["region", "recorded_at"], name="event_unit_status", condition=models.Q(kind="unit.status")
            ),
            models.Index(fields=["incident_id", "id"], name="event_incident", condition=~models.Q(incident_id=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["seq"], name="event_seq_unique"),
            models.CheckConstraint(
                condition=models.Q(seq=None, hash=None) | models.Q(seq__isnull=False, hash__isnull=False),
                name="event_seq_and_hash_together",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only", operation=pgtrigger.UpdateOf(*_FIXED) | pgtrigger.Delete, when=pgtrigger.Before,
                func=_APPEND_ONLY,
            ),
            # told apart by columns and a condition: the relay's update of every event calls no function
            pgtrigger.Trigger(
                name="numbered_once", operation=pgtrigger.UpdateOf("seq", "hash"), when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.seq IS NOT NULL OR NEW.seq IS NULL OR NEW.hash IS NULL"),
                func="RAISE EXCEPTION 'the event log is append-only';",
            ),
            pgtrigger.Trigger(
                name="no_truncate", level=pgtrigger.Statement, operation=pgtrigger.Truncate, when=pgtrigger.Before,
                func="RAISE EXCEPTION 'the event log is append-only';",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.seq or '–'} {self.kind}"


class Stream(models.Model):
    """The numbering: one row. A restored or emptied database gets a new epoch, and clients fetch everything again."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField()
    head = models.BigIntegerField(default=0)
    head_hash = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="stream_single_row")]

    def __str__(self) -> str:
        return f"{self.epoch}:{self.head}"


class Cursor(models.Model):
    """How far a reader of the log (relay callable) has come."""

    name = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}@{self.seq}"


class Unreadable(models.Model):
    """An event that the live feed could not make sense of: told to nobody, and shown to who looks after the system."""

    seq = models.BigIntegerField(primary_key=True)
    why = models.CharField(max_length=40)
    noticed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.seq}: {self.why}"


class Once(models.Model):
    """An answered write: the key that the client chose, and what it made."""

    key = models.UUIDField(primary_key=True)
    body_sha256 = models.BinaryField()
    actor_id = models.CharField(max_length=36)
    region = models.CharField(max_length=8)
    object_kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    object_version = models.IntegerField()
    status = models.SmallIntegerField()
    seq = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="once_created")]

    def __str__(self) -> str:
        return str(self.key)
