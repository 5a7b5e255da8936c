"""Imported outlines and places, and the version row that tells each process about them."""

import django.db.models.deletion
from django.db import migrations, models

import agencies.ids


def start(apps, schema_editor):
    apps.get_model("agencies", "ConfigVersion").objects.get_or_create(name="places")


class Migration(migrations.Migration):
    dependencies = [("agencies", "0004_rule_set_drafts")]
    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("boundaries", "batas wilayah"), ("places", "tempat dan patokan")], max_length=12
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "pratinjau"),
                            ("applied", "diterapkan"),
                            ("undone", "dibatalkan"),
                            ("discarded", "dibuang"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("options", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("before", models.JSONField(default=list)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=150)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.region"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["region", "-created_at"], name="import_region_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied_at", None), ("state__in", ["draft", "discarded"])),
                            models.Q(("applied_at__isnull", False), ("state__in", ["applied", "undone"])),
                            _connector="OR",
                        ),
                        name="import_applied_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "undone"), ("undone_at__isnull", False)),
                            models.Q(models.Q(("state", "undone"), _negated=True), ("undone_at", None)),
                            _connector="OR",
                        ),
                        name="import_undone_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outline",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=13)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("kabkota", "kabupaten/kota"),
                            ("kecamatan", "kecamatan"),
                            ("kelurahan", "kelurahan/desa"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("shape", models.BinaryField()),
                ("source", models.CharField(blank=True, max_length=120)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.import",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.import"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.region"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("code",), name="outline_one_in_force"
                    )
                ],
            },
        ),
        migrations.RemoveField(model_name="area", name="polygon"),
        migrations.RunPython(start, migrations.RunPython.noop),
    ]
