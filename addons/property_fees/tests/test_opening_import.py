# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PropertyFeesCommon

HEAD = ("楼栋", "单元", "房号", "类型", "收费项目", "账期", "到期日", "金额（元）", "备注")


@tagged("post_install", "-at_install")
class TestOpeningImport(PropertyFeesCommon):
    def _import(self, rows, user=None, head=HEAD, **vals):
        book = openpyxl.Workbook()
        book.active.append(("旧系统期末余额",))
        book.active.append(head)
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return (
            self.env["property.opening.import"]
            .with_user(user or self.accountant)
            .create(
                {
                    "community_id": self.community.id,
                    "date": date(2026, 1, 1),
                    "file": base64.b64encode(buffer.getvalue()),
                    "filename": "old.xlsx",
                    **vals,
                }
            )
        )

    def _errors(self, wizard):
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.error_file)))
        return [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]

    ROWS = (
        ("3", "1", "1203", "欠费", "Service fee", "2024-03", "2024-04-15", 219.42, "旧账"),
        (
            "3栋",
            "1单元",
            "１２０３",
            "",
            "TEST-PSF",
            "2024年4月",
            date(2024, 5, 15),
            "219.42",
            None,
        ),
        ("合计", None, None, None, None, None, None, 438.84, None),
    )

    def test_check_posts_nothing_and_import_posts_with_original_due_dates(self):
        wizard = self._import(self.ROWS)
        wizard.action_check()
        self.assertFalse(self.unit.fee_charge_ids)
        self.assertEqual((wizard.row_count, wizard.new_count, wizard.error_count), (2, 2, 0))
        self.assertEqual(wizard.amount_debt, 438.84)
        wizard.action_import()
        bills = wizard.move_ids.sorted("invoice_date_due")
        self.assertEqual(bills.mapped("invoice_date_due"), [date(2024, 4, 15), date(2024, 5, 15)])
        self.assertEqual(set(bills.mapped("date")), {date(2026, 1, 1)})
        self.assertEqual(bills.invoice_line_ids.account_id, wizard.account_id)
        self.assertEqual(self.unit.fee_amount_due, 438.84)
        debt = self.env["property.fee.debt"].search([("unit_id", "=", self.unit.id)])
        self.assertEqual(sorted(debt.mapped("period_start")), [date(2024, 3, 1), date(2024, 4, 1)])
        self.assertTrue(all(debt.mapped("amount_older")))
        again = self._import(self.ROWS)
        again.action_import()
        self.assertEqual((again.new_count, again.known_count), (0, 2))
        self.assertFalse(again.move_ids)
        self.assertEqual(self.unit.fee_amount_due, 438.84)

    def test_bad_rows_are_told_with_place_and_remedy_and_stop_nothing(self):
        bare = self.make_unit("1204")
        wizard = self._import(
            (
                self.ROWS[0],
                ("3", "1", "9999", "欠费", "Service fee", "2024-03", None, 10, None),
                ("3", "1", "1203", "欠费", "Unknown", "2024-03", None, 10, None),
                ("3", "1", "1203", "欠费", "Service fee", "soon", None, 10, None),
                ("3", "1", "1203", "欠费", "Service fee", "2024-05", None, -1, None),
                ("3", "1", "1203", "欠费", "Service fee", "2024-05", None, "1.005", None),
                ("3", "1", "1203", "什么", "Service fee", "2024-05", None, 1, None),
                (
                    bare.building_id.code,
                    "1",
                    "1204",
                    "欠费",
                    "Service fee",
                    "2024-05",
                    None,
                    1,
                    None,
                ),
                self.ROWS[0],
            )
        )
        wizard.action_import()
        self.assertEqual((wizard.new_count, wizard.error_count), (1, 8))
        errors = self._errors(wizard)
        self.assertEqual([row[1] for row in errors], list(range(4, 12)))
        self.assertTrue(all(row[4] and row[5] for row in errors))

    def test_what_was_charged_otherwise_is_not_charged_twice(self):
        run = self.make_run()
        run.action_compute()
        run.action_post()
        wizard = self._import(
            [("3", "1", "1203", "欠费", "Service fee", "2026-03", None, 100, None)]
        )
        wizard.action_check()
        self.assertEqual(wizard.error_count, 1)
        self.assertIn("charged already", self._errors(wizard)[0][4])

    def test_locked_books_and_wrong_files_are_refused(self):
        self.company.fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "locked"):
            self._import(self.ROWS).action_import()
        with self.assertRaisesRegex(UserError, "header"):
            self._import(self.ROWS, head=("a", "b")).action_check()
        with self.assertRaises(UserError):
            self._import(self.ROWS, file=base64.b64encode(b"no workbook")).action_check()

    def test_prepaid_and_deposits_are_held(self):
        if "property.prepaid" not in self.env:
            self.skipTest("prepaid fees are not there")
        rows = (
            ("3", "1", "1203", "预存", "", "", "", 1200, None),
            ("3", "1", "1203", "押金", "", "", "", 2000, "装修"),
        )
        wizard = self._import(rows)
        wizard.action_import()
        self.assertEqual((wizard.amount_prepaid, wizard.amount_deposit), (1200, 2000))
        prepaid = self.env["property.prepaid"].search([("unit_id", "=", self.unit.id)])
        self.assertEqual(prepaid.balance, 1200)
        deposit = self.env["property.deposit"].search([("unit_id", "=", self.unit.id)])
        self.assertEqual((deposit.balance, deposit.state), (2000, "held"))
        again = self._import(rows)
        again.action_import()
        self.assertEqual(again.known_count, 2)
        self.assertEqual(prepaid.balance, 1200)

    def test_only_accountants_import(self):
        with self.assertRaises(AccessError):
            self._import(self.ROWS, user=self.user_staff)
