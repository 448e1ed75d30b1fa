# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyDepositDeduct(models.TransientModel):
    """Keep a part of a deposit, for damage or for what is owed."""

    _name = "property.deposit.deduct"
    _description = "Deduct from a deposit"

    deposit_id = fields.Many2one("property.deposit", required=True)
    currency_id = fields.Many2one(related="deposit_id.currency_id")
    balance = fields.Monetary(related="deposit_id.balance", string="Held")
    purpose = fields.Selection(
        [("damage", "Damage or missing things"), ("bills", "Open bills of the unit")],
        required=True,
        default="damage",
    )
    amount_open = fields.Monetary(string="Owed by the payer", compute="_compute_amount_open")
    amount = fields.Monetary(required=True)
    reason = fields.Char(required=True)

    @api.depends("deposit_id")
    def _compute_amount_open(self):
        for wizard in self:
            wizard.amount_open = sum(wizard._get_bills().mapped("amount_residual"))

    def _get_bills(self):
        # sudo: who settles a deposit sees what its payer owes
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("property_unit_id", "=", self.deposit_id.unit_id.id),
                    (
                        "commercial_partner_id",
                        "=",
                        self.deposit_id.partner_id.commercial_partner_id.id,
                    ),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                order="invoice_date_due, id",
            )
        )

    def action_deduct(self):
        """Deduct."""
        self.ensure_one()
        if self.amount <= 0:
            raise UserError(self.env._("Enter an amount above zero."))
        bills = self._get_bills() if self.purpose == "bills" else None
        self.deposit_id._deduct(self.amount, self.reason, bills)
        return {"type": "ir.actions.act_window_close"}
