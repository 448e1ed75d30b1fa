# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""The same work with OCA contract: SIZE contracts of four lines, invoices created and posted.

Its own cron takes all contracts of a company at once; chunks are kinder to it, so it gets chunks.
"""

from datetime import date

from odoo.fields import Command

CHUNK = 500
OWNERS = int(os.environ["BENCH_OWNERS"])
community = env["property.community"].search([("code", "=", f"B{OWNERS}")])
products = env["property.fee.item"].search([("code", "=like", f"B{OWNERS}-%")]).product_id
assert len(products) == 4
owners = env["property.ownership"].search([("community_id", "=", community.id)], limit=SIZE)
journal = env["account.journal"].search(
    [("type", "=", "sale"), ("company_id", "=", env.company.id)], limit=1
)
day = date(2026, 3, 1)
contracts = env["contract.contract"]
for begin in range(0, len(owners), CHUNK):
    contracts |= contracts.create(
        [
            {
                "name": f"Contract {owner.id}",
                "partner_id": owner.partner_id.id,
                "journal_id": journal.id,
                "contract_type": "sale",
                "contract_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": f"{product.name} #START# #END#",
                            "quantity": owner.unit_id.area_m2,
                            "price_unit": 2.45,
                            "uom_id": product.uom_id.id,
                            "recurring_rule_type": "monthly",
                            "recurring_interval": 1,
                            "date_start": day,
                            "recurring_next_date": day,
                        }
                    )
                    for product in products
                ],
            }
            for owner in owners[begin : begin + CHUNK]
        ]
    )
    env.cr.commit()
contract_ids = contracts.ids
env.invalidate_all()
watch = Watch()
invoices = 0
for begin in range(0, len(contract_ids), CHUNK):
    chunk = contracts.browse(contract_ids[begin : begin + CHUNK])
    moves = chunk._recurring_create_invoice(day)
    moves.action_post()
    env.cr.commit()
    invoices += len(moves)
    assert all(move.state == "posted" and len(move.invoice_line_ids) == 4 for move in moves)
    env.invalidate_all()
    watch.lap()
assert invoices == len(owners), (invoices, len(owners))
report(
    "contract",
    rows=invoices,
    seconds=watch.seconds,
    per_second=invoices / watch.seconds,
    step_p50=quantile(watch.laps, 0.5),
    step_p95=quantile(watch.laps, 0.95),
)
