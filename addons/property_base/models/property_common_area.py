# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertyCommonArea(models.Model):
    """A common place: lobby, stairwell, roof, road, playground (BAS-03); some can be booked."""

    _name = "property.common.area"
    _description = "Common area"
    _inherit = [
        "property.scope.mixin",
        "property.place.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "community_id, building_id, kind, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(help="Short code, as on the sign at the place.")
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("lobby", "Lobby"),
            ("stairwell", "Stairwell"),
            ("lift_hall", "Lift hall"),
            ("roof", "Roof"),
            ("basement", "Basement"),
            ("equipment_room", "Equipment room"),
            ("road", "Road"),
            ("square", "Square"),
            ("pond", "Pond"),
            ("green_belt", "Green belt"),
            ("bicycle_shed", "Bicycle shed"),
            ("fence", "Fence"),
            ("gate", "Gate"),
            ("playground", "Playground"),
            ("sports", "Sports ground"),
            ("function_room", "Function room"),
            ("waste_point", "Waste point"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        tracking=True,
    )
    building_id = fields.Many2one(
        "property.building",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('community_id', '=', community_id)]",
        help="Empty: outdoors, for the whole community.",
    )
    entrance_id = fields.Many2one(
        "property.entrance",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('building_id', '=', building_id)]",
    )
    floor = fields.Char(help="Floor or level, for example B1.")
    area_m2 = fields.Float(string="Area (m²)", digits=(12, 2))
    note = fields.Text(string="Notes")
    # Booking
    is_bookable = fields.Boolean(
        string="Can be booked", tracking=True, help="Residents may reserve it for an hour or a day."
    )
    capacity = fields.Integer(help="Persons at most. Zero: no limit.")
    open_from = fields.Float(default=8.0, help="Hour from which it may be used, local time.")
    open_to = fields.Float(default=22.0, help="Hour until which it may be used, local time.")
    hour_price = fields.Monetary(
        string="Price per hour", tracking=True, help="Shown to the resident. Zero: free of charge."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    booking_ids = fields.One2many("property.facility.booking", "area_id", string="Bookings")
    booking_count = fields.Integer(string="Coming bookings", compute="_compute_booking_count")

    _code_uniq = models.UniqueIndex(
        "(community_id, code) WHERE code IS NOT NULL AND active IS TRUE",
        "Another common area of this community has this code already.",
    )
    _hours_ordered = models.Constraint(
        "CHECK (open_from >= 0 AND open_to <= 24 AND open_from < open_to)",
        "The opening hours lie between 0 and 24 o'clock, the first before the second.",
    )
    _price_positive = models.Constraint(
        "CHECK (hour_price IS NULL OR hour_price >= 0)", "The price cannot be negative."
    )

    def _compute_booking_count(self):
        counts = dict(
            self.env["property.facility.booking"]._read_group(
                [
                    ("area_id", "in", self.ids),
                    ("state", "in", ["requested", "confirmed"]),
                    ("end_at", ">=", "now"),
                ],
                ["area_id"],
                ["__count"],
            )
        )
        for area in self:
            area.booking_count = counts.get(area, 0)

    @api.depends("name", "building_id.name")
    def _compute_display_name(self):
        for area in self:
            parts = (area.building_id.name, area.name)
            area.display_name = " / ".join(part for part in parts if part)

    @api.constrains("building_id", "entrance_id", "community_id")
    def _check_place(self):
        for area in self:
            building, entrance = area.building_id, area.entrance_id
            if (building and building.community_id != area.community_id) or (
                entrance and entrance.building_id != building
            ):
                raise ValidationError(
                    self.env._(
                        "%(area)s: choose a building of %(community)s and an entrance of it.",
                        area=area.name,
                        community=area.community_id.name,
                    )
                )

    def action_view_bookings(self):
        """Open the bookings of the area."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.property_facility_booking_action"
        )
        action["domain"] = [("area_id", "=", self.id)]
        action["context"] = {"default_area_id": self.id}
        return action
