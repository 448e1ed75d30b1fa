# SPDX-License-Identifier: LGPL-3.0-or-later
import contextlib
from datetime import date, timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .payment_common import PropertyPaymentCommon


class AutopayCommon(PropertyPaymentCommon):
    """An owner whose card pays, and bills of March and April 2026 that are long due."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.method.support_tokenization = True
        cls.provider.allow_tokenization = True
        cls.token = cls.make_token(cls.user_owner)
        cls.cashier = cls.make_user("property_cashier", "property_fees.group_cashier")
        cls.today = fields.Date.context_today(cls.env["property.autopay"])

    @classmethod
    def make_token(cls, user, **vals):
        return cls.env["payment.token"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "payment_details": "4242",
                "partner_id": user.partner_id.id,
                "provider_ref": "card",
                **vals,
            }
        )

    def agree(self, limit=1000, user=None, token=None):
        return self.env["property.autopay"]._agree(
            user or self.user_owner, self.unit, token or self.token, limit, "I agree"
        )

    def answer(self, state="done", message="Card expired"):
        """Let the provider answer a request by token."""

        def send(transaction):
            if state == "done":
                transaction._set_done()
            elif state == "error":
                transaction._set_error(message)
            elif state == "pending":
                transaction._set_pending()
            elif state == "crash":
                raise ConnectionError("no route")

        return patch.object(type(self.env["payment.transaction"]), "_send_payment_request", send)

    def pay(self, autopay, state="done"):
        with self.answer(state), mute_logger("odoo.addons.payment.models.payment_transaction"):
            autopay._speak()._pay_due(lambda: None)
        autopay.invalidate_recordset()
        return autopay.attempt_ids[:1]

    def next_day(self, autopay, days=1):
        """Make what was done today a thing of an earlier day."""
        for attempt in autopay.attempt_ids.sudo().sorted("paid_date"):
            attempt.paid_date -= timedelta(days=days)
            attempt.flush_recordset()


@tagged("post_install", "-at_install")
class TestAutopay(AutopayCommon):
    def test_what_is_due_is_paid_once(self):
        autopay = self.agree()
        attempt = self.pay(autopay)
        self.assertEqual((attempt.state, attempt.amount), ("done", 438.84))
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])
        self.assertEqual(autopay.amount_used, 438.84)
        self.assertEqual(attempt.transaction_id.operation, "offline")
        self.assertEqual(attempt.transaction_id.payment_id.partner_id, self.owner)
        told = autopay.message_ids.filtered(lambda one: self.owner in one.partner_ids)
        self.assertIn("438.84", told.body)
        self.pay(autopay)
        self.next_day(autopay)
        self.pay(autopay)
        self.assertEqual(len(autopay.attempt_ids), 1)

    def test_the_limit_of_the_month_holds(self):
        autopay = self.agree(300)
        self.assertEqual(self.pay(autopay).amount, 219.42)
        self.assertEqual(self.bills.mapped("payment_state")[1], "not_paid")
        self.assertEqual(autopay.limit_told_date, self.today)
        told = len(autopay.message_ids)
        if self.today.day > 1:
            self.next_day(autopay)
            self.pay(autopay)
            self.assertEqual((len(autopay.attempt_ids), len(autopay.message_ids)), (1, told))
        self.next_day(autopay, 40)
        self.assertEqual(autopay.amount_used, 0)
        self.pay(autopay)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])

    def test_nothing_is_paid_before_it_is_due(self):
        self.bills.line_ids.filtered("date_maturity").date_maturity = self.today + timedelta(days=5)
        self.bills.invoice_date_due = self.today + timedelta(days=5)
        self.assertFalse(self.pay(self.agree()))

    def test_failures_are_told_and_the_third_suspends(self):
        autopay = self.agree()
        for count in (1, 2, 3):
            attempt = self.pay(autopay, "error")
            self.assertEqual((attempt.state, autopay.failure_count), ("failed", count))
            self.assertTrue(attempt.is_told)
            self.next_day(autopay)
        self.assertEqual(autopay.state, "suspended")
        told = autopay.message_ids.filtered(lambda one: self.owner in one.partner_ids)
        self.assertEqual(len(told), 3)
        self.assertIn("Card expired", told[0].body)
        self.assertEqual(autopay.activity_ids.user_id, self.cashier)
        self.assertEqual(len(autopay.activity_ids), 3)
        self.assertEqual(autopay.amount_used, 0)
        self.pay(autopay)
        self.assertEqual(len(autopay.attempt_ids), 3)
        again = self.agree()
        self.assertEqual((autopay.state, autopay.end_reason), ("ended", "replaced"))
        self.pay(again)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])

    def test_an_answer_that_comes_later_is_told_later(self):
        autopay = self.agree()
        attempt = self.pay(autopay, "pending")
        self.assertEqual((attempt.state, attempt.is_told), ("pending", False))
        self.next_day(autopay)
        self.pay(autopay)
        self.assertEqual(len(autopay.attempt_ids), 1)
        self.confirm(attempt.transaction_id)
        self.pay(autopay)
        self.assertTrue(attempt.is_told)

    def test_a_request_without_an_answer_stops_everything(self):
        autopay = self.agree()
        with contextlib.suppress(ConnectionError):
            self.pay(autopay, "crash")
        attempt = autopay.attempt_ids
        self.assertEqual(attempt.state, "started")
        self.next_day(autopay)
        self.env.cr.execute(
            "UPDATE property_autopay_attempt SET create_date = create_date - interval '2 hours'"
        )
        self.env.invalidate_all()
        self.pay(autopay)
        self.assertEqual(attempt.state, "unclear")
        self.assertEqual(len(autopay.attempt_ids), 1)
        self.assertEqual(autopay.activity_ids.user_id, self.cashier)
        attempt.transaction_id._set_canceled()
        self.pay(autopay)
        self.assertEqual(len(autopay.attempt_ids), 2)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])

    def test_a_payment_under_way_keeps_off(self):
        tx = self.make_transaction(self.bills)
        tx._set_pending()
        self.assertFalse(self.pay(self.agree()))
        self.make_transaction(self.bills, partner=self.neighbour)
        tx._set_canceled()
        self.assertFalse(self.pay(self.env["property.autopay"].search([])))

    def test_rights_end_with_the_relation(self):
        autopay = self.agree()
        self.unit._set_owners(self.today, [(self.neighbour, 1, 1, True)])
        self.assertFalse(self.pay(autopay))
        self.assertEqual((autopay.state, autopay.end_reason), ("ended", "rights"))

    def test_a_removed_card_ends_it(self):
        autopay = self.agree()
        self.assertTrue(self.token.get_linked_records_info())
        self.token.active = False
        self.assertEqual((autopay.state, autopay.end_reason), ("ended", "token"))

    def test_one_agreement_per_unit_and_only_for_residents(self):
        self.agree()
        with self.assertRaisesRegex(UserError, "residents of the unit"):
            self.agree(user=self.user_neighbour, token=self.make_token(self.user_neighbour))
        co_owner = self.user_neighbour
        self.unit._set_owners(
            self.today - timedelta(days=1),
            [(self.owner, 1, 2, True), (self.neighbour, 1, 2, False)],
        )
        with self.assertRaisesRegex(UserError, "already"):
            self.agree(user=co_owner, token=self.make_token(co_owner))
        with self.assertRaisesRegex(UserError, "your own"):
            self.agree(token=self.make_token(co_owner))

    def test_one_payment_a_day_by_the_database(self):
        autopay = self.agree()
        attempt = self.pay(autopay)
        tx = self.make_transaction()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            attempt.sudo().copy({"transaction_id": tx.id, "paid_date": attempt.paid_date})

    def test_staff_ends_and_changes_nothing_else(self):
        autopay = self.agree().with_user(self.cashier)
        with self.assertRaises(UserError):
            autopay.state = "suspended"
        with self.assertRaises(AccessError):
            self.env["property.autopay"].with_user(self.cashier).create(
                {"unit_id": self.unit.id, "user_id": self.user_owner.id, "amount_limit": 1}
            )
        with self.assertRaises(UserError):
            autopay.amount_limit = 9999
        autopay.action_end()
        self.assertEqual((autopay.state, autopay.end_reason), ("ended", "staff"))
        with self.assertRaisesRegex(UserError, "has ended"):
            autopay.action_end()
        with self.assertRaises(AccessError):
            autopay.with_user(self.user_staff).action_end()
        with self.assertRaises(AccessError):
            autopay.with_user(self.user_owner).read(["consent"])

    def test_scheduled_action(self):
        autopay = self.agree()
        cron = self.env.ref("property_fees.property_autopay_cron_pay")
        with self.answer(), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(autopay.attempt_ids.state, "done")
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])

    def test_late_fees_are_within_the_limit_and_paid(self):
        policy = self.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "cap_percent": 0,
                "rate_ids": [fields.Command.create({"rate_permille": 0.5})],
            }
        )
        policy.action_switch_on()
        fees = self.bills._get_late_fee(self.today)
        self.assertTrue(fees)
        attempt = self.pay(self.agree(5000))
        due = sum(float(fee.due) for fee in fees.values())
        self.assertAlmostEqual(attempt.amount, 438.84 + due, 2)
        self.assertFalse(attempt.transaction_id.property_credit)
        self.assertFalse(self.bills._get_late_fee(self.today))


@tagged("post_install", "-at_install")
class TestAutopayPortal(AutopayCommon, HttpCase):
    def post(self, url, **data):
        return self.url_open(url, data={"csrf_token": self.csrf(), **data})

    def csrf(self):
        page = self.url_open("/my/autopay").text
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    def get(self):
        return self.env["property.autopay"].search([("unit_id", "=", self.unit.id)])

    def test_agree_change_and_revoke(self):
        self.authenticate("property_owner", "property_owner")
        page = self.url_open(f"/my/autopay?unit={self.unit.id}")
        self.assertIn(self.unit.name, page.text)
        self.assertIn("4242", page.text)
        url = f"/my/autopay/{self.unit.id}"
        for data, words in (
            ({"token": self.token.id, "limit": "0", "agree": "1"}, "the most that may be paid"),
            ({"token": self.token.id, "limit": "inf", "agree": "1"}, "the most that may be paid"),
            ({"token": self.token.id, "limit": "500"}, "Tick the box"),
            ({"token": "0", "limit": "500", "agree": "1"}, "your own saved"),
        ):
            self.assertIn(words, self.post(url, **data).text)
        self.assertFalse(self.get())
        done = self.post(url, token=self.token.id, limit="500", agree="1")
        self.assertIn("Agreed", done.text)
        autopay = self.get()
        self.assertEqual((autopay.amount_limit, autopay.user_id), (500, self.user_owner))
        self.assertIn(self.company.name, autopay.consent)
        self.pay(autopay)
        self.assertIn("438.84", self.url_open("/my/autopay").text)
        self.post(url, token=self.token.id, limit="600", agree="1")
        new = self.get().filtered(lambda one: one.state == "active")
        self.assertEqual((autopay.state, new.amount_limit), ("ended", 600))
        self.assertIn("Revoked", self.post(f"/my/autopay/{new.id}/revoke").text)
        self.assertEqual((new.state, new.end_reason), ("ended", "revoked"))

    def test_a_neighbour_gets_nowhere(self):
        autopay = self.agree()
        other = self.make_unit(number="1204")
        self.make_ownership(other, self.neighbour)
        self.authenticate("property_neighbour", "property_neighbour")
        page = self.url_open(f"/my/autopay?unit={self.unit.id}").text
        self.assertNotIn(self.unit.name, page)
        token = self.make_token(self.user_neighbour)
        self.post(f"/my/autopay/{self.unit.id}", token=token.id, limit="5", agree="1")
        self.post(f"/my/autopay/{autopay.id}/revoke")
        self.assertEqual(self.get(), autopay)
        self.assertEqual(autopay.state, "active")
