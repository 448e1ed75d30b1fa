# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Give SIZE owners of the billed community a portal login: bench_0, bench_1, ..."""

from odoo.fields import Command

OWNERS = int(os.environ["BENCH_OWNERS"])
community = env["property.community"].search([("code", "=", f"B{OWNERS}")])
owners = env["property.ownership"].search([("community_id", "=", community.id)], limit=SIZE)
env["res.users"].create(
    [
        {
            "login": f"bench_{number}",
            "password": f"bench_{number}",
            "partner_id": owner.partner_id.id,
            "email": f"bench_{number}@example.com",
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
        for number, owner in enumerate(owners)
    ]
)
env.cr.commit()
