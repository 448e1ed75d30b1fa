# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .charging_common import ChargingCommon


@tagged("post_install", "-at_install")
class TestSharePool(ChargingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_unit("1301", area_m2=100, floor=1, state="vacant")
        cls.third = cls.make_unit("1401", area_m2=50.44, floor=14)
        for unit in (cls.second, cls.third):
            cls.make_ownership(unit, cls.neighbour)

    def parts(self, pool):
        return {line.unit_id: line.amount for line in pool.line_ids}

    def test_parts_add_up_and_are_billed(self):
        pool = self.make_pool(100.0, weight_basis="equal")
        pool.action_compute()
        self.assertEqual(
            self.parts(pool), {self.unit: 33.34, self.second: 33.33, self.third: 33.33}
        )
        self.assertEqual(pool.line_ids.filtered("is_rounded_up").unit_id, self.unit)
        pool.action_approve()
        run = self.compute()
        self.assertEqual(sum(run.charge_ids.mapped("amount")), 100.0)
        charge = run.charge_ids.filtered(lambda one: one.unit_id == self.unit)
        self.assertEqual(
            charge.trace,
            "Lift power March: 100.00 × 1/3 units = 33.34\n33.34 CNY = 33.34",
        )
        run.action_post()
        self.assertEqual(pool.billed_count, 3)
        with self.assertRaisesRegex(UserError, "on bills"):
            pool.action_draft()
        self.assertFalse(self.compute().charge_ids)

    def test_sold_in_the_period(self):
        self.unit._set_owners(date(2026, 3, 11), [(self.neighbour, 1, 1, True)])
        pool = self.make_pool(93.0, weight_basis="equal")
        pool.action_compute()
        pool.action_approve()
        run = self.compute()
        mine = run.charge_ids.filtered(lambda one: one.unit_id == self.unit)
        self.assertEqual(mine.sorted("period_start").mapped("amount"), [10.0, 21.0])
        self.assertIn("10/31 days", mine.sorted("period_start")[0].trace)

    def test_who_shares(self):
        pool = self.make_pool(floor_rule="from", floor_from=2)
        pool.action_compute()
        self.assertEqual(pool.line_ids.unit_id, self.unit | self.third)
        pool.action_draft()
        pool.write(
            {
                "extra_unit_ids": [Command.link(self.second.id)],
                "excluded_unit_ids": [Command.link(self.third.id)],
            }
        )
        pool.action_compute()
        self.assertEqual(pool.line_ids.unit_id, self.unit | self.second)
        self.assertEqual(self.parts(pool), {self.unit: 47.25, self.second: 52.75})

    def test_vacant_units_are_treated_openly(self):
        pool = self.make_pool(weight_basis="equal", vacant_rule="reduced", vacant_percent=50)
        pool.action_compute()
        self.assertEqual(self.parts(pool), {self.unit: 40.0, self.second: 20.0, self.third: 40.0})
        self.assertEqual(pool.line_ids.filtered("is_vacant").unit_id, self.second)
        pool.action_draft()
        pool.vacant_rule = "out"
        pool.action_compute()
        self.assertEqual(self.parts(pool)[self.second], 0.0)

    def test_own_weights_heads_and_what_lacks(self):
        weights = self.env["property.fee.quantity"].create({"name": "Key", "code": "key"})
        pool = self.make_pool(weight_basis="quantity", quantity_id=weights.id)
        with self.assertRaisesRegex(UserError, "3 units have no weight"):
            pool.action_compute()
        for unit, value in ((self.unit, 1), (self.second, 0), (self.third, 3)):
            self.env["property.fee.quantity.value"].create(
                {"quantity_id": weights.id, "unit_id": unit.id, "value": value}
            )
        pool.action_compute()
        self.assertEqual(self.parts(pool), {self.unit: 25.0, self.second: 0.0, self.third: 75.0})
        heads = self.make_pool(weight_basis="heads")
        with self.assertRaisesRegex(UserError, "every weight is zero"):
            heads.action_compute()
        self.make_occupancy(self.third, self.owner)
        heads.action_compute()
        self.assertEqual(self.parts(heads)[self.third], 100.0)

    def test_costs_from_bills_and_meters(self):
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.neighbour.id,
                "invoice_date": date(2026, 3, 31),
                "invoice_line_ids": [
                    Command.create({"name": "Power", "price_unit": 80.0, "tax_ids": []})
                ],
            }
        )
        bill.action_post()
        meter = self.make_meter(
            unit_id=False, community_id=self.community.id, kind="power", place="Lift"
        )
        self.make_reading(meter, date(2026, 2, 28), 0)
        self.make_reading(meter, date(2026, 3, 31), 100)
        pool = self.make_pool(
            cost_ids=[
                Command.create({"move_line_id": bill.invoice_line_ids.id}),
                Command.create({"meter_id": meter.id, "unit_price": 0.55}),
            ]
        )
        self.assertEqual(pool.cost_ids.mapped("amount"), [80.0, 55.0])
        self.assertEqual(pool.amount_total, 135.0)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_pool(cost_ids=[Command.create({"move_line_id": bill.invoice_line_ids.id})])

    def test_approval_by_somebody_else(self):
        pool = self.make_pool().with_user(self.user_manager)
        pool.action_compute()
        with self.assertRaisesRegex(UserError, "yourself"):
            pool.action_approve()
        with self.assertRaisesRegex(UserError, "management"):
            pool.with_user(self.accountant).action_approve()
        pool.with_user(self.user_officer).action_approve()
        self.assertEqual(pool.approved_by_id, self.user_officer)
        with self.assertRaisesRegex(UserError, "keeps its terms"):
            pool.vacant_rule = "out"
        with self.assertRaisesRegex(UserError, "keeps its terms"):
            pool.cost_ids[0].amount = 5
        pool.action_publish()
        self.assertIn(pool, self.env["property.share.pool"]._get_published(self.community))

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "not charged as a shared cost"):
            self.make_pool(item_id=self.item.id)
        pool = self.make_pool(0.0)
        with self.assertRaisesRegex(UserError, "Enter the costs"):
            pool.action_compute()
        pool = self.make_pool(usage="office")
        with self.assertRaisesRegex(UserError, "no unit matches"):
            pool.action_compute()
        pool = self.make_pool()
        pool.item_id.assignment_ids.unlink()
        pool.action_compute()
        with self.assertRaisesRegex(UserError, "assigned to nobody"):
            pool.action_approve()

    def test_list_is_printed(self):
        pool = self.make_pool()
        pool.action_compute()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_share_pool", pool.ids
        )
        self.assertIn(b"3-1-1401", html)
        self.assertIn(b"largest remainders", html)
