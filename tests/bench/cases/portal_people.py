# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Give SIZE owners of the billed community a portal login and requests: bench_0, bench_1, ..."""

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
env["property.workorder"].with_context(property_workorder_quiet=True).create(
    [
        {
            "community_id": community.id,
            "unit_id": owner.unit_id.id,
            "partner_id": owner.partner_id.id,
            "subject": subject,
            "description": "x",
        }
        for owner in owners
        for subject in ("Tap drips", "Door closes badly", "Light on the stairs")
    ]
)
env.cr.commit()
