# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import os
import subprocess
import tempfile
import threading
import time
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..models import ir_actions_report as engine
from ..pdf import Browser, PdfError, PrintOptions, slot
from .common import PropertyCommon

TEMPLATE = """
<t t-name="property_base.test_report">
    <t t-call="web.html_container">
        <t t-foreach="docs" t-as="o">
            <t t-call="web.external_layout">
                <div class="page">
                    <h1>清单 <span t-out="o.name"/></h1>
                    <img t-if="image" t-att-src="image" style="width:20mm;height:20mm"/>
                    <table class="table">
                        <thead><tr><th>序号栏</th><th>内容</th></tr></thead>
                        <tbody>
                            <tr t-foreach="range(o.floor * 10)" t-as="row">
                                <td t-out="row"/><td>物业服务费</td>
                            </tr>
                        </tbody>
                    </table>
                </div>
            </t>
        </t>
    </t>
</t>
"""
SHEET = """
<t t-name="property_base.test_sheet">
    <t t-call="web.html_container"><main><t t-foreach="docs" t-as="o">
        <div style="width:58mm;height:38mm;break-inside:avoid"><b t-out="o.name"/></div>
    </t></main></t>
</t>
"""


def pdf_text(pdf, page=None):
    pages = ["-f", str(page), "-l", str(page)] if page else []
    return subprocess.run(
        ["pdftotext", "-layout", *pages, "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def pdf_pages(pdf):
    return PdfFileReader(io.BytesIO(pdf)).pages


def pdf_image(pdf, page=1):
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        png = subprocess.run(
            ["pdftoppm", "-r", "50", "-png", "-f", str(page), "-l", str(page), file.name],
            capture_output=True,
            check=True,
        ).stdout
    return Image.open(io.BytesIO(png)).convert("RGB")


def size_mm(page):
    return tuple(round(float(side) * 25.4 / 72) for side in page.mediabox[2:])


class PdfCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("property_base.pdf_engine", "chromium")
        cls.env.company.report_footer = "<p>服务热线 400-123</p>"
        cls.env.company.company_details = "<p>幸福物业公司</p>"
        cls.env.company.external_report_layout_id = cls.env.ref("web.external_layout_standard")
        cls.units = cls.make_unit("101", floor=6) | cls.make_unit("102", floor=1)
        cls.report = cls.make_report("property_base.test_report", TEMPLATE)
        cls.reports = cls.env["ir.actions.report"].with_context(force_report_rendering=True)

    @classmethod
    def make_report(cls, name, arch, **vals):
        view = cls.env["ir.ui.view"].create({"type": "qweb", "key": name, "arch": arch})
        cls.env["ir.model.data"].create(
            {
                "module": "property_base",
                "name": name.partition(".")[2],
                "model": "ir.ui.view",
                "res_id": view.id,
            }
        )
        return cls.env["ir.actions.report"].create(
            {"name": name, "report_name": name, "model": "property.unit", **vals}
        )

    def render(self, records, report=None, data=None, **context):
        reports = self.reports.with_context(**context)
        report = report or self.report
        pdf, kind = reports._render_qweb_pdf(
            report.report_name, records.ids, data={"image": False, **(data or {})}
        )
        self.assertEqual(kind, "pdf")
        return pdf


@tagged("post_install", "-at_install")
class TestReportPdf(PdfCommon):
    def test_chinese_text_header_footer_and_numbers_on_each_page(self):
        pdf = self.render(self.units[0])
        count = len(pdf_pages(pdf))
        self.assertGreater(count, 1)
        for page in range(1, count + 1):
            text = pdf_text(pdf, page)
            self.assertIn("幸福物业公司", text, f"header on page {page}")
            self.assertIn("服务热线 400-123", text, f"footer on page {page}")
            self.assertIn(f"{page} / {count}", text)
            self.assertIn("序号栏", text, f"table head on page {page}")
        self.assertEqual(pdf_text(pdf).count("物业服务费"), 60)

    def test_two_records_are_printed_one_after_the_other(self):
        pdf = self.render(self.units)
        alone = len(pdf_pages(self.render(self.units[0])))
        self.assertEqual(len(pdf_pages(pdf)), alone + 1)
        last = pdf_text(pdf, alone + 1)
        self.assertIn("清单 3-1-102", last)
        self.assertIn("1 / 1", last)
        self.assertIn(f"1 / {alone}", pdf_text(pdf, 1))

    def test_records_are_split_and_kept_as_attachments(self):
        self.report.write({"attachment": "'%s.pdf' % object.name", "attachment_use": True})
        self.render(self.units)
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "property.unit"), ("res_id", "in", self.units.ids)]
        )
        self.assertEqual(set(attachments.mapped("name")), {"3-1-101.pdf", "3-1-102.pdf"})
        first = attachments.filtered(lambda file: file.res_id == self.units[0].id)
        self.assertIn("3-1-101", pdf_text(first.raw))
        self.assertNotIn("3-1-102", pdf_text(first.raw))
        # a third record is printed, the stored ones are taken as they are
        third = self.make_unit("103", floor=1)
        with patch.object(Browser, "print", autospec=True, side_effect=Browser.print) as printed:
            pdf = self.render(self.units | third)
        self.assertEqual(printed.call_count, 1)
        for number in ("101", "102", "103"):
            self.assertIn(f"清单 3-1-{number}", pdf_text(pdf))

    def test_a_document_is_tagged_and_has_an_outline(self):
        reader = PdfFileReader(io.BytesIO(self.render(self.units[1])))
        self.assertIn("/Outlines", reader.trailer["/Root"])
        self.assertIn("/StructTreeRoot", reader.trailer["/Root"])

    def test_the_same_record_twice(self):
        pdf = self.render(self.env["property.unit"].browse([self.units[1].id] * 2))
        self.assertEqual(len(pdf_pages(pdf)), 2)

    def test_records_on_one_sheet_are_not_taken_apart(self):
        paper = self.env["report.paperformat"].create(
            {
                "name": "Label",
                "format": "custom",
                "page_width": 60,
                "page_height": 40,
                "orientation": "Portrait",
                "margin_top": 1,
                "margin_bottom": 1,
                "margin_left": 1,
                "margin_right": 1,
                "header_spacing": 0,
                "disable_shrinking": True,
            }
        )
        report = self.make_report("property_base.test_sheet", SHEET, paperformat_id=paper.id)
        pages = pdf_pages(self.render(self.units, report))
        self.assertEqual([size_mm(page) for page in pages], [(60, 40), (60, 40)])

    def test_landscape(self):
        self.assertEqual(size_mm(pdf_pages(self.render(self.units[1]))[0]), (210, 297))
        turned = self.render(self.units[1], landscape=True)
        self.assertEqual(size_mm(pdf_pages(turned)[0]), (297, 210))
        self.report.paperformat_id = self.env.ref("base.paperformat_us").copy(
            {"orientation": "Landscape"}
        )
        self.assertEqual(size_mm(pdf_pages(self.render(self.units[1]))[0]), (279, 216))

    def test_images_of_this_database_are_printed(self):
        picture = io.BytesIO()
        Image.new("RGB", (20, 20), (255, 0, 0)).save(picture, "PNG")
        attachment = self.env["ir.attachment"].create(
            {"name": "red.png", "raw": picture.getvalue(), "res_model": "property.unit"}
        )
        base_url = self.env["ir.config_parameter"].get_param("web.base.url")
        for url in (
            f"/web/image/{attachment.id}",
            f"{base_url}/web/content/{attachment.id}?unique=1",
            f"/web/image/ir.attachment/{attachment.id}/raw/20x20/red.png",
        ):
            pixels = pdf_image(self.render(self.units[1], data={"image": url}))
            self.assertIn((255, 0, 0), set(pixels.getdata()), url)

    def test_a_broken_image_stops_nothing(self):
        for url in ("/web/image/999999999", "http://127.0.0.1:1/x.png", "file:///etc/passwd", "x"):
            pdf = self.render(self.units[1], data={"image": url})
            self.assertIn("清单", pdf_text(pdf))

    def test_a_document_shows_no_image_that_its_reader_may_not_see(self):
        secret = self.env["ir.attachment"].create(
            {"name": "secret.png", "raw": b"x", "res_model": "property.unit", "res_id": 0}
        )
        secret.res_id = self.units[0].id
        url = f"/web/image/{secret.id}"
        for user in (self.user_neighbour, self.user_owner):
            reports = self.env["ir.actions.report"].with_user(user).sudo()
            self.assertIsNone(reports.sudo(False)._pdf_fetch(url))
        self.assertTrue(self.reports._pdf_fetch(url))

    def test_foreign_paths_are_refused(self):
        for url in ("/web/static/../../../../etc/passwd", "/etc/passwd", "//evil/x", "ftp://x/y"):
            self.assertIsNone(self.reports._pdf_fetch(url), url)

    def test_barcode_is_drawn_without_a_request(self):
        content, mimetype = self.reports._pdf_fetch("/report/barcode/QR/hello?width=99&height=99")
        self.assertEqual(mimetype, "image/png")
        self.assertEqual(Image.open(io.BytesIO(content)).size, (99, 99))
        self.assertTrue(
            self.reports._pdf_fetch("/report/barcode/?barcode_type=Code128&value=A1&width=200")
        )

    def test_barcode_kinds_without_compiled_renderer(self):
        for kind, value in (
            ("QR", "https://example.com/p/1"),
            ("auto", "4006381333931"),
            ("UPCA", "01234567890"),
            ("EAN13", "not a number"),
            ("Code128", "3-1-101"),
        ):
            png = self.reports._draw_barcode(kind, value, width=300, height=100, humanreadable=1)
            colours = {color for _count, color in Image.open(io.BytesIO(png)).getcolors(9999)}
            self.assertLessEqual({(0, 0, 0), (255, 255, 255)}, colours, kind)

    def test_the_setting_chooses_the_engine(self):
        set_param = self.env["ir.config_parameter"].set_param
        patched = engine._wkhtml()._replace(is_patched_qt=True, state="ok")
        set_param("property_base.pdf_engine", "auto")
        with patch.object(engine, "_wkhtml", lambda: patched):
            self.assertEqual(self.reports._get_pdf_engine(), "wkhtmltopdf")
            own = self.reports._get_pdf_engine("property_base.property_unit_report_sheet")
            self.assertEqual(own, "chromium")
        plain = patched._replace(is_patched_qt=False)
        with patch.object(engine, "_wkhtml", lambda: plain):
            self.assertEqual(self.reports._get_pdf_engine(), "chromium")
            with patch.object(engine, "find_executable", lambda: None):
                self.assertEqual(self.reports._get_pdf_engine(), "wkhtmltopdf")
        set_param("property_base.pdf_engine", "wkhtmltopdf")
        for report in (None, "property_base.property_unit_report_sheet"):
            self.assertEqual(self.reports._get_pdf_engine(report), "wkhtmltopdf")

    def test_missing_browser_is_explained(self):
        with (
            patch.object(engine, "find_executable", lambda: None),
            self.assertRaisesRegex(UserError, "apt-get install chromium"),
        ):
            self.assertEqual(self.reports.get_wkhtmltopdf_state(), "install")
            self.render(self.units[1])

    def test_every_failure_has_its_advice(self):
        messages = {
            self.reports._get_pdf_error_message(PdfError(code, "why"))
            for code in ("missing", "sandbox", "busy", "timeout", "failed")
        }
        self.assertEqual(len(messages), 5)

    def test_time_limit(self):
        with (
            patch.object(type(self.reports), "_get_pdf_timeout", lambda _self: 0.01),
            self.assertRaisesRegex(UserError, "took longer|being printed"),
        ):
            self.render(self.units[1])

    def test_settings_page(self):
        settings = self.env["res.config.settings"].create({"property_pdf_engine": "chromium"})
        settings.property_pdf_slots = 3
        settings.execute()
        self.assertEqual(self.reports._get_pdf_slots(), 3)

    def test_qr_code(self):
        uri = self.reports._get_qr_data_uri("https://example.com/p/abc")
        svg = base64.b64decode(uri.partition(",")[2])
        self.assertTrue(svg.startswith(b"<svg"))


