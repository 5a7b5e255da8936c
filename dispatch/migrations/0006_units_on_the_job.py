import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import agencies.ids
import dispatch.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0006_unit_crew_and_duty"),
        ("dispatch", "0005_checklist"),
        ("incidents", "0006_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SupportRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("units", "perlu unit tambahan"),
                            ("agency", "perlu instansi lain"),
                            ("no_backup", "ditolak dan tidak ada cadangan"),
                            ("unit_diverted", "unit dialihkan; perlu pengganti"),
                        ],
                        max_length=13,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        blank=True, choices=[("given", "dipenuhi"), ("refused", "tidak dapat dipenuhi")], max_length=7
                    ),
                ),
                ("done_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="assignment_one_per_agency",
        ),
        migrations.AddField(
            model_name="assignment",
            name="decline_code",
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.AddField(
            model_name="unitassignment",
            name="sent_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="unitassignment",
            name="sent_by_label",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["completed", "declined", "withdrawn"]), _negated=True),
                fields=("incident", "agency"),
                name="assignment_one_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decline_code", ""),
                    models.Q(
                        (
                            "decline_code__in",
                            [
                                dispatch.lifecycle.DeclineReason["WRONG_AUTHORITY"],
                                dispatch.lifecycle.DeclineReason["NO_UNIT"],
                                dispatch.lifecycle.DeclineReason["DUPLICATE"],
                                dispatch.lifecycle.DeclineReason["OUT_OF_AREA"],
                                dispatch.lifecycle.DeclineReason["OTHER"],
                            ],
                        ),
                        ("status", "declined"),
                    ),
                    _connector="OR",
                ),
                name="assignment_decline_known",
            ),
        ),
        migrations.AddField(
            model_name="supportrequest",
            name="assignment",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="dispatch.assignment"
            ),
        ),
        migrations.AddField(
            model_name="supportrequest",
            name="incident",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="supportrequest",
            name="wanted",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddIndex(
            model_name="supportrequest",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["incident"], name="support_open"),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("assignment", "what"), name="support_asked_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("what__in", ["units", "agency", "no_backup", "unit_diverted"])),
                name="support_what_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("done_at", None)),
                    models.Q(("answer__in", ["given", "refused"]), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="support_answered_or_open",
            ),
        ),
    ]
