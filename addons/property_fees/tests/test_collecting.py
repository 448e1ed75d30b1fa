# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_money_held import MoneyHeldCommon


@tagged("post_install", "-at_install")
class TestCollection(MoneyHeldCommon):
    def make_round(self, **vals):
        return (
            self.env["property.collection"]
            .with_user(self.cashier)
            .create(
                {
                    "collector_id": self.neighbour.id,
                    "community_id": self.community.id,
                    "building_id": self.building.id,
                    **vals,
                }
            )
        )

    def test_list_hand_over_difference_posting(self):
        second = self.make_unit("1204")
        self.make_ownership(second, self.neighbour)
        self.make_bill(date(2026, 3, 1), date(2026, 3, 31))
        one = self.make_round()
        one.action_fetch()
        self.assertEqual(one.line_ids.unit_id, self.unit | second)
        self.assertAlmostEqual(one.amount_due, 438.84)
        one.action_start()
        one.line_ids.filtered(lambda line: line.unit_id == self.unit).amount = 219.42
        one.line_ids.filtered(lambda line: line.unit_id == second).amount = 300
        one.amount_handed = 500
        with self.assertRaisesRegex(UserError, "Count again"):
            one.action_hand_over()
        one.difference_reason = "Lost a note"
        one.action_hand_over()
        self.assertEqual(one.state, "posted")
        self.assertEqual(len(one.line_ids.receipt_id), 2)
        self.assertEqual(self.bill.payment_state, "paid")
        account = self.company.property_collector_account_id
        line = one.sudo().difference_move_id.line_ids.filtered(lambda x: x.account_id == account)
        self.assertAlmostEqual(line.debit, 19.42)
        self.assertEqual(line.partner_id, self.neighbour)
        # the box holds what was handed over
        self.assertAlmostEqual(self.shift.expected_cash, 600)
        # more than was owed is kept for the next bill
        prepaid = self.env["property.prepaid"].search([("unit_id", "=", second.id)])
        self.assertAlmostEqual(prepaid.balance, 80.58)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            one.amount_handed = 519.42
        with self.assertRaisesRegex(UserError, "Handed over"):
            one.action_hand_over()
        one.action_settle_difference()
        self.assertAlmostEqual(self.shift.expected_cash, 619.42)
        with self.assertRaisesRegex(UserError, "no difference left"):
            one.action_settle_difference()

    def test_needs_a_shift_and_amounts(self):
        one = self.make_round()
        one.action_start()
        with self.assertRaisesRegex(UserError, "what was taken"):
            one.action_hand_over()
        self.shift.counted_cash = 100
        self.shift.action_close()
        one.line_ids[:1].amount = 10
        with self.assertRaisesRegex(UserError, "Open a shift"):
            one.action_hand_over()
        one.action_cancel()
        self.assertEqual(one.state, "cancelled")

    def test_lists_print(self):
        one = self.make_round()
        one.action_start()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_collection", one.ids
        )
        self.assertIn("3-1-1203", html.decode())


