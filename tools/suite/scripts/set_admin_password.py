# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Give the administrator the password in ADMIN_PASSWORD instead of Odoo's well-known one."""

import os

env.ref("base.user_admin").password = os.environ["ADMIN_PASSWORD"]
env.cr.commit()
