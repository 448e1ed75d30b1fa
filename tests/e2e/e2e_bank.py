# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Run in Odoo's shell: 250 billed units, a bank journal, and the mapping of the bank's columns."""

import json
from datetime import date

from odoo.fields import Command

env = env(context={**env.context, "no_reset_password": True, "tracking_disable": True})
accountant = env["res.users"].search([("login", "=", "e2e_accountant")])
# who imports statements needs the full accounting features
accountant.group_ids = [Command.link(env.ref("account.group_account_user").id)]
community = env["property.community"].create(
    {"name": "Bank Garden", "code": "BG", "company_id": env.company.id}
)
accountant.property_community_ids = [Command.link(community.id)]
building = env["property.building"].create(
    {"name": "Building 7", "code": "7", "community_id": community.id, "floor_count": 30}
)
units = env["property.unit"].create(
    [
        {
            "building_id": building.id,
            "entrance": "1",
            "floor": number // 10 + 1,
            "number": f"{number // 10 + 1}{number % 10 + 1:02d}",
            "area_m2": 60 + number,
            "state": "delivered",
        }
        for number in range(250)
    ]
)
owners = env["res.partner"].create([{"name": f"Owner {number}"} for number in range(250)])
env["property.ownership"].create(
    [
        {"unit_id": unit.id, "partner_id": owner.id, "start_date": date(2024, 1, 1)}
        for unit, owner in zip(units, owners, strict=True)
    ]
)
account = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
)
item = env["property.fee.item"].create(
    {"name": "Bank fee", "code": "BGF", "basis": "area", "income_account_id": account.id}
)
env["property.fee.price"].create(
    {"item_id": item.id, "community_id": community.id, "unit_price": 2.0}
)
env["property.fee.assignment"].create({"item_id": item.id, "community_id": community.id})
for month, last in ((1, 31), (2, 28), (3, 31)):
    run = env["property.fee.run"].create(
        {
            "community_ids": [Command.set(community.ids)],
            "period_start": date(2026, month, 1),
            "period_end": date(2026, month, last),
            "invoice_date": date(2026, month, 1),
        }
    )
    run.action_compute()
    run.action_post()
journal = env["account.journal"].create(
    {"name": "Bank Garden account", "code": "BGB", "type": "bank", "company_id": env.company.id}
)
mapping = env["account.statement.import.sheet.mapping"].create(
    {
        "name": "Bank Garden sheet",
        "timestamp_format": "%Y-%m-%d",
        "timestamp_column": "交易日期",
        "amount_column": "收入金额",
        "amount_type": "simple_value",
        "transaction_id_column": "流水号",
        "description_column": "附言",
        "partner_name_column": "对方户名",
        "float_thousands_sep": "none",
        "float_decimal_sep": "dot",
    }
)
references = env["property.payment.reference"]
print(
    "BANK "
    + json.dumps(
        {
            "journal": journal.id,
            "units": [unit.name for unit in units],
            "months": [2.0 * (60 + number) for number in range(250)],
            "references": [
                references._get_reference(community, owner, unit).name
                for unit, owner in zip(units, owners, strict=True)
            ],
        }
    )
)
env.cr.commit()
