# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PropertyChannelStatementLine(models.Model):
    """A payment or refund of a channel's file, or one of ours that the file lacks."""

    _name = "property.channel.statement.line"
    _description = "Line of a channel statement"
    _order = "statement_id desc, row, id"
    _rec_name = "number"

    statement_id = fields.Many2one(
        "property.channel.statement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    journal_id = fields.Many2one(related="statement_id.journal_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    row = fields.Integer(readonly=True)
    kind = fields.Selection(
        [("payment", "Payment"), ("refund", "Refund")], required=True, readonly=True
    )
    number = fields.Char(string="Number of the channel", readonly=True, index=True)
    order = fields.Char(string="Our number", readonly=True)
    happened_at = fields.Datetime(readonly=True)
    amount = fields.Monetary(string="Amount there", readonly=True)
    amount_booked = fields.Monetary(string="Amount here", readonly=True)
    fee = fields.Monetary(readonly=True)
    is_final = fields.Boolean(readonly=True, string="Final there")
    difference = fields.Monetary(readonly=True)
    result = fields.Selection(
        [
            ("matched", "Matched"),
            ("missing_here", "Missing here"),
            ("missing_there", "Missing at the channel"),
            ("amount", "Other amount"),
            ("state", "Other status"),
            ("duplicate", "In an earlier file"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    transaction_id = fields.Many2one("payment.transaction", readonly=True, index="btree_not_null")
    receipt_id = fields.Many2one("property.receipt", readonly=True, index="btree_not_null")
    is_resolved = fields.Boolean(string="Finding settled")
    note = fields.Char(help="What was found and done; needed to tick a finding as settled.")

    @api.constrains("is_resolved", "note")
    def _check_note(self):
        for line in self:
            if line.is_resolved and not line.note:
                raise ValidationError(
                    self.env._(
                        "Write what was done about %(number)s before it is settled.",
                        number=line.number,
                    )
                )

    def action_take_over(self):
        """Post what the channel has and we still wait for: its message never came."""
        for line in self:
            # sudo: the accountant confirms what the channel's own file proves
            tx_sudo = line.transaction_id.sudo()
            if line.result != "state" or not line.is_final or not tx_sudo:
                raise UserError(
                    self.env._(
                        "Only a payment that the channel has and that is still open here can be "
                        "taken over."
                    )
                )
            if line.currency_id.compare_amounts(abs(tx_sudo.amount), line.amount):
                raise UserError(
                    self.env._(
                        "The channel has %(there)s, the transaction is over %(here)s.",
                        there=line.currency_id.format(line.amount),
                        here=line.currency_id.format(abs(tx_sudo.amount)),
                    )
                )
            tx_sudo._set_done(extra_allowed_states=("cancel",))
            if not tx_sudo.is_post_processed:
                tx_sudo._post_process()
            line.write(
                {
                    "result": "matched",
                    "difference": 0.0,
                    "is_resolved": True,
                    "note": line.note or self.env._("Taken over from the file of the channel"),
                }
            )

    def action_open_origin(self):
        """Open the transaction or receipt."""
        self.ensure_one()
        origin = self.transaction_id or self.receipt_id
        return origin.get_formview_action() if origin else False
