# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from datetime import datetime, time
from decimal import Decimal

import pytz

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.property_fees.rules.channel_lines import ChannelLine
from odoo.addons.property_fees.rules.channel_sample import write_alipay, write_wechat, zipped

from .payment_common import PropertyPaymentCommon


@tagged("post_install", "-at_install")
class TestChannelStatement(PropertyPaymentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.provider.journal_id
        cls.paid = cls.confirm(cls.make_transaction(reference="WY-1", provider_reference="4200001"))
        cls.open = cls.make_transaction(cls.bills[1], reference="WY-2")
        cls.open._set_pending()
        cls.fee_account = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )

    def channel_day(self):
        """Return the day on which the channel says that the first payment was made."""
        moment = pytz.utc.localize(self.paid.last_state_change)
        return moment.astimezone(pytz.timezone("Asia/Shanghai")).date()

    def line(self, number, order, amount="219.42", kind="payment", refund_order="", fee="1.32"):
        day = self.channel_day()
        happened = datetime.combine(day, time(23))
        return ChannelLine(
            0, kind, number, order, refund_order, happened, Decimal(amount), Decimal(fee)
        )

    def statement(self, data, **vals):
        return self.env["property.channel.statement"].create(
            {
                "journal_id": self.journal.id,
                "file": base64.b64encode(data),
                "filename": "bill.csv",
                "fee_account_id": self.fee_account.id,
                **vals,
            }
        )

    def results(self, statement):
        return {line.number: line.result for line in statement.line_ids}

    def test_findings_are_put_right_and_the_fee_is_posted(self):
        lines = (
            self.line("4200001", "WY-1"),
            self.line("4200002", "WY-2"),
            self.line("4200003", "NOBODY", "50.00", fee="0.30"),
        )
        statement = self.statement(zipped("bill.csv", write_wechat(lines)))
        statement.with_user(self.accountant).action_compare()
        self.assertEqual(
            self.results(statement),
            {"4200001": "matched", "4200002": "state", "4200003": "missing_here"},
        )
        self.assertEqual(statement.finding_count, 2)
        self.assertEqual(statement.amount_fee, 2.94)
        self.assertEqual(statement.amount_net, 485.90)
        self.assertEqual(statement.amount_difference, 269.42)
        with self.assertRaisesRegex(UserError, "2 findings"):
            statement.action_done()
        finding = statement.line_ids.filtered(lambda line: line.result == "state")
        finding.with_user(self.accountant).action_take_over()
        self.assertEqual(self.open.state, "done")
        self.assertIn(self.bills[1].payment_state, ("paid", "in_payment"))
        rest = statement.line_ids.filtered(lambda line: line.result == "missing_here")
        with self.assertRaises(ValidationError):
            rest.is_resolved = True
        rest.write({"is_resolved": True, "note": "Of another company, passed on"})
        statement.with_user(self.accountant).action_done()
        self.assertEqual(statement.state, "done")
        entry = statement.fee_move_id
        self.assertEqual(entry.state, "posted")
        self.assertEqual(sum(entry.line_ids.mapped("debit")), 2.94)
        debit = entry.line_ids.filtered("debit")
        self.assertEqual(debit.account_id, self.fee_account)
        with self.assertRaisesRegex(UserError, "done already"):
            statement.action_compare()

    def test_what_the_channel_lacks_and_amounts_that_differ(self):
        statement = self.statement(write_wechat((self.line("4200009", "X", "1.00"),)))
        statement.action_compare()
        self.assertEqual(
            self.results(statement), {"4200009": "missing_here", "4200001": "missing_there"}
        )
        statement = self.statement(write_wechat((self.line("4200001", "WY-1", "219.40"),)))
        statement.action_compare()
        self.assertEqual(self.results(statement), {"4200001": "amount"})
        self.assertEqual(statement.amount_difference, -0.02)

    def test_refunds_match_the_refund(self):
        child = self.paid._create_child_transaction(219.42, is_refund=True)
        child.provider_reference = "50001"
        self.confirm(child)
        lines = (
            self.line("4200001", "WY-1"),
            self.line(
                f"4200001-{child.reference}", "WY-1", kind="refund", refund_order=child.reference
            ),
        )
        statement = self.statement(write_alipay(lines), file_format="alipay")
        statement.action_compare()
        self.assertFalse(statement.finding_count)
        self.assertEqual(statement.line_ids.transaction_id, self.paid | child)

    def test_the_same_file_and_the_same_line_count_once(self):
        first = self.statement(write_wechat((self.line("4200001", "WY-1"),)))
        first.action_compare()
        first.action_compare()
        self.assertEqual(len(first.line_ids), 1)
        again = self.statement(zipped("b.csv", base64.b64decode(first.file)))
        again.action_compare()
        self.assertEqual(self.results(again), {"4200001": "duplicate"})
        self.assertEqual(again.amount_fee, 0.0)
        twin = self.statement(base64.b64decode(first.file))
        with self.assertRaisesRegex(UserError, "read already"):
            twin.action_compare()

    def test_broken_files_are_refused_and_leave_nothing(self):
        good = write_wechat((self.line("4200001", "WY-1"),))
        broken = {
            "encoded": good.decode("utf-8-sig").encode("gb18030"),
            "damaged": zipped("a.csv", good)[:-20],
            "cut off": good[: good.index("总交易单数".encode())],
            "add up": good.replace(b"`1.32000", b"`1.31000", 1),
            "empty": b" ",
        }
        for words, data in broken.items():
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.statement(data).action_compare()
        self.assertFalse(self.env["property.channel.statement.line"].search([]))

    def test_mapped_file_of_a_card_terminal_finds_receipts(self):
        mapping = self.env["property.channel.mapping"].create(
            {
                "name": "Card terminal",
                "time_column": "交易时间",
                "number_column": "参考号",
                "amount_column": "金额",
            }
        )
        day = self.channel_day().strftime("%Y-%m-%d 10:00:00")
        data = f"交易时间;参考号;金额\n{day};4200001;219.42\n{day};77;-5.00".encode("gb18030")
        statement = self.statement(data, file_format="mapped", mapping_id=mapping.id)
        statement.action_compare()
        self.assertEqual(self.results(statement), {"4200001": "matched", "77": "missing_here"})

    def test_nobody_else_reads_statements(self):
        statements = self.env["property.channel.statement"]
        self.assertFalse(statements.with_user(self.user_staff).has_access("read"))
        self.assertFalse(statements.with_user(self.user_owner).has_access("read"))
        self.assertTrue(statements.with_user(self.accountant).has_access("create"))
