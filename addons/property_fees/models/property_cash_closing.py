# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.period import period_of


class PropertyCashClosing(models.Model):
    """The sheet of a day or a month: what was taken in which way, closed by who did not take it."""

    _name = "property.cash.closing"
    _description = "Cash closing"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "date_to desc, kind, id desc"

    name = fields.Char(compute="_compute_name", store=True)
    community_id = fields.Many2one(default=lambda self: self.env.user.property_community_ids[:1])
    kind = fields.Selection(
        [("day", "Day sheet"), ("month", "Month sheet")],
        required=True,
        default="day",
        tracking=True,
    )
    date = fields.Date(
        string="Day or month of", required=True, default=fields.Date.context_today, tracking=True
    )
    date_from = fields.Date(compute="_compute_dates", store=True)
    date_to = fields.Date(compute="_compute_dates", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Open"), ("closed", "Sheet closed")],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many("property.cash.closing.line", "closing_id", string="Figures")
    receipt_count = fields.Integer(readonly=True, copy=False)
    first_number = fields.Char(string="First receipt", readonly=True, copy=False)
    last_number = fields.Char(string="Last receipt", readonly=True, copy=False)
    amount_total = fields.Monetary(string="Taken in all", readonly=True, copy=False)
    void_total = fields.Monetary(string="Voided", readonly=True, copy=False)
    refund_total = fields.Monetary(string="Paid back", readonly=True, copy=False)
    net_total = fields.Monetary(string="Net", readonly=True, copy=False)
    difference_total = fields.Monetary(string="Cash differences", readonly=True, copy=False)
    banked_total = fields.Monetary(string="Taken to the bank", readonly=True, copy=False)
    open_shift_names = fields.Char(string="Shifts still open", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", string="Closed by", readonly=True, copy=False)
    closed_at = fields.Datetime(string="Closed on", readonly=True, copy=False)
    note = fields.Text()

    _span_uniq = models.Constraint(
        "UNIQUE (community_id, kind, date_from)",
        "There is a sheet of this day or month already.",
    )

    @api.depends("kind", "date")
    def _compute_dates(self):
        for closing in self:
            if closing.kind == "month" and closing.date:
                span = period_of(closing.date, "month")
                closing.date_from, closing.date_to = span.start, span.end
            else:
                closing.date_from = closing.date_to = closing.date

    @api.depends("kind", "date", "community_id.name")
    def _compute_name(self):
        for closing in self:
            day = closing.date or fields.Date.context_today(closing)
            label = f"{day:%Y-%m}" if closing.kind == "month" else f"{day:%Y-%m-%d}"
            closing.name = " ".join(part for part in (closing.community_id.name, label) if part)

    @api.constrains("date")
    def _check_date(self):
        for closing in self:
            if closing.date_from > fields.Date.context_today(self):
                raise ValidationError(self.env._("A day that has not begun cannot be closed."))

    @api.model_create_multi
    def create(self, vals_list):
        closings = super().create(vals_list)
        closings.action_refresh()
        return closings

    def write(self, vals):
        if vals.keys() & {"kind", "date", "community_id"} and self.filtered(
            lambda one: one.state == "closed"
        ):
            raise UserError(self.env._("A closed sheet stays as it is."))
        result = super().write(vals)
        if vals.keys() & {"kind", "date", "community_id"}:
            self.action_refresh()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        if self.filtered(lambda one: one.state == "closed"):
            raise UserError(self.env._("A closed sheet stays on record."))

    def _get_bounds(self):
        """Return first and last moment in UTC, in the time zone of the user."""
        zone = pytz.timezone(self.env.user.tz or self.company_id.partner_id.tz or "Asia/Shanghai")
        start = zone.localize(datetime.combine(self.date_from, time.min))
        end = zone.localize(datetime.combine(self.date_to + timedelta(days=1), time.min))
        return tuple(moment.astimezone(pytz.utc).replace(tzinfo=None) for moment in (start, end))

    def action_refresh(self):
        """Work the figures out again from receipts, voids, refunds and shifts."""
        for closing in self.filtered(lambda one: one.state == "draft"):
            closing._refresh()

    def _refresh(self):
        start, end = self._get_bounds()
        receipts = self.env["property.receipt"].search(
            [
                ("community_id", "=", self.community_id.id),
                ("received_at", ">=", start),
                ("received_at", "<", end),
            ],
            order="name",
        )
        voids = self.env["property.receipt"].search(
            [
                ("community_id", "=", self.community_id.id),
                ("voided_at", ">=", start),
                ("voided_at", "<", end),
            ]
        )
        refunds = self.env["property.refund"].search(
            [
                ("community_id", "=", self.community_id.id),
                ("state", "=", "paid"),
                ("paid_at", ">=", start),
                ("paid_at", "<", end),
            ]
        )
        shifts = (receipts.shift_id | voids.void_shift_id | refunds.shift_id).filtered(
            lambda shift: shift.community_id == self.community_id
        )
        closed = shifts.filtered(lambda shift: shift.state == "closed")
        taken, given = sum(receipts.mapped("amount")), sum(voids.mapped("amount"))
        back = sum(refunds.mapped("amount"))
        numbers = receipts.mapped("name")
        super().write(
            {
                "line_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(vals)
                        for vals in self._prepare_lines(receipts, voids, refunds)
                    ),
                ],
                "receipt_count": len(receipts),
                "first_number": numbers[0] if numbers else False,
                "last_number": numbers[-1] if numbers else False,
                "amount_total": taken,
                "void_total": given,
                "refund_total": back,
                "net_total": taken - given - back,
                "difference_total": sum(closed.mapped("difference")),
                "banked_total": sum(closed.mapped("banked_cash")),
                "open_shift_names": ", ".join((shifts - closed).mapped("name")),
            }
        )

    def _prepare_lines(self, receipts, voids, refunds):
        """Return the figures by way of paying and by what it was for."""
        figures = {}

        def add(method, kind, amount):
            count, total = figures.get((method, kind), (0, 0.0))
            figures[method, kind] = (count + 1, total + amount)

        for line in receipts.line_ids:
            add(line.receipt_id.method, line.kind, line.amount)
        for receipt in voids:
            add(receipt.method, "void", -receipt.amount)
        for refund in refunds:
            add(refund.method if refund.method != "online" else "wallet", "refund", -refund.amount)
        return [
            {"method": method, "kind": kind, "count": count, "amount": amount}
            for (method, kind), (count, amount) in sorted(figures.items())
        ]

    def action_close(self):
        """Close the sheet: all shifts are counted, and the closer took no money himself."""
        for closing in self:
            closing._lock_flow()
            if closing.state != "draft":
                raise UserError(self.env._("This sheet is closed already."))
            if not self.env.user.has_group("property_fees.group_fee_accountant"):
                raise UserError(self.env._("Cash is closed by accounting, not at the desk."))
            closing._refresh()
            if closing.open_shift_names:
                raise UserError(
                    self.env._(
                        "These shifts are still open: %(shifts)s. Count and close them first.",
                        shifts=closing.open_shift_names,
                    )
                )
            start, end = closing._get_bounds()
            own = self.env["property.receipt"].search_count(
                [
                    ("community_id", "=", closing.community_id.id),
                    ("received_at", ">=", start),
                    ("received_at", "<", end),
                    ("user_id", "=", self.env.uid),
                ],
                limit=1,
            )
            if own:
                raise UserError(
                    self.env._("You took money on these days: somebody else closes the sheet.")
                )
            closing._set_state("closed", closed_by_id=self.env.uid, closed_at=fields.Datetime.now())

    def action_print(self):
        """Print the sheet."""
        return self.env.ref("property_fees.property_cash_closing_report").report_action(
            self, config=False
        )

    @api.model
    def _check_open(self, community):
        """Refuse money on a day that was closed.

        :param community: `property.community`
        """
        today = fields.Date.context_today(self)
        # sudo: a cashier keeps to the closing without reading it
        closed = self.sudo().search_count(
            [
                ("community_id", "=", community.id),
                ("state", "=", "closed"),
                ("date_from", "<=", today),
                ("date_to", ">=", today),
            ],
            limit=1,
        )
        if closed:
            raise UserError(
                self.env._(
                    "The cash of %(community)s is closed for today. Take the money tomorrow.",
                    community=community.name,
                )
            )


class PropertyCashClosingLine(models.Model):
    """A figure of a closing: one way of paying, one purpose."""

    _name = "property.cash.closing.line"
    _description = "Figure of a cash closing"
    _inherit = ["property.scope.mixin"]
    _order = "closing_id, method, kind"
    _rec_name = "kind"

    closing_id = fields.Many2one(
        "property.cash.closing", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="closing_id.community_id", store=True, index=True, precompute=True, required=False
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    method = fields.Selection(
        selection=lambda self: (
            self.env["property.receipt"]._fields["method"]._description_selection(self.env)
        ),
        string="Paid by",
        required=True,
    )
    kind = fields.Selection(
        [
            ("bill", "Bills"),
            ("late_fee", "Late fees"),
            ("prepaid", "Prepayments"),
            ("deposit", "Deposits"),
            ("void", "Voids"),
            ("refund", "Refunds"),
        ],
        string="What for",
        required=True,
    )
    count = fields.Integer(string="Items")
    amount = fields.Monetary()
