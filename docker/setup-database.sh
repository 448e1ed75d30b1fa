#!/usr/bin/env bash
# Create the database, or bring it up to date with the addons of this image. Can run again after an
# interruption: what an addon needs is decided by Odoo, and our mark is written last.
set -euo pipefail

setup=${SETUP_FOLDER:-/opt/suite/setup}
addons=${ADDONS_FOLDER:-/opt/suite/addons}
mark=property_suite.image_version
version=$(<"$setup/version")

run() { odoo server -d "$PGDATABASE" --no-http --stop-after-init "$@"; }
script() { odoo shell -d "$PGDATABASE" --no-http <"$1"; }
query() { psql -X -v ON_ERROR_STOP=1 -qAtc "$1" "${2:-$PGDATABASE}"; }

ours=$(cd "$addons" && for manifest in */__manifest__.py; do echo "${manifest%/*}"; done | paste -sd, -)
others=$(sed 's/#.*//' "$setup/modules.txt" | grep -v '^[[:space:]]*$' | paste -sd, -)
if [ "${DEMO:-}" != 1 ]; then
  # a payment provider that takes no money has no place outside the demonstration
  others=$(tr ',' '\n' <<<"$others" | grep -v '^payment_demo$' | paste -sd, -)
fi

known=
if [ "$(query "SELECT count(*) FROM pg_database WHERE datname = '$PGDATABASE'" postgres)" = 1 ] &&
  [ "$(query "SELECT to_regclass('ir_config_parameter') IS NOT NULL")" = t ]; then
  known=$(query "SELECT value FROM ir_config_parameter WHERE key = '$mark'")
fi
if [ "$known" = "$version" ]; then
  echo "The database $PGDATABASE is up to date."
  exit 0
fi

if [ -z "$known" ]; then
  echo "Creating the database $PGDATABASE ..."
  run -i base
  script "$setup/prepare_company.py"
  run -i "$others"
  run -i "$ours"
  script "$setup/set_admin_password.py"
else
  echo "Bringing the database $PGDATABASE up to date ..."
  run -u "$ours" -i "$ours" --i18n-overwrite
fi
if [ "${DEMO:-}" = 1 ]; then
  SUITE_ADDONS=$ours script "$setup/load_demo.py"
fi
script "$setup/pregenerate_assets.py"
query "INSERT INTO ir_config_parameter (key, value, create_uid, write_uid)
  VALUES ('$mark', '$version', 1, 1) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
echo "The database $PGDATABASE is ready."
