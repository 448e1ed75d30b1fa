# SPDX-License-Identifier: LGPL-3.0-or-later

import base64
import contextlib
import io
import logging
import mimetypes
import os
import re
from collections import OrderedDict
from dataclasses import replace
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

import lxml.html
from reportlab.graphics.utils import RenderPMError

from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools.barcode import check_barcode_encoding, createBarcodeDrawing
from odoo.tools.image import image_process
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.misc import file_open, str2bool
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..pdf import (
    Browser,
    PageSetup,
    PdfError,
    compose,
    drawing_to_png,
    find_executable,
    prepare_css,
    qr_data_uri,
    running_part,
    slot,
)

_logger = logging.getLogger(__name__)

_BINARY_URL = re.compile(
    r"^/web/(?P<kind>image|content)/(?:"
    r"(?P<model>[a-z_][\w.]*)/(?P<res_id>\d+)/(?P<field>\w+)"
    r"|(?P<id>\d+)(?:-[^/]*)?"
    r"|(?P<xmlid>[a-zA-Z_]\w*\.[\w.-]+)"
    r")(?:/(?P<width>\d+)x(?P<height>\d+))?(?:/[^/]*)?$"
)
_STATIC_URL = re.compile(r"^/(?P<path>\w+/static/.+)$")
_ASSET_URL = re.compile(r"^/web/assets/(?P<unique>[^/]+)/(?P<name>[^/]+\.css)$")


@lru_cache(maxsize=16)
def _self_contained_css(css):
    """Prepare a bundle once per content: fonts are read and encoded, which is slow."""
    return prepare_css(css, _fetch_static).encode()


