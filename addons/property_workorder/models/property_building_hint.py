# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.fields import Domain


class PropertyBuildingHint(models.Model):
    """What whoever takes a call should know about a building (feature 81)."""

    _name = "property.building.hint"
    _description = "Desk hint"
    _inherit = ["property.scope.mixin"]
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, string="Hint")
    building_ids = fields.Many2many(
        "property.building",
        domain="[('community_id', '=', community_id)]",
        help="Empty: the whole community.",
    )
    category_ids = fields.Many2many("property.workorder.category", string="Categories")
    start_date = fields.Date()
    end_date = fields.Date(help="Last day on which it is shown.")

    @api.model
    def _get_current(self, community, building=None, category=None):
        """Return the hints for a place and a category today."""
        today = fields.Date.context_today(self)
        domain = Domain("community_id", "=", community.id)
        domain &= Domain("start_date", "=", False) | Domain("start_date", "<=", today)
        domain &= Domain("end_date", "=", False) | Domain("end_date", ">=", today)
        found = self.search(domain)
        lineage = category._get_lineage() if category else None
        return found.filtered(
            lambda one: (
                (not one.building_ids or building in one.building_ids)
                and (not one.category_ids or lineage is None or bool(one.category_ids & lineage))
            )
        )
