"""Confidential cases by village: the fixed line that a call-taker is told is looked up with each such report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_answers")]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("confidential", True)),
                fields=["region", "area", "occurred_at"],
                name="incident_confidential",
            ),
        ),
    ]
