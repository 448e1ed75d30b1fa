# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, new_test_user
from odoo.tests.common import get_db_name
from odoo.tools import SQL


class PropertyFeesRace(BaseCase):
    """A bill of 100 and two cashiers, committed: for tests with two real connections."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.first_cr = self.registry.cursor()
        self.addCleanup(self.first_cr.close)
        env = self.first = self._env(self.first_cr)
        self.community = env["property.community"].create({"name": "Race Desk", "code": "RACED"})
        building = env["property.building"].create(
            {"name": "1", "code": "1", "community_id": self.community.id}
        )
        self.unit = env["property.unit"].create({"building_id": building.id, "number": "101"})
        self.partner = env["res.partner"].create({"name": "Race payer"})
        env["property.ownership"].create({"unit_id": self.unit.id, "partner_id": self.partner.id})
        account = env["account.account"].search([("account_type", "=", "income")], limit=1)
        self.bill = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": date(2026, 3, 1),
                "property_unit_id": self.unit.id,
                "property_community_id": self.community.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Fee",
                            "price_unit": 100,
                            "account_id": account.id,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        self.bill.action_post()
        self.users = env["res.users"]
        for number in (1, 2):
            user = new_test_user(
                env, login=f"race_cashier_{number}", groups="property_fees.group_cashier"
            )
            user.property_community_ids = self.community
            self.users |= user
            env["property.cashier.shift"].with_user(user).create(
                {"community_id": self.community.id}
            )
        self.addCleanup(self._remove)
        self.first_cr.commit()

    def _env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _remove(self):
        self.first_cr.rollback()
        with self.registry.cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT DISTINCT move_id FROM account_move_line WHERE partner_id = %s",
                    self.partner.id,
                )
            )
            moves = [row[0] for row in cr.fetchall()]
            lines = SQL("SELECT id FROM account_move_line WHERE move_id = ANY(%s)", moves)
            for statement in (
                *self._prepare_removal(),
                SQL("DELETE FROM property_cashier_payment WHERE unit_id = %s", self.unit.id),
                SQL("DELETE FROM account_partial_reconcile WHERE debit_move_id IN (%s)", lines),
                SQL("DELETE FROM account_partial_reconcile WHERE credit_move_id IN (%s)", lines),
                SQL("DELETE FROM account_payment WHERE partner_id = %s", self.partner.id),
                SQL("DELETE FROM property_receipt_line WHERE community_id = %s", self.community.id),
                SQL("DELETE FROM account_move_line WHERE move_id = ANY(%s)", moves),
                SQL("DELETE FROM account_move WHERE id = ANY(%s)", moves),
                SQL("DELETE FROM property_receipt WHERE community_id = %s", self.community.id),
                SQL("DELETE FROM property_prepaid WHERE unit_id = %s", self.unit.id),
                SQL(
                    "DELETE FROM property_cashier_shift WHERE community_id = %s", self.community.id
                ),
                SQL("DELETE FROM property_ownership WHERE unit_id = %s", self.unit.id),
            ):
                cr.execute(statement)
            env = self._env(cr)
            unit = env["property.unit"].browse(self.unit.id)
            building = unit.building_id
            community = env["property.community"].browse(self.community.id)
            analytic, own = community.analytic_account_id, community.partner_id
            people = env["res.partner"].browse(self.partner.id) | own
            users = env["res.users"].browse(self.users.ids)
            people |= users.partner_id
            unit.unlink()
            building.unlink()
            users.unlink()
            community.unlink()
            analytic.unlink()
            people.unlink()

    def _prepare_removal(self):
        """Return further statements that go first when the test takes back what it committed."""
        return []
