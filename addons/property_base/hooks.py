# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tools import SQL


def pre_init_hook(env):
    """Create ``btree_gist`` before the tables: the dated relations are guarded by exclusion
    constraints that mix ``=`` on integers with ``&&`` on date ranges.

    The extension is trusted since PostgreSQL 13, so the owner of the database may create it.
    """
    env.execute_query(SQL("SET LOCAL client_min_messages TO warning"))
    env.cr.execute(SQL("CREATE EXTENSION IF NOT EXISTS btree_gist"))


def post_init_hook(env):
    """Give OdooBot a time zone: scheduled actions run as OdooBot, and the day on which a bill
    falls due or a stay ends is the day of the people concerned, not that of Greenwich.

    A zone set before is kept; else that of the administrator, else China's.
    """
    bot = env.ref("base.user_root")
    if not bot.tz:
        bot.tz = env.ref("base.user_admin").tz or "Asia/Shanghai"
