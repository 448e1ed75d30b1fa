# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io
import re

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.errors import RuleError
from ..rules.tax_invoice import check_invoice_number, check_taxpayer_number

# The workbook of the tax platform for issuing in bulk: explanations, limits and names in rows 1 to
# 3, the invoices below, everything as text. The platform knows the names in Chinese only, and
# changes the columns now and then: the company keeps the platform's own template in its settings,
# and that is filled in by name. These columns are those of April 2026.
SHEETS = {
    "1-发票基本信息": (
        "发票流水号", "发票类型", "特定业务类型", "是否含税", "受票方自然人标识", "购买方名称",
        "购买方纳税人识别号", "购买方证件类型", "购买方证件号码", "购买方国籍（或地区）",
        "购买方地址", "购买方电话", "购买方开户银行", "购买方银行账号",
        "是否展示购买方地址电话银行账号", "备注",
        "销售方开户行", "销售方银行账号", "是否展示销售方地址电话银行账号", "购买方邮箱",
        "购买方经办人姓名", "购买方经办人证件类型", "购买方经办人证件号码", "经办人国籍(地区)",
        "经办人自然人纳税人识别号", "放弃享受减按1%征收率原因", "收款人", "复核人",
    ),
    "2-发票明细信息": (
        "发票流水号", "项目名称", "商品和服务税收编码", "规格型号", "单位", "数量", "单价", "金额",
        "税率", "折扣金额", "是否使用优惠政策", "优惠政策类型", "即征即退类型",
    ),
}  # fmt: skip
KEY = "发票流水号"
FIRST_ROW = 4
LONGEST_KEY = 20
KINDS = {"ordinary": "普通发票", "special": "增值税专用发票"}


