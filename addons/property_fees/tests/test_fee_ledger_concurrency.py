# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.tests import tagged
from odoo.tools import SQL

from .concurrency_common import PropertyFeesRace


@tagged("post_install", "-at_install")
class TestLedgerConcurrency(PropertyFeesRace):
    """Two real connections: report rows are kept while a payment is under way (ADR 55)."""

    def _prepare_removal(self):
        """Extend: what is kept of the bill, and the form of the payment."""
        return [
            SQL("DELETE FROM account_payment_register WHERE partner_id = %s", self.partner.id),
            SQL("DELETE FROM property_fee_ledger_kept WHERE move_id = %s", self.bill.id),
            SQL("DELETE FROM property_fee_ledger_stale WHERE move_id = %s", self.bill.id),
        ]

    def _keep_all(self, env):
        env.cr.execute("SET LOCAL lock_timeout = '3s'")  # it waits for nobody
        while env["property.fee.ledger"]._keep():
            continue

    def _note(self, cr):
        cr.execute(SQL("INSERT INTO property_fee_ledger_stale VALUES (%s)", self.bill.id))

    def _pay(self, amount):
        register = self.first["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.bill.ids
        )
        register.create({"amount": amount})._create_payments()
        self.first.flush_all()

    def _check(self, owed):
        with self.registry.cursor() as cr:
            ledger = self._env(cr)["property.fee.ledger"]
            rows = ledger.search([("unit_id", "=", self.unit.id)])
            self.assertEqual(sum(rows.mapped("amount_owed")), owed)
            self.assertFalse(ledger._find_differences(self.bill.id, self.bill.id))

    def test_rows_kept_before_the_payment_is_committed(self):
        self._note(self.first_cr)
        self.first_cr.commit()
        self._pay(40)
        with self.registry.cursor() as cr:
            self._keep_all(self._env(cr))
        self._check(100)
        self.first_cr.commit()
        self._check(60)
        with self.registry.cursor() as cr:
            self._keep_all(self._env(cr))
        self._check(60)

    def test_rows_kept_from_a_view_older_than_the_payment(self):
        self._note(self.first_cr)
        self.first_cr.commit()
        with self.registry.cursor() as cr:
            cr.execute("SELECT 1 FROM property_fee_ledger_stale LIMIT 1")  # its view begins here
            self._pay(40)
            self.first_cr.commit()
            self._keep_all(self._env(cr))
        self._check(60)