@tagged("post_install", "-at_install")
class TestBrowser(PdfCommon):
    def test_five_at_once(self):
        results, errors = [], []

        def work(number):
            try:
                with slot(2, 60), Browser() as browser:
                    html = f"<html lang='zh-CN'><body>第{number}份</body></html>"
                    results.append((number, pdf_text(browser.print(html, PrintOptions(100, 100)))))
            except PdfError as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertFalse(errors)
        self.assertEqual(len(results), 5)
        for number, text in results:
            self.assertIn(f"第{number}份", text)

    def test_slots_are_limited(self):
        with tempfile.TemporaryDirectory() as folder:
            with slot(1, 1, folder), self.assertRaises(PdfError) as caught, slot(1, 0.2, folder):
                pass
            self.assertEqual(caught.exception.code, "busy")
            with slot(1, 0, folder):
                pass

    def test_nothing_is_left_behind(self):
        with Browser() as browser:
            folder, pid = browser._folder, browser._process.pid
            browser.print("<p>x</p>", PrintOptions(100, 100))
        self.assertFalse(os.path.exists(folder))
        with self.assertRaises(ProcessLookupError):
            for _attempt in range(50):
                os.killpg(pid, 0)
                time.sleep(0.1)

    def test_a_dead_browser_is_reported(self):
        with Browser() as browser:
            browser._process.kill()
            os.killpg(browser._process.pid, 9)
            with self.assertRaises(PdfError):
                browser.print("<p>x</p>", PrintOptions(100, 100))

    def test_scripts_do_not_run(self):
        html = (
            "<html><body><p id='p'>before</p><script>p.textContent='after'</script></body></html>"
        )
        with Browser() as browser:
            text = pdf_text(browser.print(html, PrintOptions(100, 100)))
        self.assertIn("before", text)
        self.assertNotIn("after", text)

    def test_background_colours_are_printed(self):
        html = "<body style='margin:0'><div style='background:#00f;height:50mm'></div></body>"
        with Browser() as browser:
            image = pdf_image(browser.print(html, PrintOptions(100, 100)))
        self.assertEqual(image.getpixel((100, 50)), (0, 0, 255))
