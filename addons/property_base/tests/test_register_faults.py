# SPDX-License-Identifier: LGPL-3.0-or-later
"""Feed the import with everything that is not a register.

Each fault has to end in a message that names the place, the cause and the way out; never in a
traceback, never in half an import.
"""

import base64
import io
import re
import resource
import time
import zipfile
from datetime import datetime

import openpyxl
import xlsxwriter
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_register_import import HEAD, ROWS, RegisterCommon

GOOD = ("9", "1", "101", 80, "王怡")


@freeze_time("2026-11-21")
class RegisterFaults(RegisterCommon):
    def assert_file_refused(self, content, pattern, filename="register.xlsx"):
        """Check that the file is refused with a cause and a way out, and nothing is written."""
        wizard = self.make_import(content, filename=filename)
        for act in (wizard.action_check, wizard.action_import, wizard.action_start):
            with self.assertRaisesRegex(UserError, pattern) as caught:
                act()
            cause, _newline, remedy = str(caught.exception).partition("\n")
            self.assertTrue(cause.endswith(".") and remedy.endswith("."), caught.exception)
        self.assertEqual(wizard.state, "draft")
        self.assertFalse(self.community.unit_ids)
        self.assertFalse(self.logs())

    def assert_rows_refused(self, wizard, *codes):
        """Import, and check that exactly these rows were refused, each with a way out."""
        wizard.action_import()
        findings = wizard.log_id.finding_ids.filtered(lambda f: f.severity == "error")
        self.assertEqual(findings.mapped("code"), list(codes))
        for finding in findings:
            self.assertTrue(finding.sheet and finding.message and finding.remedy)
            self.assertNotIn("%(", finding.message + finding.remedy)
            self.assertNotIn("–", finding.message)
        self.assertEqual(wizard.error_count, len(codes))
        self.assertTrue(self.unit("101"), "the good row has to be there")

    @classmethod
    def rebuilt(cls, content, change):
        """Return the workbook with parts with other parts: name -> bytes, or a function of them."""
        buffer = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
        ):
            for part in source.infolist():
                data = source.read(part)
                data = change.get(part.filename, data)
                if callable(data):
                    data = data(source.read(part))
                target.writestr(part.filename, data)
            for name in change.keys() - set(source.namelist()):
                target.writestr(name, change[name])
        return buffer.getvalue()


