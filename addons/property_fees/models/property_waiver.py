# SPDX-License-Identifier: LGPL-3.0-or-later
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyWaiver(models.Model):
    """A discount, waiver, exemption or vacancy reduction of fees, asked for and approved (减免).

    Who approves is not who asked. It holds for days, so broken periods are reduced in part.
    """

    _name = "property.waiver"
    _description = "Waiver of fees"
    _inherit = [
        "property.scope.mixin",
        "property.evidence.mixin",
        "property.flow.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start_date desc, id desc"

    name = fields.Char(required=True, copy=False, readonly=True, default="/")
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one(
        "res.partner", string="Asked for by", help="The owner or tenant who asked."
    )
    kind = fields.Selection(
        [
            ("percent", "Discount in percent"),
            ("amount", "Fixed amount off per price period"),
            ("free", "Exemption: nothing to pay"),
            ("vacancy", "Vacant unit"),
        ],
        required=True,
        default="percent",
        tracking=True,
    )
    item_ids = fields.Many2many(
        "property.fee.item",
        string="Fee items",
        domain="[('company_id', '=', company_id)]",
        help="Empty: every fee of the unit.",
    )
    percent = fields.Float(
        string="Reduction (%)",
        digits=(5, 2),
        compute="_compute_percent",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    amount = fields.Monetary(
        string="Amount off",
        tracking=True,
        help="Off each price period (month, quarter, ...) of every fee item, never below zero.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    start_date = fields.Date(required=True, tracking=True, default=fields.Date.context_today)
    end_date = fields.Date(required=True, tracking=True, help="Last day.")
    reason = fields.Text(required=True, tracking=True)
    needs_no_debt = fields.Boolean(
        string="Only without debt",
        help="Applied by a run only while no bill of the unit is overdue.",
    )
    # Inspection of a vacant unit
    inspection_date = fields.Date(tracking=True)
    inspector_id = fields.Many2one("res.users", tracking=True, domain="[('share', '=', False)]")
    inspection_result = fields.Selection(
        [("vacant", "Vacant"), ("used", "Lived in or used")], tracking=True
    )
    inspection_note = fields.Text(help="Meter readings, seals, what was seen.")
    # Approval
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "To approve"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Withdrawn"),
        ],
        string="Status",
        required=True,
        default="draft",
        tracking=True,
        index=True,
        copy=False,
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, tracking=True
    )
    approved_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    refusal_reason = fields.Char(tracking=True)
    can_approve = fields.Boolean(compute="_compute_can_approve")
    billed_count = fields.Integer(
        string="Billed before",
        compute="_compute_billed_count",
        help="Charges of its days that were billed without it.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (end_date >= start_date)", "A waiver cannot end before it starts."
    )
    _percent_range = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100)", "A reduction is between 0 and 100 percent."
    )
    _amount_positive = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "The amount off cannot be negative."
    )

    @api.depends("kind", "community_id")
    def _compute_percent(self):
        for waiver in self:
            if waiver.kind == "free":
                waiver.percent = 100.0
            elif waiver.kind == "amount":
                waiver.percent = 0.0
            elif waiver.kind == "vacancy" and waiver.community_id:
                waiver.percent = float(waiver.community_id._get_parameter("fees_vacancy_reduction"))
            else:
                waiver.percent = waiver.percent or 0.0

    @api.depends("state", "requested_by_id")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        officer = self.env.user.has_group("property_base.group_property_officer")
        for waiver in self:
            waiver.can_approve = (
                waiver.state == "requested" and officer and waiver.requested_by_id != self.env.user
            )

    @api.depends("state", "unit_id", "item_ids", "start_date", "end_date")
    def _compute_billed_count(self):
        for waiver in self:
            waiver.billed_count = len(waiver._get_billed_charges())

    @api.constrains("kind", "percent", "amount")
    def _check_effect(self):
        for waiver in self:
            if not waiver.percent and not waiver.amount:
                raise ValidationError(
                    self.env._(
                        "Waiver %(waiver)s takes nothing off. Enter percent or amount.",
                        waiver=waiver.name,
                    )
                )

    @api.constrains("unit_id", "item_ids")
    def _check_items(self):
        for waiver in self:
            if waiver.item_ids.company_id - waiver.company_id:
                raise ValidationError(
                    self.env._(
                        "Waiver %(waiver)s names fee items of another company.", waiver=waiver.name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.waiver") or "/"
            self._complete_kind(vals)
        return super().create(vals_list)

    def _complete_kind(self, vals):
        """An exemption takes all off, a fixed amount no percent."""
        fixed = {"free": 100.0, "amount": 0.0}.get(vals.get("kind"))
        if fixed is not None:
            vals["percent"] = fixed
        if vals.get("kind") not in (None, "amount"):
            vals["amount"] = 0.0

    def write(self, vals):
        self._complete_kind(vals)
        settled = {
            "unit_id",
            "kind",
            "item_ids",
            "percent",
            "amount",
            "start_date",
            "end_date",
            "reason",
            "needs_no_debt",
            "inspection_result",
            "requested_by_id",
            "approved_by_id",
        }
        if vals.keys() & settled and any(waiver.state != "draft" for waiver in self):
            raise UserError(
                self.env._("A waiver that was asked for keeps its terms. Withdraw it and ask anew.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for waiver in self:
            if waiver.state not in ("draft", "cancelled") or waiver.approved_by_id:
                raise UserError(
                    self.env._(
                        "Waiver %(waiver)s stays on file. Withdraw it instead.", waiver=waiver.name
                    )
                )

    # Buttons

    def action_request(self):
        """Ask for approval."""
        for waiver in self:
            waiver._lock_flow()
            waiver._check_step("draft")
            waiver._check_inspection()
            waiver._check_evidence()
            waiver._set_state("requested", requested_by_id=self.env.uid)
            if waiver.community_id.manager_id and waiver.community_id.manager_id != self.env.user:
                waiver.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=waiver.community_id.manager_id.id,
                    summary=self.env._("Approve or refuse the waiver"),
                )

    def action_approve(self):
        """Approve what somebody else asked for."""
        self._decide("approved")

    def action_refuse(self):
        """Refuse what somebody else asked for."""
        for waiver in self:
            if not waiver.refusal_reason:
                raise UserError(
                    self.env._("Waiver %(waiver)s: note why it is refused.", waiver=waiver.name)
                )
        self._decide("refused")

    def action_withdraw(self):
        """Withdraw; what was billed with the reduction stays, later runs charge in full."""
        for waiver in self:
            waiver._lock_flow()
            if waiver.state == "approved":
                waiver._check_officer()
            waiver._set_state("cancelled")
            waiver.activity_unlink(["mail.mail_activity_data_todo"])

    def action_draft(self):
        """Change what was not approved."""
        for waiver in self:
            waiver._lock_flow()
            waiver._check_step("requested", "refused", "cancelled")
            waiver._set_state(
                "draft", requested_by_id=False, approved_by_id=False, approved_at=False
            )

    def action_view_billed(self):
        """Open the charges that were billed without the waiver."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_charge_action"
        )
        action["domain"] = [("id", "in", self._get_billed_charges().ids)]
        return action

    def _decide(self, state):
        for waiver in self:
            waiver._lock_flow()
            waiver._check_step("requested")
            waiver._check_officer()
            if waiver.requested_by_id == self.env.user:
                raise UserError(
                    self.env._(
                        "You asked for waiver %(waiver)s yourself. Somebody else has to decide.",
                        waiver=waiver.name,
                    )
                )
            waiver._set_state(state, approved_by_id=self.env.uid, approved_at=fields.Datetime.now())
            waiver.activity_unlink(["mail.mail_activity_data_todo"])
            if state == "approved":
                waiver._on_approved()

    def _on_approved(self):
        """Called once when the waiver was approved (hook)."""

    def _check_step(self, *states):
        if self.state not in states:
            raise UserError(
                self.env._(
                    "Waiver %(waiver)s is not at this step any more. Reload the page.",
                    waiver=self.name,
                )
            )

    def _check_officer(self):
        if not (self.env.su or self.env.user.has_group("property_base.group_property_officer")):
            raise UserError(self.env._("Only the management of the site decides on waivers."))

    def _check_inspection(self):
        if self.kind != "vacancy":
            return
        if not (self.inspection_date and self.inspector_id and self.inspection_result):
            raise UserError(
                self.env._(
                    "Waiver %(waiver)s: inspect the unit first. Enter the day, who inspected it "
                    "and the result.",
                    waiver=self.name,
                )
            )
        if self.inspection_result != "vacant":
            raise UserError(
                self.env._(
                    "Waiver %(waiver)s: the inspection found the unit in use. There is no "
                    "reduction for it.",
                    waiver=self.name,
                )
            )
        if self.start_date < self.inspection_date:
            raise UserError(
                self.env._(
                    "Waiver %(waiver)s: the reduction begins with the inspection at the earliest. "
                    "Correct its first day.",
                    waiver=self.name,
                )
            )

    def _get_evidence_type(self):
        """Extend `property_base`: evidence policies name the kind of waiver."""
        return self.kind

    def _get_billed_charges(self):
        if not (self.unit_id and self.start_date and self.end_date):
            return self.env["property.fee.charge"]
        domain = [
            ("unit_id", "=", self.unit_id._origin.id),
            ("state", "=", "posted"),
            ("period_start", "<=", self.end_date),
            ("period_end", ">=", self.start_date),
        ]
        if self.item_ids:
            domain += [("item_id", "in", self.item_ids._origin.ids)]
        charges = self.env["property.fee.charge"].search(domain)
        return charges.filtered(lambda charge: self.id not in charge._get_waiver_ids())

    def _percent_fraction(self):
        """Return the reduction as an exact fraction of one."""
        self.ensure_one()
        return Fraction(round(self.percent * 100), 10000)

    def _amount_fraction(self):
        """Return the amount off as an exact number."""
        self.ensure_one()
        return Fraction(round(self.amount * 100), 100)
