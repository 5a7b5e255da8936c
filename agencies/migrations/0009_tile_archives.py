"""A region's own map of streets."""

import django.db.models.deletion
from django.db import migrations, models

import agencies.ids


class Migration(migrations.Migration):
    dependencies = [("agencies", "0008_assurances")]

    operations = [
        migrations.CreateModel(
            name="TileArchive",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("source", models.CharField(max_length=120)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("min_zoom", models.SmallIntegerField()),
                ("max_zoom", models.SmallIntegerField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(max_length=150)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("region",), name="tiles_one_in_force"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="tiles_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(("min_zoom__lte", models.F("max_zoom"))), name="tiles_zooms"
                    ),
                ],
            },
        ),
    ]
