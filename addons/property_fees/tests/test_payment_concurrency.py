# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .concurrency_common import PropertyFeesRace


@tagged("post_install", "-at_install")
class TestPaymentConcurrency(PropertyFeesRace):
    """Two real connections that commit: two payers pay one bill online at the same moment."""

    def setUp(self):
        super().setUp()
        env = self.first
        self.payers = self.partner | env["res.partner"].create({"name": "Race spouse"})
        self.method = env.ref("payment.payment_method_unknown")
        self.provider = env["payment.provider"].create(
            {
                "name": "Race pay",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(self.method.ids)],
            }
        )
        journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.provider.company_id.id)], limit=1
        )
        self.line = env["account.payment.method.line"].create(
            {
                "name": "Race pay",
                "payment_method_id": env.ref("account.account_payment_method_manual_in").id,
                "journal_id": journal.id,
                "payment_provider_id": self.provider.id,
            }
        )
        self.first_cr.commit()

    def _prepare_removal(self):
        """Extend: transactions, activities and the provider."""
        mine = SQL("SELECT id FROM payment_transaction WHERE provider_id = %s", self.provider.id)
        return [
            SQL(
                "DELETE FROM mail_activity WHERE res_model = 'account.payment' AND res_id IN ("
                "SELECT id FROM account_payment WHERE partner_id = ANY(%s))",
                self.payers.ids,
            ),
            SQL("UPDATE payment_transaction SET payment_id = NULL WHERE id IN (%s)", mine),
            SQL(
                "UPDATE account_payment SET payment_transaction_id = NULL, "
                "payment_method_line_id = NULL WHERE payment_transaction_id IN (%s)",
                mine,
            ),
            SQL("DELETE FROM payment_transaction WHERE id IN (%s)", mine),
            SQL("DELETE FROM account_payment_method_line WHERE id = %s", self.line.id),
            SQL("DELETE FROM payment_provider WHERE id = %s", self.provider.id),
        ]

    def _remove(self):
        super()._remove()
        with self.registry.cursor() as cr:
            self._env(cr)["res.partner"].browse(self.payers.ids).exists().unlink()

    def _pay(self, env, index, check=True):
        """Do what the portal does when a payer presses the button."""
        transactions = env["payment.transaction"]
        bill = env["account.move"].browse(self.bill.id)
        payer = env["res.partner"].browse(self.payers[index].id)
        if check:
            transactions._check_property_bills(bill, payer)
        return transactions.create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"RACE-{self.bill.id}-{index}",
                "amount": bill.amount_residual,
                "currency_id": bill.currency_id.id,
                "partner_id": payer.id,
                "operation": "online_redirect",
                "invoice_ids": [Command.set(bill.ids)],
            }
        )

    @mute_logger("odoo.sql_db")
    def test_of_two_payers_at_once_the_second_waits(self):
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            # both look at the same bill
            self.assertEqual(second["account.move"].browse(self.bill.id).amount_residual, 100)
            self._pay(self.first, 0)
            self.first_cr.commit()
            with self.assertRaises((errors.SerializationFailure, errors.LockNotAvailable)):
                self._pay(second, 1)
            second_cr.rollback()
            # the server runs the request again, and the second payer is told
            second.invalidate_all()
            with self.assertRaisesRegex(UserError, "not finished"):
                self._pay(second, 1)
            second_cr.rollback()
        self.bill.invalidate_recordset()
        self.assertEqual(self.bill.transaction_ids.partner_id, self.partner)

    @mute_logger("odoo.sql_db")
    def test_answers_for_both_at_once_close_the_bill_once(self):
        one = self._pay(self.first, 0)
        other = self._pay(self.first, 1, check=False)
        self.first_cr.commit()
        with self.registry.cursor() as second_cr:
            second = self._env(second_cr)
            late = second["payment.transaction"].browse(other.id)
            self.assertEqual(late.invoice_ids.amount_residual, 100)
            one._set_done()
            one._post_process()
            self.first_cr.commit()
            with self.assertRaises(errors.SerializationFailure):
                late._set_done()
                late._post_process()
                second.flush_all()
            second_cr.rollback()
            # the provider's message is handled again
            second.invalidate_all()
            late._set_done()
            late._post_process()
            self.assertEqual(late.property_credit, 100)
            second_cr.commit()
        self.first.invalidate_all()
        self.first_cr.rollback()
        self.assertEqual(self.bill.amount_residual, 0)
        self.assertEqual(one.property_credit, 0)
        self.assertEqual((one | other).property_payment_ids.mapped("amount"), [100, 100])
