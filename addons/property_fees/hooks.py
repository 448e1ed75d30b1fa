# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tools import SQL


def pre_init_hook(env):
    """Create ``btree_gist`` before the tables: their exclusion constraints need it."""
    env.execute_query(SQL("SET LOCAL client_min_messages TO warning"))
    env.cr.execute(SQL("CREATE EXTENSION IF NOT EXISTS btree_gist"))


def uninstall_hook(env):
    """Drop the triggers on accounting tables, and what they write into."""
    env.cr.execute(SQL("DROP FUNCTION IF EXISTS property_fee_ledger_note() CASCADE"))
    for table in ("property_fee_ledger_kept", "property_fee_ledger_stale"):
        env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL.identifier(table)))
