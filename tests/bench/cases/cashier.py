# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Search and take 200 payments at the desk of the billed community of SIZE units."""

from odoo.fields import Command

PAYMENTS = 200

community = env["property.community"].search([("code", "=", f"B{SIZE}")])
cashier = env["res.users"].create(
    {
        "name": "Bench cashier",
        "login": f"bench_cashier_{SIZE}_{time.time_ns()}",
        "group_ids": [Command.set(env.ref("property_fees.group_cashier").ids)],
        "property_community_ids": [Command.set(community.ids)],
    }
)
desk = env["property.cashier.payment"].with_user(cashier)
desk.desk_open_shift(community.id, 0)
env.cr.commit()
searches, loads, payments = Watch(), Watch(), Watch()
count = min(PAYMENTS, SIZE)
for number in range(0, SIZE, max(SIZE // count, 1)):
    env.invalidate_all()
    searches.last = time.perf_counter()
    found = desk.desk_search(f"Owner {SIZE}-{number}")
    searches.lap()
    assert found
    loads.last = time.perf_counter()
    unit = desk.desk_unit(found[0]["id"])
    loads.lap()
    bills = unit["lines"]
    if not bills:
        continue
    payments.last = time.perf_counter()
    desk.desk_pay(
        {
            "unit_id": unit["id"],
            "bill_ids": [bill["id"] for bill in bills],
            "amount": round(sum(bill["amount_residual"] for bill in bills), 2),
            "prepaid": 10,
            "surplus": "prepaid",
            "method": "cash",
        }
    )
    env.cr.commit()
    payments.lap()
report(
    "cashier",
    rows=len(payments.laps),
    units=SIZE,
    seconds=sum(payments.laps),
    search_p50_ms=quantile(searches.laps, 0.5) * 1000,
    search_p95_ms=quantile(searches.laps, 0.95) * 1000,
    load_p95_ms=quantile(loads.laps, 0.95) * 1000,
    pay_p50_ms=quantile(payments.laps, 0.5) * 1000,
    pay_p95_ms=quantile(payments.laps, 0.95) * 1000,
)
