# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .payment_common import PropertyPaymentCommon


@tagged("post_install", "-at_install")
class TestOnlinePayment(PropertyPaymentCommon):
    def test_payment_closes_the_bills_in_the_name_of_the_payer_billed(self):
        tx = self.confirm(self.make_transaction(self.bills, partner=self.neighbour))
        self.assertEqual(set(self.bills.mapped("payment_state")) - {"paid", "in_payment"}, set())
        self.assertEqual(tx.payment_id.partner_id, self.owner)
        self.assertEqual(tx.payment_id.amount, 438.84)
        self.assertFalse(tx.property_credit)

    def test_one_payment_per_person_billed(self):
        other_unit = self.make_unit(number="1204")
        self.make_ownership(other_unit, self.neighbour)
        bills = self.make_bill(date(2026, 5, 1), date(2026, 5, 31))
        tx = self.confirm(self.make_transaction(bills))
        self.assertEqual(tx.property_payment_ids.partner_id, self.owner | self.neighbour)
        self.assertEqual(bills.mapped("amount_residual"), [0.0, 0.0])

    def test_a_repeated_callback_changes_nothing(self):
        tx = self.confirm(self.make_transaction())
        payments = tx.property_payment_ids
        with mute_logger("odoo.addons.payment.models.payment_transaction"):
            self.confirm(tx)
            tx._post_process()
        self.assertEqual(tx.property_payment_ids, payments)
        self.assertEqual(len(payments), 1)

    def test_paid_twice_stays_to_the_credit_of_who_paid_last(self):
        first = self.make_transaction()
        second = self.make_transaction(partner=self.neighbour)
        self.confirm(first)
        self.confirm(second)
        self.assertEqual(second.property_credit, 219.42)
        line = second.payment_id.move_id.line_ids.filtered(
            lambda ln: ln.account_type == "asset_receivable"
        )
        self.assertEqual(line.amount_residual, -219.42)
        self.assertTrue(second.payment_id.activity_ids)
        self.assertFalse(first.payment_id.activity_ids)

    def test_who_comes_second_is_told_to_wait(self):
        transactions = self.env["payment.transaction"]
        tx = self.make_transaction()
        transactions._check_property_bills(self.bill, self.owner)
        with self.assertRaisesRegex(UserError, "not finished"):
            transactions._check_property_bills(self.bill, self.neighbour)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=16), tx.id],
        )
        tx.invalidate_recordset()
        transactions._check_property_bills(self.bill, self.neighbour)
        tx._set_pending()
        for partner in (self.owner, self.neighbour):
            with self.assertRaisesRegex(UserError, "not finished"):
                transactions._check_property_bills(self.bill, partner)
        tx._set_error("No money")
        transactions._check_property_bills(self.bill, self.owner)
        self.confirm(self.make_transaction())
        with self.assertRaisesRegex(UserError, "just been paid"):
            transactions._check_property_bills(self.bill, self.owner)

    def test_refund_makes_the_bill_owed_again(self):
        tx = self.confirm(self.make_transaction(self.bills))
        child = tx._create_child_transaction(100.0, is_refund=True)
        self.confirm(child)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 100.0])
        self.assertEqual(child.payment_id.payment_type, "outbound")
        rest = tx._create_child_transaction(338.84, is_refund=True)
        self.confirm(rest)
        self.assertEqual(sum(self.bills.mapped("amount_residual")), 438.84)

    def test_refund_of_what_was_paid_twice_leaves_the_bill_alone(self):
        self.confirm(self.make_transaction())
        second = self.confirm(self.make_transaction(amount=219.42))
        self.assertEqual(second.property_credit, 219.42)
        self.confirm(second._create_child_transaction(219.42, is_refund=True))
        self.assertIn(self.bill.payment_state, ("paid", "in_payment"))
        line = second.payment_id.move_id.line_ids.filtered(
            lambda ln: ln.account_type == "asset_receivable"
        )
        self.assertTrue(line.reconciled)

    def test_references_are_kept(self):
        references = self.env["property.payment.reference"]
        one = references._get_reference_of_bills(self.bill)
        self.assertEqual(references._get_reference_of_bills(self.bills), one)
        self.assertEqual(one.unit_id, self.unit)
        found = references._find_in_text(f"物业费 {one.name[:6]} {one.name[6:]}", self.company)
        self.assertEqual(found, one)
        self.assertFalse(references._find_in_text(one.name, self.other_company))
        other = references._get_reference(self.community, self.neighbour, self.unit)
        self.assertNotEqual(other, one)
        tx = self.make_transaction(property_payment_reference=one.name)
        self.assertEqual(tx._get_communication(), one.name)


