#!/usr/bin/env bash
# Read the secrets from their files, then hand over to Odoo or to the given command.
set -euo pipefail

read_secret() { # NAME FILE: export NAME from FILE, which must not be empty
  local value
  value=$(<"$2")
  [ -n "$value" ] || { echo "the secret $2 is empty" >&2; exit 1; }
  export "$1=$value"
}

if [ -n "${PGPASSWORD_FILE:-}" ]; then read_secret PGPASSWORD "$PGPASSWORD_FILE"; fi
if [ -n "${ADMIN_PASSWORD_FILE:-}" ]; then read_secret ADMIN_PASSWORD "$ADMIN_PASSWORD_FILE"; fi
: "${PGPASSWORD:?set PGPASSWORD_FILE}" "${PGHOST:?}" "${PGUSER:?}" "${PGDATABASE:?}"

# the configuration of this container: the shared one and a master password that nobody knows
config=$(mktemp)
cat "${ODOO_RC:-/etc/odoo/odoo.conf}" >"$config"
printf 'admin_passwd = %s\ndbfilter = ^%s$\n' \
  "$(head -c 24 /dev/urandom | base64)" "$PGDATABASE" >>"$config"
export ODOO_RC=$config

for _ in $(seq 60); do
  if psql -qAtc 'SELECT 1' postgres >/dev/null 2>&1; then break; fi
  sleep 1
done

case "${1:-odoo}" in
  odoo | -*)
    if [ "${1:-}" = odoo ]; then shift; fi
    exec odoo server -d "$PGDATABASE" "$@"
    ;;
  *) exec "$@" ;;
esac
