# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PropertySign(models.Model):
    """A sign (标识牌) of the community: what it says, where it hangs, its condition (BAS-21)."""

    _name = "property.sign"
    _description = "Sign"
    _inherit = [
        "property.scope.mixin",
        "property.place.mixin",
        "image.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "community_id, kind, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(
        string="Text", required=True, tracking=True, help="What the sign says: Building 3."
    )
    code = fields.Char(
        string="Number", copy=False, readonly=True, help="Number of the sign in the register."
    )
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("cluster", "Cluster"),
            ("building", "Building"),
            ("entrance", "Entrance"),
            ("door", "Door"),
            ("road", "Road"),
            ("garage", "Garage"),
            ("facility", "Facility"),
            ("safety", "Safety"),
        ],
        required=True,
        default="building",
        tracking=True,
    )
    building_id = fields.Many2one(
        "property.building",
        domain="[('community_id', '=', community_id)]",
        index="btree_not_null",
        ondelete="cascade",
    )
    entrance_id = fields.Many2one(
        "property.entrance",
        domain="[('building_id', '=', building_id)]",
        index="btree_not_null",
        ondelete="cascade",
    )
    unit_id = fields.Many2one(
        "property.unit",
        domain="[('community_id', '=', community_id), ('building_id', '=?', building_id)]",
        index="btree_not_null",
        ondelete="cascade",
    )
    location = fields.Char(help="Where it hangs: left of the lobby door, 2 m high.")
    size = fields.Char(help="For the maker: 40 x 60 cm, aluminium.")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("installed", "Installed"),
            ("damaged", "Damaged"),
            ("removed", "Removed"),
        ],
        required=True,
        default="planned",
        tracking=True,
        group_expand=True,
        index=True,
    )
    installed_date = fields.Date(string="Installed on", tracking=True)
    removed_date = fields.Date(string="Removed on", tracking=True)
    note = fields.Text(string="Notes")

    _dates_ordered = models.Constraint(
        "CHECK (removed_date IS NULL OR installed_date IS NULL OR removed_date >= installed_date)",
        "A sign cannot be removed before it was installed. Correct the dates.",
    )

    @api.depends("name", "code")
    def _compute_display_name(self):
        for sign in self:
            sign.display_name = f"[{sign.code}] {sign.name}" if sign.code else sign.name

    @api.constrains("community_id", "building_id", "entrance_id", "unit_id")
    def _check_place(self):
        for sign in self:
            for part in (sign.building_id, sign.entrance_id, sign.unit_id):
                if part and part.community_id != sign.community_id:
                    raise ValidationError(
                        self.env._(
                            "Sign %(sign)s belongs to %(community)s, but %(place)s is elsewhere. "
                            "Choose a place of the same community.",
                            sign=sign.name,
                            community=sign.community_id.name,
                            place=part.display_name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("code"):
                vals["code"] = self.env["ir.sequence"].next_by_code("property.sign")
        return super().create(vals_list)

    def action_install(self):
        """Note that the sign hangs, today unless a day is given already."""
        for sign in self:
            sign.write(
                {
                    "state": "installed",
                    "installed_date": sign.installed_date or fields.Date.context_today(self),
                    "removed_date": False,
                }
            )

    def action_report_damage(self):
        """Note that the sign needs repair."""
        self.state = "damaged"

    def action_remove(self):
        """Note that the sign was taken down; its code stops working."""
        self.write({"state": "removed", "removed_date": fields.Date.context_today(self)})
        # sudo: the code belongs to the sign, who may remove the one may end the other
        self.env["property.place"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).active = False

    def _get_place_detail(self):
        return self.location or (self.entrance_id.display_name or self.building_id.name or "")
