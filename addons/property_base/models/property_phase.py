# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyPhase(models.Model):
    """A phase or cluster (期 / 组团) of a community; parameters may differ per phase (BAS-02)."""

    _name = "property.phase"
    _description = "Phase"
    _inherit = ["property.scope.mixin"]
    _order = "community_id, sequence, code, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    community_id = fields.Many2one(ondelete="cascade")
    building_ids = fields.One2many("property.building", "phase_id", string="Buildings")

    _code_uniq = models.UniqueIndex(
        "(community_id, code)", "Another phase of this community has this code already."
    )
