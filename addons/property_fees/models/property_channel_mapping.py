# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

from ..rules.channel_mapped import Mapping


class PropertyChannelMapping(models.Model):
    """Which columns of a bank's or card terminal's file mean what, saved for the next file."""

    _name = "property.channel.mapping"
    _description = "Columns of a channel file"
    _order = "name"

    name = fields.Char(required=True, help="For instance the bank and the name of its report.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    time_column = fields.Char(required=True, string="Column of the time")
    number_column = fields.Char(
        required=True,
        string="Column of the channel's number",
        help="The number that the channel gives every payment, once.",
    )
    amount_column = fields.Char(required=True, string="Column of the amount")
    order_column = fields.Char(string="Column of our number")
    fee_column = fields.Char(string="Column of the fee")
    kind_column = fields.Char(
        string="Column of the kind", help="Empty: negative amounts are refunds."
    )
    refund_words = fields.Char(
        default="退款 退货 撤销 refund",
        help="Words in the column of the kind that mean a refund, with spaces between.",
    )
    delimiter = fields.Selection(
        [("comma", "Comma"), ("tab", "Tab"), ("semicolon", "Semicolon"), ("bar", "Vertical bar")],
        help="Empty: found from the header.",
    )

    def _get_mapping(self):
        """Return the mapping as the rule takes it, or None."""
        if not self:
            return None
        self.ensure_one()
        signs = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}
        return Mapping(
            time=self.time_column,
            number=self.number_column,
            amount=self.amount_column,
            order=self.order_column or "",
            fee=self.fee_column or "",
            kind=self.kind_column or "",
            refund_words=tuple((self.refund_words or "").split()),
            delimiter=signs.get(self.delimiter, ""),
        )
