"""A caller who was added to the wrong incident is taken off it; the entry stays and says where they are now."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0007_confidential_by_area"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="incidentcall",
            name="detached_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="incidentcall",
            name="detached_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="incidentcall",
            name="detached_to",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.incident",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("detached_at__isnull", False),
                    models.Q(("detached_by", None), ("detached_to", None)),
                    _connector="OR",
                ),
                name="incident_call_detached_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("detached_to", None), models.Q(("lat", None), ("lon", None)), _connector="OR"),
                name="incident_call_moved_with_its_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="incidentcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("detached_to", models.F("incident")), _negated=True),
                name="incident_call_not_detached_to_itself",
            ),
        ),
    ]
