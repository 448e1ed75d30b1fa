# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyLateFeeWaiver(models.Model):
    """Late fees that are let off: asked for with a reason, approved by somebody else."""

    _name = "property.late.fee.waiver"
    _description = "Waiver of late fees"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"

    name = fields.Char(readonly=True, copy=False, default="/", index="trigram")
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "To approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    value_date = fields.Date(
        string="Worked out for", required=True, default=fields.Date.context_today
    )
    reason = fields.Text(required=True, tracking=True)
    line_ids = fields.One2many("property.late.fee.waiver.line", "waiver_id", string="Bills")
    amount = fields.Monetary(compute="_compute_amount", store=True, string="To waive")
    user_id = fields.Many2one(
        "res.users",
        string="Requested by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, tracking=True
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    decision_note = fields.Char(string="Remark", copy=False)

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for waiver in self:
            waiver.amount = sum(waiver.line_ids.mapped("amount"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.late.fee.waiver")
            vals["user_id"] = self.env.uid
            vals.pop("approver_id", None)
        waivers = super().create(vals_list)
        waivers.filtered(lambda waiver: not waiver.line_ids).action_fetch()
        return waivers

    def write(self, vals):
        fixed = vals.keys() & {"unit_id", "line_ids", "reason", "value_date", "user_id"}
        decided = vals.keys() & {"approver_id", "decided_at"}
        for waiver in self:
            if (fixed and waiver.state != "draft") or (decided and not self.env.su):
                raise UserError(
                    self.env._(
                        "Waiver %(waiver)s has been submitted and stays as it is. Refuse it and "
                        "make another one.",
                        waiver=waiver.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for waiver in self:
            if waiver.state != "draft":
                raise UserError(
                    self.env._("Waiver %(waiver)s stays on record.", waiver=waiver.name)
                )

    def action_fetch(self):
        """List the bills of the unit on which a late fee is due."""
        for waiver in self:
            # sudo: asking for a waiver needs no right on accounting
            bills_sudo = (
                self.env["account.move"]
                .sudo()
                .search(
                    [
                        ("property_unit_id", "=", waiver.unit_id.id),
                        ("move_type", "=", "out_invoice"),
                        ("state", "=", "posted"),
                    ]
                )
            )
            lines = [fields.Command.clear()]
            for bill_sudo in bills_sudo.filtered(lambda bill: not bill.property_late_fee_bill_id):
                amount = waiver._get_waivable(bill_sudo)
                if amount > 0:
                    lines.append(
                        fields.Command.create({"bill_id": bill_sudo.id, "amount": float(amount)})
                    )
            waiver.line_ids = lines

    def _get_waivable(self, bill_sudo):
        """Return the late fee of a bill that is due or posted and not paid, as Decimal."""
        fee = bill_sudo._get_late_fee(self.value_date).get(bill_sudo)
        posted = sum(
            Decimal(f"{move.amount_residual:.2f}")
            for move in bill_sudo.property_late_fee_ids
            if move.state == "posted" and move.move_type == "out_invoice"
        )
        return (fee.due if fee else Decimal(0)) + posted

    def action_submit(self):
        """Ask for the approval."""
        for waiver in self:
            waiver._require("draft")
            if waiver.currency_id.is_zero(waiver.amount):
                raise UserError(
                    self.env._(
                        "Waiver %(waiver)s: no late fee is due on unit %(unit)s.",
                        waiver=waiver.name,
                        unit=waiver.unit_id.display_name,
                    )
                )
            waiver._set_state("submitted")

    def action_approve(self):
        """Let the late fees off; what was posted already is credited."""
        for waiver in self:
            waiver._lock_flow()
            waiver._require("submitted")
            waiver._check_approver()
            waiver.line_ids._check_still_due()
            waiver.line_ids._credit_posted()
            waiver._decide("approved")
            waiver._on_approved()

    def action_refuse(self):
        """Refuse the waiver."""
        for waiver in self:
            waiver._lock_flow()
            waiver._require("submitted")
            waiver._check_approver()
            waiver._decide("refused")

    def _decide(self, state):
        # sudo: who decided is written by the decision only
        self.sudo()._set_state(state, approver_id=self.env.uid, decided_at=fields.Datetime.now())

    def _check_approver(self):
        self.check_access("write")
        officer = self.env.user.has_group("property_base.group_property_officer")
        if not officer and not self.env.su:
            raise UserError(self.env._("Late fees are waived by a site manager. Ask yours."))
        if self.user_id == self.env.user:
            raise UserError(
                self.env._(
                    "You asked for waiver %(waiver)s: somebody else has to decide.",
                    waiver=self.name,
                )
            )

    def _require(self, state):
        if self.state != state:
            raise UserError(
                self.env._(
                    "Waiver %(waiver)s has just been handled by a colleague; reload the page.",
                    waiver=self.name,
                )
            )

    def _on_approved(self):
        """Called once after a waiver was approved (hook)."""


class PropertyLateFeeWaiverLine(models.Model):
    """What is let off on one bill."""

    _name = "property.late.fee.waiver.line"
    _description = "Waiver of a late fee"
    _inherit = ["property.scope.mixin"]
    _order = "waiver_id, id"
    _rec_name = "bill_name"

    waiver_id = fields.Many2one(
        "property.late.fee.waiver", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="waiver_id.community_id", store=True, index=True, precompute=True, required=False
    )
    bill_id = fields.Many2one(
        "account.move", string="Bill entry", required=True, index=True, ondelete="restrict"
    )
    bill_name = fields.Char(string="Bill", compute="_compute_bill", compute_sudo=True)
    bill_due_date = fields.Date(string="Due", compute="_compute_bill", compute_sudo=True)
    amount_late = fields.Monetary(string="Late fee", compute="_compute_bill", compute_sudo=True)
    amount = fields.Monetary(string="To waive", required=True)
    amount_credited = fields.Monetary(
        string="Credited", readonly=True, help="Part that was posted already and was credited."
    )
    currency_id = fields.Many2one(related="waiver_id.currency_id")

    _bill_uniq = models.Constraint("UNIQUE (waiver_id, bill_id)", "A bill stands once on a waiver.")

    @api.depends("bill_id", "waiver_id.value_date")
    def _compute_bill(self):
        for line in self:
            line.bill_name = line.bill_id.name
            line.bill_due_date = line.bill_id.invoice_date_due
            line.amount_late = float(line.waiver_id._get_waivable(line.bill_id))

    @api.constrains("amount")
    def _check_amount(self):
        for line in self:
            if line.amount <= 0:
                raise ValidationError(self.env._("Waive an amount above zero, or drop the bill."))

    @api.constrains("bill_id", "waiver_id")
    def _check_bill(self):
        for line in self:
            # sudo: the unit of the bill is no secret of accounting
            if line.sudo().bill_id.property_unit_id != line.waiver_id.unit_id:
                raise ValidationError(self.env._("The bill belongs to another unit."))

    def write(self, vals):
        fixed = vals.keys() & {"amount", "bill_id", "waiver_id"}
        if fixed and self.waiver_id.filtered(lambda waiver: waiver.state != "draft"):
            raise UserError(self.env._("A submitted waiver stays as it is."))
        return super().write(vals)

    def _check_still_due(self):
        for line in self:
            # sudo: whoever may approve a waiver sees what is due
            due = line.waiver_id._get_waivable(line.sudo().bill_id)
            if Decimal(f"{line.amount:.2f}") > due:
                raise UserError(
                    self.env._(
                        "Only %(due)s of late fee on bill %(bill)s can still be waived.",
                        due=line.currency_id.format(float(due)),
                        bill=line.bill_name,
                    )
                )

    def _credit_posted(self):
        """Credit late fees that were posted and are not paid, as far as they are waived."""
        for line in self:
            # sudo: the approval is the right to credit, not that of invoicing by hand
            bill_sudo = line.sudo().bill_id
            fee = bill_sudo._get_late_fee(line.waiver_id.value_date).get(bill_sudo)
            left = Decimal(f"{line.amount:.2f}") - (fee.due if fee else 0)
            open_sudo = bill_sudo.property_late_fee_ids.filtered(
                lambda move: move.move_type == "out_invoice" and move.amount_residual > 0
            )
            for move_sudo in open_sudo:
                part = min(left, Decimal(f"{move_sudo.amount_residual:.2f}"))
                if part > 0:
                    line._credit(move_sudo, float(part))
                    line.sudo().amount_credited += float(part)
                    left -= part

    def _credit(self, move_sudo, amount):
        refund_sudo = move_sudo._reverse_moves(
            [
                {
                    "ref": self.env._("Waiver %(waiver)s", waiver=self.waiver_id.name),
                    "invoice_date": fields.Date.context_today(self),
                    "property_unit_id": move_sudo.property_unit_id.id,
                    "property_community_id": move_sudo.property_community_id.id,
                    "property_settlement_kind": "waiver",
                }
            ]
        )
        refund_sudo.invoice_line_ids[:1].price_unit = amount
        refund_sudo.action_post()
        lines_sudo = (move_sudo | refund_sudo).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        lines_sudo.reconcile()

    @api.model
    def _get_waived(self, bills):
        """Return what was waived on bills before it was posted: {bill id: Decimal}."""
        # sudo: a waiver counts whoever looks
        groups = self.sudo()._read_group(
            [("bill_id", "in", bills.ids), ("waiver_id.state", "=", "approved")],
            ["bill_id"],
            ["amount:sum", "amount_credited:sum"],
        )
        return {
            bill.id: Decimal(f"{amount:.2f}") - Decimal(f"{credited:.2f}")
            for bill, amount, credited in groups
        }
