#!/usr/bin/env bash
# Write a random secret into each file that compose.yaml reads; keep those that exist.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)/secrets
umask 077
mkdir -p "$folder"
for name in db_password replication_password admin_password; do
  if [ ! -s "$folder/$name" ]; then
    head -c 24 /dev/urandom | base64 | tr -d '/+=\n' >"$folder/$name"
    echo "made $folder/$name"
  fi
done
# containers read them as other users
chmod 0755 "$folder"
chmod 0444 "$folder"/*
echo "Log in as admin with the password in $folder/admin_password"