class PropertyTaxInvoice(models.Model):
    """A fully digitalised e-invoice (数电票) for a bill: asked for, issued, corrected in red."""

    _name = "property.tax.invoice"
    _description = "E-invoice"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "id desc"
    _rec_names_search = ["name", "number", "buyer_name"]

    name = fields.Char(string="Request number", readonly=True, copy=False, default="/")
    number = fields.Char(
        string="Invoice number",
        copy=False,
        tracking=True,
        help="The 20 digits on the e-invoice: year, region, channel and serial number.",
    )
    state = fields.Selection(
        [
            ("requested", "Requested"),
            ("issued", "Invoice issued"),
            ("red", "Corrected in red"),
            ("refused", "Refused"),
        ],
        required=True,
        default="requested",
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    kind = fields.Selection(
        [("ordinary", "Ordinary invoice"), ("special", "Special VAT invoice")],
        string="Kind of invoice",
        required=True,
        default="ordinary",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Bill",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('property_community_id', '!=', False), ('state', '=', 'posted')]",
    )
    community_id = fields.Many2one(
        compute="_compute_bill", store=True, precompute=True, readonly=True
    )
    unit_id = fields.Many2one(
        "property.unit", compute="_compute_bill", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_bill", store=True, precompute=True)
    amount_tax = fields.Monetary(compute="_compute_bill", store=True, precompute=True)
    # Buyer
    buyer_kind = fields.Selection(
        [("person", "Individual"), ("company", "Company")], required=True, default="person"
    )
    buyer_name = fields.Char(required=True, tracking=True)
    buyer_tax_number = fields.Char(string="Taxpayer number", tracking=True)
    buyer_address = fields.Char(string="Address of the buyer")
    buyer_phone = fields.Char(string="Phone of the buyer")
    email = fields.Char(string="Send to")
    remark = fields.Char(help="Printed on the invoice.")
    # What came of it
    issue_date = fields.Date(tracking=True, copy=False)
    file = fields.Binary(string="Invoice file", attachment=True, copy=False, help="PDF, OFD or XML")
    filename = fields.Char(copy=False)
    is_red = fields.Boolean(string="Red letter", readonly=True, copy=False)
    origin_id = fields.Many2one(
        "property.tax.invoice",
        string="Corrects",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The e-invoice that this red-letter invoice takes back.",
    )
    red_ids = fields.One2many("property.tax.invoice", "origin_id", string="Corrected by")
    red_confirmation = fields.Char(
        string="Red-letter confirmation", copy=False, help="Number of the confirmation slip."
    )
    refuse_reason = fields.Char(copy=False, tracking=True)

    _number_uniq = models.UniqueIndex(
        "(number) WHERE number IS NOT NULL", "Another e-invoice has this number already."
    )
    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE state IN ('requested', 'issued') AND is_red IS NOT TRUE",
        "An e-invoice for this bill has been asked for already.",
    )
    _origin_uniq = models.UniqueIndex(
        "(origin_id) WHERE origin_id IS NOT NULL AND state <> 'refused'",
        "A red-letter invoice for this e-invoice has been asked for already.",
    )

    @api.depends("move_id")
    def _compute_bill(self):
        for invoice in self:
            # sudo: the desk asks for invoices without a right on accounting
            move_sudo = invoice.move_id.sudo()
            sign = -1 if invoice.is_red else 1
            invoice.community_id = move_sudo.property_community_id
            invoice.unit_id = move_sudo.property_unit_id
            invoice.amount = sign * move_sudo.amount_total
            invoice.amount_tax = sign * move_sudo.amount_tax

    @api.onchange("move_id")
    def _onchange_move_id(self):
        partner_sudo = self.move_id.sudo().partner_id  # sudo: as in _compute_bill
        if partner_sudo and not self.buyer_name:
            self.update(self._prepare_buyer_vals(partner_sudo))

    @api.constrains("number", "issue_date")
    def _check_number(self):
        regions = self.env["property.tax.region"]._get_codes()
        for invoice in self.filtered("number"):
            year = invoice.issue_date.year if invoice.issue_date else None
            try:
                check_invoice_number(invoice.number, regions, year)
            except RuleError as error:
                raise ValidationError(self._explain(error)) from None

    @api.constrains("buyer_tax_number", "buyer_kind", "kind")
    def _check_buyer(self):
        for invoice in self:
            if invoice.buyer_tax_number:
                try:
                    check_taxpayer_number(invoice.buyer_tax_number)
                except RuleError as error:
                    raise ValidationError(self._explain(error)) from None
            elif invoice.buyer_kind == "company" or invoice.kind == "special":
                raise ValidationError(
                    self.env._(
                        "%(buyer)s is invoiced as a company: enter the taxpayer number.",
                        buyer=invoice.buyer_name,
                    )
                )
            if invoice.kind == "special" and invoice.buyer_kind != "company":
                raise ValidationError(
                    self.env._("A special VAT invoice goes to a company. Choose company as buyer.")
                )

    @api.constrains("move_id")
    def _check_move(self):
        for invoice in self:
            move_sudo = invoice.move_id.sudo()  # sudo: as in _compute_bill
            if move_sudo.state != "posted" or move_sudo.move_type != "out_invoice":
                raise ValidationError(
                    self.env._(
                        "%(bill)s is not a posted bill. An e-invoice is made for a posted bill.",
                        bill=move_sudo.name or "/",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.tax.invoice") or "/"
            self._clean(vals)
        # pending corrections first: the insert is judged by the unique indexes at once
        self.flush_model(["state", "is_red"])
        return super().create(vals_list)

    def write(self, vals):
        self._clean(vals)
        fixed = vals.keys() & {"move_id", "kind", "buyer_name", "buyer_tax_number", "number"}
        if fixed and self.filtered(lambda invoice: invoice.state in ("issued", "red")):
            raise UserError(
                self.env._("An issued e-invoice is not changed. Correct it by a red-letter one.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        if self.filtered(lambda invoice: invoice.state in ("issued", "red")):
            raise UserError(self.env._("An issued e-invoice stays on record."))

    @api.model
    def _clean(self, vals):
        """Store numbers as digits, whatever blanks and full-width signs they were typed with."""
        regions = self.env["property.tax.region"]._get_codes() if vals.get("number") else ()
        try:
            if vals.get("number"):
                vals["number"] = check_invoice_number(vals["number"], regions)
            if vals.get("buyer_tax_number"):
                vals["buyer_tax_number"] = check_taxpayer_number(vals["buyer_tax_number"])
        except RuleError as error:
            raise ValidationError(self._explain(error)) from None

    @api.model
    def _explain(self, error):
        texts = {
            "invoice_number_length": self.env._(
                "An e-invoice number has 20 digits; %(number)s has %(length)s signs.",
                number=error.params.get("number") or "–",
                length=error.params.get("length"),
            ),
            "invoice_number_region": self.env._(
                "%(number)s: %(region)s in the third and fourth place is no region of the list.",
                number=error.params.get("number"),
                region=error.params.get("region"),
            ),
            "invoice_number_year": self.env._(
                "%(number)s does not begin with the year %(year)s, in which it was issued.",
                number=error.params.get("number"),
                year=error.params.get("year"),
            ),
            "taxpayer_number": self.env._(
                "%(number)s is no taxpayer number: its check digit or its length is wrong.",
                number=error.params.get("number") or "–",
            ),
        }
        return texts[error.code]

    # === FLOW === #

    def action_issue(self):
        """Note that the platform has issued the invoice, with its number."""
        for invoice in self:
            invoice._lock_flow()
            invoice._require("requested")
            if not invoice.number:
                raise UserError(
                    self.env._(
                        "Enter the 20-digit number of e-invoice %(name)s.", name=invoice.name
                    )
                )
            day = invoice.issue_date or fields.Date.context_today(self)
            invoice._set_state("issued", issue_date=day)
            if invoice.origin_id:
                invoice.origin_id._set_state("red")
            invoice._on_issued()

    def action_refuse(self):
        """Refuse the request."""
        for invoice in self:
            invoice._lock_flow()
            invoice._require("requested")
            if not invoice.refuse_reason:
                raise UserError(self.env._("Say why the invoice is refused; the owner reads it."))
            invoice._set_state("refused")

    def action_red(self):
        """Ask for a red-letter invoice that takes this one back."""
        self.ensure_one()
        self._lock_flow()
        self._require("issued")
        if self.is_red:
            raise UserError(self.env._("A red-letter invoice is not corrected itself."))
        red = self.copy({"is_red": True, "origin_id": self.id})
        return red.get_formview_action()

    def action_view_bill(self):
        """Open the bill."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    def action_export(self):
        """Hand the requests over as a workbook for the tax platform."""
        todo = self.filtered(lambda invoice: invoice.state == "requested" and not invoice.is_red)
        if not todo:
            raise UserError(self.env._("Choose requests that are not issued yet."))
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"数电票批量开具 {fields.Date.context_today(self)}.xlsx",
                "raw": todo._make_platform_book(),
                "res_model": self._name,
                "res_id": todo[0].id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def _require(self, state):
        if self.state != state:
            raise UserError(
                self.env._(
                    "E-invoice %(name)s has just been handled by a colleague; reload the page.",
                    name=self.name,
                )
            )

    def _on_issued(self):
        """Called once after an e-invoice was issued (hook)."""

    @api.model
    def _prepare_buyer_vals(self, partner):
        """Return the buyer's values as far as the partner has them."""
        return {
            "buyer_kind": "company" if partner.is_company else "person",
            "buyer_name": partner.name,
            "buyer_tax_number": partner.vat if partner.is_company else False,
            "email": partner.email,
        }

    # === WORKBOOK === #

    def _make_platform_book(self):
        """Return the workbook; the template of the company is filled in, if there is one."""
        book = self._open_platform_book()
        rows = {
            sheet: [values for invoice in self for values in getattr(invoice, method)()]
            for sheet, method in zip(
                SHEETS, ("_get_platform_head", "_get_platform_lines"), strict=True
            )
        }
        for sheet, lines in rows.items():
            ws = book[sheet]
            columns = self._find_platform_columns(ws)
            for at, values in enumerate(lines, columns.pop("")):
                for name, value in values.items():
                    if name in columns:
                        cell = ws.cell(at, columns[name], value or None)
                        cell.number_format = "@"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def _open_platform_book(self):
        template = self.company_id[:1].property_tax_template
        if template:
            try:
                book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(template)))
            except Exception as error:  # whatever file somebody chose
                raise UserError(
                    self.env._("The template of the tax platform is no workbook (.xlsx).")
                ) from error
            if missing := SHEETS.keys() - {*book.sheetnames}:
                raise UserError(
                    self.env._(
                        "The template of the tax platform has no sheet %(sheet)s. Download it "
                        "anew and choose it in the settings.",
                        sheet=", ".join(sorted(missing)),
                    )
                )
            return book
        book = openpyxl.Workbook()
        book.remove(book.active)
        for sheet, columns in SHEETS.items():
            ws = book.create_sheet(sheet)
            for column, name in enumerate(columns, 1):
                cell = ws.cell(FIRST_ROW - 1, column, name)
                cell.font = openpyxl.styles.Font(bold=True)
                ws.column_dimensions[cell.column_letter].width = 18
            ws.freeze_panes = ws.cell(FIRST_ROW, 1)
        return book

    def _find_platform_columns(self, ws):
        """Return {name: column} of a sheet, and under "" the row where the data begins."""
        for row in ws.iter_rows(min_row=1, max_row=10):
            names = {re.sub(r"\s", "", str(cell.value)): cell.column for cell in row if cell.value}
            if KEY in names:
                return {**names, "": row[0].row + 1}
        raise UserError(
            self.env._(
                "Sheet %(sheet)s of the template has no column %(column)s. Download the template "
                "anew and choose it in the settings.",
                sheet=ws.title,
                column=KEY,
            )
        )

    def _get_platform_head(self):
        self.ensure_one()
        yield {
            KEY: self._get_platform_key(),
            "发票类型": KINDS[self.kind],
            "是否含税": "是",
            "受票方自然人标识": "是" if self.buyer_kind == "person" else "否",
            "购买方名称": self.buyer_name,
            "购买方纳税人识别号": self.buyer_tax_number,
            "购买方地址": self.buyer_address,
            "购买方电话": self.buyer_phone,
            "购买方邮箱": self.email,
            "备注": self.remark or self.unit_id.name,
        }

    def _get_platform_key(self):
        return self.name[-LONGEST_KEY:]

    def _get_platform_lines(self):
        self.ensure_one()
        for line in self.move_id.sudo().invoice_line_ids:  # sudo: as in _compute_bill
            if line.display_type != "product" or not line.price_total:
                continue
            first = line.property_origin_line_id or line
            item = self.env["property.fee.item"].search(
                [("product_id", "=", first.product_id.id)], limit=1
            )
            if not item.tax_item_code:
                raise UserError(
                    self.env._(
                        "%(item)s has no tax code of goods and services. Set it on the fee item.",
                        item=item.name or line.product_id.name or line.name,
                    )
                )
            rate = sum(first.tax_ids.mapped("amount")) / 100
            amount = f"{line.price_total:.2f}"
            yield {
                KEY: self._get_platform_key(),
                "项目名称": item.tax_item_name or item.name,
                "商品和服务税收编码": item.tax_item_code,
                "数量": "1",
                "单价": amount,
                "金额": amount,
                "税率": f"{rate:g}",
            }
