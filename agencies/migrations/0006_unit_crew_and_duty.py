from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="crew_size",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="unit",
            name="duty_from",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="unit",
            name="duty_until",
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="unit",
            name="rest_minutes",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="unit",
            name="mode",
            field=models.CharField(
                choices=[("land", "darat"), ("sea", "laut"), ("air", "udara")], default="land", max_length=4
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["land", "sea", "air"])), name="unit_mode_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("duty_from", None), ("duty_until", None)),
                    models.Q(("duty_from__isnull", False), ("duty_until__isnull", False)),
                    _connector="OR",
                ),
                name="unit_duty_whole",
            ),
        ),
    ]
