"""A second hand-over after a refusal: several rows for one incident, of which one stands."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_fewer_indexes")]

    operations = [
        migrations.AlterField(
            model_name="handover",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="answer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="incidents.text"
            ),
        ),
        migrations.AlterField(
            model_name="text",
            name="kind",
            field=models.CharField(
                choices=[
                    ("narrative", "laporan"),
                    ("caller_words", "kata pelapor"),
                    ("location", "lokasi"),
                    ("note", "catatan"),
                    ("report", "laporan petugas"),
                    ("reason", "alasan"),
                    ("handover", "pengalihan"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["incident", "-created_at"], name="handover_incident"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "refused"), _negated=True), fields=("incident",), name="handover_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer_due_at", None), ("state__in", ["by_phone", "refused"]), ("to_incident", None)),
                    models.Q(
                        models.Q(("state", "by_phone"), _negated=True),
                        ("answer_due_at__isnull", False),
                        ("to_incident__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="handover_live_or_by_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("state", "offered")),
                    models.Q(("decided_at__isnull", False), ("state__in", ["accepted", "refused"])),
                    ("state", "by_phone"),
                    _connector="OR",
                ),
                name="handover_decided_fits_state",
            ),
        ),
    ]
