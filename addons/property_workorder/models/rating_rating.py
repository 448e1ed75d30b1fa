# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class RatingRating(models.Model):
    """What a resident wrote with the stars is for whoever may see the request."""

    _inherit = "rating.rating"

    property_workorder_id = fields.Many2one(
        "property.workorder",
        string="Request",
        compute="_compute_property_workorder_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
    )

    @api.depends("res_model", "res_id")
    def _compute_property_workorder_id(self):
        for rating in self:
            is_order = rating.res_model == "property.workorder"
            rating.property_workorder_id = rating.res_id if is_order else False
