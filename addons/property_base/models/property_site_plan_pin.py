# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertySitePlanPin(models.Model):
    """A marked point on the site plan of a community (BAS-21)."""

    _name = "property.site.plan.pin"
    _description = "Site Plan Pin"
    _inherit = ["property.scope.mixin"]
    _order = "community_id, kind, name, id"

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What residents read beside the pin.",
    )
    community_id = fields.Many2one(ondelete="cascade")
    kind = fields.Selection(
        [
            ("building", "Building"),
            ("service", "Service"),
            ("gate", "Gate"),
            ("parking", "Parking"),
            ("facility", "Facility"),
            ("safety", "Safety"),
            ("sign", "Sign"),
        ],
        required=True,
        default="building",
    )
    x_percent = fields.Float(
        string="From the left (%)",
        digits=(6, 3),
        required=True,
        default=50,
        help="Place on the plan, in percent of its width.",
    )
    y_percent = fields.Float(
        string="From the top (%)",
        digits=(6, 3),
        required=True,
        default=50,
        help="Place on the plan, in percent of its height.",
    )
    building_id = fields.Many2one(
        "property.building",
        domain="[('community_id', '=', community_id)]",
        ondelete="cascade",
        index="btree_not_null",
    )
    sign_id = fields.Many2one(
        "property.sign",
        domain="[('community_id', '=', community_id)]",
        ondelete="cascade",
        index="btree_not_null",
    )
    published = fields.Boolean(
        string="Shown to residents",
        default=True,
        help="Residents find the pin on the plan in the portal.",
    )

    _on_plan = models.Constraint(
        "CHECK (x_percent BETWEEN 0 AND 100 AND y_percent BETWEEN 0 AND 100)",
        "A pin must stick in the plan: both percentages lie between 0 and 100.",
    )

    @api.depends("building_id", "sign_id")
    def _compute_name(self):
        for pin in self:
            pin.name = pin.building_id.name or pin.sign_id.name or pin.name

    @api.constrains("community_id", "building_id", "sign_id")
    def _check_place(self):
        for pin in self:
            for place in (pin.building_id, pin.sign_id):
                if place and place.community_id != pin.community_id:
                    raise ValidationError(
                        self.env._(
                            "%(place)s is not in %(community)s. Pin places of the community only.",
                            place=place.display_name,
                            community=pin.community_id.name,
                        )
                    )
