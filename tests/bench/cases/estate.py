# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Make a community of SIZE units, each with an owner, and four fee items owed by all of them."""

from datetime import date

ITEMS = (("Service fee", 2.45), ("Lift", 0.35), ("Cleaning", 0.2), ("Water pumps", 0.15))
CHUNK = 1000

community = env["property.community"].create(
    {"name": f"Bench {SIZE}", "code": f"B{SIZE}", "company_id": env.company.id}
)
building = env["property.building"].create(
    {"name": "1", "code": "1", "community_id": community.id, "floor_count": 100}
)
watch = Watch()
for begin in range(0, SIZE, CHUNK):
    numbers = range(begin, min(begin + CHUNK, SIZE))
    partners = env["res.partner"].create([{"name": f"Owner {SIZE}-{n}"} for n in numbers])
    units = env["property.unit"].create(
        [
            {
                "building_id": building.id,
                "entrance": "1",
                "floor": n // 100 + 1,
                "number": str(n),
                "area_m2": 60 + n % 90,
                "state": "delivered",
            }
            for n in numbers
        ]
    )
    env["property.ownership"].create(
        [
            {"unit_id": unit.id, "partner_id": partner.id, "start_date": date(2020, 1, 1)}
            for unit, partner in zip(units, partners, strict=True)
        ]
    )
    env.cr.commit()
    env.invalidate_all()
account = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
)
for number, (name, price) in enumerate(ITEMS):
    item = env["property.fee.item"].create(
        {
            "name": f"{name} {SIZE}",
            "code": f"B{SIZE}-{number}",
            "basis": "area",
            "income_account_id": account.id,
        }
    )
    env["property.fee.price"].create(
        {"item_id": item.id, "community_id": community.id, "unit_price": price}
    )
    env["property.fee.assignment"].create({"item_id": item.id, "community_id": community.id})
env.cr.commit()
report("set-up", rows=SIZE, seconds=watch.seconds)
