# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestFund(PropertyFeesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.unit.area_m2 = 60
        cls.unit_b = cls.make_unit("1204", area_m2=90)
        cls.unit_c = cls.make_unit("1205", area_m2=90.01)
        for unit in (cls.unit_b, cls.unit_c):
            cls.make_ownership(unit, cls.neighbour)
        cls.fund = cls._make_fund()
        cls.officer = cls.make_user(
            "property_fund_officer",
            "property_base.group_property_officer,property_fees.group_fee_accountant",
        )

    @classmethod
    def _make_fund(cls, **vals):
        return cls.env["property.fund"].create(
            {
                "name": "Maintenance fund",
                "community_id": cls.community.id,
                "journal_id": cls.bank.id,
                **vals,
            }
        )

    def _move(self, user=None, **vals):
        return (
            self.env["property.fund.movement"]
            .with_user(user or self.accountant)
            .create(
                {
                    "name": "New ropes of the lift",
                    "fund_id": self.fund.id,
                    "kind": "use",
                    "use_category": "facilities",
                    "amount": 1000,
                    "date": date(2026, 5, 1),
                    **vals,
                }
            )
        )

    def _contribute(self, amount, fund=None):
        movement = self._move(
            kind="contribution", use_category=False, amount=amount, fund_id=(fund or self.fund).id
        )
        movement.action_pay()
        return movement

    def _until_approved(self, movement):
        movement.write(
            {"resolution_reference": "2026/7", "resolution_date": date(2026, 4, 1),
             "order_reference": "C-1", "acceptance_date": date(2026, 4, 30)}
        )  # fmt: skip
        movement.action_vote()
        movement.action_order()
        movement.action_accept()
        movement.action_request()
        movement.with_user(self.officer).action_approve()
        return movement

    def _unit_balances(self):
        rows = self.env["property.fund.balance"].search([("fund_id", "=", self.fund.id)])
        return {row.unit_id: round(row.balance, 2) for row in rows}

    def test_contribution_and_use_are_shared_to_the_cent(self):
        self._contribute(5000)
        self.assertEqual(self.fund.balance, 5000)
        use = self._until_approved(self._move())
        use.action_pay()
        parts = {line.unit_id: line.amount for line in use.line_ids}
        self.assertEqual(parts, {self.unit: 249.99, self.unit_b: 374.98, self.unit_c: 375.03})
        self.assertEqual(self.fund.balance, 4000)
        self.assertEqual(round(sum(self._unit_balances().values()), 2), 4000)
        self.assertEqual(use.move_id.state, "posted")
        use.action_publish()
        statement = self.fund._get_statement(2026)
        self.assertEqual((float(statement["opening"]), float(statement["closing"])), (0, 4000))
        self.assertTrue(self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_fund", self.fund.ids)[0])  # fmt: skip

    def test_nothing_is_paid_without_resolution_approval_and_acceptance(self):
        self._contribute(5000)
        use = self._move()
        with self.assertRaisesRegex(UserError, "resolution"):
            use.action_vote()
        with self.assertRaisesRegex(UserError, "does not come now"):
            use.action_request()
        with self.assertRaisesRegex(UserError, "does not come now"):
            use.action_pay()
        with self.assertRaises(UserError):
            use.state = "approved"
        use.write({"resolution_reference": "2026/7", "resolution_date": date(2026, 4, 1)})
        use.action_vote()
        with self.assertRaisesRegex(UserError, "order"):
            use.action_order()
        use.write({"order_reference": "C-1", "acceptance_date": date(2026, 4, 30)})
        use.action_order()
        use.action_accept()
        use.with_user(self.officer).action_request()
        with self.assertRaisesRegex(UserError, "somebody else"):
            use.with_user(self.officer).action_approve()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            use.amount = 1

    def test_overdraw_and_a_second_withdrawal_are_refused(self):
        self._contribute(1500)
        first, second = (self._until_approved(self._move()) for _ in range(2))
        version = self.fund.movement_version
        first.action_pay()
        self.fund.invalidate_recordset()
        self.assertGreater(self.fund.movement_version, version)
        with self.assertRaisesRegex(UserError, "more than that"):
            second.action_pay()
        self.assertEqual(self.fund.balance, 500)

    def test_what_is_short_is_levied(self):
        self._contribute(400)
        use = self._move()
        use.write({"resolution_reference": "2026/7", "resolution_date": date(2026, 4, 1)})
        use.action_allot()
        self.assertEqual(use.short_total, 600)
        use.action_levy()
        self.assertEqual(sum(use.levy_ids.mapped("amount_total")), 600)
        self.assertEqual(use.levy_ids.partner_id, self.owner | self.neighbour)
        with self.assertRaisesRegex(UserError, "levied already"):
            use.action_levy()
        self.fund.invalidate_recordset()
        self.assertEqual((self.fund.balance, self.fund.amount_pending), (400, 600))
        self._until_approved(use)
        with self.assertRaisesRegex(UserError, "more than that"):
            use.action_pay()
        self._pay_bill(use.levy_ids[0], 50)
        for bill in use.levy_ids[1:]:
            self._pay_bill(bill, bill.amount_total)
        self.fund.invalidate_recordset()
        left = use.levy_ids[0].amount_residual
        self.assertEqual((self.fund.balance, self.fund.amount_pending), (1000 - left, left))
        self.env.flush_all()
        units = self.env["property.fund.balance"].search([("fund_id", "=", self.fund.id)])
        self.assertAlmostEqual(sum(units.mapped("balance")), 1000 - left)
        self.assertAlmostEqual(sum(units.mapped("amount_pending")), left)
        statement = self.fund._get_statement()
        self.assertAlmostEqual(float(statement["received"]), 1000 - left)
        self._pay_bill(use.levy_ids[0], left)
        self.fund.invalidate_recordset()
        use.action_pay()
        self.assertEqual((use.state, self.fund.balance), ("paid", 0))

    def _pay_bill(self, bill, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        )
        wizard.create({"amount": amount, "journal_id": self.bank.id})._create_payments()

    def test_common_income_needs_a_resolution_and_is_billed_once(self):
        fund = self._make_fund(name="Common income", kind="common_income")
        contract = self.env["property.common.income"].create(
            {
                "name": "Lift screens",
                "community_id": self.community.id,
                "partner_id": self.make_partner("Ads Ltd", is_company=True).id,
                "fund_id": fund.id,
                "start_date": date(2026, 1, 1),
                "end_date": date(2026, 12, 31),
                "amount": 3000,
            }
        )
        with self.assertRaisesRegex(UserError, "resolution"):
            contract.action_start()
        contract.write({"resolution_reference": "2026/2", "resolution_date": date(2026, 1, 1)})
        contract.action_start()
        contract._bill(date(2026, 5, 20))
        contract._bill(date(2026, 5, 20))
        self.assertEqual(contract.move_count, 2)
        self.assertEqual(contract.billed_until_date, date(2026, 6, 30))
        self.assertEqual((fund.balance, fund.amount_pending), (0, 6000))
        cover = self._move(fund_id=fund.id, kind="cover", use_category=False, amount=500)
        self.assertFalse(cover.by_unit)
        with self.assertRaisesRegex(UserError, "resolution"):
            cover.action_request()

    def test_bad_input(self):
        with self.assertRaises(ValidationError):
            self._move(use_category=False)
        empty = self.make_building(code="9")
        movement = self._move(building_ids=[Command.set(empty.ids)])
        with self.assertRaisesRegex(UserError, "No unit"):
            movement.action_allot()

    def test_other_communities_are_not_seen(self):
        self._contribute(100)
        stranger = self.make_user(
            "property_stranger", "property_base.group_property_officer", self.other_community
        )
        for model in ("property.fund", "property.fund.movement", "property.fund.balance"):
            self.assertFalse(self.env[model].with_user(stranger).search([]), model)
