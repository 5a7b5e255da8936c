"""The countdown of a hand-over is a deadline with a stage of its own."""

from django.db import migrations, models

_STAGES = ["answer", "ticket", "acknowledge", "dispatch", "arrive", "complete", "accept"]


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_fewer_indexes"), ("incidents", "0004_handover")]

    operations = [
        migrations.RemoveConstraint(model_name="deadline", name="deadline_stage_known"),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", _STAGES)), name="deadline_stage_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "accept"), _negated=True), ("incident__isnull", False), _connector="OR"
                ),
                name="deadline_accept_of_incident",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None), ("stage", "accept")), fields=("incident",),
                name="deadline_one_accept_open",
            ),
        ),
    ]  # fmt: skip
