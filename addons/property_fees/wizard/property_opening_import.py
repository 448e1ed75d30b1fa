# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import calendar
import io
import re
from dataclasses import dataclass, field
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.property_base.register.messages import describe
from odoo.addons.property_base.register.report import formats, open_book
from odoo.addons.property_base.register.workbook import read_workbook
from odoo.addons.property_base.rules.errors import RuleError
from odoo.addons.property_base.rules.place import (
    building_code,
    entrance_code,
    parse_address,
    unit_key,
    unit_number,
)
from odoo.addons.property_base.rules.register_columns import label_key, unmerge
from odoo.addons.property_base.rules.text import narrow, parse_date, parse_decimal, plain

# words of the header, folded by label_key
WORDS = {
    "unit": ("房屋", "房间", "房产", "unit", "address"),
    "building": ("楼栋", "楼号", "栋号", "幢", "building"),
    "entrance": ("单元", "单元号", "entrance"),
    "number": ("房号", "室号", "room", "room number", "number"),
    "kind": ("类型", "类别", "款项类型", "kind", "type"),
    "item": ("收费项目", "费用项目", "项目", "fee item", "item"),
    "period": ("账期", "费用所属期", "所属期", "月份", "period", "month"),
    "start": ("开始日期", "起始日期", "from", "start"),
    "end": ("结束日期", "截止日期", "to", "end"),
    "due": ("到期日", "应缴日期", "缴费截止日", "due", "due date"),
    "amount": ("金额", "欠费金额", "余额", "欠费", "amount", "owed", "balance"),
    "note": ("备注", "说明", "note", "remark"),
}
KINDS = {
    "debt": ("欠费", "应收", "历史欠费", "debt", "arrears"),
    "prepaid": ("预存", "预收", "预缴", "预存款", "prepaid"),
    "deposit": ("押金", "保证金", "deposit"),
}
TOTAL = re.compile(r"(合计|总计|小计|total)", re.IGNORECASE)
MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")


@dataclass
class OpeningRow:
    """A row that can be taken over."""

    sheet: str
    line: int
    unit: object
    kind: str
    item: object
    start: date | None
    end: date | None
    due: date | None
    amount: float
    note: str

    @property
    def key(self):
        """What makes a second row the same thing."""
        return (self.unit.id, self.kind, self.item.id, self.start, self.end)


@dataclass
class OpeningReading:
    """What a file holds: rows to take, rows that are there already, and what is wrong."""

    rows: list = field(default_factory=list)
    known: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    count: int = 0


class _RowError(Exception):
    def __init__(self, column, value, what, remedy):
        super().__init__(what)
        self.told = (column, plain(value), what, remedy)


