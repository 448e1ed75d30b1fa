# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.errors import RuleError
from ..rules.fund import break_even


class PropertyBudget(models.Model):
    """What a community plans to take and spend in a year, against posted entries (FEE-34)."""

    _name = "property.budget"
    _description = "Budget"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "year desc, community_id, id"

    name = fields.Char(compute="_compute_name", store=True)
    year = fields.Integer(
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self).year,
        aggregator=None,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("approved", "Approved")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    approver_id = fields.Many2one("res.users", string="Approved by", readonly=True, copy=False)
    line_ids = fields.One2many("property.budget.line", "budget_id", string="Lines", copy=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_income = fields.Monetary(string="Planned income", compute="_compute_totals")
    amount_cost = fields.Monetary(string="Planned cost", compute="_compute_totals")
    amount_result = fields.Monetary(string="Planned result", compute="_compute_totals")
    # Price at which the service breaks even
    amount_subsidy = fields.Monetary(string="Subsidies", help="Promised for the year.")
    amount_common = fields.Monetary(
        string="Common income", help="What the owners resolved to use for the service."
    )
    amount_gap = fields.Monetary(string="Gap", compute="_compute_break_even")
    price_per_m2 = fields.Float(
        string="Price per m² and month", digits=(16, 2), compute="_compute_break_even"
    )
    price_per_household = fields.Float(
        string="Price per household and month", digits=(16, 2), compute="_compute_break_even"
    )
    area_m2 = fields.Float(string="Area (m²)", digits=(16, 2), compute="_compute_break_even")
    household_count = fields.Integer(string="Households", compute="_compute_break_even")
    break_even_note = fields.Char(compute="_compute_break_even")

    _year_uniq = models.UniqueIndex(
        "(community_id, year)", "The community has a budget for this year already."
    )

    @api.depends("year", "community_id.name")
    def _compute_name(self):
        for budget in self:
            budget.name = f"{budget.community_id.name or ''} {budget.year or ''}".strip()

    @api.depends("line_ids.amount_planned", "line_ids.kind")
    def _compute_totals(self):
        for budget in self:
            for kind in ("income", "cost"):
                lines = budget.line_ids.filtered(lambda line, kind=kind: line.kind == kind)
                budget[f"amount_{kind}"] = sum(lines.mapped("amount_planned"))
            budget.amount_result = budget.amount_income - budget.amount_cost

    @api.depends("line_ids.amount_planned", "amount_subsidy", "amount_common", "community_id")
    def _compute_break_even(self):
        units = {
            community: (area, count)
            for community, area, count in self.env["property.unit"]._read_group(
                [("community_id", "in", self.community_id.ids), ("area_m2", ">", 0)],
                ["community_id"],
                ["area_m2:sum", "__count"],
            )
        }
        for budget in self:
            area, count = units.get(budget.community_id, (0.0, 0))
            budget.area_m2, budget.household_count = area, count
            budget.amount_gap = budget.price_per_m2 = budget.price_per_household = 0.0
            budget.break_even_note = False
            try:
                result = break_even(
                    _decimal(budget.amount_cost),
                    _decimal(budget.amount_subsidy),
                    _decimal(budget.amount_common),
                    _decimal(area),
                    count,
                )
            except RuleError as error:
                budget.break_even_note = {
                    "no_area": self.env._("The community has no unit with an area."),
                    "negative_amount": self.env._("Amounts cannot be negative."),
                }[error.code]
                continue
            budget.amount_gap = float(result.gap)
            budget.price_per_m2 = float(result.per_m2_month)
            budget.price_per_household = float(result.per_household_month)
            if result.gap <= 0:
                budget.break_even_note = self.env._(
                    "Subsidies and common income cover the cost: nothing is charged."
                )

    def action_approve(self):
        """Approve the budget; not by who wrote it."""
        for budget in self:
            budget._lock_flow()
            if budget.state != "draft":
                raise UserError(
                    self.env._("Budget %(budget)s is approved already.", budget=budget.name)
                )
            if budget.create_uid == self.env.user and not self.env.su:
                raise UserError(self.env._("You wrote the budget: somebody else approves it."))
            budget._set_state("approved", approver_id=self.env.uid)

    def action_reopen(self):
        """Open the budget again to change it."""
        for budget in self:
            budget._lock_flow()
            budget._set_state("draft", approver_id=False)

    def action_fetch(self):
        """Make a line for each account that was posted on in the year before."""
        for budget in self:
            known = budget.line_ids.account_ids
            start, end = date(budget.year - 1, 1, 1), date(budget.year - 1, 12, 31)
            for account, amount in budget.community_id._get_account_actuals(start, end):
                if account in known:
                    continue
                income = account.account_type.startswith("income")
                budget.line_ids = [
                    fields.Command.create(
                        {
                            "name": account.name,
                            "kind": "income" if income else "cost",
                            "account_ids": [fields.Command.set(account.ids)],
                            "amount_planned": float(amount if income else -amount),
                        }
                    )
                ]

    def action_view_prices(self):
        """Open the prices of the community, to enter the price that closes the gap."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_price_action"
        )
        action["domain"] = [("community_id", "=", self.community_id.id)]
        action["context"] = {
            "default_community_id": self.community_id.id,
            "default_unit_price": self.price_per_m2,
            "default_start_date": f"{self.year}-01-01",
        }
        return action


def _decimal(value):
    return Decimal(f"{value or 0.0:.2f}")


class PropertyBudgetLine(models.Model):
    """A category of the budget."""

    _name = "property.budget.line"
    _description = "Budget line"
    _inherit = ["property.scope.mixin"]
    _order = "budget_id, kind desc, sequence, id"

    budget_id = fields.Many2one("property.budget", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="budget_id.community_id", store=True, index=True, precompute=True, required=False
    )
    year = fields.Integer(related="budget_id.year", store=True, aggregator=None)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Category", required=True)
    kind = fields.Selection([("income", "Income"), ("cost", "Cost")], required=True, default="cost")
    account_ids = fields.Many2many("account.account", string="Accounts", required=True)
    currency_id = fields.Many2one(related="budget_id.currency_id")
    amount_planned = fields.Monetary(string="Planned")
    amount_actual = fields.Monetary(string="Actual", compute="_compute_actual", compute_sudo=True)
    amount_left = fields.Monetary(string="Left", compute="_compute_actual", compute_sudo=True)
    used_percent = fields.Float(string="Used (%)", compute="_compute_actual", compute_sudo=True)

    @api.depends("account_ids", "kind", "amount_planned", "budget_id.year", "community_id")
    def _compute_actual(self):
        for (community, year), lines in self.grouped(
            lambda line: (line.community_id, line.budget_id.year)
        ).items():
            actuals = {}
            if community and year and 1900 < year < 9999:
                actuals = dict(community._get_account_actuals(date(year, 1, 1), date(year, 12, 31)))
            for line in lines:
                total = sum((actuals.get(acc, Decimal(0)) for acc in line.account_ids._origin), 0)
                line.amount_actual = float(total if line.kind == "income" else -total)
                line.amount_left = line.amount_planned - line.amount_actual
                line.used_percent = (
                    100.0 * line.amount_actual / line.amount_planned if line.amount_planned else 0.0
                )

    def action_view_entries(self):
        """Open the journal items behind the actual amount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("account_id", "in", self.account_ids.ids),
                ("parent_state", "=", "posted"),
                ("date", ">=", f"{self.year}-01-01"),
                ("date", "<=", f"{self.year}-12-31"),
                ("analytic_distribution", "in", self.community_id.analytic_account_id.ids),
            ],
        }
