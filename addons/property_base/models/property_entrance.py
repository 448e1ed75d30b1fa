# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyEntrance(models.Model):
    """An entrance (单元, stairwell) of a building.

    Records appear by themselves when a unit names an entrance; they carry what hangs on the
    stairwell: leader, lifts, signs (BAS-02, BAS-11, BAS-21).
    """

    _name = "property.entrance"
    _description = "Entrance"
    _inherit = ["property.scope.mixin", "property.place.mixin"]
    _order = "building_id, code, id"
    _rec_name = "display_name"

    code = fields.Char(required=True, help="Code as used in the units' names: 1 in 3-1-1203.")
    active = fields.Boolean(default=True)
    building_id = fields.Many2one(
        "property.building", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="building_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    unit_ids = fields.One2many("property.unit", "entrance_id", string="Units")
    lift_count = fields.Integer(string="Lifts")
    floor_area_m2 = fields.Float(string="Floor area (m²)", digits=(12, 2))
    note = fields.Text(string="Notes")

    _code_uniq = models.UniqueIndex(
        "(building_id, code)", "Another entrance of this building has this code already."
    )

    @api.depends("code", "building_id.code")
    def _compute_display_name(self):
        for entrance in self:
            entrance.display_name = f"{entrance.building_id.code or ''}-{entrance.code or ''}"

    def _get_place_name(self):
        self.ensure_one()
        return self.env._(
            "%(building)s, entrance %(entrance)s",
            building=self.building_id.name,
            entrance=self.code,
        )

    @api.model
    def _find_or_create(self, pairs):
        """Return the entrances for ``(building id, code)`` pairs, creating what is missing.

        :param pairs: set of (int, str)
        :return: dict (building id, code) -> property.entrance record
        """
        if not pairs:
            return {}
        # sudo: entrances follow the units, whoever may create the unit
        entrances_sudo = (
            self.sudo()
            .with_context(active_test=False)
            .search([("building_id", "in", list({building for building, _code in pairs}))])
        )
        found = {(entry.building_id.id, entry.code): entry for entry in entrances_sudo}
        missing = sorted(pair for pair in pairs if pair not in found)
        # sudo: as above
        created = self.sudo().create(
            [{"building_id": building, "code": code} for building, code in missing]
        )
        found.update(zip(missing, created, strict=True))
        return {pair: found[pair].with_env(self.env) for pair in pairs}
