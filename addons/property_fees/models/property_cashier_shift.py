# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

FROZEN = {"opening_cash", "counted_cash", "difference_reason", "state", "banked_cash"}


class PropertyCashierShift(models.Model):
    """The time one cashier answers for one cash box: opened with a float, closed with a count."""

    _name = "property.cashier.shift"
    _description = "Cashier shift"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "opened_at desc, id desc"

    name = fields.Char(readonly=True, copy=False, default="/")
    user_id = fields.Many2one(
        "res.users",
        string="Cashier",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
    )
    community_id = fields.Many2one(
        string="Desk in", default=lambda self: self._default_community_id()
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    opened_at = fields.Datetime(readonly=True, copy=False, default=fields.Datetime.now)
    closed_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [("open", "Open"), ("closed", "Shift closed")],
        string="Status",
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    receipt_ids = fields.One2many("property.receipt", "shift_id", string="Receipts")
    void_receipt_ids = fields.One2many(
        "property.receipt", "void_shift_id", string="Receipts voided here"
    )
    refund_ids = fields.One2many("property.refund", "shift_id", string="Refunds paid")
    receipt_count = fields.Integer(compute="_compute_totals")
    opening_cash = fields.Monetary(string="Opening cash", help="Cash in the box at the start.")
    cash_total = fields.Monetary(string="Cash taken", compute="_compute_totals")
    other_total = fields.Monetary(string="Taken by other ways", compute="_compute_totals")
    amount_total = fields.Monetary(string="Taken in all", compute="_compute_totals")
    refund_total = fields.Monetary(string="Cash paid back", compute="_compute_totals")
    expected_cash = fields.Monetary(
        string="Cash expected",
        compute="_compute_totals",
        help="Float and cash taken, less voids, refunds and what collectors held back.",
    )
    counted_cash = fields.Monetary(string="Cash counted", copy=False, tracking=True)
    difference = fields.Monetary(
        compute="_compute_difference", store=True, tracking=True, help="Counted less expected."
    )
    difference_reason = fields.Char(string="Why they differ", copy=False, tracking=True)
    denomination_data = fields.Json(string="Notes and coins", copy=False)
    banked_cash = fields.Monetary(
        string="Taken to the bank",
        copy=False,
        tracking=True,
        help="Cash that leaves the box at the end of the shift for the bank.",
    )
    left_cash = fields.Monetary(
        string="Left in the box", compute="_compute_left_cash", help="Float of the next shift."
    )
    difference_move_id = fields.Many2one(
        "account.move", string="Entry of the difference", readonly=True, copy=False
    )
    banked_move_id = fields.Many2one(
        "account.move", string="Entry of the bank deposit", readonly=True, copy=False
    )

    _open_uniq = models.UniqueIndex(
        "(user_id, company_id) WHERE state = 'open'",
        "This cashier has an open shift already. Close it first.",
    )
    _float_positive = models.Constraint(
        "CHECK (opening_cash IS NULL OR opening_cash >= 0)", "The float cannot be negative."
    )

    def _default_community_id(self):
        return self.env.user.property_community_ids[:1] or self.env["property.community"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends(
        "receipt_ids.amount",
        "receipt_ids.method",
        "void_receipt_ids",
        "opening_cash",
        "refund_ids.amount",
    )
    def _compute_totals(self):
        for shift in self:
            taken, given = shift.receipt_ids, shift.void_receipt_ids
            cash = _sum(taken, "cash") - _sum(given, "cash")
            everything = sum(taken.mapped("amount")) - sum(given.mapped("amount"))
            shift.receipt_count = len(taken)
            shift.cash_total = cash
            shift.amount_total = everything
            shift.other_total = everything - cash
            shift.refund_total = sum(shift.refund_ids.mapped("amount"))
            shift.expected_cash = (
                shift.opening_cash + cash - shift.refund_total + shift._get_other_cash()
            )

    @api.depends("counted_cash", "banked_cash")
    def _compute_left_cash(self):
        for shift in self:
            shift.left_cash = shift.counted_cash - shift.banked_cash

    @api.depends("counted_cash", "expected_cash")
    def _compute_difference(self):
        for shift in self:
            shift.difference = shift.counted_cash - shift.expected_cash

    @api.constrains("counted_cash")
    def _check_counted_cash(self):
        for shift in self:
            if shift.counted_cash < 0:
                raise ValidationError(self.env._("The cash counted cannot be negative."))

    @api.constrains("banked_cash", "counted_cash")
    def _check_banked_cash(self):
        for shift in self:
            if shift.banked_cash < 0 or shift.banked_cash > max(shift.counted_cash, 0.0):
                raise ValidationError(
                    self.env._("Only cash that was counted can be taken to the bank.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.cashier.shift")
        self.flush_model(["state"])  # a shift just closed no longer counts as open
        return super().create(vals_list)

    def write(self, vals):
        closed = self.filtered(lambda shift: shift.state == "closed")
        if closed and vals.keys() & FROZEN:
            raise UserError(
                self.env._(
                    "Shift %(shift)s is closed and stays as it was counted.", shift=closed[0].name
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for shift in self:
            if shift.receipt_ids or shift.void_receipt_ids:
                raise UserError(
                    self.env._(
                        "Shift %(shift)s has receipts and stays in the books.", shift=shift.name
                    )
                )

    def action_close(self):
        """Close the shift with the cash counted; a difference needs a reason."""
        for shift in self:
            shift._lock_open()
            if not shift.currency_id.is_zero(shift.difference) and not shift.difference_reason:
                raise UserError(
                    self.env._(
                        "Shift %(shift)s: the cash counted differs from the cash expected by "
                        "%(difference)s. Count again, or say why.",
                        shift=shift.name,
                        difference=shift.currency_id.format(shift.difference),
                    )
                )
            shift._post_difference()
            shift._post_banked()
            shift.write({"state": "closed", "closed_at": fields.Datetime.now()})

    def _lock_open(self):
        """Lock the shift for the act; refuse when it was closed in the meantime.

        The row is written to: whoever waits for it has to read again, so that a count never misses
        money that was taken at the same moment.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE property_cashier_shift SET write_date = now() AT TIME ZONE 'UTC' "
                "WHERE id = %s",
                self.id,
            )
        )
        self.invalidate_recordset(["state"])
        if self.state != "open":
            raise UserError(
                self.env._(
                    "Shift %(shift)s is closed. Open a new one before you take money.",
                    shift=self.name,
                )
            )

    def _get_other_cash(self):
        """Return cash that came into the box (or left it, below zero) beside receipts (hook)."""
        self.ensure_one()
        return 0.0

    def _get_cash_account(self):
        """Return the account of the cash box, with sudo."""
        self.ensure_one()
        journal_sudo = self.env["property.receipt"]._get_journal("cash", self.company_id)
        return journal_sudo.default_account_id

    def _post_cash_entry(self, account, amount, ref, partner=None):
        """Post cash into the box (above zero) or out of it against an account.

        :return: the entry, with sudo
        """
        self.ensure_one()
        # sudo: booking the count is the cashier's right, not that of posting by hand
        journal_sudo = self.env["property.receipt"]._get_journal("cash", self.company_id)
        line = {"name": ref, "partner_id": partner.id if partner else False}
        move_sudo = (
            self.env["account.move"]
            .sudo()
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal_sudo.id,
                    "date": fields.Date.context_today(self),
                    "ref": ref,
                    "line_ids": [
                        fields.Command.create(
                            {
                                **line,
                                "account_id": journal_sudo.default_account_id.id,
                                "debit": max(amount, 0.0),
                                "credit": max(-amount, 0.0),
                            }
                        ),
                        fields.Command.create(
                            {
                                **line,
                                "account_id": account.id,
                                "debit": max(-amount, 0.0),
                                "credit": max(amount, 0.0),
                            }
                        ),
                    ],
                }
            )
        )
        move_sudo.action_post()
        return move_sudo

    def _post_difference(self):
        self.ensure_one()
        if self.currency_id.is_zero(self.difference):
            return
        account = self.company_id._get_property_account("cash_difference")
        ref = self.env._(
            "Cash difference of shift %(shift)s: %(reason)s",
            shift=self.name,
            reason=self.difference_reason,
        )
        self.difference_move_id = self._post_cash_entry(account, self.difference, ref)

    def _post_banked(self):
        """Book cash on its way to the bank; the bank statement meets it there."""
        self.ensure_one()
        if self.currency_id.is_zero(self.banked_cash):
            return
        # sudo: as in _post_cash_entry
        account_sudo = self.company_id.sudo().transfer_account_id
        if not account_sudo:
            raise UserError(
                self.env._(
                    "Company %(company)s has no account for liquidity transfers. Ask the "
                    "accountant to set one.",
                    company=self.company_id.name,
                )
            )
        ref = self.env._("Cash of shift %(shift)s to the bank", shift=self.name)
        self.banked_move_id = self._post_cash_entry(account_sudo, -self.banked_cash, ref)

    def action_take_payment(self):
        """Open the desk."""
        return self.env["property.cashier.payment"]._open_desk()

    def action_print(self):
        """Print the sheet of the shift."""
        return self.env.ref("property_fees.property_cashier_shift_report").report_action(
            self, config=False
        )

    def action_view_receipts(self):
        """Open the receipts of the shift."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_receipt_action"
        )
        action["domain"] = ["|", ("shift_id", "=", self.id), ("void_shift_id", "=", self.id)]
        return action

    @api.model
    def _get_open_shift(self):
        """Return the open shift of the user in this company, or nothing."""
        return self.search(
            [
                ("user_id", "=", self.env.uid),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "open"),
            ],
            limit=1,
        )


def _sum(receipts, method):
    return sum(receipts.filtered(lambda receipt: receipt.method == method).mapped("amount"))
