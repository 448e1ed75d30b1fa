# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Split a shared cost among SIZE units by area, to the cent, and bill it as the buttons do."""

from datetime import date

from odoo.fields import Command

TOTAL = 123456.78
community = env["property.community"].search([("code", "=", f"B{SIZE}")])
account = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
)
item = env["property.fee.item"].create(
    {
        "name": f"Lift power {SIZE}",
        "code": f"S{SIZE}",
        "basis": "share",
        "income_account_id": account.id,
    }
)
env["property.fee.assignment"].create({"item_id": item.id, "community_id": community.id})
pool = env["property.share.pool"].create(
    {
        "name": f"Lift power {SIZE}",
        "community_id": community.id,
        "item_id": item.id,
        "period_start": date(2026, 4, 1),
        "period_end": date(2026, 4, 30),
        "cost_ids": [Command.create({"name": "Power", "amount": TOTAL})],
    }
)
env.cr.commit()
env.invalidate_all()
watch = Watch()
pool.action_compute()
env.cr.commit()
watch.lap()
assert (pool.unit_count, round(pool.amount_shared, 2)) == (SIZE, TOTAL)
pool.action_approve()
run = env["property.fee.run"].create(
    {
        "community_ids": [Command.set(community.ids)],
        "item_ids": [Command.set(item.ids)],
        "period_start": date(2026, 4, 1),
        "period_end": date(2026, 4, 30),
        "invoice_date": date(2026, 4, 30),
    }
)
env.cr.commit()
billed = Watch()
run._start_compute()
while run._compute_step():
    env.cr.commit()
run._finish_compute()
run._start_post()
while run._post_step():
    env.cr.commit()
run._finish_post()
env.cr.commit()
billed.lap()
assert (run.state, run.bill_count, run.problem_count) == ("posted", SIZE, 0)
assert round(sum(run.invoice_ids.mapped("amount_total")), 2) == TOTAL
report(
    "apportion",
    rows=SIZE,
    seconds=watch.laps[0],
    bill_seconds=billed.laps[0],
    per_second=SIZE / watch.laps[0],
)
