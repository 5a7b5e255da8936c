"""From which alarm level on an agency of a run card is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0007_channels_ladders_rosters"),
    ]

    operations = [
        migrations.AddField(
            model_name="runcardline",
            name="alarm",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="runcardline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("alarm", 1), models.Q(("alarm__gte", 2), ("alarm__lte", 3), ("role", "support")), _connector="OR"
                ),
                name="run_card_line_alarm",
            ),
        ),
    ]
