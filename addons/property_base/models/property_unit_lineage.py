# SPDX-License-Identifier: LGPL-3.0-or-later
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError


class PropertyUnitLineage(models.Model):
    """What part of an old unit went into a new one, and when (feature 17). Never changed."""

    _name = "property.unit.lineage"
    _description = "Unit lineage"
    _inherit = ["property.scope.mixin"]
    _order = "date desc, old_unit_id, new_unit_id, id"
    _rec_name = "new_unit_id"

    restructure_id = fields.Many2one(
        "property.unit.restructure", required=True, index=True, ondelete="restrict", readonly=True
    )
    community_id = fields.Many2one(
        related="restructure_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    kind = fields.Selection(related="restructure_id.kind", store=True)
    date = fields.Date(required=True, readonly=True, help="First day of the new unit.")
    old_unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", readonly=True
    )
    new_unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", readonly=True
    )
    part_numerator = fields.Char(required=True, readonly=True)
    part_denominator = fields.Char(required=True, readonly=True)
    part = fields.Char(
        compute="_compute_part", help="Part of the old unit's area, as an exact fraction."
    )
    area_m2 = fields.Float(
        string="Old area (m²)",
        digits=(12, 2),
        readonly=True,
        help="The same part in m² of the old unit, to two decimals.",
    )

    _pair_uniq = models.UniqueIndex(
        "(old_unit_id, new_unit_id)", "This line of descent is already on record."
    )

    @api.depends("part_numerator", "part_denominator")
    def _compute_part(self):
        for line in self:
            line.part = str(line._part())

    def _part(self):
        """Return the part as a ``Fraction``."""
        self.ensure_one()
        # stored as text: numerator and denominator may exceed a database integer
        return Fraction(int(self.part_numerator or 0), int(self.part_denominator or 1))

    def write(self, vals):
        raise UserError(self.env._("The lineage of units is history and stays as it is."))
