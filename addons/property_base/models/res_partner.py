# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    property_ownership_ids = fields.One2many(
        "property.ownership", "partner_id", string="Owned units"
    )
    property_occupancy_ids = fields.One2many(
        "property.occupancy", "partner_id", string="Occupied units"
    )
    property_unit_ids = fields.Many2many(
        "property.unit",
        string="Units",
        compute="_compute_property_unit_ids",
        search="_search_property_unit_ids",
        help="Units that the person owns or occupies today.",
    )

    def _compute_property_unit_ids(self):
        today = fields.Date.context_today(self)
        for partner in self:
            partner.property_unit_ids = (
                partner.property_ownership_ids._filtered_on(today).unit_id
                | partner.property_occupancy_ids._filtered_on(today).unit_id
            )

    def _search_property_unit_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        current = [("is_current", "=", True), ("unit_id", "in", list(value))]
        return [
            "|",
            ("property_ownership_ids", "any", current),
            ("property_occupancy_ids", "any", current),
        ]
