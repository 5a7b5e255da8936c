"""What was answered to a procedure's questions after the report was saved; earlier answers stand in Classification."""

from django.db import models

from agencies.ids import new_id
from agencies.models import User
from incidents.models.incident import Incident


class FurtherAnswer(models.Model):
    """One answer, who gave it and when. A later one to the same question goes before it; none is overwritten."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=20)
    """One of agencies.questions.KEYS."""
    answer = models.JSONField()
    """True, false or a number."""
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    answered_by_label = models.CharField(max_length=150)

    class Meta:
        indexes = [models.Index(fields=["incident", "answered_at"], name="further_answer_incident")]

    def __str__(self) -> str:
        return f"{self.key}: {self.answer}"
