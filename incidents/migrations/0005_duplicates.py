"""Finding what is near, and merging that cannot lose anybody: into an open incident of the same region, never round."""

from django.db import migrations, models

_UP = """
    CREATE FUNCTION incidents_check_merge() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- the share lock waits for a merge of the target that is under way: two incidents never merge into each other
        PERFORM 1 FROM incidents_incident t
         WHERE t.id = NEW.merged_into_id AND t.region_id = NEW.region_id AND t.status = 'open' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an incident is merged into an open one of its region only' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER incident_merge_target BEFORE UPDATE OF merged_into_id ON incidents_incident FOR EACH ROW
        WHEN (NEW.merged_into_id IS NOT NULL AND NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
        EXECUTE FUNCTION incidents_check_merge();
"""
_DOWN = """
    DROP TRIGGER incident_merge_target ON incidents_incident;
    DROP FUNCTION incidents_check_merge();
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_handover")]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["region", "lat", "lon"], name="incident_open_place"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["region", "closed_at"],
                name="incident_lately_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="incident_not_merged_into_itself",
            ),
        ),
        migrations.RunSQL(_UP, _DOWN),
    ]
