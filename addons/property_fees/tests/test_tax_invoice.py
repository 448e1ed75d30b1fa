# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import re
from datetime import date

import openpyxl
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PropertyFeesCommon

NUMBER = "26442000000012345678"


@tagged("post_install", "-at_install")
class TestTaxInvoice(PropertyFeesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_cashier = cls.make_user("property_cashier", "property_fees.group_cashier")
        run = cls.make_run()
        run.action_compute()
        run.action_post()
        cls.bill = run.charge_ids.invoice_id

    def _request(self, **vals):
        return (
            self.env["property.tax.invoice"]
            .with_user(self.user_cashier)
            .create({"move_id": self.bill.id, "buyer_name": "Wang Fang", **vals})
        )

    def test_request_issue_and_red_letter(self):
        invoice = self._request()
        self.assertEqual(invoice.amount, self.bill.amount_total)
        self.assertEqual(invoice.community_id, self.community)
        with self.assertRaisesRegex(UserError, "20-digit"):
            invoice.action_issue()
        invoice.write({"number": "2644 2000 0000 1234 5678", "issue_date": date(2026, 4, 1)})
        self.assertEqual(invoice.number, NUMBER)
        invoice.action_issue()
        with self.assertRaisesRegex(UserError, "colleague"):
            invoice.action_issue()
        with self.assertRaisesRegex(UserError, "not changed"):
            invoice.number = "26442000000012345679"
        red = self.env["property.tax.invoice"].browse(invoice.action_red()["res_id"])
        self.assertEqual(red.amount, -self.bill.amount_total)
        red.write({"number": "26442000000012345679", "issue_date": date(2026, 4, 2)})
        red.action_issue()
        self.assertEqual(invoice.state, "red")
        self.assertTrue(self._request(), "a corrected bill can be invoiced anew")

    def test_wrong_and_duplicate_numbers_are_refused(self):
        invoice = self._request()
        for number in ("1234567", "2644200000001234567X", "26992000000012345678"):
            with self.assertRaises(ValidationError):
                invoice.number = number
        with self.assertRaisesRegex(ValidationError, "year"):
            invoice.write({"number": NUMBER, "issue_date": date(2025, 4, 1)})
        invoice.write({"number": NUMBER, "issue_date": date(2026, 4, 1)})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._request()
        other = self.bill.copy({"invoice_date": date(2026, 5, 1)})
        other.property_community_id = self.community
        other.action_post()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._request(move_id=other.id, number=NUMBER)

    def test_a_company_needs_its_taxpayer_number(self):
        missing = self.assertRaisesRegex(ValidationError, "taxpayer number")
        with missing, self.env.cr.savepoint():
            self._request(buyer_kind="company")
        wrong = self.assertRaisesRegex(ValidationError, "check digit")
        with wrong, self.env.cr.savepoint():
            self._request(buyer_kind="company", buyer_tax_number="91350100M000100Y44")
        self._request(buyer_kind="company", buyer_tax_number="91350100m000100y43", kind="special")

    def test_workbook_of_the_platform(self):
        invoice = self._request()
        with self.assertRaisesRegex(UserError, "tax code"):
            invoice.action_export()
        self.item.tax_code_id = self.env.ref("property_fees.property_tax_code_304080101")
        self.assertEqual(self.item.tax_item_code, "3040801010000000000")
        book = self._export(invoice)
        self.assertEqual(book.sheetnames, ["1-发票基本信息", "2-发票明细信息"])
        head = [cell.value for cell in book["1-发票基本信息"][4]]
        self.assertEqual(head[:6], [invoice.name, "普通发票", None, "是", "是", "Wang Fang"])
        line = [cell.value for cell in book["2-发票明细信息"][4]]
        self.assertEqual(line[0], invoice.name)
        self.assertEqual(line[2], "3040801010000000000")
        self.assertEqual(line[7], f"{self.bill.amount_total:.2f}")

    def _export(self, invoice):
        invoice.action_export()
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "property.tax.invoice"), ("res_id", "=", invoice.id)]
        )
        return openpyxl.load_workbook(io.BytesIO(attachments.sorted("id")[-1:].raw))

    def test_the_template_of_the_platform_is_filled_in_by_name(self):
        self.item.tax_item_code = "3040801010000000000"
        invoice = self._request()
        template = openpyxl.Workbook()
        ws = template.active
        ws.title = "1-发票基本信息"
        ws.append(["填表说明"])
        ws.append(["新列", "购买方名称", "发票\n流水号"])
        self._set_template(template)
        with self.assertRaisesRegex(UserError, "2-发票明细信息"):
            invoice.action_export()
        lines = template.create_sheet("2-发票明细信息")
        self._set_template(template)
        with self.assertRaisesRegex(UserError, "发票流水号"):
            invoice.action_export()
        lines.append(["金额", "发票流水号"])
        self._set_template(template)
        book = self._export(invoice)
        rows = list(book["1-发票基本信息"].values)
        self.assertEqual(rows[2], (None, "Wang Fang", invoice.name))
        total = f"{self.bill.amount_total:.2f}"
        self.assertEqual(list(book["2-发票明细信息"].values)[1], (total, invoice.name))
        self.company.property_tax_template = base64.b64encode(b"no workbook")
        with self.assertRaisesRegex(UserError, "no workbook"):
            invoice.action_export()

    def _set_template(self, book):
        buffer = io.BytesIO()
        book.save(buffer)
        self.company.property_tax_template = base64.b64encode(buffer.getvalue())

    def test_a_region_that_lacks_is_added_by_the_accountant(self):
        invoice = self._request()
        with self.assertRaisesRegex(ValidationError, "96"):
            invoice.number = "26962000000012345678"
        accountant = self.make_user("property_fee_acc", "property_fees.group_fee_accountant")
        regions = self.env["property.tax.region"].with_user(accountant)
        regions.create({"code": "96", "name": "New"})
        invoice.number = "26962000000012345678"

    def test_owner_asks_in_the_portal_and_the_neighbour_cannot(self):
        self.user_owner.password = self.user_neighbour.password = "portal-secret"
        url = f"/my/bills/{self.bill.id}/invoice"
        self.authenticate("property_neighbour", "portal-secret")
        self.assertNotIn(self.bill.name, self.url_open(url).text)
        self.authenticate("property_owner", "portal-secret")
        page = self.url_open(url).text
        token = re.search(r'csrf_token" value="([^"]+)"', page)[1]
        bad = {"csrf_token": token, "buyer_kind": "company", "buyer_name": "Ltd", "email": ""}
        self.assertIn("taxpayer number", self.url_open(url, data=bad).text)
        good = {"csrf_token": token, "buyer_kind": "person", "buyer_name": "Wang"}
        self.assertIn("Asked for", self.url_open(url, data=good).text)
        invoice = self.bill.property_tax_invoice_ids
        self.assertEqual(invoice.buyer_name, "Wang")
        invoice.write(
            {
                "number": NUMBER,
                "issue_date": date(2026, 4, 1),
                "file": "JVBERi0=",
                "filename": "a.pdf",
            }
        )
        invoice.action_issue()
        self.assertIn(NUMBER, self.url_open(url).text)
        self.assertEqual(self.url_open(f"{url}/file").content, b"%PDF-")

    def test_access(self):
        invoice = self._request()
        self.assertEqual(invoice.with_user(self.user_staff).read(["name"])[0]["id"], invoice.id)
        stranger = self.make_user(
            "property_stranger", "property_fees.group_cashier", self.other_community
        )
        self.assertFalse(self.env["property.tax.invoice"].with_user(stranger).search([]))
