# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Match a statement of 1,000 lines: references, unit codes, too much, parts, and strangers."""

from datetime import date

community = env["property.community"].search([("code", "=", f"B{SIZE}")])
bills = env["account.move"].search(
    [("property_community_id", "=", community.id), ("state", "=", "posted")], order="id"
)
LINES = min(1000, len(bills))
references = env["property.payment.reference"]
journal = env["account.journal"].create(
    {"name": "Bench bank", "code": "BBNK", "type": "bank", "company_id": env.company.id}
)
vals_list, remarks, kinds = [], [], {"exact": 0, "proposed": 0, "none": 0}
for number, bill in enumerate(bills[:LINES]):
    name = references._get_reference_of_bills(bill).name
    amount, part = bill.amount_residual, number % 10
    if part < 6:
        remark, kind = f"物业费 {name}", "exact"
    elif part < 8:
        remark, amount, kind = f"{name} 多付", round(amount + 10, 2), "proposed"
    elif part == 8:
        remark, amount, kind = f"{name} 先付一部分", round(amount / 2, 2), "proposed"
    else:
        remark, kind = "网上转账", "none"
    kinds[kind] += 1
    remarks.append(remark)
    vals_list.append(
        {
            "journal_id": journal.id,
            "date": date(2026, 3, 20),
            "payment_ref": f"transfer {number}",
            "partner_name": f"Payer {number}",
            "amount": amount,
        }
    )
env.cr.commit()
watch = Watch()
lines = env["account.bank.statement.line"].create(vals_list)
env.cr.commit()
watch.lap()
# what Odoo itself needs to make the lines is apart from what finding their bills needs
for line, remark in zip(lines, remarks, strict=True):
    env.cr.execute(
        "UPDATE account_bank_statement_line SET payment_ref = %s WHERE id = %s", [remark, line.id]
    )
env.cr.commit()
env.invalidate_all()
watch.lap()
lines.action_property_match()
env.cr.commit()
watch.lap()
found = {
    kind: count
    for kind, count in env["account.bank.statement.line"]._read_group(
        [("id", "in", lines.ids)], ["property_match"], ["__count"]
    )
}
assert found == {kind: count for kind, count in kinds.items() if count}, (found, kinds)
booked = env["account.bank.statement.line"].search_count(
    [("id", "in", lines.ids), ("is_reconciled", "=", True)]
)
assert booked == kinds["exact"], booked
report(
    "bank",
    rows=LINES,
    seconds=watch.laps[2],
    create_seconds=watch.laps[0],
    booked=booked,
    bills=len(bills),
)
