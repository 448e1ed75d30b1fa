# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import UserError
from odoo.tests import tagged

from .payment_common import PropertyPaymentCommon


@tagged("post_install", "-at_install")
class TestBankMatch(PropertyPaymentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {"name": "Fee bank", "code": "FBNK", "type": "bank", "company_id": cls.company.id}
        )
        cls.bookkeeper = cls.make_user(
            "property_bookkeeper", "property_fees.group_fee_accountant,account.group_account_basic"
        )
        cls.reference = cls.env["property.payment.reference"]._get_reference_of_bills(cls.bill).name

    def line(self, remark, amount=219.42, **vals):
        return (
            self.env["account.bank.statement.line"]
            .with_user(self.bookkeeper)
            .create(
                {
                    "journal_id": self.journal.id,
                    "date": "2026-04-20",
                    "payment_ref": remark,
                    "amount": amount,
                    "partner_name": "张三",
                    **vals,
                }
            )
        )

    def test_reference_and_amount_are_booked_by_themselves(self):
        line = self.line(f"物业费 {self.reference}", 438.84)
        self.assertEqual((line.property_match, line.is_reconciled), ("exact", True))
        self.assertEqual(line.property_bill_ids, self.bills)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])
        self.assertEqual(set(self.bills.mapped("payment_state")), {"paid"})
        self.assertEqual(line.partner_id, self.owner)
        self.assertEqual(line.partner_name, "张三")

    def test_the_same_reference_twice_pays_the_next_bill(self):
        lines = self.line(self.reference) | self.line(self.reference)
        self.assertEqual(lines.mapped("property_bill_ids"), self.bills)
        self.assertTrue(all(lines.mapped("is_reconciled")))
        third = self.line(self.reference)
        self.assertEqual((third.property_match, third.is_reconciled), ("none", False))

    def test_unit_code_is_proposed_and_accepted(self):
        line = self.line("3-1-1203 物业费", 500.0)
        self.assertEqual((line.property_match, line.is_reconciled), ("proposed", False))
        self.assertEqual(line.property_left, 61.16)
        self.assertTrue(all(self.bills.mapped("amount_residual")))
        line.action_property_accept()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])
        credit = line.move_id.line_ids.filtered(
            lambda ln: ln.account_type == "asset_receivable" and not ln.reconciled
        )
        self.assertEqual((credit.amount_residual, credit.partner_id), (-61.16, self.owner))
        with self.assertRaisesRegex(UserError, "booked already"):
            line.action_property_accept()

    def test_a_part_is_proposed_never_booked(self):
        line = self.line(self.reference, 100.0)
        self.assertEqual((line.property_match, line.is_reconciled), ("proposed", False))
        line.action_property_accept()
        self.assertEqual(self.bill.amount_residual, 119.42)

    def test_nothing_is_guessed(self):
        for remark in ("缴费", "1", "INV", self.reference[:-1]):
            line = self.line(remark)
            self.assertEqual((line.property_match, line.is_reconciled), ("none", False), remark)
            with self.assertRaisesRegex(UserError, "no proposal"):
                line.action_property_accept()
        self.assertFalse(self.line(self.reference, -219.42).property_match)

    def test_other_companies_are_not_looked_at(self):
        index = self.env["account.bank.statement.line"]._get_property_index(self.other_company)
        self.assertIsNone(index)

    def test_an_announced_transfer_is_closed_by_its_line(self):
        custom = self.env["payment.provider"]
        if "custom" not in dict(custom._fields["code"].selection):
            self.skipTest("payment_custom is not installed")
        self.provider.write({"code": "custom", "custom_mode": "wire_transfer"})
        tx = self.make_transaction(property_payment_reference=self.reference)
        tx._set_pending()
        self.line(self.reference)
        self.assertEqual((tx.state, tx.is_post_processed), ("done", True))
        self.assertFalse(tx.payment_id)

    def test_widget_shows_the_proposal(self):
        lines = self.env["account.bank.statement.line"]
        if "reconcile_data" not in lines._fields:
            self.skipTest("account_reconcile_oca is not installed")
        line = self.line("3-1-1203 物业费", 438.84)
        found = [
            item
            for part in line.reconcile_data_info["data"]
            for item in part.get("counterpart_line_ids") or []
        ]
        self.assertEqual(self.env["account.move.line"].browse(found).move_id, self.bills)
        line.reconcile_bank_line()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.bills.mapped("amount_residual"), [0.0, 0.0])
