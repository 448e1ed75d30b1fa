# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tools import SQL


def pre_init_hook(env):
    """Create ``btree_gist`` before the tables: their exclusion constraints need it."""
    env.execute_query(SQL("SET LOCAL client_min_messages TO warning"))
    env.cr.execute(SQL("CREATE EXTENSION IF NOT EXISTS btree_gist"))
