"""The version rows that tell each process when its copy of configuration and rights is old."""

from django.db import migrations


def start(apps, schema_editor):
    model = apps.get_model("agencies", "ConfigVersion")
    for name in ("reference", "access"):
        model.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]
    operations = [migrations.RunPython(start, migrations.RunPython.noop)]
