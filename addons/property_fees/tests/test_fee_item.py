# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common import PropertyFeesCommon


class TestFeeItem(PropertyFeesCommon):
    def test_product_comes_with_the_item(self):
        product = self.item.product_id
        self.assertEqual(product.type, "service")
        self.assertEqual(product.property_account_income_id, self.income_account)
        self.assertFalse(product.taxes_id)
        self.item.name = "Property fee"
        self.assertEqual(product.name, "Property fee")

    def test_basis_that_cannot_be_computed_is_refused(self):
        bases = ("area", "fixed")
        with (
            patch.object(type(self.item), "_get_computable_bases", lambda item: bases),
            self.assertRaisesRegex(UserError, "Water.*not available"),
        ):
            self.make_item(name="Water", code="WAT", basis="meter")

    def test_price_period_follows_basis_and_period(self):
        self.assertEqual(self.make_item(code="Q", period="quarter").price_period, "month")
        fixed = self.make_item(code="F", basis="fixed", period="year")
        self.assertEqual(fixed.price_period, "year")
        with self.assertRaises(ValidationError):
            fixed.period = "once"
            fixed.price_period = "month"

    @mute_logger("odoo.sql_db")
    def test_prices_never_overlap(self):
        self.make_price(usage="commercial", unit_price=3.8)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_price(start_date=date(2026, 1, 1))

    @mute_logger("odoo.sql_db")
    def test_assignments_never_overlap(self):
        self.make_assignment(usage="commercial")
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_assignment(start_date=date(2026, 1, 1))

    def test_billed_price_and_item_are_frozen(self):
        run = self.make_run()
        run.action_compute()
        run.action_post()
        for record, vals in (
            (self.price, {"unit_price": 3.0}),
            (self.item, {"basis": "fixed"}),
        ):
            with self.subTest(record), self.assertRaisesRegex(UserError, "billed"):
                record.write(vals)
        for record in (self.price, self.assignment):
            with self.subTest(record), self.assertRaisesRegex(UserError, "billed"):
                record.unlink()
        self.price.end_date = date(2026, 3, 31)
        self.make_price(start_date=date(2026, 4, 1), unit_price=2.6)

    def test_rule_or_unit_not_both(self):
        with self.assertRaisesRegex(ValidationError, "not both"):
            self.make_assignment(unit_id=self.unit.id, usage="residential")
        with self.assertRaises(ValidationError):
            self.make_assignment(building_id=self.other_building.id)
