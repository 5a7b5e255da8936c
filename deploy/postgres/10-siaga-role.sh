#!/bin/sh
# Runs once, when the data directory of the postgres service is made. The application's role is no superuser and cannot
# pass row level policies; it owns its database, so that it can migrate and make the trusted extension pg_trgm.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE siaga LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE siaga OWNER siaga;
REVOKE CONNECT, TEMPORARY ON DATABASE siaga FROM PUBLIC;
SQL
