# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import datetime

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import tagged

from .payment_common import PropertyPaymentCommon

WIZARD = "account.statement.import"
HEAD = ["交易日期", "流水号", "收入金额", "支出金额", "余额", "对方户名", "附言"]


@tagged("post_install", "-at_install")
class TestBankSheet(PropertyPaymentCommon):
    """Real files through the import wizard of the OCA companion."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "account.statement.import.sheet.parser" not in cls.env:
            cls.skipTest(cls, "account_statement_import_sheet_file is not installed")
        cls.journal = cls.env["account.journal"].create(
            {"name": "Sheet bank", "code": "SBNK", "type": "bank", "company_id": cls.company.id}
        )
        cls.bookkeeper = cls.make_user(
            "property_bookkeeper", "property_fees.group_fee_accountant,account.group_account_user"
        )
        # the separators are the addon's own defaults, which are not those of the file
        cls.mapping = cls.env["account.statement.import.sheet.mapping"].create(
            {
                "name": "Bank of the estate",
                "timestamp_format": "%Y-%m-%d",
                "timestamp_column": "交易日期",
                "amount_type": "distinct_credit_debit",
                "amount_debit_column": "收入金额",
                "amount_credit_column": "支出金额",
                "balance_column": "余额",
                "transaction_id_column": "流水号",
                "description_column": "附言",
                "partner_name_column": "对方户名",
            }
        )
        cls.reference = cls.env["property.payment.reference"]._get_reference_of_bills(cls.bill).name

    def book(self, *rows, head=HEAD):
        """Return an xlsx as a bank makes it: title, account, header, rows, total."""
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["对公账户交易明细"])
        sheet.append(["账号", 6222021001, None, "币种", "人民币"])
        sheet.append(head)
        for row in rows:
            sheet.append(row)
        sheet.append([])
        sheet.append(["合计", None, 719.42, 100, None, None, None])
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def load(self, content, name="明细.xlsx", **vals):
        wizard = (
            self.env[WIZARD]
            .with_user(self.bookkeeper)
            .with_context(journal_id=self.journal.id)
            .create(
                {
                    "statement_file": base64.b64encode(content),
                    "statement_filename": name,
                    "sheet_mapping_id": self.mapping.id,
                    **vals,
                }
            )
        )
        result = wizard._import_file()
        return self.env["account.bank.statement"].browse(result["statement_ids"])

    def rows(self):
        return [
            [datetime(2026, 4, 20), 900100200300, 219.42, None, 1219.42, "张喆", self.reference],
            ["20260421", "900100200301", "500.00", "-", "1,719.42", None, "网上转账"],
            [datetime(2026, 4, 22, 9, 30), 900100200302, None, 100, 1619.42, "电力公司", None],
        ]

    def assert_imported(self, statement):
        lines = statement.line_ids.sorted("date")
        self.assertEqual(lines.mapped("amount"), [219.42, 500.0, -100.0])
        self.assertEqual([str(day) for day in lines.mapped("date")],
                         ["2026-04-20", "2026-04-21", "2026-04-22"])  # fmt: skip
        self.assertEqual(lines.mapped("partner_name"), ["张喆", False, "电力公司"])
        self.assertEqual(lines[0].payment_ref, self.reference)
        self.assertAlmostEqual(statement.balance_start, 1000.0)
        self.assertAlmostEqual(statement.balance_end_real, 1619.42)
        self.assertEqual(lines[0].property_match, "exact")
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertNotIn("None", "".join(str(lines.mapped(name)) for name in
                                         ("payment_ref", "partner_name")))  # fmt: skip

    def test_workbook_of_a_bank(self):
        self.assert_imported(self.load(self.book(*self.rows())))
        with self.assertRaisesRegex(UserError, "already imported"):
            self.load(self.book(*self.rows()))

    def test_mapping_that_counts_title_rows(self):
        self.mapping.write({"header_lines_skip_count": 3, "footer_lines_skip_count": 1})
        self.assert_imported(self.load(self.book(*self.rows())))

    def test_csv_in_the_encoding_of_chinese_banks(self):
        text = "\r\n".join(
            ["账户明细", ",".join(HEAD)]
            + [
                ",".join(
                    f'"{cell:%Y-%m-%d}"' if isinstance(cell, datetime) else f'"\t{cell or ""}"'
                    for cell in row
                )
                for row in self.rows()
            ]
        )
        self.assert_imported(self.load(text.encode("gb18030"), "明细.csv"))

    def test_bad_files_are_refused_with_a_reason(self):
        good = self.rows()
        for content, name, words in (
            (self.book(*good, head=[*HEAD[:6], "摘要"]), "a.xlsx", "附言.*Row 3.*摘要"),
            (self.book(["last week", *good[0][1:]]), "a.xlsx", "Row 4.*last week"),
            (self.book([None, *good[0][1:]], good[1]), "a.xlsx", "Row 4 has an amount and no day"),
            (self.book(), "a.xlsx", "No transaction"),
            (b"PK\x03\x04 broken", "a.xlsx", "damaged|cannot be"),
            (b"<html><table></table></html>", "a.xls", "xlsx"),
            (b"\x89PNG\r\n", "a.png", "Bad file"),
        ):
            with (
                self.subTest(name=name, words=words),
                self.assertRaisesRegex(UserError, f"(?s){words}"),
            ):
                self.load(content, name)
        self.assertFalse(self.env["account.bank.statement"].search(
            [("journal_id", "=", self.journal.id)]))  # fmt: skip
