# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    property_receipt_id = fields.Many2one(
        "property.receipt", string="Receipt", readonly=True, copy=False, index="btree_not_null"
    )
