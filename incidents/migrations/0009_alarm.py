"""How far the alarm of an incident has been raised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0008_detached_callers"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="alarm",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("alarm__gte", 1), ("alarm__lte", 3)), name="incident_alarm_level"
            ),
        ),
    ]
