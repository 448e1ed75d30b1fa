# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models

from ..rules.arrears import Level


class PropertyDunningLevel(models.Model):
    """A step of reminding: when it is reached, on which ways it goes out, what it says."""

    _name = "property.dunning.level"
    _description = "Reminder level"
    _order = "days, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company that has no levels of its own."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    days = fields.Integer(
        string="Days overdue", required=True, help="Counted from the oldest due date."
    )
    amount_minimum = fields.Monetary(
        string="From an amount of", help="Below it this level is left out."
    )
    by_portal = fields.Boolean(string="In the portal", default=True)
    by_mail = fields.Boolean(string="By e-mail", default=True)
    by_sms = fields.Boolean(
        string="By SMS", help="Needs an addon that sends SMS; without one it is noted as not sent."
    )
    by_letter = fields.Boolean(string="By letter")
    by_call = fields.Boolean(string="Call by the keeper", help="Makes a task for the keeper.")
    text = fields.Text(
        translate=True,
        required=True,
        help="What the reminder says above the list of bills.",
    )
    allows_legal = fields.Boolean(
        string="Court may follow", help="From this level on a claim can be prepared."
    )

    _days_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), days) WHERE active", "Two reminder levels begin on the same day."
    )
    _days_positive = models.Constraint(
        "CHECK (days > 0)", "A reminder goes out one day after the due date or later."
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for level in self:
            level.currency_id = (level.company_id or self.env.company).currency_id

    def _get_levels(self, company):
        """Return the levels of a company, else those for every company, first one first."""
        return self.search([("company_id", "=", company.id)]) or self.search(
            [("company_id", "=", False)]
        )

    def _prepare_rule_levels(self):
        return tuple(
            Level(level.id, level.days, Decimal(f"{level.amount_minimum:.2f}")) for level in self
        )
