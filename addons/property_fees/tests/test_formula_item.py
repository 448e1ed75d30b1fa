# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .charging_common import ChargingCommon


@tagged("post_install", "-at_install")
class TestFormulaItem(ChargingCommon):
    def make_formula(self, formula, price=2.45):
        item = self.make_item(name="Formula", code="FOR", basis="formula", formula=formula)
        self.make_price(item, unit_price=price)
        self.make_assignment(item)
        return item

    def test_explained_to_the_owner(self):
        item = self.make_formula("面积 × 单价 + 5")
        self.assertIn("= 224.422", item.formula_example)
        charge = self.compute().charge_ids
        self.assertEqual(charge.amount, 224.42)
        self.assertEqual(
            charge.trace,
            "area * price + 5: 89.56 × 2.45 + 5 = 224.422\n224.422 CNY/month × 1 month = 224.42",
        )

    def test_broken_formula_is_refused_when_saved(self):
        for text in ("area *", "rooms * 2", "__import__('os')", False, "area ** 2"):
            with (
                self.subTest(text),
                self.assertRaisesRegex(ValidationError, "Formula"),
                self.cr.savepoint(),
            ):
                self.make_formula(text)

    def test_never_zero_in_silence(self):
        item = self.make_formula("price / (storey - 12)")
        run = self.compute()
        self.assertFalse(run.charge_ids)
        self.assertEqual(run.skip_ids.reason, "not_computable")
        self.assertIn("divides by zero", run.skip_ids.detail)
        item.formula = "inner_area * price"
        run.action_compute()
        self.assertEqual(run.skip_ids.reason, "no_quantity")
        self.assertEqual(run.problem_count, 1)

    def test_named_quantities_are_dated(self):
        rent = self.env["property.fee.quantity"].create({"name": "Rent", "code": "rent"})
        self.env["property.fee.quantity.value"].create(
            [
                {
                    "quantity_id": rent.id,
                    "unit_id": self.unit.id,
                    "value": value,
                    "start_date": start,
                    "end_date": end,
                }
                for value, start, end in (
                    (3100, None, date(2026, 3, 10)),
                    (6200, date(2026, 3, 11), None),
                )
            ]
        )
        self.make_formula("rent * price", price=0.1)
        run = self.compute()
        self.assertEqual(run.charge_ids.sorted("period_start").mapped("amount"), [100.0, 420.0])

    def test_heads_are_counted_from_the_register(self):
        self.make_formula("heads * price", price=10)
        for number in range(3):
            self.make_occupancy(self.unit, self.make_partner(f"Child {number}"))
        self.assertEqual(self.compute().charge_ids.amount, 30.0)

    def test_code_of_a_quantity(self):
        for code in ("Area", "area", "2x", "a b"):
            with self.subTest(code), self.assertRaises(ValidationError):
                self.env["property.fee.quantity"].create({"name": "X", "code": code})
