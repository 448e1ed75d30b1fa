# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestCashierFlow(PropertyFeesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = cls.make_user("property_cashier", "property_fees.group_cashier")
        for start, end in (
            (date(2026, 2, 1), date(2026, 2, 28)),
            (date(2026, 3, 1), date(2026, 3, 31)),
        ):
            run = cls.make_run(start, end)
            run.action_compute()
            run.action_post()
        cls.february, cls.march = cls.env["account.move"].search(
            [("property_unit_id", "=", cls.unit.id)], order="invoice_date"
        )

    def open_shift(self, user=None, **vals):
        return (
            self.env["property.cashier.shift"]
            .with_user(user or self.cashier)
            .create({"community_id": self.community.id, "opening_cash": 100, **vals})
        )

    def desk(self, **vals):
        return (
            self.env["property.cashier.payment"]
            .with_user(self.cashier)
            .create({"unit_id": self.unit.id, **vals})
        )

    def test_cash_for_everything_owed(self):
        shift = self.open_shift()
        desk = self.desk(amount_tendered=500)
        self.assertEqual(desk.amount, 438.84)
        self.assertEqual(desk.amount_change, 61.16)
        receipt = desk._take_payment()
        self.assertEqual(receipt.amount, 438.84)
        self.assertEqual(receipt._get_chinese_capitals(), "肆佰叁拾捌元捌角肆分")
        self.assertEqual((self.february | self.march).mapped("payment_state"), ["paid", "paid"])
        move = receipt.sudo().payment_ids.move_id
        self.assertEqual(move.state, "posted")
        self.assertEqual(
            move.line_ids.mapped("account_id.account_type"), ["asset_cash", "asset_receivable"]
        )
        self.assertEqual(shift.expected_cash, 538.84)
        self.assertEqual(receipt.line_ids.mapped("amount"), [219.42, 219.42])
        self.assertEqual(receipt.line_ids[0].description, "Service fee 2026-02")

    def test_oldest_first_and_in_part(self):
        self.open_shift()
        receipt = self.desk(amount=300)._take_payment()
        self.assertEqual(receipt.line_ids.mapped("invoice_id"), self.february | self.march)
        self.assertEqual(self.february.amount_residual, 0)
        self.assertEqual(self.march.amount_residual, 138.84)
        again = self.desk()
        self.assertEqual(again.amount, 138.84)

    def test_chosen_bill_by_transfer(self):
        self.open_shift()
        desk = self.desk(method="transfer", reference="T-1")
        desk.line_ids.filtered(lambda line: line.invoice_id == self.february).is_selected = False
        receipt = desk._take_payment()
        self.assertEqual(receipt.line_ids.invoice_id, self.march)
        self.assertEqual(receipt.sudo().journal_id.type, "bank")
        self.assertIn(self.march.payment_state, ("paid", "in_payment"))
        self.assertEqual(self.february.payment_state, "not_paid")
        self.assertEqual(receipt.shift_id.cash_total, 0)

    def test_screen_finds_the_unit_by_name_phone_and_bill(self):
        self.owner.phone = "13812345678"
        desk = self.env["property.cashier.payment"].with_user(self.cashier)
        base = "https://example.com/my/bills/"
        for query in ("3-1-1203", "property_owner", "138 1234", f"{base}{self.march.id}?x=1"):
            with self.subTest(query):
                found = desk.desk_search(query)
                self.assertEqual([one["id"] for one in found], self.unit.ids)
                self.assertEqual(found[0]["due"], 438.84)
        self.assertFalse(desk.desk_search("x"))
        self.assertFalse(desk.desk_search("nobody of this name"))

    def test_screen_takes_money(self):
        desk = self.env["property.cashier.payment"].with_user(self.cashier)
        start = desk.desk_start()
        self.assertFalse(start["shift"])
        shift = desk.desk_open_shift(self.community.id, 100)
        self.assertEqual(desk.desk_start()["shift"]["id"], shift["id"])
        unit = desk.desk_unit(self.unit.id)
        self.assertEqual([line["amount_residual"] for line in unit["lines"]], [219.42, 219.42])
        receipt = desk.desk_pay(
            {
                "unit_id": self.unit.id,
                "bill_ids": [self.february.id],
                "amount": 269.42,
                "tendered": 300,
                "method": "cash",
                "deposit": {"kind": "key", "amount": 50},
            }
        )
        self.assertEqual((receipt["amount"], receipt["change"]), (269.42, 30.58))
        self.assertEqual(len(desk.desk_unit(self.unit.id)["lines"]), 1)
        self.assertEqual(desk.desk_unit(self.unit.id)["deposits"][0]["state"], "held")
        with self.assertRaisesRegex(UserError, "just been paid"):
            desk.desk_pay(
                {
                    "unit_id": self.unit.id,
                    "bill_ids": [self.february.id],
                    "amount": 10,
                    "method": "cash",
                }
            )
        desk.desk_close_shift(shift["id"], {"counted_cash": 369.42, "banked_cash": 300})
        self.assertFalse(desk.desk_start()["shift"])
        self.assertEqual(desk.desk_start()["opening_cash"], 69.42)

    def test_numbers_have_no_gap(self):
        self.open_shift()
        first = self.desk(amount=1)._take_payment()
        with self.assertRaises(UserError):
            self.desk(amount=10_000)._take_payment()
        second = self.desk(amount=1)._take_payment()
        self.assertEqual(int(second.name[-6:]), int(first.name[-6:]) + 1)

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "Open your shift"):
            self.desk()._take_payment()
        self.open_shift()
        for vals, text in (
            ({"amount": 500}, "more than that"),
            ({"amount": 0}, "above zero"),
            ({"amount": 100, "amount_tendered": 50}, "less than"),
        ):
            with self.subTest(text), self.assertRaisesRegex(UserError, text):
                self.desk(**vals)._take_payment()
        late = self.desk()
        self.desk()._take_payment()
        with self.assertRaisesRegex(UserError, "just been paid"):
            late._take_payment()

    def test_void_reverses(self):
        shift = self.open_shift()
        receipt = self.desk()._take_payment()
        with self.assertRaisesRegex(UserError, "never changed"):
            receipt.write({"amount": 1})
        with self.assertRaisesRegex(UserError, "never deleted"):
            receipt.sudo().unlink()
        wizard = (
            self.env["property.receipt.void"]
            .with_user(self.cashier)
            .create({"receipt_id": receipt.id, "reason": "Wrong unit"})
        )
        wizard.action_void()
        self.assertEqual((receipt.state, receipt.void_reason), ("voided", "Wrong unit"))
        self.assertEqual(self.february.payment_state, "not_paid")
        self.assertEqual(shift.expected_cash, 100)
        with self.assertRaisesRegex(UserError, "voided already"):
            receipt._void("again")

    def test_close_with_count(self):
        shift = self.open_shift()
        self.desk()._take_payment()
        shift.counted_cash = 500
        self.assertEqual(shift.difference, -38.84)
        with self.assertRaisesRegex(UserError, "say why"):
            shift.action_close()
        shift.difference_reason = "Wrong change"
        shift.banked_cash = 400
        shift.action_close()
        entry = shift.sudo().difference_move_id
        self.assertEqual(entry.state, "posted")
        account = self.company.property_cash_difference_account_id
        self.assertEqual(
            entry.line_ids.filtered(lambda line: line.account_id == account).debit, 38.84
        )
        self.assertEqual(shift.sudo().banked_move_id.amount_total, 400)
        self.assertEqual(shift.left_cash, 100)
        with self.assertRaisesRegex(UserError, "stays as it was counted"):
            shift.counted_cash = 538.84
        self.open_shift()

    @mute_logger("odoo.sql_db")
    def test_one_open_shift(self):
        self.open_shift()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.open_shift()

    def test_receipt_pdf_and_reprint(self):
        self.open_shift()
        self.owner.lang = "zh_CN"
        receipt = self.desk()._take_payment()
        report = self.env["ir.actions.report"]
        receipt.action_print()
        html, _kind = report._render_qweb_html("property_fees.report_receipt", receipt.ids)
        text = html.decode()
        self.assertIn("肆佰叁拾捌元捌角肆分", text)
        self.assertIn(receipt.name, text)
        receipt.action_print()
        self.assertEqual(receipt.print_count, 2)

    def test_cashier_is_not_an_accountant(self):
        with self.assertRaises(AccessError):
            self.make_run().with_user(self.cashier).action_compute()
        with self.assertRaises(AccessError):
            self.env["property.cashier.shift"].with_user(self.accountant).create({})
        other = self.make_unit("9", building=self.other_building)
        with self.assertRaises(AccessError):
            self.desk(unit_id=other.id)