@tagged("post_install", "-at_install")
class TestCashClosing(MoneyHeldCommon):
    def make_sheet(self, user=None, **vals):
        return (
            self.env["property.cash.closing"]
            .with_user(user or self.accountant)
            .create({"community_id": self.community.id, **vals})
        )

    def test_day_and_month(self):
        first = self.take(amount=100)
        self.take(amount=119.42, method="transfer", amount_prepaid=50)
        first._void("Wrong amount")
        sheet = self.make_sheet()
        self.assertEqual(sheet.receipt_count, 2)
        self.assertAlmostEqual(sheet.amount_total, 269.42)
        self.assertAlmostEqual(sheet.net_total, 169.42)
        self.assertEqual(sheet.open_shift_names, self.shift.name)
        with self.assertRaisesRegex(UserError, "still open"):
            sheet.action_close()
        with self.assertRaisesRegex(UserError, "by accounting"):
            sheet.with_user(self.cashier).action_close()
        self.shift.counted_cash = 100
        self.shift.action_close()
        sheet.action_close()
        self.assertEqual(sheet.state, "closed")
        figures = {(line.method, line.kind): line.amount for line in sheet.line_ids}
        self.assertEqual(figures["cash", "void"], -100)
        self.assertEqual(figures["transfer", "prepaid"], 50)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            sheet.date = date(2026, 1, 1)
        month = self.make_sheet(kind="month")
        self.assertAlmostEqual(month.net_total, 169.42)

    def test_no_money_on_a_closed_day(self):
        self.shift.counted_cash = 100
        self.shift.action_close()
        self.make_sheet().action_close()
        self.env["property.cashier.shift"].with_user(self.cashier).create(
            {"community_id": self.community.id}
        )
        with self.assertRaisesRegex(UserError, "closed for today"):
            self.take()

    def test_not_by_who_took_the_money(self):
        self.user_manager.group_ids += self.env.ref("property_fees.group_cashier")
        shift = (
            self.env["property.cashier.shift"]
            .with_user(self.user_manager)
            .create({"community_id": self.community.id})
        )
        desk = (
            self.env["property.cashier.payment"]
            .with_user(self.user_manager)
            .create({"unit_id": self.unit.id, "shift_id": shift.id})
        )
        desk._take_payment()
        shift.counted_cash = shift.expected_cash
        shift.action_close()
        sheet = self.make_sheet(self.user_manager)
        with self.assertRaisesRegex(UserError, "somebody else closes"):
            sheet.action_close()

    def test_prints(self):
        self.take(amount=100)
        sheet = self.make_sheet()
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("property_fees.report_cash_closing", sheet.ids)
        self.assertIn("100.00", html.decode())
        html, _kind = report._render_qweb_html("property_fees.report_shift", self.shift.ids)
        self.assertIn(self.shift.name, html.decode())


@tagged("post_install", "-at_install")
class TestAgentMoney(MoneyHeldCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.utility = cls.make_partner("Water works", is_company=True)
        cls.water = cls.make_item(code="WATER", name="Water", basis="fixed")
        cls.water.agent_partner_id = cls.utility
        cls.make_price(cls.water, unit_price=80.58)
        cls.make_assignment(cls.water)
        cls.april = cls.make_bill(date(2026, 4, 1), date(2026, 4, 30))

    def settle(self):
        return (
            self.env["property.agent.settlement"]
            .with_user(self.accountant)
            .create({"partner_id": self.utility.id, "date_to": date(2026, 12, 31)})
        )

    def test_held_off_income_and_paid_over_once(self):
        account = self.company.property_agent_account_id
        self.assertEqual(self.water.income_account_id, account)
        self.assertAlmostEqual(self.april.amount_total, 300)
        nothing = self.settle()
        with self.assertRaisesRegex(UserError, "Nothing was collected"):
            nothing.action_post()
        # the oldest bill first, then half of the one with water
        self.take(amount=219.42 + 150)
        half = self.settle()
        self.assertAlmostEqual(half.amount, 40.29)
        half.action_post()
        self.assertEqual(half.payment_id.payment_type, "outbound")
        self.assertAlmostEqual(self.held("agent"), 40.29)
        again = self.settle()
        self.assertEqual(again.amount, 0)
        self.take(amount=150)
        again.action_fetch()
        self.assertAlmostEqual(again.amount, 40.29)
        again.action_post()
        self.assertAlmostEqual(self.held("agent"), 0)
        with self.assertRaisesRegex(UserError, "already"):
            again.action_post()
        again.action_reverse()
        self.assertAlmostEqual(self.held("agent"), 40.29)
        self.assertAlmostEqual(self.settle().amount, 40.29)

    def test_not_for_cashiers(self):
        with self.assertRaises(AccessError):
            self.env["property.agent.settlement"].with_user(self.cashier).create(
                {"partner_id": self.utility.id}
            )

    def test_statement_prints(self):
        self.take()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_agent_settlement", self.settle().ids
        )
        self.assertIn("80.58", html.decode())


