#!/usr/bin/env bash
# Runs once, when PostgreSQL makes its data folder: a role that a replica may copy everything with.
set -euo pipefail
password=$(<"$REPLICATION_PASSWORD_FILE")
psql -v ON_ERROR_STOP=1 -v password="$password" -U "$POSTGRES_USER" -d postgres <<'SQL'
CREATE ROLE replicator WITH REPLICATION LOGIN PASSWORD :'password';
SQL
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
