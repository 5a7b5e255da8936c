from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0006_unit_crew_and_duty"),
        ("dispatch", "0006_units_on_the_job"),
        ("incidents", "0006_answers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="supportrequest",
            name="support_answered_or_open",
        ),
        migrations.AlterField(
            model_name="supportrequest",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[("given", "dipenuhi"), ("refused", "tidak dapat dipenuhi"), ("lapsed", "tidak perlu lagi")],
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="supportrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("done_at", None)),
                    models.Q(("answer__in", ["given", "refused", "lapsed"]), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="support_answered_or_open",
            ),
        ),
    ]