class PropertyOpeningImport(models.TransientModel):
    """Take old debts, prepaid money and deposits over from a workbook, checked before."""

    _name = "property.opening.import"
    _description = "Opening balances from a workbook"
    _transient_max_hours = 12.0

    community_id = fields.Many2one(
        "property.community", required=True, default=lambda self: self._default_community_id()
    )
    company_id = fields.Many2one(related="community_id.company_id")
    date = fields.Date(
        string="Taken over on",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="Accounting date of the opening entries. Bills keep their original due dates.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Opening account",
        required=True,
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        domain="[('account_type', 'not in', ('asset_receivable', 'liability_payable'))]",
        help="The other side of the opening entries: old fees are not income a second time.",
    )
    file = fields.Binary(required=True, attachment=True)
    filename = fields.Char()
    state = fields.Selection(
        [("draft", "File"), ("checked", "Check"), ("done", "Done")], default="draft", readonly=True
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    new_count = fields.Integer(string="To take over", readonly=True)
    known_count = fields.Integer(string="There already", readonly=True)
    error_count = fields.Integer(string="Rows refused", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_debt = fields.Monetary(string="Old debts", readonly=True)
    amount_prepaid = fields.Monetary(string="Prepaid", readonly=True)
    amount_deposit = fields.Monetary(string="Deposits", readonly=True)
    error_file = fields.Binary(attachment=True, readonly=True)
    error_filename = fields.Char(readonly=True)
    move_ids = fields.Many2many("account.move", string="Opening entries", readonly=True)

    def _default_community_id(self):
        communities = self.env["property.community"].search([], limit=2)
        return communities if len(communities) == 1 else False

    @api.depends("filename")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = wizard.filename or self.env._("Opening balances")

    @api.depends("community_id")
    def _compute_account_id(self):
        for wizard in self:
            company = wizard.community_id.company_id or self.env.company
            wizard.account_id = company.get_unaffected_earnings_account()

    # === STEPS === #

    def action_check(self):
        """Read the file and report; nothing is posted."""
        self.ensure_one()
        self._report(self._read())
        self.state = "checked"
        return self._reopen()

    def action_import(self):
        """Post what is right and not there yet."""
        self.ensure_one()
        self._check_lock()
        reading = self._read()
        self._report(reading)
        self.move_ids = [Command.set(self._post(reading.rows).ids)]
        self.state = "done"
        return self._reopen()

    def action_back(self):
        """Return to the choice of the file."""
        self.state = "draft"
        return self._reopen()

    def action_view_moves(self):
        """Open the opening entries."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids.ids)],
        }

    def action_template(self):
        """Hand out an empty workbook with the columns."""
        self.ensure_one()
        buffer = io.BytesIO()
        with open_book(buffer) as book:
            style, ws = formats(book), book.add_worksheet("期初余额")
            heads = ("楼栋", "单元", "房号", "类型", "收费项目", "账期", "到期日", "金额", "备注")
            for column, head in enumerate(heads):
                ws.write_string(0, column, head, style["head"])
                ws.set_column(column, column, 14)
            sample = ("3", "1", "1203", "欠费", "物业费", "2024-03", "2024-03-31", "219.42", "")
            ws.write_comment(0, 3, "欠费 / 预存 / 押金")
            for column, value in enumerate(sample):
                ws.write_string(1, column, value, style["hint"])
        attachment = self.env["ir.attachment"].create(
            {"name": "期初余额模板.xlsx", "raw": buffer.getvalue()}
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_opening_import_action"
        )
        return {**action, "res_id": self.id}

    def _check_lock(self):
        company = self.company_id
        violated = company._get_violated_lock_dates(
            self.date, False, self.community_id._get_fee_journal()
        )
        if violated:
            raise UserError(
                self.env._(
                    "The books are locked up to %(lock)s. Choose a later day to take over.",
                    lock=max(day for day, _name in violated),
                )
            )

    # === READING === #

    def _read(self):
        self.community_id.check_access("read")
        try:
            sheets = read_workbook(
                base64.b64decode(self.with_context(bin_size=False).file), self.filename or "x.xlsx"
            )
        except RuleError as error:
            raise UserError("\n".join(describe(self.env, error.code, error.details))) from None
        reading = OpeningReading()
        lookup = self._get_lookup()
        found = False
        for sheet in sheets:
            columns, head = self._find_header(sheet.rows)
            if columns is None or sheet.hidden:
                continue
            found = True
            for line, cells in enumerate(unmerge(sheet), 1):
                if line > head and any(plain(cell) for cell in cells):
                    self._read_row(reading, sheet.title, line, cells, columns, lookup)
        if not found:
            raise UserError(
                self.env._(
                    "No sheet has a header with a room number and an amount. Use the template."
                )
            )
        return reading

    def _find_header(self, rows):
        words = {label_key(word): name for name, many in WORDS.items() for word in many}
        for at, cells in enumerate(rows[:20], 1):
            columns = {}
            for column, cell in enumerate(cells):
                name = words.get(label_key(cell))
                if name:
                    columns.setdefault(name, column)
            if "amount" in columns and columns.keys() & {"number", "unit"}:
                return columns, at
        return None, 0

    def _get_lookup(self):
        units, items = {}, {}
        for unit in self.env["property.unit"].search([("community_id", "=", self.community_id.id)]):
            key = unit_key(
                building_code(unit.building_id.code),
                entrance_code(unit.entrance),
                unit_number(unit.number),
            )
            units[key] = unit
        domain = [("company_id", "=", self.company_id.id)]
        for lang, _name in self.env["res.lang"].get_installed():
            for item in self.env["property.fee.item"].with_context(lang=lang).search(domain):
                items.setdefault(label_key(item.name), item.with_env(self.env))
                items.setdefault(label_key(item.code), item.with_env(self.env))
        charges = {}
        for charge in self.env["property.fee.charge"].search(
            [("community_id", "=", self.community_id.id), ("state", "!=", "cancelled")]
        ):
            charges.setdefault((charge.unit_id.id, charge.item_id.id), []).append(charge)
        keys = set(
            self.env["account.move"]
            .search([("property_opening_key", "!=", False)])
            .mapped("property_opening_key")
        )
        return {"units": units, "items": items, "charges": charges, "keys": keys, "seen": {}}

    def _read_row(self, reading, title, line, cells, columns, lookup):
        def cell(name):
            at = columns.get(name)
            return cells[at] if at is not None and at < len(cells) else None

        if TOTAL.search(plain(cells[0])):
            return
        reading.count += 1
        try:
            row = self._parse_row(title, line, cell, lookup)
            known = self._is_known(row, lookup)
        except _RowError as error:
            reading.findings.append((title, line, *error.told))
            return
        (reading.known if known else reading.rows).append(row)

    def _parse_row(self, title, line, cell, lookup):
        unit = self._parse_unit(cell, lookup)
        kind = self._parse_kind(cell("kind"))
        try:
            amount = parse_decimal(cell("amount"))
        except RuleError:
            amount = None
        if amount is None or amount <= 0 or amount != round(amount, 2):
            raise _RowError(
                self.env._("Amount"),
                cell("amount"),
                self.env._("This is no amount above zero with at most two decimals."),
                self.env._("Enter the amount, without signs of currency."),
            )
        item = lookup["items"].get(label_key(cell("item"))) if plain(cell("item")) else None
        if not item and (kind == "debt" or plain(cell("item"))):
            raise _RowError(
                self.env._("Fee item"),
                cell("item"),
                self.env._("There is no fee item of this name or code."),
                self.env._("Write the fee item as it stands under Fees, or create it first."),
            )
        start, end, due = self._parse_days(cell, kind)
        if not unit.representative_id:
            raise _RowError(
                self.env._("Unit"),
                unit.name,
                self.env._("The unit has no owner who could owe or have paid."),
                self.env._("Register the owner first."),
            )
        return OpeningRow(
            title, line, unit, kind, item or self.env["property.fee.item"], start, end, due,
            float(amount), plain(cell("note")),
        )  # fmt: skip

    def _parse_unit(self, cell, lookup):
        if plain(cell("number")):
            key = unit_key(
                building_code(cell("building")),
                entrance_code(cell("entrance")),
                unit_number(cell("number")),
            )
        else:
            key = parse_address(cell("unit"))
            key = unit_key(*key) if key else None
        unit = lookup["units"].get(key)
        if not unit:
            shown = " ".join(
                plain(cell(name)) for name in ("unit", "building", "entrance", "number")
            )
            raise _RowError(
                self.env._("Unit"),
                shown.strip(),
                self.env._("The community has no such unit."),
                self.env._("Correct building, entrance and number, or import the register first."),
            )
        return unit

    def _parse_kind(self, value):
        text = label_key(value)
        for kind, words in KINDS.items():
            if text in {label_key(word) for word in words}:
                return kind
        if not text:
            return "debt"
        raise _RowError(
            self.env._("Kind"),
            value,
            self.env._("The kind is none of debt, prepaid and deposit."),
            self.env._("Write 欠费, 预存 or 押金; an empty cell is a debt."),
        )

    def _parse_days(self, cell, kind):
        names = {"start": None, "end": None, "due": None}
        month = MONTH.fullmatch(narrow(cell("period"))) if plain(cell("period")) else None
        try:
            for name in names:
                names[name] = parse_date(cell(name), self.date)
            if month and 1 <= int(month[2]) <= 12:
                year, number = int(month[1]), int(month[2])
                names["start"] = date(year, number, 1)
            elif plain(cell("period")):
                names["start"] = parse_date(cell("period"), self.date).replace(day=1)
            if names["start"] and not names["end"]:
                start = names["start"]
                names["end"] = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        except (RuleError, ValueError, AttributeError):
            raise _RowError(
                self.env._("Period"),
                cell("period") or cell("start") or cell("end") or cell("due"),
                self.env._("This is no day and no month."),
                self.env._("Write a month like 2024-03, or the first and the last day."),
            ) from None
        start, end, due = names.values()
        if kind == "debt" and (not start or end < start):
            raise _RowError(
                self.env._("Period"),
                cell("period") or "",
                self.env._("The period of the debt is missing, or ends before it starts."),
                self.env._("Write a month like 2024-03, or the first and the last day."),
            )
        return start, end, due or end

    def _is_known(self, row, lookup):
        """Tell whether a row was taken over before; refuse what contradicts it."""
        first = lookup["seen"].setdefault(row.key, row)
        if first is not row:
            raise _RowError(
                "", "", self.env._("Row %(line)s tells the same thing.", line=first.line),
                self.env._("Keep one of the two rows."),
            )  # fmt: skip
        if row.kind != "debt":
            if "property.prepaid" not in self.env:
                raise _RowError(
                    self.env._("Kind"),
                    row.kind,
                    self.env._("Money held for owners cannot be taken over yet."),
                    self.env._("Leave the row for later."),
                )
            return self._opening_key(row) in lookup["keys"]
        for charge in lookup["charges"].get((row.unit.id, row.item.id), ()):
            if charge.period_start > row.end or charge.period_end < row.start:
                continue
            same = (charge.period_start, charge.period_end) == (row.start, row.end)
            if same and abs(charge.amount - row.amount) < 0.005:
                return True
            raise _RowError(
                self.env._("Amount"),
                str(row.amount),
                self.env._(
                    "%(item)s of these days is charged already: %(charge)s, %(amount)s.",
                    item=row.item.name,
                    charge=charge.period_label,
                    amount=self.currency_id.format(charge.amount),
                ),
                self.env._("Correct the row, or cancel the charge first."),
            )
        return False

    def _opening_key(self, row):
        return f"{row.kind}|{row.unit.id}|{row.item.id or 0}|{row.start or ''}"

    # === POSTING === #

    def _post(self, rows):
        bills = {}
        for row in rows:
            if row.kind == "debt":
                bills.setdefault((row.unit, row.due), []).append(row)
        # sudo: who may import opening balances posts them without a right on every journal
        moves_sudo = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create([self._prepare_bill_vals(key, mine) for key, mine in bills.items()])
        )
        charges = []
        for move_sudo, mine in zip(moves_sudo, bills.values(), strict=True):
            lines = move_sudo.invoice_line_ids.sorted("id")
            charges += [
                self._prepare_charge_vals(row, move_sudo, line)
                for row, line in zip(mine, lines, strict=True)
            ]
        # sudo: as above
        self.env["property.fee.charge"].sudo().create(charges)
        moves_sudo.action_post()
        for row in rows:
            if row.kind != "debt":
                moves_sudo |= self._post_held(row)
        return moves_sudo

    def _prepare_bill_vals(self, key, rows):
        unit, due = key
        community = self.community_id
        account = community.analytic_account_id
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": unit.representative_id.id,
            "journal_id": community._get_fee_journal().id,
            "invoice_date": self.date,
            "date": self.date,
            "invoice_payment_term_id": False,
            "invoice_date_due": due,
            "invoice_origin": self.env._("Opening balance"),
            "property_unit_id": unit.id,
            "property_community_id": community.id,
            "property_opening_key": f"debt|{unit.id}|{due}|{rows[0].item.id}|{rows[0].start}",
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": row.item.product_id.id,
                        "account_id": self.account_id.id,
                        "name": " ".join(
                            part
                            for part in (
                                row.item.name,
                                self.env["property.fee.charge"]._format_span(row.start, row.end),
                                row.note,
                            )
                            if part
                        ),
                        "quantity": 1.0,
                        "price_unit": row.amount,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": {str(account.id): 100.0} if account else False,
                    }
                )
                for row in rows
            ],
        }

    def _prepare_charge_vals(self, row, move_sudo, line):
        return {
            "unit_id": row.unit.id,
            "item_id": row.item.id,
            "partner_id": row.unit.representative_id.id,
            "period_start": row.start,
            "period_end": row.end,
            "quantity": 1.0,
            "unit_price": row.amount,
            "amount": row.amount,
            "state": "posted",
            "invoice_id": move_sudo.id,
            "invoice_line_id": line.id,
        }

    def _post_held(self, row):
        """Post money that the company holds for a payer: prepaid or deposit."""
        partner = row.unit.representative_id
        if row.kind == "prepaid":
            prepaid_sudo = self.env["property.prepaid"].sudo()  # sudo: as in _post
            held_sudo = prepaid_sudo._get(row.unit, partner, row.item)
        else:
            # sudo: as in _post
            held_sudo = self.env["property.deposit"].sudo()
            held_sudo = held_sudo.create(
                {
                    "unit_id": row.unit.id,
                    "partner_id": partner.id,
                    "kind": "other",
                    "amount": row.amount,
                    "description": row.note or self.env._("Opening balance"),
                }
            )
        ref = self.env._("Opening balance")
        move_sudo = held_sudo._post_held_entry(
            [
                {
                    "account_id": self.account_id.id,
                    "partner_id": partner.id,
                    "name": ref,
                    "debit": row.amount,
                    "credit": 0.0,
                },
                held_sudo._prepare_held_line(row.amount, row.note or ref),
            ],
            ref,
            self.date,
            property_opening_key=self._opening_key(row),
            property_unit_id=row.unit.id,
            property_community_id=self.community_id.id,
        )
        if row.kind == "deposit":
            held_sudo._set_state("held", received_date=row.start or self.date)
        return move_sudo

    # === REPORT === #

    def _report(self, reading):
        totals = {kind: 0.0 for kind in KINDS}
        for row in reading.rows:
            totals[row.kind] += row.amount
        self.write(
            {
                "row_count": reading.count,
                "new_count": len(reading.rows),
                "known_count": len(reading.known),
                "error_count": len(reading.findings),
                "amount_debt": totals["debt"],
                "amount_prepaid": totals["prepaid"],
                "amount_deposit": totals["deposit"],
                "error_file": self._make_error_book(reading.findings)
                if reading.findings
                else False,
                "error_filename": self.env._("Refused opening balances.xlsx"),
            }
        )

    def _make_error_book(self, findings):
        buffer = io.BytesIO()
        with open_book(buffer) as book:
            style = formats(book)
            ws = book.add_worksheet(self.env._("Rows refused"))
            heads = (
                (self.env._("Sheet"), 18),
                (self.env._("Row"), 8),
                (self.env._("Column"), 16),
                (self.env._("Value"), 24),
                (self.env._("What was wrong"), 56),
                (self.env._("What to do"), 56),
            )
            for column, (head, width) in enumerate(heads):
                ws.write_string(0, column, head, style["head"])
                ws.set_column(column, column, width)
            ws.freeze_panes(1, 0)
            for at, finding in enumerate(findings, 1):
                for column, value in enumerate(finding):
                    ws.write(at, column, value, style["wrap"])
        return base64.b64encode(buffer.getvalue())
