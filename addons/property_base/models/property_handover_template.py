# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models

METER_KINDS = [
    ("water", "Water"),
    ("hot_water", "Hot water"),
    ("power", "Electricity"),
    ("gas", "Gas"),
    ("heat", "Heating"),
]


class PropertyHandoverTemplate(models.Model):
    """The checklist of a handover: papers, unit, equipment, meters (LIF-02)."""

    _name = "property.handover.template"
    _description = "Handover checklist"
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [("move_in", "Move-in"), ("move_out", "Move-out")], required=True, default="move_in"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Empty: all companies.")
    community_id = fields.Many2one(
        "property.community", help="Only for this community. Empty: all communities."
    )
    line_ids = fields.One2many("property.handover.template.line", "template_id", copy=True)
    sign_form = fields.Boolean(
        string="Sign the form", default=True, help="The resident signs before the step is done."
    )
    sign_inspection = fields.Boolean(string="Sign the inspection", default=True)
    sign_keys = fields.Boolean(string="Sign for the keys", default=True)


class PropertyHandoverTemplateLine(models.Model):
    """One point of a handover checklist."""

    _name = "property.handover.template.line"
    _description = "Handover checklist point"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "property.handover.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    category = fields.Selection(
        [
            ("paper", "Paper"),
            ("unit", "Unit"),
            ("equipment", "Equipment"),
            ("inventory", "Inventory"),
            ("meter", "Meter"),
        ],
        required=True,
        default="unit",
        help="Papers are checked in the first step, everything else at the joint inspection. "
        "A meter becomes a reading.",
    )
    meter_kind = fields.Selection(METER_KINDS)
    document_type_id = fields.Many2one(
        "property.unit.document.type", string="Paper on file", help="Shown when it is on file."
    )

    _meter_kind_needed = models.Constraint(
        "CHECK (category <> 'meter' OR meter_kind IS NOT NULL)",
        "Say which kind of meter is read.",
    )
