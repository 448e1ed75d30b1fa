# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    property_fund_id = fields.Many2one(
        "property.fund", string="Fund", index="btree_not_null", readonly=True, ondelete="restrict"
    )
    property_fund_unit_id = fields.Many2one(
        "property.unit",
        string="Unit of the fund",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
    )