class TestFaultyFiles(RegisterFaults):
    def test_empty_file(self):
        wizard = self.make_import(b"")
        with self.assertRaisesRegex(UserError, "Choose the workbook|is empty"):
            wizard.action_check()

    def test_random_bytes(self):
        self.assert_file_refused(bytes(range(256)) * 20, "not an Excel workbook")

    def test_picture_with_the_name_of_a_workbook(self):
        self.assert_file_refused(b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "not an Excel workbook")

    def test_pdf_and_web_page_with_the_name_of_a_workbook(self):
        for head in (b"%PDF-1.7\n", b"<html><table><tr><td>1</td></tr></table>", b"<?xml ?><a/>"):
            with self.subTest(head):
                self.assert_file_refused(head, "name of a workbook", "register.xls")

    def test_zip_that_is_no_workbook(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("readme.txt", "hello")
        self.assert_file_refused(buffer.getvalue(), "not an Excel workbook")

    def test_word_document(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", "<document/>")
        self.assert_file_refused(buffer.getvalue(), "not an Excel workbook")

    def test_truncated_workbook(self):
        content = self.make_book(*ROWS)
        for part in (0.2, 0.5, 0.9, 0.99):
            with self.subTest(part):
                self.assert_file_refused(content[: int(len(content) * part)], "damaged")

    def test_flipped_bytes_end_in_a_message_or_a_result(self):
        content = bytearray(self.make_book(*ROWS))
        for at in range(40, len(content), 97):
            broken = bytes(content[:at]) + bytes([content[at] ^ 0xFF]) + bytes(content[at + 1 :])
            wizard = self.make_import(broken)
            try:
                wizard.action_check()
            except UserError as error:
                self.assertIn("\n", str(error))
            self.assertFalse(self.community.unit_ids)

    def test_workbook_without_its_parts(self):
        content = self.make_book(*ROWS)
        for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"):
            with self.subTest(part):
                broken = self.rebuilt(content, {part: b"<broken"})
                self.assert_file_refused(broken, "damaged")

    def test_password_protected_workbook(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000
        encrypted = ole + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 1000
        self.assert_file_refused(encrypted, "password")

    def test_old_office_document_without_a_workbook(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4000
        self.assert_file_refused(ole, "old (Office document|format)", "register.xls")

    def test_binary_workbook(self):
        content = self.rebuilt(self.make_book(*ROWS), {})
        buffer = io.BytesIO(content)
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("xl/workbook.bin", b"\x00")
        self.assert_file_refused(buffer.getvalue(), "xlsb", "register.xlsb")

    def test_zip_bomb(self):
        buffer = io.BytesIO(self.make_book(*ROWS))
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
            for at in range(4):
                archive.writestr(f"xl/media/{at}.bin", b"\x00" * (80 << 20))
        self.assertLess(len(buffer.getvalue()), 1 << 20)
        self.assert_file_refused(buffer.getvalue(), "unpacks to")

    def test_entities_are_never_expanded(self):
        bomb = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">'
            b'<!ENTITY f SYSTEM "file:///etc/passwd">]><sst>&b;&f;</sst>'
        )
        for part in ("xl/sharedStrings.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            with self.subTest(part):
                broken = self.rebuilt(self.make_book(*ROWS), {part: bomb})
                self.assert_file_refused(broken, "no Excel workbook has")

    def test_too_big_a_file(self):
        self.assert_file_refused(b"PK\x03\x04" + b"\x00" * (31 << 20), "up to 30 MB")

    def test_too_many_sheets(self):
        book = openpyxl.Workbook(write_only=True)
        for at in range(201):
            book.create_sheet(str(at))
        buffer = io.BytesIO()
        book.save(buffer)
        self.assert_file_refused(buffer.getvalue(), "201 sheets")

    def test_a_hundred_thousand_rows_are_bounded(self):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"constant_memory": True})
        ws = book.add_worksheet("A")
        for at in range(100_001):
            ws.write_row(at, 0, HEAD[:5] if not at else ("9", "1", str(at), 80, "王怡"))
        book.close()
        wizard = self.make_import(buffer.getvalue())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        with self.assertRaisesRegex(UserError, "over 50000 rows"):
            wizard.action_check()
        self.assertLess(time.process_time() - began, 30)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 300 << 10)

    def test_text_that_is_no_text(self):
        self.assert_file_refused(b"\xff\xff\x81\x00\xfe" * 50, "neither UTF-8 nor GBK", "a.csv")


class TestFaultySheets(RegisterFaults):
    def test_empty_workbook(self):
        self.assert_file_refused(self.make_book(sheets={"Sheet1": []}), "looks like a register")

    def test_wrong_sheets(self):
        book = self.make_book(
            sheets={"收支": [("日期", "摘要", "金额"), (1, 2, 3)], "2": [("本表仅供内部使用",)]}
        )
        self.assert_file_refused(book, r"looks like a register \(收支, 2\)")

    def test_only_a_chart_sheet(self):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer)
        sheet, chart = book.add_chartsheet("Chart"), book.add_chart({"type": "column"})
        chart.add_series({"values": "={1,2}"})
        sheet.set_chart(chart)
        book.close()
        self.assert_file_refused(buffer.getvalue(), "no sheet with cells|looks like a register")

    def test_no_header(self):
        self.assert_file_refused(self.make_book(head=GOOD), "looks like a register")

    def test_header_without_needed_columns(self):
        wizard = self.make_import(self.make_book(("1", "王怡", 1), head=("房号", "业主", "电话")))
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.unit_count, wizard.error_count), ("checked", 0, 2))
        self.assertIn("known as Area", wizard.report_html)

    def test_two_headers_of_one_name(self):
        wizard = self.make_import(self.make_book((*GOOD, 99), head=(*HEAD[:5], HEAD[3])))
        self.assert_rows_refused(wizard)
        self.assertEqual(self.unit("101").area_m2, 80)
        self.assertEqual(wizard.log_id.finding_ids.code, "header_twice")

    def test_hidden_and_empty_sheets(self):
        book = openpyxl.load_workbook(
            io.BytesIO(
                self.make_book(sheets={"A": [HEAD[:5], GOOD], "B": [HEAD[:5], GOOD], "C": []})
            )
        )
        book["B"].sheet_state = "veryHidden"
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self.make_import(buffer.getvalue())
        self.assert_rows_refused(wizard)
        self.assertEqual(
            set(wizard.log_id.finding_ids.mapped("code")), {"sheet_hidden", "sheet_empty"}
        )

    def merged(self, lines, *ranges):
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        for cells in ranges:
            book.active.merge_cells(cells)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def test_merged_headers_in_two_lines(self):
        content = self.merged(
            [
                ("锦绣花园业主台账", None, None, None, None, None),
                ("楼栋", "单元", "房号", "建筑面积", "业主信息", None),
                (None, None, None, None, "姓名", "电话"),
                (*GOOD, "16619876001"),
            ],
            "A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2",
        )  # fmt: skip
        self.assert_rows_refused(self.make_import(content))
        self.assertEqual(self.unit("101").owner_ids.sudo().phone, "16619876001")

    def test_merged_building_down_the_rows(self):
        content = self.merged(
            [HEAD[:5], GOOD, (None, "1", "102", 80, "李四"), (None, "1", "103", 80, "赵六")],
            "A2:A4",
        )
        wizard = self.make_import(content)
        self.assert_rows_refused(wizard)
        self.assertEqual(wizard.unit_count, 3)

    def test_merges_without_end(self):
        content = self.merged([HEAD[:5], GOOD])
        merges = "".join(f'<mergeCell ref="A{at}:A1048576"/>' for at in range(2, 3000))
        content = self.rebuilt(
            content,
            {
                "xl/worksheets/sheet1.xml": lambda data: data.replace(
                    b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode()
                )
            },
        )
        self.assert_rows_refused(self.make_import(content))

    def test_thousands_of_columns(self):
        row = (*GOOD, *([None] * 3000), "far away")
        head = (*HEAD[:5], *(f"x{at}" for at in range(3000)))
        wizard = self.make_import(self.make_book(row, head=head))
        self.assert_rows_refused(wizard)
        self.assertLessEqual(len(wizard.column_ids), 120)

    def test_absurd_dimension(self):
        content = self.rebuilt(
            self.make_book(GOOD),
            {
                "xl/worksheets/sheet1.xml": lambda data: re.sub(
                    rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data
                )
            },
        )
        self.assert_rows_refused(self.make_import(content))

    def test_a_formatted_row_far_below(self):
        book = openpyxl.load_workbook(io.BytesIO(self.make_book(GOOD)))
        book.active.cell(900_000, 1).number_format = "0.00"
        buffer = io.BytesIO()
        book.save(buffer)
        self.assert_rows_refused(self.make_import(buffer.getvalue()))

    def test_macros_and_wrong_extensions(self):
        content = self.make_book(GOOD)
        buffer = io.BytesIO(content)
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macro")
        for filename in ("register.xlsm", "register.xls", "register.csv", "register", ""):
            with self.subTest(filename):
                self.assert_rows_refused(self.make_import(buffer.getvalue(), filename=filename))

    def test_comma_separated_text(self):
        text = "楼栋,单元,房号,建筑面积,业主姓名\r\n9栋,1单元,101,80㎡,王怡\r\n"
        for encoding in ("utf-8", "utf-8-sig", "gbk", "utf-16"):
            with self.subTest(encoding):
                wizard = self.make_import(text.encode(encoding), filename="台账.csv")
                self.assert_rows_refused(wizard)
        tabs = text.replace(",", "\t").replace("101", "104").encode("gbk")
        self.assert_rows_refused(self.make_import(tabs, filename="a.txt"))


