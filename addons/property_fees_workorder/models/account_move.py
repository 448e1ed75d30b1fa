# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    property_workorder_id = fields.Many2one(
        "property.workorder", string="Work order", index="btree_not_null", readonly=True, copy=False
    )
