# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..rules import late_fee as rule


class PropertyLateFeePolicy(models.Model):
    """What was agreed about late payment: grace, rates, cap. Off until it is switched on."""

    _name = "property.late.fee.policy"
    _description = "Late fee policy"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("off", "Off"), ("on", "On")],
        string="Status",
        required=True,
        default="off",
        readonly=True,
        copy=False,
        tracking=True,
    )
    community_ids = fields.Many2many(
        "property.community",
        string="Communities",
        check_company=True,
        help="Empty: every community of the company.",
    )
    item_ids = fields.Many2many(
        "property.fee.item",
        string="Fee items",
        check_company=True,
        help="Which parts of a bill bear a late fee. Empty: the whole bill.",
    )
    start_date = fields.Date(
        string="Bills due from",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="Bills that fell due before this day bear no late fee.",
    )
    grace_days = fields.Integer(
        string="Grace (days)",
        tracking=True,
        help="Paid up to so many days after the due date, a bill bears no late fee.",
    )
    grace_counts = fields.Boolean(
        string="Days of grace count",
        default=True,
        tracking=True,
        help="Once the grace has passed, its days bear the late fee as well.",
    )
    cap_percent = fields.Float(
        string="Cap (%)",
        digits=(16, 2),
        default=100.0,
        tracking=True,
        help="At most this part of what was unpaid after the grace. 0: no cap.",
    )
    rate_ids = fields.One2many(
        "property.late.fee.rate", "policy_id", string="Rates", copy=True, required=True
    )
    current_rate = fields.Float(
        string="Rate today (‰ per day)", digits=(16, 4), compute="_compute_current_rate"
    )
    posting = fields.Selection(
        [("collection", "When the bill is paid"), ("accrual", "At the end of each month")],
        string="Posted",
        required=True,
        default="collection",
        tracking=True,
        help="Posted at the end of each month, the late fee is income before it is paid.",
    )
    order = fields.Selection(
        [("bill", "The bill first"), ("late_fee", "The late fee first")],
        string="A part payment pays",
        required=True,
        default="bill",
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Only taxes that are included in the price.",
    )
    note = fields.Text(string="Where it was agreed")

    _grace_positive = models.Constraint(
        "CHECK (grace_days >= 0)", "The days of grace cannot be negative."
    )
    _cap_positive = models.Constraint(
        "CHECK (cap_percent >= 0)", "The cap cannot be negative. 0 means no cap."
    )

    @api.depends("rate_ids.start_date", "rate_ids.rate_permille")
    def _compute_current_rate(self):
        today = fields.Date.context_today(self)
        for policy in self:
            running = policy.rate_ids.filtered(
                lambda rate: not rate.start_date or rate.start_date <= today
            ).sorted(lambda rate: rate.start_date or fields.Date.to_date("1900-01-01"))
            policy.current_rate = running[-1:].rate_permille

    @api.constrains("tax_ids")
    def _check_tax_ids(self):
        for policy in self:
            if policy.tax_ids.filtered(lambda tax: not tax.price_include):
                raise ValidationError(
                    self.env._(
                        "Policy %(policy)s: choose taxes that are included in the price, so that "
                        "the payer owes exactly the late fee that was worked out.",
                        policy=policy.name,
                    )
                )

    def write(self, vals):
        if "state" in vals and not self.env.su:
            raise UserError(self.env._("Use the buttons to switch a policy on or off."))
        return super().write(vals)

    def action_switch_on(self):
        """Let bills that fall due from the start date on bear late fees."""
        self.check_access("write")
        for policy in self:
            if not policy.rate_ids:
                raise UserError(
                    self.env._("Policy %(policy)s has no rate. Enter one.", policy=policy.name)
                )
            policy.sudo().state = "on"  # sudo: past the guard of write

    def action_switch_off(self):
        """Let no further late fee arise."""
        self.check_access("write")
        self.sudo().state = "off"  # sudo: past the guard of write

    @api.model
    def _get_policies(self, companies):
        """Return the policies that are on, as sudo; the first that fits a bill applies.

        :param companies: `res.company`
        """
        # sudo: a cashier works a late fee out without reading how it is set up
        return self.sudo().search(
            Domain("state", "=", "on") & Domain("company_id", "in", companies.ids)
        )

    def _applies_to(self, bill):
        self.ensure_one()
        return (
            bill.company_id == self.company_id
            and (not self.community_ids or bill.property_community_id in self.community_ids)
            and bool(bill.invoice_date_due)
            and bill.invoice_date_due >= self.start_date
        )

    def _get_rule(self):
        """Return the policy as the rule takes it."""
        self.ensure_one()
        return rule.Policy(
            rates=tuple(
                rule.Rate(rate.start_date or None, Decimal(f"{rate.rate_permille:.4f}") / 1000)
                for rate in self.rate_ids
            ),
            grace_days=self.grace_days,
            grace_counts=self.grace_counts,
            cap=Decimal(f"{self.cap_percent:.2f}") / 100 if self.cap_percent else None,
        )


class PropertyLateFeeRate(models.Model):
    """The rate of a policy from a day on."""

    _name = "property.late.fee.rate"
    _description = "Late fee rate"
    _order = "policy_id, start_date, id"
    _rec_name = "start_date"

    policy_id = fields.Many2one(
        "property.late.fee.policy", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    start_date = fields.Date(string="From", help="Empty: since ever.")
    rate_permille = fields.Float(
        string="Rate (‰ per day)", digits=(16, 4), required=True, default=0.5
    )

    _start_uniq = models.Constraint(
        "UNIQUE NULLS NOT DISTINCT (policy_id, start_date)",
        "A policy has one rate from the same day on.",
    )
    _rate_range = models.Constraint(
        "CHECK (rate_permille >= 0 AND rate_permille <= 100)",
        "The rate per day lies between 0 and 100 ‰.",
    )
