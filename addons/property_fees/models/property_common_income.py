# SPDX-License-Identifier: LGPL-3.0-or-later
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..rules.period import MONTHS


class PropertyCommonIncome(models.Model):
    """A contract for the use of common parts (公共收益): billed by period, owed to the owners."""

    _name = "property.common.income"
    _description = "Common income contract"
    _inherit = ["property.flow.mixin", "property.scope.mixin", "mail.thread"]
    _order = "start_date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [
            ("advertising", "Advertising"),
            ("premises", "Business premises"),
            ("bays", "Parking on common ground"),
            ("antenna", "Masts and lines"),
            ("stall", "Stalls and machines"),
            ("other", "Other"),
        ],
        required=True,
        default="advertising",
        tracking=True,
    )
    area_id = fields.Many2one(
        "property.common.area",
        string="Common area",
        domain="[('community_id', '=', community_id)]",
    )
    premises_id = fields.Many2one(
        "property.shared.premises",
        string="Premises",
        domain="[('community_id', '=', community_id)]",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="The shared premises that are let; the leak list misses a contract for those without.",
    )
    partner_id = fields.Many2one("res.partner", string="Payer", required=True, tracking=True)
    fund_id = fields.Many2one(
        "property.fund",
        required=True,
        domain="[('community_id', '=', community_id), ('kind', '=', 'common_income')]",
        index=True,
        ondelete="restrict",
        help="The owners' money: rents are no income of the property company.",
    )
    start_date = fields.Date(required=True, tracking=True)
    end_date = fields.Date(required=True, tracking=True)
    amount = fields.Monetary(string="Rent per period", required=True, tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Selection(
        [
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("half_year", "Half-year"),
            ("year", "Year"),
        ],
        required=True,
        default="quarter",
    )
    resolution_reference = fields.Char(string="Resolution", tracking=True, copy=False)
    resolution_date = fields.Date(string="Resolved on", tracking=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("ended", "Ended")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    billed_until_date = fields.Date(string="Billed until", readonly=True, copy=False)
    move_ids = fields.One2many("account.move", "property_income_id", string="Bills")
    move_count = fields.Integer(compute="_compute_figures", compute_sudo=True)
    amount_billed = fields.Monetary(compute="_compute_figures", compute_sudo=True, string="Billed")
    amount_due = fields.Monetary(compute="_compute_figures", compute_sudo=True, string="Owed")
    note = fields.Text()

    _amount_positive = models.Constraint("CHECK (amount > 0)", "The rent is above zero.")
    _dates_ordered = models.Constraint(
        "CHECK (end_date >= start_date)", "A contract cannot end before it starts."
    )

    def _compute_figures(self):
        figures = {
            contract: values
            for contract, *values in self.env["account.move"]._read_group(
                [("property_income_id", "in", self.ids), ("state", "=", "posted")],
                ["property_income_id"],
                ["__count", "amount_total_signed:sum", "amount_residual_signed:sum"],
            )
        }
        for contract in self:
            count, billed, due = figures.get(contract._origin, (0, 0.0, 0.0))
            contract.move_count = count
            contract.amount_billed, contract.amount_due = billed, due

    @api.constrains("fund_id", "community_id")
    def _check_fund(self):
        for contract in self:
            if contract.fund_id.community_id != contract.community_id:
                raise ValidationError(
                    self.env._("The fund of %(name)s is of another community.", name=contract.name)
                )

    def action_start(self):
        """Let the contract run; only by a resolution of the owners."""
        for contract in self:
            contract._lock_flow()
            if contract.state != "draft":
                raise UserError(self.env._("%(name)s runs already.", name=contract.name))
            if not contract.resolution_reference or not contract.resolution_date:
                raise UserError(
                    self.env._(
                        "%(name)s: common parts are let only by a resolution of the owners. Enter "
                        "its reference and day.",
                        name=contract.name,
                    )
                )
            contract._set_state("running")

    def action_end(self):
        """End the contract."""
        for contract in self:
            contract._lock_flow()
            contract._set_state("ended")

    def action_bill(self):
        """Bill the periods that have begun."""
        for contract in self:
            contract._lock_flow()
            if contract.state != "running":
                raise UserError(self.env._("%(name)s does not run.", name=contract.name))
            contract._bill(fields.Date.context_today(self))

    def action_view_bills(self):
        """Open the bills of the contract."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bills"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("property_income_id", "=", self.id)],
        }

    @api.model
    def _cron_bill_income(self):
        """Bill every running contract up to today."""
        today = fields.Date.context_today(self)
        contracts = self.search([("state", "=", "running"), ("start_date", "<=", today)])
        for contract in contracts:
            contract._lock_flow()
            contract._bill(today)
            if contract.billed_until_date and contract.billed_until_date >= contract.end_date:
                contract._set_state("ended")

    def _bill(self, today):
        # sudo: billing the contract is the right of the contract, not that of invoicing by hand
        moves_sudo = self.env["account.move"].sudo()
        values = []
        begin = (
            self.billed_until_date + relativedelta(days=1)
            if self.billed_until_date
            else self.start_date
        )
        while begin <= min(today, self.end_date):
            count = 1
            months = MONTHS[self.period]
            while self.start_date + relativedelta(months=months * count) <= begin:
                count += 1
            end = self.start_date + relativedelta(months=months * count, days=-1)
            values.append(self._prepare_bill_vals(begin, min(end, self.end_date)))
            begin = end + relativedelta(days=1)
        if values:
            moves_sudo.create(values).action_post()
            self.billed_until_date = min(begin - relativedelta(days=1), self.end_date)

    def _prepare_bill_vals(self, start, end):
        """Return the values of the bill of one period (hook)."""
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "journal_id": self.community_id._get_fee_journal().id,
            "invoice_date": start,
            "invoice_origin": self.name,
            "property_income_id": self.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"{self.name} {start} – {end}",
                        "account_id": self.fund_id._get_account().id,
                        "quantity": 1.0,
                        "price_unit": self.amount,
                        "tax_ids": [Command.clear()],
                        "property_fund_id": self.fund_id.id,
                    }
                )
            ],
        }