@tagged("post_install", "-at_install")
class TestUnitChanges(MoneyHeldCommon):
    def make_transfer(self):
        return (
            self.env["property.transfer"]
            .with_user(self.user_officer)
            .create(
                {
                    "unit_id": self.unit.id,
                    "effective_date": fields.Date.today(),
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "partner_id": self.neighbour.id,
                                "share_numerator": 1,
                                "share_denominator": 1,
                            },
                        )
                    ],
                    "document_waiver": "Test",
                }
            )
        )

    def items(self, record, model):
        return record.item_ids.filtered(lambda item: item.res_model == model)

    def test_transfer_shows_and_carries_over(self):
        deposit = self.make_deposit()
        self.take(line_ids=[], amount=0, amount_prepaid=300)
        transfer = self.make_transfer()
        self.assertEqual(self.items(transfer, "account.move").mapped("amount"), [219.42])
        self.assertEqual(self.items(transfer, "property.deposit").mapped("amount"), [-1000])
        self.assertEqual(self.items(transfer, "property.prepaid").mapped("amount"), [-300])
        transfer.action_check()
        with self.assertRaisesRegex(UserError, "still to be settled"):
            transfer.action_done()
        money = transfer.item_ids.filtered("amount")
        money.choice = "carry_over"
        transfer.action_done()
        self.assertEqual(self.bill.payment_state, "paid")
        new = self.env["account.move"].search([("invoice_origin", "=", self.bill.name)])
        self.assertEqual((new.partner_id, new.amount_residual), (self.neighbour, 219.42))
        account = self.company.property_takeover_account_id
        lines = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        self.assertEqual(deposit.state, "settled")
        taken = self.env["property.deposit"].search([("partner_id", "=", self.neighbour.id)])
        self.assertEqual((taken.state, taken.balance), ("held", 1000))
        prepaid = self.env["property.prepaid"].search([("partner_id", "=", self.neighbour.id)])
        self.assertEqual(prepaid.balance, 300)
        self.assertFalse(transfer.is_revertible)

    def test_transfer_asks_for_refunds(self):
        self.take(amount=219.42, amount_prepaid=300)
        transfer = self.make_transfer()
        transfer.action_check()
        transfer.action_done()
        refund = self.env["property.refund"].search([("unit_id", "=", self.unit.id)])
        self.assertEqual((refund.state, refund.amount), ("submitted", 300))
        self.assertEqual(refund.partner_id, self.owner)

    def make_handover(self, kind, **vals):
        return (
            self.env["property.handover"]
            .with_user(self.user_officer)
            .create({"unit_id": self.unit.id, "kind": kind, "partner_id": self.owner.id, **vals})
        )

    def test_no_keys_before_what_is_due_is_paid(self):
        deposit = self.make_deposit(take=False)
        handover = self.make_handover("move_in")
        text = "\n".join(handover._get_blockers())
        self.assertIn("219.42", text)
        self.assertIn(deposit.name, text)
        run = self.make_run(date(2026, 4, 1), date(2026, 4, 30))
        run.action_compute()
        self.assertIn("not billed yet", "\n".join(handover._get_blockers()))
        run.action_cancel()
        self.take(deposit_ids=deposit.ids, amount=1219.42)
        self.assertFalse(handover._get_blockers())

    def test_move_out_is_settled(self):
        deposit = self.make_deposit()
        handover = self.make_handover("move_out", handover_date=date(2026, 4, 10))
        handover.defect_ids = [
            (0, 0, {"name": "Broken window", "liable": "resident", "amount": 200})
        ]
        self.assertTrue(handover.has_damage_to_bill)
        handover.action_bill_damage()
        with self.assertRaisesRegex(UserError, "no damage left"):
            handover.action_bill_damage()
        handover.with_user(self.user_manager).action_final_bill()
        self.assertEqual(handover.final_run_id.charge_ids.period_end, date(2026, 4, 10))
        blockers = "\n".join(handover._get_blockers())
        self.assertIn("200", blockers)
        handover.action_settle_held()
        self.assertFalse(handover._get_blockers())
        # 1000 less the bill, a third of April and the damage
        refund = self.env["property.refund"].search([("deposit_id", "=", deposit.id)])
        self.assertAlmostEqual(refund.amount, 1000 - 219.42 - 73.14 - 200)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_clearance", handover.ids
        )
        self.assertIn(refund.name, html.decode())
        self.assertIn("Broken window", handover.defect_ids.name)

    def test_money_after_the_lock_date_is_taken(self):
        self.company.fiscalyear_lock_date = fields.Date.today() - timedelta(days=1)
        self.take(amount=219.42, amount_prepaid=300)
        self.assertEqual(self.bill.payment_state, "paid")
