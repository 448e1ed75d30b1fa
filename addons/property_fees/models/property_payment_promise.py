# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules.arrears import promise_state


class PropertyPaymentPromise(models.Model):
    """A payer's word to pay an amount by a day; seen to be kept or broken."""

    _name = "property.payment.promise"
    _description = "Promise to pay"
    _order = "promised_date desc, id desc"

    case_id = fields.Many2one(
        "property.arrears.case", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(related="case_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Promise taken by", readonly=True, default=lambda self: self.env.user
    )
    promised_date = fields.Date(string="Pays by", required=True)
    amount = fields.Monetary(required=True)
    bill_ids = fields.Many2many("account.move", string="Bills", readonly=True, copy=False)
    amount_start = fields.Monetary(string="Owed when promised", readonly=True, copy=False)
    note = fields.Char()
    state = fields.Selection(
        [("open", "Open"), ("kept", "Kept"), ("broken", "Broken")],
        string="Status",
        required=True,
        default="open",
        readonly=True,
        index=True,
    )

    @api.constrains("amount", "promised_date")
    def _check_amount(self):
        for promise in self:
            if promise.amount <= 0:
                raise ValidationError(self.env._("A promise is about an amount above zero."))

    @api.model_create_multi
    def create(self, vals_list):
        today = fields.Date.context_today(self)
        promises = super().create(vals_list)
        for promise in promises:
            bills_sudo = promise.case_id._get_bills(today)
            # sudo: the bills are kept to see what is paid of them
            promise.sudo().write(
                {
                    "bill_ids": bills_sudo.ids,
                    "amount_start": sum(bills_sudo.mapped("amount_residual")),
                }
            )
        promises._update_state(today)
        for case in promises.case_id:
            case.activity_unlink(["mail.mail_activity_data_call"])
            case._update_state(today)
        return promises

    def _get_paid(self):
        """Return what was paid of the bills since the promise, yuan."""
        self.ensure_one()
        # sudo: as in create
        left = sum(self.sudo().bill_ids.mapped("amount_residual"))
        return Decimal(f"{self.amount_start - left:.2f}")

    def _update_state(self, today):
        for promise in self.filtered(lambda one: one.state == "open"):
            state = promise_state(
                Decimal(f"{promise.amount:.2f}"), promise.promised_date, promise._get_paid(), today
            )
            if state == promise.state:
                continue
            promise.state = state
            if state == "broken":
                promise.case_id.message_post(
                    body=self.env._(
                        "The promise to pay %(amount)s by %(date)s was broken.",
                        amount=promise.currency_id.format(promise.amount),
                        date=promise.promised_date,
                    )
                )