def _fetch_static(url):
    match = _STATIC_URL.match(os.path.normpath(urlsplit(url).path))
    if not match:
        return None
    path = unquote(match["path"])
    try:
        with file_open(path, "rb") as file:
            return file.read(), mimetypes.guess_type(path)[0] or "application/octet-stream"
    except (FileNotFoundError, ValueError, IsADirectoryError):
        return None


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    # === ENGINE === #

    @api.model
    def _get_pdf_engine(self, report_ref=None):
        """Choose the program that prints, from the setting and from what is installed.

        Only the patched build of wkhtmltopdf prints headers and footers at all, and no build knows
        the style sheets of the suite's own documents (grids, flexible boxes, variables).

        :param report_ref: report to print, where it is known
        :return: ``chromium`` or ``wkhtmltopdf``
        """
        setting = self._get_pdf_param("engine")
        if setting in ("chromium", "wkhtmltopdf"):
            return setting
        if not find_executable():
            return "wkhtmltopdf"
        if report_ref and self._get_report(report_ref).report_name.startswith("property_"):
            return "chromium"
        return "wkhtmltopdf" if _wkhtml().is_patched_qt else "chromium"

    @api.model
    def _get_pdf_param(self, name):
        # sudo: everybody prints, only administrators read system parameters
        return self.env["ir.config_parameter"].sudo().get_param(f"property_base.pdf_{name}")

    @api.model
    def get_wkhtmltopdf_state(self):
        """Extend `base`: the web client asks this before it downloads a PDF."""
        if self._get_pdf_engine() == "chromium":
            return "ok" if find_executable() else "install"
        return super().get_wkhtmltopdf_state()

    @api.model
    def _get_pdf_slots(self):
        """:return: how many browsers may print at once on this machine"""
        value = self._get_pdf_param("slots")
        return (
            int(value) if value and value.isdigit() and int(value) else max(2, os.cpu_count() or 1)
        )

    @api.model
    def _get_pdf_timeout(self):
        """:return: seconds that one document may take"""
        value = self._get_pdf_param("timeout")
        return int(value) if value and value.isdigit() and int(value) else 60

    @contextlib.contextmanager
    def _pdf_browser(self):
        """Start a browser, with errors that tell the user what to do.

        :raise UserError: the browser is missing, overloaded or fails
        """
        timeout = self._get_pdf_timeout()
        no_sandbox = str2bool(self._get_pdf_param("no_sandbox") or "0", False)
        try:
            with (
                slot(self._get_pdf_slots(), timeout),
                Browser(timeout=timeout, no_sandbox=no_sandbox) as browser,
            ):
                yield browser
        except PdfError as error:
            if error.code != "missing":
                _logger.warning("Printing a PDF with Chromium: %s", error)
            raise UserError(self._get_pdf_error_message(error)) from error

    @api.model
    def _get_pdf_error_message(self, error):
        """:return: what happened and what to do next"""
        if error.code == "missing":
            return self.env._(
                "Chromium was not found, so the PDF cannot be made. Install it on the server "
                "(Debian and Ubuntu: apt-get install chromium fonts-noto-cjk) and print again."
            )
        if error.code == "sandbox":
            return self.env._(
                "Chromium cannot start its sandbox here. Allow user namespaces for the user that "
                "runs Odoo, or set the system parameter property_base.pdf_no_sandbox to 1."
            )
        if error.code == "busy":
            return self.env._("Too many documents are being printed. Print again in a minute.")
        if error.code == "timeout":
            return self.env._(
                "The document took longer than %(seconds)s seconds. Print fewer records at once, "
                "or raise the system parameter property_base.pdf_timeout.",
                seconds=self._get_pdf_timeout(),
            )
        return self.env._(
            "Chromium could not make the PDF. It said: %(message)s",
            message=error.detail[-500:] or error.code,
        )

    # === PRINTING === #

    @api.model
    def _run_wkhtmltopdf(
        self,
        bodies,
        report_ref=False,
        header=None,
        footer=None,
        landscape=False,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Override of `base`: print with Chromium when that is the engine."""
        if self._get_pdf_engine(report_ref) != "chromium":
            return super()._run_wkhtmltopdf(
                bodies,
                report_ref=report_ref,
                header=header,
                footer=footer,
                landscape=landscape,
                specific_paperformat_args=specific_paperformat_args,
                set_viewport_size=set_viewport_size,
            )
        report = self._get_report(report_ref) if report_ref else self
        setup = self._get_page_setup(
            report.get_paperformat(), landscape, specific_paperformat_args or {}
        )
        # what the user may not read is not printed either, even where rendering runs as sudo
        fetch = self.sudo(False)._pdf_fetch
        pdfs = []
        with self._pdf_browser() as browser:
            for index, body in enumerate(bodies):
                document = compose(
                    str(body),
                    running_part(str(header or ""), "header", index),
                    running_part(str(footer or ""), "footer", index),
                    setup,
                    fetch,
                    lang=self._get_pdf_lang(str(body)),
                )
                heights = ()
                if document.measure:
                    heights = browser.measure(document.measure, setup.layout_width)
                options = replace(document.options(*heights), tagged=len(bodies) == 1)
                pdfs.append(browser.print(document.html, options))
        parts = self.env.context.get("property_pdf_parts")
        if parts is not None and report_ref:
            parts += [
                (self._get_body_res_id(str(body), report.model), pdf)
                for body, pdf in zip(bodies, pdfs, strict=True)
            ]
            if self._are_separable(parts, self.env.context["property_pdf_ids"]):
                # the caller takes the parts: joining them to be split again would be for nothing
                return pdfs[0]
        return self._join_pdfs(pdfs)

    @api.model
    def _are_separable(self, parts, wanted_ids):
        """:return: whether each part is the whole document of one of the wanted records"""
        ids = [res_id for res_id, _pdf in parts]
        return bool(ids) and len(set(ids)) == len(ids) and set(ids) <= set(wanted_ids)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Override of `base`: tell the records of a joint print apart.

        Odoo does that by the outline that wkhtmltopdf writes. Here each body is printed on its own,
        so the parts are known.
        """
        if self._get_pdf_engine(report_ref) != "chromium":
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        if not find_executable():
            raise UserError(self._get_pdf_error_message(PdfError("missing")))
        unique_ids = list(dict.fromkeys(res_ids or ()))
        if len(unique_ids) < 2 or len(unique_ids) != len(res_ids):
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        parts = []
        streams = super(
            IrActionsReport,
            self.with_context(property_pdf_parts=parts, property_pdf_ids=tuple(unique_ids)),
        )._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        by_id = dict(parts)
        if not self._are_separable(parts, unique_ids):
            return streams
        report_sudo = self._get_report(report_ref)
        keep = report_sudo.attachment and not self.env.context.get("report_pdf_no_attachment")
        result = OrderedDict()
        for record in self.env[report_sudo.model].browse(unique_ids):
            if record.id in by_id:
                result[record.id] = {
                    "stream": io.BytesIO(by_id[record.id]),
                    "attachment": report_sudo.retrieve_attachment(record) if keep else None,
                }
            else:
                # a stored attachment, which Odoo drops from a joint print
                result.update(
                    super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=[record.id])
                )
        return result

    @api.model
    def _get_page_setup(self, paper, landscape, arguments):
        """:return: PageSetup of a paper format

        :param landscape: turn the sheet whatever the paper format says
        :param arguments: ``data-report-...`` attributes of the report, which come first
        """
        if landscape is None:
            landscape = arguments.get("data-report-landscape")
        setup = PageSetup(
            width=paper.print_page_width or 210,
            height=paper.print_page_height or 297,
            margin_top=float(arguments.get("data-report-margin-top") or paper.margin_top),
            margin_right=paper.margin_right,
            margin_bottom=paper.margin_bottom,
            margin_left=paper.margin_left,
            header_spacing=float(
                arguments.get("data-report-header-spacing") or paper.header_spacing
            ),
            header_line=paper.header_line,
            exact=paper.disable_shrinking,
        )
        return setup.turned() if landscape else setup

    @api.model
    def _get_pdf_lang(self, body):
        """:return: BCP 47 language of a document

        Han characters are one code in several national forms. They are taken from Chinese unless
        the document is in another language that has forms of its own.
        """
        match = re.search(r'data-oe-lang="(\w+)"', body)
        lang = (match and match[1]) or self.env.context.get("lang") or self.env.user.lang or ""
        if lang.partition("_")[0] in ("zh", "ja", "ko"):
            return lang.replace("_", "-")
        return "zh-CN"

    @api.model
    def _get_body_res_id(self, body, model):
        for node in lxml.html.document_fromstring(body).find_class("article"):
            if node.get("data-oe-model") == model and (node.get("data-oe-id") or "").isdigit():
                return int(node.get("data-oe-id"))
        return None

    @api.model
    def _join_pdfs(self, pdfs):
        if len(pdfs) == 1:
            return pdfs[0]
        writer = PdfFileWriter()
        for pdf in pdfs:
            writer.appendPagesFromReader(PdfFileReader(io.BytesIO(pdf)))
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    # === RESOURCES === #

    def _pdf_fetch(self, url):
        """Read what a document refers to from this database, with the rights of the user.

        :param url: as written in the document; only paths of this server are answered
        :return: (bytes, mimetype), or None when there is no such thing or no right to it
        """
        parts = urlsplit(url)
        if (parts.scheme or parts.netloc) and not self._is_own_url(url):
            _logger.info("Left out of a PDF: %s", url[:200])
            return None
        path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        try:
            return (
                _fetch_static(path)
                or self._pdf_fetch_asset(path)
                or self._pdf_fetch_barcode(path, query)
                or self._pdf_fetch_binary(path, query)
            )
        except (AccessError, MissingError, UserError, ValueError) as error:
            _logger.info("Left out of a PDF: %s (%s)", url[:200], error)
            return None

    def _is_own_url(self, url):
        bases = {self.get_base_url(), self._get_report_url()}
        return any(base and url.startswith(base.rstrip("/") + "/") for base in bases)

    def _pdf_fetch_asset(self, path):
        match = _ASSET_URL.match(path)
        if not match:
            return None
        # sudo: style sheets are public, their attachments belong to the system
        env = self.sudo().env
        attachment = env["ir.attachment"].search(
            [("url", "=", path), ("public", "=", True), ("res_model", "=", "ir.ui.view")], limit=1
        )
        if not attachment:
            name, rtl, _kind, autoprefix = env["ir.asset"]._parse_bundle_name(match["name"], False)
            bundle = env["ir.qweb"]._get_asset_bundle(
                name, css=True, js=False, rtl=rtl, autoprefix=autoprefix
            )
            attachment = bundle.css()
        return _self_contained_css(attachment.raw.decode()), "text/css"

    def _pdf_fetch_barcode(self, path, query):
        if not path.startswith("/report/barcode"):
            return None
        segments = [unquote(segment) for segment in path.split("/", 4)[3:]]
        if len(segments) == 2:
            query = {**query, "barcode_type": segments[0], "value": segments[1]}
        if not query.get("value"):
            return None
        options = {
            key: value for key, value in query.items() if key not in ("barcode_type", "value")
        }
        content = self.barcode(query.get("barcode_type", "QR"), query["value"], **options)
        return content, "image/png"

    def _pdf_fetch_binary(self, path, query):
        if path in ("/web/image", "/web/content"):
            path = "/".join(
                [path, query.get("model", ""), query.get("id", ""), query.get("field", "raw")]
            )
        elif path in ("/logo.png", "/logo", "/web/binary/company_logo"):
            company = query.get("company")
            company = int(company) if company and company.isdigit() else self.env.company.id
            path = f"/web/image/res.company/{company}/logo"
        match = _BINARY_URL.match(path)
        if not match:
            return None
        field = match["field"] or query.get("field") or "raw"
        binary = self.env["ir.binary"]
        record = binary._find_record(
            match["xmlid"],
            match["model"] or "ir.attachment",
            int(match["res_id"] or match["id"] or 0) or None,
            query.get("access_token"),
            field=field,
        )
        definition = record._fields.get(field)
        if definition is None or definition.type != "binary":
            return None
        record._check_field_access(definition, "read")
        # not a stream: those need a request, and mail and scheduled actions print without one
        content = record.with_context(bin_size=False)[field]
        if not content:
            return None
        if field != "raw":
            content = base64.b64decode(content)
        if match["kind"] == "image":
            content = image_process(
                content,
                size=(
                    int(match["width"] or query.get("width") or 0),
                    int(match["height"] or query.get("height") or 0),
                ),
                crop=str2bool(query.get("crop") or "0", False),
            )
        return content, guess_mimetype(content, "application/octet-stream")

    # === BARCODES === #

    @api.model
    def barcode(self, barcode_type, value, **kwargs):
        """Extend `base`: draw with Pillow where reportlab has no compiled renderer."""
        try:
            return super().barcode(barcode_type, value, **kwargs)
        except RenderPMError:
            return self._draw_barcode(barcode_type, value, **kwargs)

    @api.model
    def _draw_barcode(self, barcode_type, value, **kwargs):
        if barcode_type == "UPCA" and len(value) in (11, 12, 13):
            barcode_type, value = "EAN13", value.rjust(13, "0") if len(value) < 13 else value
        elif barcode_type == "auto":
            barcode_type = {8: "EAN8", 13: "EAN13"}.get(len(value), "Code128")
        if barcode_type in ("EAN8", "EAN13") and not check_barcode_encoding(value, barcode_type):
            barcode_type = "Code128"
        options = {
            "width": int(kwargs.get("width", 600)),
            "height": int(kwargs.get("height", 100)),
            "humanReadable": bool(int(kwargs.get("humanreadable", 0))),
        }
        if barcode_type == "QR":
            quiet = bool(int(kwargs.get("quiet", 1)))
            options["barBorder"] = int(kwargs.get("barBorder", 4)) if quiet else 0
            options["barLevel"] = kwargs.get("barLevel", "L")
        try:
            drawing = createBarcodeDrawing(barcode_type, value=value, format="png", **options)
        except (AttributeError, ValueError) as error:
            if barcode_type == "Code128":
                raise ValueError("Cannot convert into barcode.") from error
            return self._draw_barcode("Code128", value, **kwargs)
        return drawing_to_png(drawing)

    @api.model
    def _get_qr_data_uri(self, value, level="M"):
        """Draw a QR code for a report template.

        :param value: text to encode
        :param level: error correction, ``L`` (7 %), ``M`` (15 %), ``Q`` (25 %) or ``H`` (30 %)
        :return: vector image as data URI
        """
        return qr_data_uri(value, level)
