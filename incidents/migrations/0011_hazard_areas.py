"""Where it is dangerous for some hours."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import agencies.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0006_alarm_levels"),
        ("incidents", "0010_further_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HazardArea",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flood", "banjir"),
                            ("landslide", "longsor"),
                            ("fire", "kebakaran"),
                            ("gas", "gas atau asap berbahaya"),
                            ("closed", "jalan tertutup"),
                            ("other", "bahaya lain"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("geometry", models.JSONField()),
                ("areas", models.JSONField(default=list)),
                ("drawn_by_label", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_label", models.CharField(blank=True, max_length=150)),
                (
                    "drawn_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.region",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["region", "expires_at"], name="hazard_in_force"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["flood", "landslide", "fire", "gas", "closed", "other"])),
                        name="hazard_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))), name="hazard_expires"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="hazard_named"),
                ],
            },
        ),
    ]
