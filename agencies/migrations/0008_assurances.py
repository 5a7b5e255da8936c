import django.db.models.deletion
from django.db import migrations, models

import agencies.ids


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_push_devices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assurance",
            fields=[
                (
                    "id",
                    models.UUIDField(default=agencies.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[("key_backup", "salinan kunci"), ("restore", "uji pemulihan cadangan")], max_length=12
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("confirmed_at", models.DateTimeField()),
                ("confirmed_by", models.CharField(max_length=150)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.region"
                    ),
                ),
            ],
            options={
                "ordering": ["-confirmed_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("item__in", ["key_backup", "restore"])), name="assurance_known"
                    )
                ],
            },
        ),
    ]
