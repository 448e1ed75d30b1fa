#!/usr/bin/env bash
# A read replica: copy the primary once, then follow it.
set -euo pipefail
PGPASSWORD=$(<"$REPLICATION_PASSWORD_FILE")
export PGPASSWORD
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  rm -rf "${PGDATA:?}"/* "$PGDATA.new"
  until pg_basebackup -h "$PRIMARY_HOST" -p "${PRIMARY_PORT:-5432}" -U replicator \
    -D "$PGDATA.new" --wal-method=stream --checkpoint=fast --write-recovery-conf; do
    rm -rf "$PGDATA.new"
    echo "the primary is not ready; trying again" >&2
    sleep 2
  done
  mkdir -p "$PGDATA"
  # PG_VERSION goes last: without it the copy starts over
  find "$PGDATA.new" -mindepth 1 -maxdepth 1 -not -name PG_VERSION -exec mv -t "$PGDATA" {} +
  mv "$PGDATA.new/PG_VERSION" "$PGDATA/"
  rmdir "$PGDATA.new"
  chmod 0700 "$PGDATA"
fi
exec postgres "$@"
