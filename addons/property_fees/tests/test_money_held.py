# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PropertyFeesCommon


class MoneyHeldCommon(PropertyFeesCommon):
    """A bill of 219.42 for March 2026, a cashier with an open shift."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_user("property_cashier", "property_fees.group_cashier")
        cls.bill = cls.make_bill(date(2026, 3, 1), date(2026, 3, 31))
        cls.shift = (
            cls.env["property.cashier.shift"]
            .with_user(cls.cashier)
            .create({"community_id": cls.community.id, "opening_cash": 100})
        )
        kinds = ("prepaid", "deposit", "agent")
        cls.before = {kind: cls.get_ledger_balance(kind) for kind in kinds}

    @classmethod
    def make_bill(cls, start, end):
        """Bill the test unit for a month."""
        run = cls.make_run(start, end)
        run.action_compute()
        run.action_post()
        return run.invoice_ids

    def take(self, **vals):
        """Take money at the desk."""
        desk = (
            self.env["property.cashier.payment"]
            .with_user(self.cashier)
            .create({"unit_id": self.unit.id, **vals})
        )
        return desk._take_payment()

    def make_deposit(self, amount=1000, take=True, **vals):
        """Create a deposit and take it at the desk."""
        deposit = (
            self.env["property.deposit"]
            .with_user(self.cashier)
            .create(
                {
                    "unit_id": self.unit.id,
                    "partner_id": self.owner.id,
                    "kind": "renovation",
                    "amount": amount,
                    **vals,
                }
            )
        )
        if take:
            self.take(line_ids=[], deposit_ids=deposit.ids, amount=amount)
        return deposit

    def make_refund(self, user=None, **vals):
        """Create a refund as the cashier and submit it."""
        refund = (
            self.env["property.refund"]
            .with_user(user or self.cashier)
            .create(
                {
                    "unit_id": self.unit.id,
                    "partner_id": self.owner.id,
                    "method": "cash",
                    "reason": "Works are finished",
                    **vals,
                }
            )
        )
        refund.action_submit()
        return refund

    @classmethod
    def get_ledger_balance(cls, kind):
        """Return what the company holds on a liability account."""
        account = cls.company._get_property_account(kind)
        lines = cls.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return -sum(lines.mapped("balance"))

    def held(self, kind):
        """Return by how much the liability account has grown in the test."""
        return self.company.currency_id.round(self.get_ledger_balance(kind) - self.before[kind])


@tagged("post_install", "-at_install")
class TestPrepaid(MoneyHeldCommon):
    def test_more_than_the_debt_is_kept_by_choice(self):
        with self.assertRaisesRegex(UserError, "more than that"):
            self.take(amount=300)
        receipt = self.take(amount=300, surplus="prepaid")
        self.assertEqual(receipt.amount, 300)
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(receipt.line_ids.mapped("kind"), ["bill", "prepaid"])
        account = receipt.line_ids.prepaid_id
        self.assertAlmostEqual(account.balance, 80.58)
        self.assertAlmostEqual(self.held("prepaid"), 80.58)
        self.assertEqual(self.shift.expected_cash, 400)

    def test_pays_the_next_bill_by_itself(self):
        self.take(amount=219.42, amount_prepaid=300)
        account = self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)])
        april = self.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        self.assertEqual(april.payment_state, "paid")
        entries = account.sudo().movement_ids.mapped("entry_name")
        used = self.env["account.move"].search(
            [("name", "in", entries), ("property_settlement_kind", "=", "prepaid")]
        )
        self.assertEqual(len(used), 1, "the reports know it as money paid ahead")
        self.assertAlmostEqual(account.balance, 80.58)
        may = self.make_bill(date(2026, 5, 1), date(2026, 5, 31))
        self.assertEqual(may.payment_state, "partial")
        self.assertAlmostEqual(may.amount_residual, 138.84)
        self.assertEqual(account.balance, 0)
        self.env.invalidate_all()
        lines = account.movement_ids.sorted("id")
        self.assertEqual(lines.mapped("amount_in"), [300, 0, 0])
        self.assertEqual([round(one, 2) for one in lines.mapped("balance_after")], [300, 80.58, 0])

    def test_only_for_its_purpose(self):
        other = self.make_item(code="WATER")
        self.take(line_ids=[], amount=0, amount_prepaid=500, prepaid_item_id=other.id)
        account = self.env["property.prepaid"].search([("item_id", "=", other.id)])
        self.assertEqual(account._use(), 0)
        self.assertEqual(account.balance, 500)
        with self.assertRaisesRegex(UserError, "no open bill"):
            account.action_use()

    def test_not_by_itself_when_switched_off(self):
        self.take(amount=219.42, amount_prepaid=300)
        account = self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)])
        account.is_automatic = False
        april = self.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        self.assertEqual(april.payment_state, "not_paid")
        used = self.env["property.cashier.payment"].with_user(self.cashier)
        self.assertEqual(used.desk_use_prepaid(account.id), 219.42)
        with self.assertRaisesRegex(UserError, "keeps its unit"):
            account.partner_id = self.neighbour
        with self.assertRaisesRegex(UserError, "stays"):
            account.unlink()

    def test_money_of_another_payer_is_not_used(self):
        self.take(line_ids=[], amount=0, amount_prepaid=500, partner_id=self.neighbour.id)
        april = self.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        self.assertEqual(april.payment_state, "not_paid")

    def test_void_takes_the_prepayment_back(self):
        receipt = self.take(amount=219.42, amount_prepaid=300)
        account = receipt.line_ids.prepaid_id
        receipt._void("Wrong unit")
        self.assertEqual(account.balance, 0)
        self.assertEqual(self.held("prepaid"), 0)
        self.assertEqual(self.bill.payment_state, "not_paid")
        again = self.take(amount=219.42, amount_prepaid=300)
        self.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        with self.assertRaisesRegex(UserError, "has been used"):
            again._void("Too late")
        with self.assertRaisesRegex(UserError, "voided already"):
            receipt._void("Twice")

    def test_statement_prints(self):
        self.take(amount=219.42, amount_prepaid=300)
        account = self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "property_fees.report_prepaid", account.ids
        )
        self.assertIn("300.00", html.decode())


@tagged("post_install", "-at_install")
class TestDeposit(MoneyHeldCommon):
    def test_taken_as_a_liability(self):
        deposit = self.make_deposit()
        self.assertEqual(deposit.state, "held")
        self.assertEqual(deposit.balance, 1000)
        self.assertEqual(self.held("deposit"), 1000)
        self.assertEqual(deposit.receipt_id.amount, 1000)
        with self.assertRaisesRegex(UserError, "unit, payer and amount stay"):
            deposit.amount = 1
        with self.assertRaisesRegex(UserError, "Give it back"):
            deposit.action_cancel()
        with self.assertRaisesRegex(UserError, "taken already"):
            self.take(line_ids=[], deposit_ids=deposit.ids, amount=1000)
        with self.assertRaises(UserError):
            deposit.with_user(self.cashier).write({"state": "settled"})

    def test_taken_whole(self):
        deposit = self.make_deposit(take=False)
        with self.assertRaisesRegex(UserError, "taken whole"):
            self.take(line_ids=[], deposit_ids=deposit.ids, amount=500)

    def test_damage_is_deducted_and_the_rest_goes_back(self):
        deposit = self.make_deposit()
        with self.assertRaises(AccessError):
            self.env["property.deposit.deduct"].with_user(self.cashier).create({})
        wizard = (
            self.env["property.deposit.deduct"]
            .with_user(self.user_officer)
            .create({"deposit_id": deposit.id, "amount": 200, "reason": "Broken tiles"})
        )
        wizard.action_deduct()
        self.assertEqual(deposit.balance, 800)
        damage = self.env["account.move"].search([("invoice_origin", "=", deposit.name)])
        self.assertEqual((damage.amount_total, damage.payment_state), (200, "paid"))
        refund = self.make_refund(source="deposit", deposit_id=deposit.id, amount=800)
        refund.with_user(self.user_officer).action_approve()
        refund.with_user(self.cashier).action_pay()
        self.assertEqual((refund.state, deposit.state), ("paid", "settled"))
        self.assertEqual(self.held("deposit"), 0)
        self.assertEqual(self.shift.expected_cash, 300)
        self.assertEqual(deposit.amount_refunded, 800)
        balance = self.env["account.move.line"].search(
            [("partner_id", "=", self.owner.id), ("account_type", "=", "asset_receivable")]
        )
        self.assertAlmostEqual(sum(balance.mapped("amount_residual")), 219.42)

    def test_deducted_for_open_bills(self):
        deposit = self.make_deposit()
        wizard = (
            self.env["property.deposit.deduct"]
            .with_user(self.accountant)
            .create(
                {
                    "deposit_id": deposit.id,
                    "purpose": "bills",
                    "amount": 219.42,
                    "reason": "Moves out",
                }
            )
        )
        self.assertEqual(wizard.amount_open, 219.42)
        wizard.action_deduct()
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertAlmostEqual(deposit.balance, 780.58)
        with self.assertRaisesRegex(UserError, "more than that"):
            deposit.with_user(self.accountant)._deduct(900, "Too much")

    def test_void_makes_it_due_again(self):
        deposit = self.make_deposit()
        deposit.receipt_id._void("Wrong unit")
        self.assertEqual((deposit.state, deposit.balance), ("draft", 0))

    def test_prints(self):
        deposit = self.make_deposit()
        report = self.env["ir.actions.report"].with_context(lang="zh_CN")
        html, _kind = report._render_qweb_html("property_fees.report_deposit", deposit.ids)
        self.assertIn(deposit.name, html.decode())
        self.assertIn("壹仟元整", html.decode())


@tagged("post_install", "-at_install")
class TestRefund(MoneyHeldCommon):
    def prepaid(self, amount=300):
        self.take(amount=219.42, amount_prepaid=amount)
        return self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)])

    def test_requester_approver_and_payer_are_three(self):
        account = self.prepaid()
        refund = self.make_refund(prepaid_id=account.id, amount=100)
        with self.assertRaisesRegex(UserError, "site manager"):
            refund.with_user(self.cashier).action_approve()
        mine = self.make_refund(self.user_officer, prepaid_id=account.id, amount=50)
        with self.assertRaisesRegex(UserError, "somebody else"):
            mine.action_approve()
        with self.assertRaisesRegex(UserError, "is To approve"):
            refund.action_pay()
        refund.with_user(self.user_manager).action_approve()
        with self.assertRaisesRegex(UserError, "You approved"):
            refund.with_user(self.user_manager).action_pay()
        with self.assertRaisesRegex(UserError, "stays as it is"):
            refund.with_user(self.cashier).amount = 200
        with self.assertRaisesRegex(UserError, "stays as it is"):
            refund.with_user(self.cashier).write({"approver_id": self.cashier.id})
        refund.with_user(self.cashier).action_pay()
        self.assertEqual(account.balance, 200)
        with self.assertRaisesRegex(UserError, "is Paid"):
            refund.with_user(self.cashier).action_pay()

    def test_not_more_than_there_is(self):
        account = self.prepaid()
        with self.assertRaisesRegex(UserError, "only"):
            self.make_refund(prepaid_id=account.id, amount=301)
        first = self.make_refund(prepaid_id=account.id, amount=200)
        with self.assertRaisesRegex(UserError, "only"):
            self.make_refund(prepaid_id=account.id, amount=101)
        first.with_user(self.user_officer).action_refuse()
        self.make_refund(prepaid_id=account.id, amount=101)

    def test_used_between_approval_and_payment(self):
        account = self.prepaid()
        refund = self.make_refund(prepaid_id=account.id, amount=300)
        refund.with_user(self.user_officer).action_approve()
        self.make_bill(date(2026, 4, 1), date(2026, 4, 30))
        with self.assertRaisesRegex(UserError, "only"):
            refund.with_user(self.cashier).action_pay()

    def test_cash_needs_an_open_shift(self):
        account = self.prepaid()
        refund = self.make_refund(prepaid_id=account.id, amount=300)
        refund.with_user(self.user_officer).action_approve()
        self.shift.counted_cash = self.shift.expected_cash
        self.shift.action_close()
        with self.assertRaisesRegex(UserError, "Open a shift first"):
            refund.with_user(self.cashier).action_pay()

    def test_transfer_that_comes_back(self):
        account = self.prepaid()
        refund = self.make_refund(prepaid_id=account.id, amount=300, method="transfer")
        refund.with_user(self.user_officer).action_approve()
        refund.with_user(self.accountant).action_pay()
        self.assertEqual(account.balance, 0)
        with self.assertRaisesRegex(UserError, "by accounting"):
            refund.with_user(self.cashier).action_reverse()
        refund.with_user(self.accountant).action_reverse()
        self.assertEqual((refund.state, account.balance), ("reversed", 300))
        with self.assertRaisesRegex(UserError, "Came back"):
            refund.with_user(self.accountant).action_reverse()

    def test_overpaid_goes_back(self):
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.owner.id,
                "amount": 80,
                "journal_id": self.env["property.receipt"]
                ._get_journal("transfer", self.company)
                .id,
            }
        ).with_context(force_payment_move=True).action_post()
        refund = self.make_refund(source="credit", amount=80, method="transfer")
        refund.with_user(self.user_officer).action_approve()
        refund.with_user(self.accountant).action_pay()
        self.assertFalse(refund._get_credits())
        with self.assertRaisesRegex(UserError, "only"):
            self.make_refund(source="credit", amount=1, method="transfer")

    def make_transaction(self, amount=300, **vals):
        """Create an online payment by the demonstration provider."""
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        provider.state = "test"
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.with_context(active_test=False)
                .payment_method_ids[:1]
                .id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "partner_id": self.owner.id,
                "reference": f"TX-{len(self.env['payment.transaction'].search([]))}",
                "state": "done",
                **vals,
            }
        )

    def test_back_to_the_online_payment(self):
        account = self.prepaid()
        source = self.make_transaction()
        refund = self.make_refund(
            self.user_manager,
            prepaid_id=account.id,
            amount=300,
            method="online",
            transaction_id=source.id,
        )
        refund.with_user(self.user_officer).action_approve()
        refund.with_user(self.accountant).action_pay()
        self.assertEqual(refund.state, "paid")
        self.assertEqual(refund.sudo().payment_id.payment_type, "outbound")
        self.assertEqual(account.balance, 0)
        self.assertEqual(refund.sudo().refund_transaction_id.amount, -300)

    def test_a_refund_is_not_refunded(self):
        account = self.prepaid()
        source = self.make_transaction()
        child = self.make_transaction(
            -100, operation="refund", source_transaction_id=source.id, reference="R-TX"
        )
        with self.assertRaisesRegex(ValidationError, "A refund is not refunded"):
            self.make_refund(
                self.user_manager,
                prepaid_id=account.id,
                amount=100,
                method="online",
                transaction_id=child.id,
            )

    def test_voucher_prints(self):
        account = self.prepaid()
        refund = self.make_refund(prepaid_id=account.id, amount=300)
        report = self.env["ir.actions.report"].with_context(lang="zh_CN")
        html, _kind = report._render_qweb_html("property_fees.report_refund", refund.ids)
        self.assertIn("叁佰元整", html.decode())


@tagged("post_install", "-at_install")
class TestDeskRefusals(MoneyHeldCommon):
    def test_closed_shift(self):
        desk = (
            self.env["property.cashier.payment"]
            .with_user(self.cashier)
            .create({"unit_id": self.unit.id})
        )
        self.shift.counted_cash = 100
        self.shift.action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            desk._take_payment()
        with self.assertRaisesRegex(UserError, "is closed"):
            self.shift.action_close()

    def test_locked_period(self):
        self.company.fiscalyear_lock_date = fields.Date.today() + timedelta(days=2)
        with self.assertRaisesRegex(UserError, "books are closed"):
            self.take()
        self.assertEqual(self.bill.payment_state, "not_paid")
        self.assertFalse(self.shift.receipt_ids)

    def test_other_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create({"currency_id": dollar.id, "rate": 0.14})
        foreign = self.bill.copy({"currency_id": dollar.id, "invoice_date": date(2026, 3, 1)})
        foreign.property_unit_id = self.unit
        foreign.action_post()
        with self.assertRaisesRegex(UserError, "is in USD"):
            self.take(amount=1)

    def test_value_date(self):
        today = fields.Date.context_today(self.shift)
        for vals in (
            {"value_date": today + timedelta(days=1), "method": "transfer"},
            {"value_date": today - timedelta(days=1), "method": "cash"},
        ):
            with self.assertRaisesRegex(UserError, "Cash counts today"):
                self.take(**vals)
        receipt = self.take(method="transfer", value_date=today - timedelta(days=3))
        self.assertEqual(receipt.sudo().payment_ids.date, today - timedelta(days=3))

    def test_late_fee_is_taken_with_the_bill(self):
        policy = self.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "rate_ids": [(0, 0, {"rate_permille": 0.5})],
            }
        )
        policy.action_switch_on()
        day = date(2026, 4, 15)
        receipt = self.take(method="transfer", value_date=day)
        self.assertEqual(receipt.amount, 222.71)
        self.assertEqual(receipt.line_ids.mapped("kind"), ["bill", "late_fee"])
        self.assertEqual(self.bill.property_late_fee_ids.payment_state, "paid")
        receipt._void("Bounced")
        self.assertEqual(self.bill.property_late_fee_ids.payment_state, "not_paid")

    def test_part_payment_goes_to_the_bill_or_the_late_fee_first(self):
        policy = self.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "rate_ids": [(0, 0, {"rate_permille": 0.5})],
                "order": "late_fee",
            }
        )
        policy.action_switch_on()
        receipt = self.take(method="transfer", value_date=date(2026, 4, 15), amount=100)
        self.assertEqual(receipt.line_ids.mapped("amount"), [3.29, 96.71])
