from django.db import migrations, models
from django.db.models import Q

OUT = ["retired", "discarded"]
STATES = [
    ("draft", "konsep"),
    ("review", "ditinjau"),
    ("published", "berlaku"),
    ("retired", "ditarik"),
    ("discarded", "dibuang"),
]


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_agency_pause")]
    operations = [
        migrations.AddField("ruleset", "alone", models.BooleanField(default=False)),
        migrations.AddField("ruleset", "based_on", models.IntegerField(default=0)),
        migrations.AddField("ruleset", "editors", models.JSONField(default=list)),
        migrations.AddField("ruleset", "reason", models.CharField(blank=True, max_length=300)),
        migrations.AddField("ruleset", "revision", models.IntegerField(default=1)),
        migrations.AlterField("ruleset", "status", models.CharField(choices=STATES, default="draft", max_length=9)),
        migrations.AddConstraint(
            "ruleset",
            models.UniqueConstraint(
                fields=["region", "key"], condition=Q(status__in=["draft", "review"]), name="rule_set_one_in_work"
            ),
        ),
        migrations.AddConstraint(
            "ruleset",
            models.CheckConstraint(
                condition=Q(status__in=OUT, ended_at__isnull=False) | (~Q(status__in=OUT) & Q(ended_at=None)),
                name="rule_set_ended_when_out",
            ),
        ),
    ]
