# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .concurrency_common import PropertyFeesRace


@tagged("post_install", "-at_install")
class TestRefundConcurrency(PropertyFeesRace):
    """Two real connections that commit: the same money is asked back and paid back at once."""

    def setUp(self):
        super().setUp()
        self.deposits = self.first["property.deposit"]
        receipt = self._take(amount_prepaid=100)
        self.prepaid = receipt.line_ids.prepaid_id
        self.first_cr.commit()

    def _prepare_removal(self):
        """Extend: refunds, deposits and what was said about them."""
        statements = [
            SQL("DELETE FROM property_receipt_line WHERE community_id = %s", self.community.id)
        ]
        for table in ("property_refund", "property_deposit"):
            mine = SQL("SELECT id FROM %s WHERE unit_id = %s", SQL.identifier(table), self.unit.id)
            model = table.replace("_", ".")
            statements += [
                SQL("DELETE FROM mail_message WHERE model = %s AND res_id IN (%s)", model, mine),
                SQL(
                    "DELETE FROM mail_followers WHERE res_model = %s AND res_id IN (%s)",
                    model,
                    mine,
                ),
            ]
        lines = SQL("SELECT move_id FROM account_move_line WHERE partner_id = %s", self.partner.id)
        return [
            *statements,
            SQL("DELETE FROM property_refund WHERE unit_id = %s", self.unit.id),
            SQL(
                "UPDATE account_move_line SET property_deposit_id = NULL, "
                "property_prepaid_id = NULL WHERE move_id IN (%s)",
                lines,
            ),
            SQL("DELETE FROM property_deposit WHERE unit_id = %s", self.unit.id),
        ]

    def _take(self, **vals):
        desk = (
            self.first["property.cashier.payment"]
            .with_user(self.users[0].id)
            .create({"unit_id": self.unit.id, "line_ids": [], "amount": 0, **vals})
        )
        return desk._take_payment()

    def _ask(self, env, amount=100, **vals):
        refund = env["property.refund"].create(
            {
                "unit_id": self.unit.id,
                "partner_id": self.partner.id,
                "source": "prepaid",
                "prepaid_id": self.prepaid.id,
                "amount": amount,
                "method": "transfer",
                "reason": "Moves away",
                **vals,
            }
        )
        refund.action_submit()
        return refund

    def _decide(self, refund):
        # the rules of who may decide have tests of their own
        refund.sudo()._set_state("approved", approver_id=self.users[1].id)

    def test_the_same_money_is_asked_back_once(self):
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            self.assertEqual(second["property.prepaid"].browse(self.prepaid.id).balance, 100)
            self._ask(self.first)
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                self._ask(second)
            cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "can be paid back"):
                self._ask(second)
            cr.rollback()

    def test_one_refund_is_paid_once(self):
        refund = self._ask(self.first)
        self._decide(refund)
        self.first_cr.commit()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            same = second["property.refund"].browse(refund.id)
            self.assertEqual(same.state, "approved")
            refund.action_pay()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                same.action_pay()
            cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "reload the page"):
                same.action_pay()
            cr.rollback()
        self.prepaid.invalidate_recordset()
        self.assertEqual(self.prepaid.balance, 0)

    def test_two_refunds_of_one_account_at_once(self):
        refunds = self._ask(self.first, 60) | self._ask(self.first, 40)
        self._decide(refunds)
        self.first_cr.commit()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            other = second["property.refund"].browse(refunds[1].id)
            self.assertEqual(other.prepaid_id.balance, 100)
            refunds[0].action_pay()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                other.action_pay()
            cr.rollback()
            second.invalidate_all()
            other.action_pay()
            cr.commit()  # pylint: disable=invalid-commit # the way a request ends
        self.first_cr.rollback()
        self.first.invalidate_all()
        self.assertEqual(self.prepaid.balance, 0)
        self.assertEqual(refunds.mapped("state"), ["paid", "paid"])

    def test_a_refund_and_the_use_for_a_bill_at_once(self):
        refund = self._ask(self.first)
        self._decide(refund)
        self.first_cr.commit()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            account = second["property.prepaid"].browse(self.prepaid.id)
            self.assertEqual(account.balance, 100)
            refund.action_pay()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                account._use()
            cr.rollback()
            second.invalidate_all()
            self.assertEqual(account._use(), 0)
            cr.rollback()

    def test_a_deposit_is_deducted_from_and_given_back_at_once(self):
        deposit = self.deposits.with_user(self.users[0].id).create(
            {"unit_id": self.unit.id, "partner_id": self.partner.id, "amount": 500}
        )
        self._take(deposit_ids=[Command.set(deposit.ids)], amount=500)
        deposit = deposit.sudo()
        refund = self._ask(
            self.first, 500, source="deposit", prepaid_id=False, deposit_id=deposit.id
        )
        self._decide(refund)
        self.first_cr.commit()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            other = second["property.refund"].browse(refund.id)
            self.assertEqual(other.deposit_id.balance, 500)
            deposit._deduct(200, "Scratched lift")
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                other.action_pay()
            cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "can be paid back"):
                other.action_pay()
            cr.rollback()
        deposit.invalidate_recordset()
        self.assertEqual(deposit.balance, 300)

    def test_the_same_overpaid_money_is_asked_back_once(self):
        journal = self.first["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.community.company_id.id)], limit=1
        )
        payment = self.first["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.partner.id,
                "amount": 70,
                "journal_id": journal.id,
            }
        )
        payment.with_context(force_payment_move=True).action_post()
        credit = {"source": "credit", "prepaid_id": False}
        self.first_cr.commit()
        with self.registry.cursor() as cr, mute_logger("odoo.sql_db"):
            second = self._env(cr)
            self.assertTrue(second["res.partner"].browse(self.partner.id).name)
            self._ask(self.first, 70, **credit)
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                self._ask(second, 70, **credit)
            cr.rollback()
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "can be paid back"):
                self._ask(second, 70, **credit)
            cr.rollback()
