# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    property_prepaid_id = fields.Many2one(
        "property.prepaid",
        string="Prepaid account",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
    property_deposit_id = fields.Many2one(
        "property.deposit",
        string="Deposit",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    property_receipt_id = fields.Many2one(
        "property.receipt",
        string="Receipt",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The receipt that took the money which this entry moves.",
    )
