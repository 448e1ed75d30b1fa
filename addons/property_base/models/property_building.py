# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyBuilding(models.Model):
    """A building (楼栋) of a community (BAS-02, BAS-10)."""

    _name = "property.building"
    _description = "Building"
    _inherit = [
        "property.scope.mixin",
        "property.place.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "community_id, sequence, code, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        help="Short code, the first part of the units' names: 3 in 3-1-1203.",
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True, readonly=False)
    active = fields.Boolean(default=True)
    phase_id = fields.Many2one(
        "property.phase", domain="[('community_id', '=', community_id)]", index="btree_not_null"
    )
    floor_count = fields.Integer(string="Floors", help="Number of floors above ground.")
    basement_count = fields.Integer(string="Basement floors")
    lift_count = fields.Integer(string="Lifts")
    floor_area_m2 = fields.Float(
        string="Floor area (m²)",
        digits=(12, 2),
        help="Gross floor area by the property survey; the area audit compares the units with it.",
    )
    built_year = fields.Integer()
    structure = fields.Char(help="Construction, for example reinforced concrete frame.")
    keeper_id = fields.Many2one(
        "res.users",
        string="Keeper",
        tracking=True,
        domain="[('share', '=', False)]",
        help="The member of staff (管家) who answers for this building.",
    )
    entrance_ids = fields.One2many("property.entrance", "building_id", string="Entrances")
    unit_ids = fields.One2many("property.unit", "building_id", string="Units")
    unit_count = fields.Integer(compute="_compute_unit_figures")
    unit_area_m2 = fields.Float(
        string="Area of the units (m²)", digits=(14, 2), compute="_compute_unit_figures"
    )
    building_properties = fields.Properties(
        "Extra fields", definition="community_id.building_properties_definition"
    )
    note = fields.Text(string="Notes")

    _code_uniq = models.UniqueIndex(
        "(community_id, code)", "Another building of this community has this code already."
    )

    @api.depends("code")
    def _compute_sequence(self):
        """Sort 2 before 10: the code's first number counts, letters come after."""
        for building in self:
            digits = ""
            for char in building.code or "":
                if char.isdecimal():
                    digits += char
                elif digits:
                    break
            building.sequence = int(digits[:6]) if digits else 1_000_000

    @api.depends("unit_ids.area_m2", "unit_ids.active")
    def _compute_unit_figures(self):
        figures = {
            building: (count, area)
            for building, count, area in self.env["property.unit"]._read_group(
                [("building_id", "in", self.ids)], ["building_id"], ["__count", "area_m2:sum"]
            )
        }
        for building in self:
            building.unit_count, building.unit_area_m2 = figures.get(building, (0, 0.0))

    @api.depends("name", "community_id.name")
    @api.depends_context("property_hide_community")
    def _compute_display_name(self):
        for building in self:
            parts = [building.name]
            if not self.env.context.get("property_hide_community"):
                parts.insert(0, building.community_id.name)
            building.display_name = " / ".join(part for part in parts if part)

    @api.constrains("phase_id", "community_id")
    def _check_phase(self):
        for building in self:
            if building.phase_id and building.phase_id.community_id != building.community_id:
                raise ValidationError(
                    self.env._(
                        "Building %(building)s belongs to another community than phase %(phase)s. "
                        "Choose a phase of the building's community.",
                        building=building.name,
                        phase=building.phase_id.name,
                    )
                )

    def write(self, vals):
        if "community_id" in vals and any(
            building.community_id.id != vals["community_id"] and building.unit_ids
            for building in self
        ):
            raise ValidationError(
                self.env._(
                    "A building with units cannot move to another community. "
                    "Create a building there and import its units."
                )
            )
        return super().write(vals)

    def action_view_units(self):
        """Open the units of the building."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("property_base.property_unit_action")
        action["domain"] = [("building_id", "=", self.id)]
        action["context"] = {
            "default_building_id": self.id,
            "default_community_id": self.community_id.id,
        }
        return action
