# SPDX-License-Identifier: LGPL-3.0-or-later
"""The suite beside Odoo's stock: parts that a technician uses leave the store of the estate.

The suite does not depend on `stock`, so no other database of the tests has it.
"""

import subprocess

import pytest
from e2e_site import Database

USE = """
from odoo.exceptions import UserError
from odoo.fields import Command

env = env(context={**env.context, "no_reset_password": True, "tracking_disable": True})
company = env.company
address = env["res.partner"].create({"name": "Garden of Parts"})
community = env["property.community"].create(
    {"name": "Garden of Parts", "code": "GPS", "company_id": company.id, "partner_id": address.id}
)
elsewhere = env["property.community"].create(
    {"name": "Far away", "code": "FAR", "company_id": company.id}
)
main = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
store = env["stock.warehouse"].create(
    {"name": "Estate store", "code": "EST", "company_id": company.id, "partner_id": address.id}
)
washer = env["product.product"].create(
    {"name": "Washer", "type": "consu", "is_storable": True, "standard_price": 3}
)
tape = env["product.product"].create({"name": "Tape", "type": "consu", "standard_price": 1})
for warehouse in (main, store):
    env["stock.quant"]._update_available_quantity(washer, warehouse.lot_stock_id, 5)
user = env["res.users"].create(
    {
        "name": "Plumber",
        "login": "parts_plumber",
        "group_ids": [Command.link(env.ref("property_workorder.group_technician").id)],
        "property_community_ids": [Command.set((community | elsewhere).ids)],
    }
)
assert not user.has_group("stock.group_stock_user")
env["property.technician"].create({"user_id": user.id, "roster": "always", "visibility": "all"})


def on_hand(warehouse):
    env.invalidate_all()
    return washer.with_context(location=warehouse.lot_stock_id.id).qty_available


def work(where, **parts):
    order = env["property.workorder"].with_user(user).create(
        {"community_id": where.id, "subject": "Tap drips", "receiver_id": False}
    )
    order.action_accept()
    order.technician_step("grab")
    order.technician_step("start")
    lines = [
        {"product_id": product.id, "quantity": quantity}
        for product, quantity in ((washer, parts.get("washer")), (tape, parts.get("tape")))
        if quantity
    ]
    order.technician_step("finish", {"result": "Done", "cleaned": True, "materials": lines})
    assert order.state == "done", order.state
    return order.sudo()


order = work(community, washer=2, tape=1)
assert on_hand(store) == 3, on_hand(store)
assert on_hand(main) == 5, on_hand(main)
used, listed = order.material_ids
assert used.stock_reference and not listed.stock_reference
assert order.material_cost == 7, order.material_cost
move = env["stock.move"].search([("product_id", "=", washer.id), ("origin", "=", order.name)])
assert move.state == "done" and move.quantity == 2, (move.state, move.quantity)
assert move.location_dest_id == washer.property_stock_inventory

# what has left the store is not changed on the order
for change in (lambda: used.unlink(), lambda: used.write({"quantity": 1})):
    try:
        change()
    except UserError as error:
        assert "left the store" in str(error), error
    else:
        raise AssertionError("a part that has left the store was changed")
listed.write({"quantity": 4})

# a community without a store of its own takes from the company's; more than the books say
work(elsewhere, washer=7)
assert on_hand(main) == -2, on_hand(main)
assert on_hand(store) == 3
"""


@pytest.fixture
def database(tmp_path):
    """Return a copy of the template with Odoo's stock beside the suite."""
    copy = Database("stock", tmp_path).create()
    try:
        done = subprocess.run(
            copy.command(*copy.options, "-i", "stock", "--no-http", "--stop-after-init"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr[-3000:]
        yield copy
    finally:
        copy.drop()


def test_parts_leave_the_store_of_the_estate(database):
    database.shell(USE)
