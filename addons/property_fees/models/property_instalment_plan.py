# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.arrears import Instalment, behind, is_breached, split
from ..rules.errors import RuleError


class PropertyInstalmentPlan(models.Model):
    """A debt that may be paid in parts; one part missed ends it."""

    _name = "property.instalment.plan"
    _description = "Instalment plan"
    _inherit = ["mail.thread"]
    _order = "id desc"

    case_id = fields.Many2one(
        "property.arrears.case", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="case_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    unit_id = fields.Many2one(related="case_id.unit_id", store=True)
    partner_id = fields.Many2one(related="case_id.partner_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False, tracking=True)
    count = fields.Integer(string="Number of parts", default=6)
    first_date = fields.Date(
        string="First part by",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=30),
    )
    grace_days = fields.Integer(default=3, help="A part paid within these days is still in time.")
    bill_ids = fields.Many2many("account.move", string="Bills", readonly=True, copy=False)
    amount_start = fields.Monetary(string="Owed when agreed", readonly=True, copy=False)
    line_ids = fields.One2many("property.instalment.plan.line", "plan_id")
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_behind = fields.Monetary(string="Behind", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("active", "Running"),
            ("done", "Paid"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        index=True,
    )

    _active_uniq = models.UniqueIndex(
        "(case_id) WHERE state = 'active'", "A plan of this case is running already."
    )

    @api.depends("case_id")
    def _compute_amount(self):
        for plan in self:
            plan.amount = plan.amount or plan.case_id.amount_overdue

    def _compute_display_name(self):
        for plan in self:
            plan.display_name = f"{plan.case_id.display_name} × {plan.count}"

    def action_split(self):
        """Make equal monthly parts."""
        for plan in self.filtered(lambda one: one.state == "draft"):
            try:
                parts = split(Decimal(f"{plan.amount:.2f}"), plan.count, plan.first_date)
            except RuleError as error:
                raise UserError(
                    self.env._(
                        "%(amount)s cannot be split into %(count)s parts: 2 to 60 parts of at "
                        "least 0.01 are possible.",
                        amount=plan.currency_id.format(plan.amount),
                        count=plan.count,
                    )
                ) from error
            plan.line_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create({"due_date": part.due, "amount": float(part.amount)})
                    for part in parts
                ),
            ]

    def action_start(self):
        """Let the plan run: reminders stop as long as it is kept."""
        today = fields.Date.context_today(self)
        for plan in self:
            if not plan.line_ids:
                plan.action_split()
            total = sum(plan.line_ids.mapped("amount"))
            bills_sudo = plan.case_id._get_bills(today)
            owed = sum(bills_sudo.mapped("amount_residual"))
            if plan.currency_id.compare_amounts(total, plan.amount):
                raise UserError(
                    self.env._(
                        "The parts come to %(parts)s, the plan is over %(amount)s.",
                        parts=plan.currency_id.format(total),
                        amount=plan.currency_id.format(plan.amount),
                    )
                )
            if plan.currency_id.compare_amounts(plan.amount, owed) > 0:
                raise UserError(
                    self.env._(
                        "Only %(owed)s is overdue: the plan cannot be over more than that.",
                        owed=plan.currency_id.format(owed),
                    )
                )
            # sudo: the bills are kept to see what is paid of them
            plan.sudo().write({"bill_ids": bills_sudo.ids, "amount_start": owed})
            plan.state = "active"
            plan.case_id._update_state(today)

    def action_cancel(self):
        """End the plan; reminders go on."""
        self.write({"state": "cancelled"})
        for case in self.case_id:
            case._update_state(fields.Date.context_today(self))

    def _update_state(self, today):
        """Take over what was paid; end a plan that was paid or broken."""
        for plan in self.filtered(lambda one: one.state == "active"):
            # sudo: as in action_start
            left = sum(plan.sudo().bill_ids.mapped("amount_residual"))
            paid = Decimal(f"{plan.amount_start - left:.2f}")
            parts = tuple(
                Instalment(line.due_date, Decimal(f"{line.amount:.2f}")) for line in plan.line_ids
            )
            vals = {
                "amount_paid": float(paid),
                "amount_behind": float(behind(parts, paid, today)),
            }
            if paid >= Decimal(f"{plan.amount:.2f}"):
                vals["state"] = "done"
            elif is_breached(parts, paid, today, plan.grace_days):
                vals["state"] = "broken"
                plan.case_id.message_post(
                    body=self.env._("A part of the instalment plan was missed. The plan is over.")
                )
            plan.write(vals)


class PropertyInstalmentPlanLine(models.Model):
    """A part of an instalment plan."""

    _name = "property.instalment.plan.line"
    _description = "Instalment"
    _order = "due_date, id"

    plan_id = fields.Many2one(
        "property.instalment.plan", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="plan_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    due_date = fields.Date(required=True)
    amount = fields.Monetary(required=True)

    @api.constrains("amount", "due_date", "plan_id")
    def _check_draft(self):
        for line in self:
            if line.amount <= 0:
                raise ValidationError(self.env._("A part is an amount above zero."))
            if line.plan_id.state != "draft":
                raise ValidationError(
                    self.env._("A running plan stays as agreed. Cancel it and agree on another.")
                )
