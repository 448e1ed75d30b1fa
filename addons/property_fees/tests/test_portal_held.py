# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .test_money_held import MoneyHeldCommon


@tagged("post_install", "-at_install")
class TestPortalHeld(MoneyHeldCommon, HttpCase):
    """Owners see their money, co-owners each other's, buyers and neighbours nothing of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deposit = (
            cls.env["property.deposit"]
            .with_user(cls.cashier)
            .create(
                {"unit_id": cls.unit.id, "partner_id": cls.owner.id, "kind": "key", "amount": 777}
            )
        )

    def open(self, login, url="/my/held"):
        self.authenticate(login, login)
        return self.url_open(url)

    def test_owner_sees_balance_movements_and_purpose(self):
        self.take(line_ids=[], deposit_ids=self.deposit.ids, amount=777)
        self.take(amount=319.42, surplus="prepaid")
        page = self.open("property_owner").text
        for words in ("777.00", "100.00", "877.00", "Keys", "by itself", "Movements"):
            self.assertIn(words, page)
        self.assertIn("/my/held", self.url_open("/my").text)
        self.assertIn("100.00", self.url_open(f"/my/units/{self.unit.id}").text)
        for record, kind in (
            (self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)]), "prepaid"),
            (self.deposit, "deposit"),
        ):
            found = self.url_open(f"/my/held/{kind}/{record.id}/pdf")
            self.assertEqual(found.headers["Content-Type"], "application/pdf")

    def test_nobody_else_sees_it(self):
        self.take(line_ids=[], deposit_ids=self.deposit.ids, amount=777)
        self.assertNotIn("777.00", self.open("property_neighbour").text)
        today = fields.Date.context_today(self.unit)
        self.unit._set_owners(
            today - timedelta(days=1),
            [(self.owner, 1, 2, True), (self.neighbour, 1, 2, False)],
        )
        self.assertIn("777.00", self.open("property_neighbour").text)
        self.assertIn(self.owner.name, self.url_open("/my/held").text)
        self.unit._set_owners(today, [(self.neighbour, 1, 1, True)])
        self.assertNotIn("777.00", self.open("property_neighbour").text)
        self.assertIn("777.00", self.open("property_owner").text)
        found = self.open("property_neighbour", f"/my/held/deposit/{self.deposit.id}/pdf")
        self.assertTrue(found.url.endswith("/my"))
