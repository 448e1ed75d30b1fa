# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .concurrency_common import PropertyFeesRace


@tagged("post_install", "-at_install")
class TestCashierConcurrency(PropertyFeesRace):
    """Two real connections that commit: two cashiers take money at the same moment."""

    def _take(self, env, index, **vals):
        user = self.users[index]
        desk = (
            env["property.cashier.payment"]
            .with_user(user.id)
            .create({"unit_id": self.unit.id, **vals})
        )
        return desk._take_payment()

    @mute_logger("odoo.sql_db")
    def test_one_bill_is_paid_once(self):
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            # both cashiers look at the same bill
            bill = second["account.move"].browse(self.bill.id)
            self.assertEqual(bill.amount_residual, 100)
            self._take(self.first, 0)
            self.first_cr.commit()
            with self.assertRaises((errors.SerializationFailure, errors.LockNotAvailable)):
                self._take(second, 1)
            second_cr.rollback()
            # the server runs the request again, and the second cashier is told
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "Choose at least one bill"):
                self._take(second, 1)
            second_cr.rollback()
        self.bill.invalidate_recordset()
        self.assertEqual(self.bill.amount_residual, 0)
        receipts = self.first["property.receipt"].search([("community_id", "=", self.community.id)])
        self.assertEqual(len(receipts), 1)

    @mute_logger("odoo.sql_db")
    def test_a_shift_is_not_counted_while_money_is_taken(self):
        shift = self.first["property.cashier.shift"].search([("user_id", "=", self.users[0].id)])
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            other = second["property.cashier.shift"].browse(shift.id)
            self.assertEqual(other.expected_cash, 0)
            self._take(self.first, 0)
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                other.action_close()
            second_cr.rollback()

    @mute_logger("odoo.sql_db")
    def test_prepaid_money_is_used_once(self):
        receipt = self._take(self.first, 0, line_ids=[], amount=0, amount_prepaid=100)
        account = receipt.line_ids.prepaid_id
        self.first_cr.commit()
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            again = second["property.prepaid"].browse(account.id)
            self.assertEqual(again.balance, 100)
            account.sudo()._use()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                again._use()
            second_cr.rollback()
