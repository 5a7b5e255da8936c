"""Answers to questions of the SOP after the report was saved."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import agencies.ids


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0009_alarm"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FurtherAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.CharField(max_length=20)),
                ("answer", models.JSONField()),
                ("answered_at", models.DateTimeField()),
                ("answered_by_label", models.CharField(max_length=150)),
                (
                    "answered_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["incident", "answered_at"], name="further_answer_incident")],
            },
        ),
    ]
