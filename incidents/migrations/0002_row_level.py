"""Row level security as the second wall around free text and identities (docs/decisions/0005).

FORCE makes the owner of the tables subject to the policies too; only superusers pass. The settings `siaga.*` are set
for one transaction by agencies.rowlevel.sight; without them a query finds nothing.
"""

from django.db import migrations

_LIST = "ANY (string_to_array((SELECT current_setting('siaga.{0}', true)), ','))"
_SYSTEM = "(SELECT current_setting('siaga.system', true)) = 'on'"


def _of_incident(table: str, extra: str) -> str:
    regions, supervised = _LIST.format("regions"), _LIST.format("supervised")
    return f"""
        EXISTS (
            SELECT 1 FROM incidents_incident i
            WHERE i.id = {table}.incident_id AND i.region_id = {regions}
              AND (NOT i.confidential OR i.region_id = {supervised}))
        OR EXISTS (
            SELECT 1 FROM incidents_incidentaccess a
            WHERE a.incident_id = {table}.incident_id AND a.until IS NULL AND ({extra})
              AND (a.agency_id::text = {_LIST.format("agencies")}
                   OR a.user_id::text = (SELECT current_setting('siaga.user', true))))"""


_OF_CALL = f"""
        EXISTS (
            SELECT 1 FROM incidents_call c
            WHERE c.id = incidents_text.call_id AND c.region_id = {_LIST.format("regions")}
              AND (NOT c.confidential OR c.region_id = {_LIST.format("supervised")}))"""

_SEEN = {
    "incidents_text": _of_incident("incidents_text", "a.level = 'full' OR (a.level = 'task' AND task_visible)")
    + " OR "
    + _OF_CALL,
    "incidents_identity": _of_incident("incidents_identity", "a.level = 'full'"),
}


def _up(table: str) -> str:
    return f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY write_new ON {table} FOR INSERT WITH CHECK (true);
        CREATE POLICY read_seen ON {table} FOR SELECT USING ({_SYSTEM} OR {_SEEN[table]});
        CREATE POLICY change_seen ON {table} FOR UPDATE USING ({_SYSTEM} OR {_SEEN[table]});
        CREATE POLICY erase_by_system ON {table} FOR DELETE USING ({_SYSTEM});
    """


def _down(table: str) -> str:
    return f"""
        DROP POLICY write_new ON {table}; DROP POLICY read_seen ON {table};
        DROP POLICY change_seen ON {table}; DROP POLICY erase_by_system ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
    """


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunSQL(_up(table), _down(table)) for table in _SEEN]
