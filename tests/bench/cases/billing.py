# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Bill a month for the community of SIZE units: compute and post, as the buttons do."""

from datetime import date

from odoo.fields import Command

community = env["property.community"].search([("code", "=", f"B{SIZE}")])
run = env["property.fee.run"].create(
    {
        "community_ids": [Command.set(community.ids)],
        "period_start": date(2026, 3, 1),
        "period_end": date(2026, 3, 31),
        "invoice_date": date(2026, 3, 1),
    }
)
env.cr.commit()
watch = Watch()
run._start_compute()
while run._compute_step():
    env.cr.commit()
run._finish_compute()
env.cr.commit()
watch.lap()
run._start_post()
steps = Watch()
while run._post_step():
    env.cr.commit()
    steps.lap()
run._finish_post()
env.cr.commit()
watch.lap()
invoices = run.bill_count
lines = env["account.move.line"].search_count([("move_id.property_fee_run_id", "=", run.id)])
assert (run.state, run.problem_count) == ("posted", 0)
assert (invoices, run.charge_count) == (SIZE, 4 * SIZE)
unposted = env["account.move"].search_count(
    [("property_fee_run_id", "=", run.id), ("state", "!=", "posted")]
)
assert not unposted
report(
    "billing",
    rows=invoices,
    charges=run.charge_count,
    journal_items=lines,
    seconds=watch.seconds,
    compute_seconds=watch.laps[0],
    post_seconds=watch.laps[1],
    per_second=invoices / watch.seconds,
    step_p50=quantile(steps.laps, 0.5),
    step_p95=quantile(steps.laps, 0.95),
)
