from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_unreadable"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("kind", "unit.status")), fields=["region", "recorded_at"], name="event_unit_status"
            ),
        ),
    ]
