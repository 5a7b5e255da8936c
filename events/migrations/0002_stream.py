"""The one row of the numbering."""

import uuid

from django.db import migrations


def start(apps, schema_editor):
    apps.get_model("events", "Stream").objects.get_or_create(
        id=1, defaults={"epoch": uuid.uuid4(), "head": 0, "head_hash": b"\x00" * 32}
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(start, migrations.RunPython.noop)]
