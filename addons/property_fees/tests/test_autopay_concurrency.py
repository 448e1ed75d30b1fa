# SPDX-License-Identifier: LGPL-3.0-or-later
from psycopg2 import IntegrityError, OperationalError

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .concurrency_common import PropertyFeesRace


@tagged("post_install", "-at_install")
class TestAutopayConcurrency(PropertyFeesRace):
    """Two workers run the scheduled action at once: one payment is asked for."""

    def setUp(self):
        super().setUp()
        env = self.first
        self.resident = new_test_user(env, login="race_resident", groups="base.group_portal")
        self.resident.partner_id = self.partner
        method = env.ref("payment.payment_method_unknown")
        self.provider = env["payment.provider"].create(
            {
                "name": "Race card",
                "code": "none",
                "state": "test",
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        token = env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": method.id,
                "payment_details": "1",
                "partner_id": self.partner.id,
                "provider_ref": "race",
            }
        )
        # a bill without charges is the payer's own all the same
        env["property.fee.charge"].create(self._prepare_charge(env))
        self.autopay = env["property.autopay"]._agree(
            self.resident, self.unit, token, 1000, "I agree"
        )
        self.today = fields.Date.context_today(self.autopay)
        self.first_cr.commit()

    def _prepare_charge(self, env):
        account = env["account.account"].search([("account_type", "=", "income")], limit=1)
        self.item = env["property.fee.item"].create(
            {"name": "Race fee", "code": "RACEF", "basis": "fixed", "income_account_id": account.id}
        )
        return {
            "unit_id": self.unit.id,
            "res_model": "property.unit",
            "res_id": self.unit.id,
            "item_id": self.item.id,
            "partner_id": self.partner.id,
            "community_id": self.community.id,
            "period_start": "2026-03-01",
            "period_end": "2026-03-31",
            "quantity": 1,
            "unit_price": 100,
            "amount": 100,
            "state": "posted",
            "invoice_id": self.bill.id,
            "invoice_line_id": self.bill.invoice_line_ids.id,
        }

    def _prepare_removal(self):
        """Extend: agreements with their messages, transactions, charges, provider."""
        autopays = SQL("SELECT id FROM property_autopay WHERE unit_id = %s", self.unit.id)
        transactions = SQL(
            "SELECT id FROM payment_transaction WHERE provider_id = %s", self.provider.id
        )
        return [
            SQL("DELETE FROM property_autopay_attempt WHERE autopay_id IN (%s)", autopays),
            SQL(
                "DELETE FROM mail_message WHERE model = 'property.autopay' AND res_id IN (%s)",
                autopays,
            ),
            SQL(
                "DELETE FROM mail_followers WHERE res_model = 'property.autopay' "
                "AND res_id IN (%s)",
                autopays,
            ),
            SQL("DELETE FROM property_autopay WHERE unit_id = %s", self.unit.id),
            SQL("DELETE FROM payment_transaction WHERE id IN (%s)", transactions),
            SQL("DELETE FROM payment_token WHERE provider_id = %s", self.provider.id),
            SQL("DELETE FROM property_fee_charge WHERE unit_id = %s", self.unit.id),
            SQL("DELETE FROM property_payment_reference WHERE partner_id = %s", self.partner.id),
            SQL("DELETE FROM res_users WHERE id = %s", self.resident.id),
        ]

    def _remove(self):
        super()._remove()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["payment.provider"].browse(self.provider.id).unlink()
            product = env["property.fee.item"].browse(self.item.id).product_id
            env["property.fee.item"].browse(self.item.id).unlink()
            product.exists().unlink()

    def _start(self, env):
        return env["property.autopay"].browse(self.autopay.id)._start(self.today)

    def test_the_second_worker_leaves_it_alone(self):
        tx = self._start(self.first)
        self.assertEqual(tx.amount, 100)
        with self.registry.cursor() as cr:
            self.assertFalse(self._start(self._env(cr)))
            cr.rollback()
            self.first_cr.commit()
            self.assertFalse(self._start(self._env(cr)), "there was one today")

    def test_a_worker_with_an_old_view_is_refused_by_the_database(self):
        with self.registry.cursor() as cr:
            second = self._env(cr)
            self.assertFalse(second["property.autopay"].browse(self.autopay.id).attempt_ids)
            self._start(self.first)
            self.first_cr.commit()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises((IntegrityError, OperationalError)),
            ):
                self._start(second)
                second.flush_all()
            cr.rollback()
            self.assertFalse(self._start(self._env(cr)))
        self.first.invalidate_all()
        self.assertEqual(len(self.autopay.attempt_ids), 1)

    def test_a_payer_in_the_portal_at_the_same_moment(self):
        with self.registry.cursor() as cr:
            second = self._env(cr)
            bill = second["account.move"].browse(self.bill.id)
            self.assertTrue(bill.amount_residual)
            self._start(self.first)
            self.first_cr.commit()
            payer = second["res.partner"].browse(self.users[0].partner_id.id)
            with mute_logger("odoo.sql_db"), self.assertRaises(OperationalError):
                second["payment.transaction"]._check_property_bills(bill, payer)
            cr.rollback()
