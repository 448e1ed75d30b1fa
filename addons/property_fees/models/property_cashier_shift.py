# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


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
        [("open", "Open"), ("closed", "Closed")],
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
    receipt_count = fields.Integer(compute="_compute_totals")
    opening_cash = fields.Monetary(string="Opening cash", help="Cash in the box at the start.")
    cash_total = fields.Monetary(string="Cash taken", compute="_compute_totals")
    other_total = fields.Monetary(string="Taken by other ways", compute="_compute_totals")
    amount_total = fields.Monetary(string="Taken in all", compute="_compute_totals")
    expected_cash = fields.Monetary(
        string="Cash expected", compute="_compute_totals", help="Float and cash taken, less voids."
    )
    counted_cash = fields.Monetary(string="Cash counted", copy=False, tracking=True)
    difference = fields.Monetary(
        compute="_compute_difference", store=True, tracking=True, help="Counted less expected."
    )
    difference_reason = fields.Char(string="Why they differ", copy=False, tracking=True)

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

    @api.depends("receipt_ids.amount", "receipt_ids.method", "void_receipt_ids", "opening_cash")
    def _compute_totals(self):
        for shift in self:
            taken, given = shift.receipt_ids, shift.void_receipt_ids
            cash = _sum(taken, "cash") - _sum(given, "cash")
            everything = sum(taken.mapped("amount")) - sum(given.mapped("amount"))
            shift.receipt_count = len(taken)
            shift.cash_total = cash
            shift.amount_total = everything
            shift.other_total = everything - cash
            shift.expected_cash = shift.opening_cash + cash

    @api.depends("counted_cash", "expected_cash")
    def _compute_difference(self):
        for shift in self:
            shift.difference = shift.counted_cash - shift.expected_cash

    @api.constrains("counted_cash")
    def _check_counted_cash(self):
        for shift in self:
            if shift.counted_cash < 0:
                raise ValidationError(self.env._("The cash counted cannot be negative."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.cashier.shift")
        self.flush_model(["state"])  # a shift just closed no longer counts as open
        return super().create(vals_list)

    def write(self, vals):
        closed = self.filtered(lambda shift: shift.state == "closed")
        if closed and vals.keys() & {"opening_cash", "counted_cash", "difference_reason", "state"}:
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
            if not shift.currency_id.is_zero(shift.difference) and not shift.difference_reason:
                raise UserError(
                    self.env._(
                        "Shift %(shift)s: the cash counted differs from the cash expected by "
                        "%(difference)s. Count again, or say why.",
                        shift=shift.name,
                        difference=shift.currency_id.format(shift.difference),
                    )
                )
            shift.write({"state": "closed", "closed_at": fields.Datetime.now()})

    def action_take_payment(self):
        """Open the desk."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_cashier_payment_action"
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
