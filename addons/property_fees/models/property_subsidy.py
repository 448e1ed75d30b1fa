# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..rules.errors import RuleError
from ..rules.subsidy import keep_back, plan_parts


class PropertySubsidy(models.Model):
    """A subsidy promised to a community: programme, condition, instalments, receipt (FEE-33)."""

    _name = "property.subsidy"
    _description = "Subsidy"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "granted_date desc, id desc"

    name = fields.Char(string="Programme", required=True, tracking=True)
    community_id = fields.Many2one(
        "property.community", required=True, index=True, ondelete="restrict", tracking=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    purpose = fields.Selection(
        [
            ("service", "Service of an old estate"),
            ("reward", "Reward for a good assessment"),
            ("works", "Repair or alteration"),
            ("other", "Other"),
        ],
        required=True,
        default="service",
        tracking=True,
    )
    grant_reference = fields.Char(
        string="Grant", tracking=True, help="Number of the notice that promises the money."
    )
    granted_date = fields.Date(string="Granted on", tracking=True)
    amount = fields.Monetary(string="Granted", required=True, tracking=True)
    fund_id = fields.Many2one(
        "property.fund",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('community_id', '=', community_id)]",
        tracking=True,
        help="The fund that takes the money in; it is used from there.",
    )
    condition = fields.Text(help="What has to be reached before the rest is paid.")
    required_score = fields.Float(
        string="Assessment needed",
        digits=(6, 2),
        help="Result of the assessment from which the condition is met. 0: not by score.",
    )
    deduct_percent = fields.Float(
        string="Kept back on failure (%)",
        digits=(5, 2),
        default=100,
        help="Part of an instalment that the payers keep when its condition failed.",
    )
    state = fields.Selection(
        [
            ("draft", "Applied for"),
            ("granted", "Granted"),
            ("closed", "Settled"),
            ("refused", "Refused"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    payer_ids = fields.One2many("property.subsidy.payer", "subsidy_id", string="Payers", copy=True)
    part_ids = fields.One2many("property.subsidy.part", "subsidy_id", string="Plan", copy=True)
    instalment_ids = fields.One2many(
        "property.subsidy.instalment", "subsidy_id", string="Instalments", copy=False
    )
    amount_received = fields.Monetary(string="Received", compute="_compute_amounts")
    amount_deducted = fields.Monetary(string="Kept back", compute="_compute_amounts")
    amount_open = fields.Monetary(string="Still to come", compute="_compute_amounts")

    _amount_positive = models.Constraint("CHECK (amount > 0)", "The amount is above zero.")
    _percent_range = models.Constraint(
        "CHECK (deduct_percent >= 0 AND deduct_percent <= 100)",
        "What is kept back is a part from 0 to 100 percent.",
    )

    @api.depends("instalment_ids.state", "instalment_ids.amount_deducted")
    def _compute_amounts(self):
        for subsidy in self:
            lines = subsidy.instalment_ids
            subsidy.amount_received = sum(
                lines.filtered(lambda one: one.state == "received").mapped("amount_net")
            )
            subsidy.amount_deducted = sum(lines.mapped("amount_deducted"))
            subsidy.amount_open = sum(
                lines.filtered(lambda one: one.state in ("expected", "met")).mapped("amount_net")
            )

    @api.constrains("fund_id", "community_id")
    def _check_fund(self):
        for subsidy in self:
            if subsidy.fund_id.community_id != subsidy.community_id:
                raise ValidationError(
                    self.env._("The fund of %(name)s is of another community.", name=subsidy.name)
                )

    def write(self, vals):
        fixed = vals.keys() & {
            "community_id",
            "amount",
            "fund_id",
            "payer_ids",
            "part_ids",
            "required_score",
            "deduct_percent",
        }
        if fixed and self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("A granted subsidy stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("A granted subsidy stays on record."))

    def action_grant(self):
        """Note that the money was promised, and plan what comes when and from whom."""
        for subsidy in self:
            subsidy._lock_flow()
            subsidy._require("draft")
            if not subsidy.grant_reference or not subsidy.granted_date:
                raise UserError(
                    self.env._("%(name)s: enter number and day of the notice.", name=subsidy.name)
                )
            subsidy._plan()
            subsidy._set_state("granted")

    def action_refuse(self):
        """Note that nothing was granted."""
        for subsidy in self:
            subsidy._lock_flow()
            subsidy._require("draft")
            subsidy._set_state("refused")

    def action_view_entries(self):
        """Open the movements of the fund that took the money in."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fund_movement_action"
        )
        action["domain"] = [("id", "in", self.instalment_ids.movement_id.ids)]
        action["context"] = {"create": False}
        return action

    def _require(self, state):
        if self.state != state:
            raise UserError(
                self.env._(
                    "%(name)s has just been handled by a colleague; reload the page.",
                    name=self.name,
                )
            )

    def _plan(self):
        if not self.payer_ids or not self.part_ids:
            raise UserError(
                self.env._("%(name)s: enter who pays, and in which parts.", name=self.name)
            )
        try:
            amounts = plan_parts(
                Decimal(f"{self.amount:.2f}"),
                [(part.id, Decimal(str(part.percent))) for part in self.part_ids],
                [(payer.id, Decimal(str(payer.weight))) for payer in self.payer_ids],
            )
        except RuleError as error:
            if error.code != "percent_not_whole":
                raise UserError(
                    self.env._("%(name)s: the shares of the payers are zero.", name=self.name)
                ) from None
            raise UserError(
                self.env._("%(name)s: the parts do not add up to 100 percent.", name=self.name)
            ) from None
        self.instalment_ids = [
            Command.create(
                {
                    "part_id": part.id,
                    "partner_id": payer.partner_id.id,
                    "amount": float(amounts[part.id, payer.id]),
                    "due_date": part.due_date,
                }
            )
            for part in self.part_ids
            for payer in self.payer_ids
            if amounts[part.id, payer.id]
        ]

    def _close_if_settled(self):
        for subsidy in self:
            open_lines = subsidy.instalment_ids.filtered(
                lambda one: one.state in ("expected", "met")
            )
            if subsidy.state == "granted" and not open_lines:
                subsidy._set_state("closed")


class PropertySubsidyPayer(models.Model):
    """Who pays which share of a subsidy."""

    _name = "property.subsidy.payer"
    _description = "Payer of a subsidy"
    _inherit = ["property.scope.mixin"]
    _order = "subsidy_id, id"
    _rec_name = "partner_id"

    subsidy_id = fields.Many2one("property.subsidy", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="subsidy_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one("res.partner", string="Payer", required=True)
    weight = fields.Float(
        string="Share", default=1, digits=(6, 2), help="Equal numbers pay equal parts."
    )

    _weight_positive = models.Constraint("CHECK (weight > 0)", "A share is above zero.")


class PropertySubsidyPart(models.Model):
    """A part of a subsidy: the start, the rest after acceptance."""

    _name = "property.subsidy.part"
    _description = "Part of a subsidy"
    _inherit = ["property.scope.mixin"]
    _order = "subsidy_id, sequence, id"

    subsidy_id = fields.Many2one("property.subsidy", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="subsidy_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    percent = fields.Float(string="Part (%)", digits=(5, 2), required=True)
    needs_condition = fields.Boolean(
        string="After the condition", help="Paid when the condition is met, not before."
    )
    due_date = fields.Date(string="Expected on")

    _percent_positive = models.Constraint("CHECK (percent > 0)", "A part is above zero.")


class PropertySubsidyInstalment(models.Model):
    """What one payer pays of one part: expected, due, received or kept back."""

    _name = "property.subsidy.instalment"
    _description = "Instalment of a subsidy"
    _inherit = ["property.flow.mixin", "property.scope.mixin"]
    _order = "subsidy_id, due_date, id"
    _rec_name = "part_id"

    subsidy_id = fields.Many2one(
        "property.subsidy", required=True, readonly=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="subsidy_id.community_id", store=True, index=True, precompute=True, required=False
    )
    part_id = fields.Many2one(
        "property.subsidy.part", string="Part", required=True, readonly=True, ondelete="restrict"
    )
    needs_condition = fields.Boolean(related="part_id.needs_condition")
    partner_id = fields.Many2one("res.partner", string="Payer", required=True, readonly=True)
    due_date = fields.Date(string="Expected on")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Planned", required=True, readonly=True)
    amount_deducted = fields.Monetary(string="Kept back", readonly=True)
    amount_net = fields.Monetary(string="To receive", compute="_compute_amount_net", store=True)
    score = fields.Float(string="Assessment", digits=(6, 2), help="Result that was reached.")
    evidence = fields.Char(
        string="Acceptance", help="Report or record on which the condition was checked."
    )
    state = fields.Selection(
        [
            ("expected", "Expected"),
            ("met", "Condition checked"),
            ("received", "Received"),
            ("lost", "Kept back"),
        ],
        string="Status",
        required=True,
        default="expected",
        readonly=True,
        copy=False,
    )
    movement_id = fields.Many2one(
        "property.fund.movement", string="Receipt", readonly=True, copy=False
    )

    @api.depends("amount", "amount_deducted")
    def _compute_amount_net(self):
        for line in self:
            line.amount_net = line.amount - line.amount_deducted

    def write(self, vals):
        if not self.env.su and self.filtered(lambda one: one.state in ("received", "lost")):
            raise UserError(self.env._("An instalment that is settled stays as it is."))
        return super().write(vals)

    def action_meet(self):
        """Note that the condition is met; with a score the score decides."""
        for line in self:
            line._check_condition(True)

    def action_fail(self):
        """Note that the condition failed: what was agreed is kept back."""
        for line in self:
            line._check_condition(False)

    def _check_condition(self, is_met):
        self._lock_flow()
        subsidy = self.subsidy_id
        if self.state != "expected" or subsidy.state != "granted":
            self._refuse()
        if not self.evidence:
            raise UserError(
                self.env._(
                    "%(part)s: enter on what the condition was checked.", part=self.part_id.name
                )
            )
        if subsidy.required_score:
            is_met = self.score >= subsidy.required_score
        kept = (
            Decimal(0)
            if is_met
            else keep_back(Decimal(f"{self.amount:.2f}"), Decimal(f"{subsidy.deduct_percent:.2f}"))
        )
        lost = kept == Decimal(f"{self.amount:.2f}")
        # sudo: what is kept back follows from the check
        self.sudo()._set_state("lost" if lost else "met", amount_deducted=float(kept))
        subsidy._close_if_settled()

    def action_receive(self):
        """Take the money into the fund, posted."""
        for line in self:
            line._lock_flow()
            wanted = "met" if line.needs_condition else "expected"
            if line.subsidy_id.state != "granted" or line.state not in (wanted, "met"):
                line._refuse()
            movement = self.env["property.fund.movement"].create(line._prepare_movement_vals())
            movement.action_pay()
            # sudo: received by the movement
            line.sudo()._set_state("received", movement_id=movement.id)
            line.subsidy_id._close_if_settled()

    def _refuse(self):
        if self.needs_condition and self.state == "expected":
            raise UserError(
                self.env._(
                    "%(part)s is paid after its condition was checked.", part=self.part_id.name
                )
            )
        raise UserError(
            self.env._(
                "%(part)s has just been handled by a colleague; reload the page.",
                part=self.part_id.name,
            )
        )

    def _prepare_movement_vals(self):
        """Return the values of the movement that takes the money in (hook)."""
        subsidy = self.subsidy_id
        return {
            "name": f"{subsidy.name} {self.part_id.name}",
            "fund_id": subsidy.fund_id.id,
            "kind": "subsidy",
            "amount": self.amount_net,
            "partner_id": self.partner_id.id,
            "note": " ".join(part for part in (subsidy.grant_reference, self.evidence) if part),
        }
