# SPDX-License-Identifier: LGPL-3.0-or-later
# ruff: noqa: F821
"""Run in Odoo's shell: people of every role (the password is the login), two communities.

Each name is also the login: e2e_staff, e2e_officer, e2e_manager, e2e_accountant, e2e_cashier,
e2e_dispatcher, e2e_technician, e2e_parcel, e2e_owner, e2e_neighbour.
"""

from datetime import date

from odoo.fields import Command

env = env(context={**env.context, "no_reset_password": True, "tracking_disable": True})
env.ref("base.user_admin").password = "admin"

Community = env["property.community"]
garden = Community.create({"name": "Garden of Peace", "code": "GOP", "company_id": env.company.id})
other = Community.create({"name": "Hill View", "code": "HV", "company_id": env.company.id})
imported = Community.create({"name": "Register Garden", "code": "RG", "company_id": env.company.id})

ROLES = {
    "staff": ("property_base.group_property_user",),
    "officer": ("property_base.group_property_officer",),
    "manager": ("property_base.group_property_manager",),
    "accountant": (
        "property_base.group_property_user",
        "account.group_account_manager",
        "property_fees.group_fee_accountant",
    ),
    "cashier": ("property_base.group_property_user", "property_fees.group_cashier"),
    "dispatcher": ("property_workorder.group_dispatcher",),
    "technician": ("property_workorder.group_technician",),
    "parcel": ("property_parcel.group_parcel_desk",),
    "owner": ("base.group_portal",),
    "neighbour": ("base.group_portal",),
    "stranger": ("base.group_portal",),
}
NAMES = {"owner": "Li Ming", "neighbour": "Wang Fang", "stranger": "Zhao Lei"}
users = {}
for role, groups in ROLES.items():
    found = [env.ref(name, raise_if_not_found=False) for name in groups]
    login = f"e2e_{role}"
    users[role] = env["res.users"].create(
        {
            "name": NAMES.get(role, role.capitalize()),
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "phone": {"owner": "13800138001", "neighbour": "13800138002"}.get(role),
            "tz": "Asia/Shanghai",
            "odoobot_state": "disabled",
            "company_id": env.company.id,
            "company_ids": [Command.set(env.company.ids)],
            "group_ids": [Command.set([group.id for group in found if group])],
        }
    )
    if "portal" not in groups[0]:
        users[role].property_community_ids = [Command.set((garden | imported).ids)]

building = env["property.building"].create(
    {"name": "Building 3", "code": "3", "community_id": garden.id, "floor_count": 12}
)
hill = env["property.building"].create(
    {"name": "Building 1", "code": "1", "community_id": other.id, "floor_count": 6}
)
units = env["property.unit"].create(
    [
        {
            "building_id": building.id,
            "entrance": str(entrance),
            "floor": floor,
            "number": f"{floor}{door:02d}",
            "area_m2": 80 + entrance * 10 + door,
            "state": "sold" if floor == 12 else "delivered",
        }
        for entrance in (1, 2)
        for floor in (10, 11, 12)
        for door in (1, 2)
    ]
)
env["property.unit"].create(
    {"building_id": hill.id, "entrance": "1", "floor": 1, "number": "101", "area_m2": 77.7}
)
first, second, third, fourth = units[:4]
first._set_owners(date(2020, 1, 1), [(users["owner"].partner_id, 1, 1, True)])
second._set_owners(date(2020, 1, 1), [(users["neighbour"].partner_id, 1, 1, True)])
seller = env["res.partner"].create({"name": "Chen Seller", "phone": "13800138010"})
third._set_owners(date(2020, 1, 1), [(seller, 1, 1, True)])
# registered as an owner; the login e2e_stranger is another contact until it is bound to this one
registered = env["res.partner"].create(
    {"name": "Zhao Lei", "phone": "13800138003", "property_id_tail": "123X"}
)
fourth._set_owners(date(2020, 1, 1), [(registered, 1, 1, True)])
env.cr.commit()

# what the month is billed with
account = env["account.account"].search(
    [("account_type", "=", "income"), ("company_ids", "in", env.company.ids)], limit=1
)
if "property.fee.item" in env:
    item = env["property.fee.item"].create(
        {
            "name": "Service fee",
            "code": "PSF",
            "basis": "area",
            "income_account_id": account.id,
        }
    )
    env["property.fee.price"].create(
        {"item_id": item.id, "community_id": garden.id, "unit_price": 2.45}
    )
    env["property.fee.assignment"].create({"item_id": item.id, "community_id": garden.id})
env.cr.commit()