class TestFaultyRows(RegisterFaults):
    def rows_import(self, *rows, head=HEAD):
        return self.make_import(self.make_book(GOOD, *rows, head=head))

    def test_error_values(self):
        values = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!")
        rows = [("9", "1", str(201 + at), value, "李四") for at, value in enumerate(values)]
        self.assert_rows_refused(self.rows_import(*rows), *["error_value"] * 4)

    def test_formulas_without_values(self):
        self.assert_rows_refused(
            self.rows_import(("9", "1", "201", "=D2*2", "李四")), "formula_no_value"
        )

    def test_impossible_areas(self):
        values = ("待测", -88.1, 0, "NaN", "1e400", "89,64", 10**9, None, True, "1/0")
        rows = [("9", "1", str(201 + at), value, "李四") for at, value in enumerate(values)]
        self.assert_rows_refused(
            self.rows_import(*rows),
            "area_not_number", "area_not_positive", "area_not_positive", "area_not_number",
            "area_not_number", "area_not_number", "area_too_big", "area_missing",
            "area_not_number", "area_not_number",
        )  # fmt: skip

    def test_impossible_dates(self):
        values = (
            "2019年13月45日",
            "0001-01-01",
            "9999-12-31",
            "soon",
            datetime(1900, 1, 1),
            True,
            5,
        )
        rows = [
            ("9", "1", str(201 + at), 80, "李四", None, None, None, value)
            for at, value in enumerate(values)
        ]
        self.assert_rows_refused(
            self.rows_import(*rows),
            "date_not_exist", "date_out_of_range", "date_out_of_range", "date_not_date",
            "date_out_of_range", "date_not_date", "date_not_date",
        )  # fmt: skip

    def test_impossible_people(self):
        rows = [
            ("9", "1", "201", 80, "李四", None, "1990"),
            ("9", "1", "202", 80, "李四", None, "abc"),
            ("9", "1", "203", 80, "李四", None, None, "尾号"),
            ("9", "1", "204", 80, "李" * 300),
        ]
        self.assert_rows_refused(
            self.rows_import(*rows), "phone_too_short", "phone_invalid", "id_invalid",
            "text_too_long",
        )  # fmt: skip

    def test_missing_places(self):
        rows = [
            (None, "1", "201", 80, "李四"),
            ("9", "1", None, 80, "李四"),
            (datetime(2026, 3, 1), "1", "202", 80, "李四"),
            ("9", "1", "楼" * 99, 80, "李四"),
        ]
        self.assert_rows_refused(
            self.rows_import(*rows),
            "building_missing", "number_missing", "cell_is_date", "text_too_long",
        )  # fmt: skip

    def test_very_long_cells(self):
        rows = [("9", "1", "201", 80, "李四" * 20_000), ("9" * 30_000, "1", "202", 80, "李四")]
        self.assert_rows_refused(self.rows_import(*rows), "text_too_long", "text_too_long")

    def test_duplicate_units(self):
        rows = [
            ("9栋", "1单元", "0101", 80, "李四"),
            ("9#", 1, "101", 81, "王怡"),
            ("9", "1", "101", 80, "王怡"),
        ]
        self.assert_rows_refused(
            self.rows_import(*rows), "duplicate_conflict", "duplicate_conflict"
        )
        self.assertEqual(self.unit("101").owner_ids.name, "王怡")

    def test_control_characters_are_dropped(self):
        book = xlsxwriter.Workbook(buffer := io.BytesIO())
        ws = book.add_worksheet("A")
        ws.write_row(0, 0, HEAD[:5])
        ws.write_row(1, 0, GOOD)
        ws.write_row(2, 0, ("9", "1\u200b", "102\u202e", 80, "李\x07四\ufeff\x00"))
        book.close()
        self.assert_rows_refused(self.make_import(buffer.getvalue()))
        self.assertEqual(self.unit("102").owner_ids.name, "李四")

    def test_formulas_and_markup_as_names_are_plain_text(self):
        for at, name in enumerate(("<script>alert(1)</script>", "@SUM(A1)", "'; DROP TABLE x; --")):
            wizard = self.rows_import(("9", "1", str(301 + at), 80, name, None, "1"))
            wizard.action_check()
            self.assertNotIn("<script", wizard.report_html)
            wizard.action_import()
        self.assertTrue(self.unit("101"))

    def test_shares_that_do_not_add_up(self):
        head = (*HEAD[:5], "产权份额")
        rows = [
            ("9", "1", "201", 80, "李四、赵六", "60%、60%"),
            ("9", "1", "202", 80, "李四、赵六", "1/2、1/4、1/4"),
            ("9", "1", "203", 80, "李四、赵六", "一半、一半"),
        ]
        self.assert_rows_refused(
            self.rows_import(*rows, head=head), "shares_not_one", "shares_count", "share_invalid"
        )


@tagged("post_install", "-at_install")
class TestOldWorkbook(RegisterFaults):
    def test_xls_is_read_where_the_library_is_there(self):
        try:
            import xlwt
        except ImportError:
            self.skipTest("no library here writes .xls")
        book = xlwt.Workbook()
        ws = book.add_sheet("台账")
        for at, line in enumerate((HEAD[:5], GOOD)):
            for column, value in enumerate(line):
                ws.write(at, column, value)
        book.save(buffer := io.BytesIO())
        self.assert_rows_refused(self.make_import(buffer.getvalue(), filename="台账.xls"))

    def test_base64_is_what_the_field_takes(self):
        self.assertEqual(base64.b64decode(self.make_import(b"x").file), b"x")