@tagged("post_install", "-at_install")
class TestPortalPayment(PropertyPaymentCommon, HttpCase):
    def pay(self, bills, amount=None, **params):
        ids = ",".join(str(bill_id) for bill_id in bills.ids)
        return self.make_jsonrpc_request(
            f"/my/bills/transaction/{ids}",
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": sum(bills.mapped("amount_residual")) if amount is None else amount,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": "https://example.com/",
                "is_validation": False,
                **params,
            },
        )

    def test_owner_pays_one_several_and_everything(self):
        self.authenticate("property_owner", "property_owner")
        listed = self.url_open("/my/bills?show=open").text
        self.assertIn("/my/bills/pay", listed)
        everything = self.url_open("/my/bills/pay").text
        self.assertIn("438.84", everything)
        self.assertIn(f'data-provider-id="{self.provider.id}"', everything)
        one = self.url_open(f"/my/bills/pay?bill={self.bill.id}").text
        self.assertIn("219.42", one)
        self.assertNotIn("438.84", one)
        values = self.pay(self.bills)
        tx = self.env["payment.transaction"].search([("reference", "=", values["reference"])])
        self.assertEqual(tx.amount, 438.84)
        self.assertEqual(tx.invoice_ids, self.bills)
        self.assertEqual(tx.landing_route, f"/my/bills/payment/{tx.id}")
        self.assertEqual(tx.partner_id, self.owner)
        page = self.url_open(tx.landing_route)
        self.assertIn("data-waiting", page.text)
        state = f"{tx.landing_route}/state"
        self.assertEqual(self.make_jsonrpc_request(state), {"state": "draft"})
        tx._set_done()
        self.assertEqual(self.make_jsonrpc_request(state), {"state": "done"})
        self.assertNotIn("data-waiting", self.url_open(tx.landing_route).text)
        self.assertFalse(self.bills.filtered("amount_residual"))
        self.assertIn("219.42", self.url_open(f"/my/bills/{self.bill.id}").text)

    def test_the_code_of_the_poster_leads_to_bills_or_to_the_binding(self):
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open("/my/pay").url)
        self.authenticate("property_owner", "property_owner")
        self.assertTrue(self.url_open("/my/pay").url.endswith("/my/bills/pay"))
        self.authenticate("property_neighbour", "property_neighbour")
        self.assertTrue(self.url_open("/my/pay").url.endswith("/my/binding"))

    def test_neighbour_can_neither_see_nor_pay(self):
        tx = self.make_transaction()
        self.authenticate("property_neighbour", "property_neighbour")
        for page in ("/my/bills/pay", f"/my/bills/pay?bill={self.bill.id}"):
            answer = self.url_open(page)
            self.assertTrue(answer.url.endswith("/my/bills?show=open"), page)
            self.assertNotIn("219.42", answer.text)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay(self.bill, 219.42)
        answer = self.url_open(f"/my/bills/payment/{tx.id}")
        self.assertTrue(answer.url.endswith("/my/bills"))
        state = self.make_jsonrpc_request(f"/my/bills/payment/{tx.id}/state")
        self.assertEqual(state, {"state": "unknown"})
        self.assertEqual(self.env["payment.transaction"].search_count([]), tx.search_count([]))

    def test_mixed_with_a_bill_of_somebody_else_nothing_is_paid(self):
        other_unit = self.make_unit(number="1204")
        self.make_ownership(other_unit, self.neighbour)
        foreign = self.make_bill(date(2026, 5, 1), date(2026, 5, 31)).filtered(
            lambda bill: bill.partner_id == self.neighbour
        )
        self.authenticate("property_owner", "property_owner")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay(self.bill | foreign)
        self.assertFalse(foreign.transaction_ids | self.bill.transaction_ids)

    def test_amount_of_the_page_must_be_the_amount_owed(self):
        self.authenticate("property_owner", "property_owner")
        for amount in (0.01, 219.41, 1000):
            with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
                self.pay(self.bill, amount)
        self.assertFalse(self.bill.transaction_ids)

    def test_extra_is_part_of_the_amount(self):
        self.authenticate("property_owner", "property_owner")
        extra = [{"label": "Late fee", "amount": 1.1, "bill_id": self.bill.id}]
        moves = type(self.env["account.move"])
        with patch.object(moves, "_get_payment_extra", lambda bills, day: extra):
            self.assertIn("220.52", self.url_open(f"/my/bills/pay?bill={self.bill.id}").text)
            self.pay(self.bill, 220.52)
        self.assertEqual(self.bill.transaction_ids.amount, 220.52)
        self.assertEqual(self.bill.transaction_ids.property_extra, 1.1)

    def test_qr_of_a_provider_is_shown_while_waiting(self):
        tx = self.make_transaction()
        self.authenticate("property_owner", "property_owner")
        transactions = type(self.env["payment.transaction"])
        with patch.object(transactions, "_get_property_qr", lambda tx: "weixin://wxpay/x"):
            page = self.url_open(f"/my/bills/payment/{tx.id}").text
        self.assertIn("o_property_qr", page)
        self.assertIn("data:image", page)

    def test_transfer_shows_the_reference(self):
        tx = self.make_transaction(property_payment_reference="WY0000123482", state="pending")
        self.authenticate("property_owner", "property_owner")
        with patch.object(
            type(self.env["payment.transaction"]), "_get_property_qr", lambda tx: False
        ):
            self.assertEqual(self.url_open(f"/my/bills/payment/{tx.id}").status_code, 200)
        reference = self.env["property.payment.reference"]._get_reference_of_bills(self.bill)
        self.assertIn(reference.name, self.url_open(f"/my/bills/{self.bill.id}").text)

    def test_two_at_once_the_page_says_so(self):
        self.unit._set_owners(
            date(2025, 1, 1), [(self.owner, 1, 2, True), (self.neighbour, 1, 2, False)]
        )
        self.make_transaction()
        self.authenticate("property_neighbour", "property_neighbour")
        self.assertIn(
            "Somebody else started", self.url_open(f"/my/bills/pay?bill={self.bill.id}").text
        )
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.pay(self.bill)
        self.authenticate("property_owner", "property_owner")
        self.assertNotIn("Somebody", self.url_open(f"/my/bills/pay?bill={self.bill.id}").text)

    def test_reminder_is_shown_to_the_debtor_alone(self):
        cases = self.env["property.arrears.case"]._update_cases(
            self.community, fields.Date.today() + timedelta(days=3650)
        )
        cases._remind_all(fields.Date.today() + timedelta(days=3650))
        level = cases.reminder_ids.level_id
        self.authenticate("property_owner", "property_owner")
        self.assertIn(level.name, self.url_open("/my/bills").text)
        self.authenticate("property_neighbour", "property_neighbour")
        self.assertNotIn(level.name, self.url_open("/my/bills").text)

    def test_late_fee_is_paid_with_the_bill(self):
        policy = self.env["property.late.fee.policy"].create(
            {
                "name": "Half per mille",
                "start_date": date(2026, 1, 1),
                "cap_percent": 0,
                "rate_ids": [Command.create({"rate_permille": 0.5})],
            }
        )
        policy.action_switch_on()
        extra = self.bill._get_payment_extra(fields.Date.context_today(self.bill))
        self.assertTrue(extra)
        total = round(self.bill.amount_residual + sum(one["amount"] for one in extra), 2)
        self.authenticate("property_owner", "property_owner")
        self.pay(self.bill, total)
        tx = self.confirm(self.bill.transaction_ids)
        self.assertEqual(tx.amount, total)
        self.assertFalse(tx.property_credit)
        late = self.env["account.move"].search([("property_late_fee_bill_id", "=", self.bill.id)])
        self.assertEqual(self.bill.amount_residual + sum(late.mapped("amount_residual")), 0.0)
        self.assertIn(late.name, self.url_open("/my/bills").text)

    def test_strange_arguments(self):
        self.authenticate("property_owner", "property_owner")
        for query in ("bill=x", "bill=-1", "bill=99999999", f"bill={self.bill.id}&bill=x"):
            with self.subTest(query):
                self.assertEqual(self.url_open(f"/my/bills/pay?{query}").status_code, 200)
