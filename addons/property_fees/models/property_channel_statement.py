# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import hashlib
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.channel_file import parse
from ..rules.channel_match import Booked, match
from ..rules.errors import RuleError

CHANNEL_ZONE = "Asia/Shanghai"
FINDINGS = ("missing_here", "missing_there", "amount", "state")


class PropertyChannelStatement(models.Model):
    """What a payment channel says it took and gave back on a day, compared with the books."""

    _name = "property.channel.statement"
    _description = "Channel statement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    journal_id = fields.Many2one(
        "account.journal",
        string="Channel",
        required=True,
        check_company=True,
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
        help="The journal in which the payments of the channel are posted.",
    )
    file_format = fields.Selection(
        [
            ("wechat", "WeChat Pay trade bill"),
            ("alipay", "Alipay business detail"),
            ("mapped", "Other, by columns"),
        ],
        required=True,
        default="wechat",
    )
    mapping_id = fields.Many2one("property.channel.mapping", string="Columns", check_company=True)
    file = fields.Binary(attachment=True, copy=False, help="As downloaded, also packed.")
    filename = fields.Char(copy=False)
    digest = fields.Char(readonly=True, copy=False, index=True)
    date_from = fields.Date(string="First day", readonly=True)
    date_to = fields.Date(string="Last day", readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("compared", "Compared"), ("done", "Done")],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        index=True,
    )
    line_ids = fields.One2many("property.channel.statement.line", "statement_id", readonly=True)
    line_count = fields.Integer(compute="_compute_figures", store=True)
    finding_count = fields.Integer(
        string="Open findings", compute="_compute_figures", store=True, tracking=True
    )
    amount_paid = fields.Monetary(string="Payments", compute="_compute_figures", store=True)
    amount_refunded = fields.Monetary(string="Refunds", compute="_compute_figures", store=True)
    amount_fee = fields.Monetary(string="Channel fee", compute="_compute_figures", store=True)
    amount_net = fields.Monetary(
        string="To be settled",
        compute="_compute_figures",
        store=True,
        help="Payments less refunds and fee: what the channel transfers to the bank account.",
    )
    amount_difference = fields.Monetary(
        string="Difference",
        compute="_compute_figures",
        store=True,
        help="What the channel has more than the books, over all findings.",
    )
    fee_account_id = fields.Many2one(
        "account.account",
        string="Fee account",
        check_company=True,
        compute="_compute_fee_account_id",
        store=True,
        readonly=False,
        help="Expense account of the channel's fee. Taken from the last statement of the channel.",
    )
    fee_move_id = fields.Many2one("account.move", string="Fee entry", readonly=True, copy=False)

    _digest_uniq = models.UniqueIndex(
        "(journal_id, digest) WHERE digest IS NOT NULL", "This file was read already."
    )

    @api.depends("journal_id", "date_from", "date_to")
    def _compute_name(self):
        for statement in self:
            days = [statement.date_from, statement.date_to]
            span = " – ".join(dict.fromkeys(str(day) for day in days if day))
            parts = (statement.journal_id.name, span or self.env._("New"))
            statement.name = " ".join(part for part in parts if part)

    @api.depends("line_ids.result", "line_ids.is_resolved", "line_ids.difference")
    def _compute_figures(self):
        for statement in self:
            lines = statement.line_ids
            there = lines.filtered(lambda ln: ln.result not in ("missing_there", "duplicate"))
            final = there.filtered("is_final")
            statement.line_count = len(there)
            statement.finding_count = len(
                lines.filtered(lambda ln: ln.result in FINDINGS and not ln.is_resolved)
            )
            statement.amount_paid = sum(
                final.filtered(lambda ln: ln.kind == "payment").mapped("amount")
            )
            statement.amount_refunded = sum(
                final.filtered(lambda ln: ln.kind == "refund").mapped("amount")
            )
            statement.amount_fee = sum(there.mapped("fee"))
            statement.amount_net = (
                statement.amount_paid - statement.amount_refunded - statement.amount_fee
            )
            statement.amount_difference = sum(lines.mapped("difference"))

    @api.depends("journal_id")
    def _compute_fee_account_id(self):
        for statement in self:
            if not statement.fee_account_id:
                last = self.search(
                    [
                        ("journal_id", "=", statement.journal_id.id),
                        ("fee_account_id", "!=", False),
                        ("id", "!=", statement._origin.id),
                    ],
                    limit=1,
                )
                statement.fee_account_id = last.fee_account_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if self.filtered("fee_move_id"):
            raise UserError(
                self.env._("A statement whose fee is posted is kept. Reverse the fee entry first.")
            )

    # === ACTIONS === #

    def action_compare(self):
        """Read the file and compare it with the books; may be pressed again at any time."""
        for statement in self:
            if statement.state == "done":
                raise UserError(
                    self.env._("Statement %(name)s is done already.", name=statement.name)
                )
            statement._compare()

    def action_done(self):
        """Post the channel's fee and close the statement."""
        for statement in self:
            if statement.state != "compared":
                raise UserError(
                    self.env._("Compare statement %(name)s first.", name=statement.name)
                )
            if statement.finding_count:
                raise UserError(
                    self.env._(
                        "%(count)s findings of statement %(name)s are open. Put each right, or "
                        "tick it as settled with a note.",
                        count=statement.finding_count,
                        name=statement.name,
                    )
                )
            statement._post_fee()
            statement.state = "done"

    def action_view_findings(self):
        """Open what differs."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_channel_statement_line_action"
        )
        action["domain"] = [("statement_id", "=", self.id)]
        action["context"] = {"search_default_filter_open": 1}
        return action

    def action_view_fee_move(self):
        """Open the entry of the fee."""
        self.ensure_one()
        return self.fee_move_id.get_formview_action()

    # === BUSINESS METHODS === #

    def _compare(self):
        self.ensure_one()
        channel_file = self._read_file()
        self.line_ids.unlink()
        days = [line.happened.date() for line in channel_file.lines]
        if days:
            self.write({"date_from": min(days), "date_to": max(days)})
        booked, records = self._get_booked(channel_file)
        findings = match(channel_file.lines, booked, self._get_known())
        self.env["property.channel.statement.line"].create(
            [self._prepare_line_vals(finding, records) for finding in findings]
        )
        self.state = "compared"

    def _read_file(self):
        """Return the file as the rule reads it.

        :raise UserError: saying what is wrong with the file and what to do
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the file of the channel first."))
        data = base64.b64decode(self.file)
        digest = hashlib.sha256(data).hexdigest()
        twin = self.search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("digest", "=", digest),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if twin:
            raise UserError(
                self.env._(
                    "This file was read already, as statement %(name)s. Nothing was changed.",
                    name=twin.name,
                )
            )
        try:
            channel_file = parse(self.file_format, data, self.mapping_id._get_mapping())
        except RuleError as error:
            raise UserError(self._get_refusal(error)) from error
        self.digest = digest
        return channel_file

    def _get_refusal(self, error):
        """Return the sentence for a refusal of the rule."""
        env = self.env
        params = error.params
        texts = {
            "empty_file": lambda: env._("The file is empty. Download it again."),
            "wrong_encoding": lambda: env._(
                "The file is not encoded in %(expected)s. It was probably opened and saved by a "
                "spreadsheet: download it again and upload it unopened.",
                **params,
            ),
            "broken_file": lambda: env._("The file cannot be read as CSV: %(detail)s", **params),
            "broken_archive": lambda: env._(
                "The archive is damaged or cut off. Download it again."
            ),
            "archive_too_large": lambda: env._(
                "The archive holds more than a daily file can be. It was not unpacked."
            ),
            "archive_encrypted": lambda: env._(
                "The archive has a password. Unpack it, then upload."
            ),
            "archive_without_file": lambda: env._("There is no CSV file in the archive."),
            "archive_many_files": lambda: env._(
                "There are several files in the archive. Unpack it and upload one at a time."
            ),
            "missing_columns": lambda: env._(
                "The file lacks the columns %(columns)s. Check the format chosen.", **params
            ),
            "no_summary": lambda: env._(
                "The totals at the end of the file are missing: it is cut off. Download it again."
            ),
            "summary_differs": lambda: env._(
                "The lines do not add up to the totals of the file: %(name)s says %(stated)s, the "
                "lines say %(found)s. The file was changed or cut off. Download it again.",
                **params,
            ),
            "number_twice": lambda: env._(
                "Rows %(first)s and %(row)s have the same number %(number)s. Check the file, or "
                "the column chosen for the number.",
                **params,
            ),
            "bad_amount": lambda: env._(
                "Row %(row)s: “%(text)s” in column %(column)s is not an amount.", **params
            ),
            "bad_time": lambda: env._(
                "Row %(row)s: “%(text)s” in column %(column)s is not a date.", **params
            ),
            "unknown_status": lambda: env._("Row %(row)s: status “%(text)s” is unknown.", **params),
            "wrong_sign": lambda: env._(
                "Row %(row)s: the sign of %(text)s does not fit payment or refund.", **params
            ),
            "short_row": lambda: env._("Row %(row)s is too short: the file is damaged.", **params),
            "bad_delimiter": lambda: env._("“%(text)s” cannot separate columns.", **params),
            "no_mapping": lambda: env._("Choose which columns mean what."),
        }
        text = texts.get(error.code)
        return text() if text else str(error)

    def _get_known(self):
        """Return the numbers that other statements of the channel have already."""
        lines = self.env["property.channel.statement.line"].search_fetch(
            [
                ("journal_id", "=", self.journal_id.id),
                ("statement_id", "!=", self.id),
                ("result", "!=", "missing_there"),
            ],
            ["kind", "number"],
        )
        return frozenset(f"{line.kind}:{line.number}" for line in lines)

    def _get_span(self):
        """Return the first moment and the one after the last, UTC, of the days of the file."""
        zone = pytz.timezone(CHANNEL_ZONE)
        first = fields.Datetime.to_datetime(self.date_from)
        after = fields.Datetime.add(fields.Datetime.to_datetime(self.date_to), days=1)
        return tuple(
            zone.localize(day).astimezone(pytz.utc).replace(tzinfo=None) for day in (first, after)
        )

    def _get_booked(self, channel_file):
        """Return what we know of the channel's payments, and the records by key.

        Transactions of its providers, and receipts that a cashier took through it. What is not of
        the days of the file is looked at by its number only.
        """
        self.ensure_one()
        first, after = self._get_span() if self.date_from else (False, False)
        wanted = {line.number for line in channel_file.lines}
        wanted |= {line.order for line in channel_file.lines if line.order}
        wanted |= {line.refund_order for line in channel_file.lines if line.refund_order}
        # sudo: an accountant compares without a right on the set-up of providers
        providers_sudo = (
            self.env["payment.provider"]
            .sudo()
            .search([("company_id", "=", self.company_id.id)])
            .filtered(lambda provider: provider.journal_id == self.journal_id)
        )
        by_number = [
            "|",
            ("reference", "in", list(wanted)),
            ("provider_reference", "in", list(wanted)),
        ]
        on_days = [
            ("state", "=", "done"),
            ("last_state_change", ">=", first),
            ("last_state_change", "<", after),
        ]
        transactions_sudo = (
            self.env["payment.transaction"]
            .sudo()  # sudo: as above
            .search(
                [
                    ("provider_id", "in", providers_sudo.ids),
                    ("operation", "!=", "validation"),
                    "|",
                    *["&", "&", *on_days],
                    *by_number,
                ]
            )
        )
        receipts = self.env["property.receipt"].search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("method", "in", ("wallet", "pos", "transfer")),
                "|",
                ("reference", "in", list(wanted)),
                *["&", ("received_at", ">=", first), ("received_at", "<", after)],
            ]
        )
        records, booked = {}, []
        for tx_sudo in transactions_sudo:
            records[f"tx{tx_sudo.id}"] = {"transaction_id": tx_sudo.id}
            moved = tx_sudo.last_state_change or tx_sudo.create_date
            booked.append(
                Booked(
                    key=f"tx{tx_sudo.id}",
                    kind="refund" if tx_sudo.operation == "refund" else "payment",
                    numbers=frozenset(
                        n for n in (tx_sudo.reference, tx_sudo.provider_reference) if n
                    ),
                    amount=Decimal(f"{abs(tx_sudo.amount):.2f}"),
                    is_final=tx_sudo.state == "done",
                    is_due=first <= moved < after,
                )
            )
        for receipt in receipts:
            records[f"r{receipt.id}"] = {"receipt_id": receipt.id}
            booked.append(
                Booked(
                    key=f"r{receipt.id}",
                    kind="payment",
                    numbers=frozenset(n for n in (receipt.reference, receipt.name) if n),
                    amount=Decimal(f"{receipt.amount:.2f}"),
                    is_final=receipt.state == "issued",
                    is_due=first <= receipt.received_at < after,
                )
            )
        return tuple(booked), records

    def _prepare_line_vals(self, finding, records):
        """Return the values of a line from a finding of the rule."""
        line, booked = finding.line, finding.booked
        vals = {
            "statement_id": self.id,
            "result": finding.result,
            "kind": (line or booked).kind,
            "difference": 0.0 if finding.result == "duplicate" else float(finding.difference),
            "amount_booked": float(booked.amount) if booked else 0.0,
            **(records[booked.key] if booked else {}),
        }
        if line:
            zone = pytz.timezone(CHANNEL_ZONE)
            vals |= {
                "row": line.row,
                "number": line.number,
                "order": line.refund_order or line.order,
                "happened_at": zone.localize(line.happened)
                .astimezone(pytz.utc)
                .replace(tzinfo=None),
                "amount": float(line.amount),
                "fee": float(line.fee),
                "is_final": line.is_final,
            }
        else:
            vals["number"] = min(booked.numbers, default="")
        return vals

    def _post_fee(self):
        """Post what the channel keeps as an expense against its clearing account, once."""
        self.ensure_one()
        if self.fee_move_id or self.currency_id.is_zero(self.amount_fee):
            return
        if not self.fee_account_id:
            raise UserError(self.env._("Choose the account of the channel's fee first."))
        move = self.env["account.move"].create(self._prepare_fee_move_vals())
        move.action_post()
        self.fee_move_id = move

    def _prepare_fee_move_vals(self):
        """Return the values of the entry of the fee."""
        self.ensure_one()
        fee, label = self.amount_fee, self.env._("Channel fee %(name)s", name=self.name)
        sides = ((self.fee_account_id, fee), (self._get_clearing_account(), -fee))
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "date": self.date_to,
            "ref": label,
            "line_ids": [
                (
                    0,
                    0,
                    {
                        "name": label,
                        "account_id": account.id,
                        "debit": max(amount, 0.0),
                        "credit": max(-amount, 0.0),
                    },
                )
                for account, amount in sides
            ],
        }

    def _get_clearing_account(self):
        """Return the account on which payments of the channel wait for their settlement."""
        lines = self.journal_id.inbound_payment_method_line_ids
        with_provider = lines.filtered("payment_provider_id")
        account = (with_provider or lines).payment_account_id[:1]
        # sudo: the company's chart names the account, whoever posts
        chart_sudo = self.env["account.chart.template"].sudo().with_company(self.company_id)
        return (
            account
            or chart_sudo.ref("account_journal_payment_debit_account_id", raise_if_not_found=False)
            or self.journal_id.default_account_id
        )

    @api.model
    def _fetch_file(self, journal, day):
        """Return (filename, content) of a day's file from the channel itself, or None.

        For addons that speak with a channel; none here.
        """
        return
