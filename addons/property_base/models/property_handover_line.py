# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError

from .property_handover_template import METER_KINDS


class PropertyHandoverLine(models.Model):
    """One checked point of a handover."""

    _name = "property.handover.line"
    _description = "Handover point"
    _inherit = ["property.scope.mixin"]
    _order = "handover_id, sequence, id"

    handover_id = fields.Many2one(
        "property.handover", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="handover_id.community_id", store=True, index=True, precompute=True, required=False
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Point", required=True)
    category = fields.Selection(
        [
            ("paper", "Paper"),
            ("unit", "Unit"),
            ("equipment", "Equipment"),
            ("inventory", "Inventory"),
        ],
        required=True,
        default="unit",
    )
    document_type_id = fields.Many2one("property.unit.document.type", string="Paper on file")
    is_on_file = fields.Boolean(string="On file", compute="_compute_is_on_file")
    result = fields.Selection(
        [
            ("pending", "To check"),
            ("ok", "In order"),
            ("defect", "Defect"),
            ("na", "Not applicable"),
        ],
        required=True,
        default="pending",
    )
    note = fields.Char()

    def _compute_is_on_file(self):
        for line in self:
            papers = line.handover_id.unit_id.document_ids._filtered_valid()
            line.is_on_file = bool(
                line.document_type_id and line.document_type_id in papers.type_id
            )

    def action_ok(self):
        """Mark the points as in order."""
        self.write({"result": "ok"})


class PropertyHandoverReading(models.Model):
    """A meter read together at a handover."""

    _name = "property.handover.reading"
    _description = "Handover meter reading"
    _inherit = ["property.scope.mixin"]
    _order = "handover_id, id"
    _rec_name = "kind"

    handover_id = fields.Many2one(
        "property.handover", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="handover_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(related="handover_id.unit_id", store=True, precompute=True)
    kind = fields.Selection(METER_KINDS, required=True, default="water")
    meter_number = fields.Char(string="Meter")
    value = fields.Float(string="Reading", digits=(16, 3))
    read_at = fields.Datetime(
        string="Read on", compute="_compute_read_at", store=True, readonly=False
    )
    photo = fields.Image(max_width=1920, max_height=1920)
    note = fields.Char(help="Why there is no reading, for example: meter not installed.")

    _value_positive = models.Constraint(
        "CHECK (value IS NULL OR value >= 0)", "A meter reading cannot be negative."
    )

    @api.depends("value", "photo")
    def _compute_read_at(self):
        """A value or a photo is a reading; a true zero is confirmed by its photo or by the time."""
        for reading in self:
            if (reading.value or reading.photo) and not reading.read_at:
                reading.read_at = fields.Datetime.now()


class PropertyHandoverDefect(models.Model):
    """A defect or damage found at the joint inspection, with photos (LIF-02)."""

    _name = "property.handover.defect"
    _description = "Handover defect"
    _inherit = ["property.evidence.mixin", "property.scope.mixin"]
    _order = "handover_id, id"

    handover_id = fields.Many2one(
        "property.handover", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="handover_id.community_id", store=True, index=True, precompute=True, required=False
    )
    unit_id = fields.Many2one(
        related="handover_id.unit_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(string="Defect", required=True)
    place = fields.Char(help="Room and spot, for example bathroom, ceiling.")
    severity = fields.Selection(
        [("minor", "Minor"), ("major", "Major"), ("safety", "Safety")],
        required=True,
        default="minor",
    )
    liable = fields.Selection(
        [("developer", "Developer"), ("company", "Property company"), ("resident", "Resident")],
        string="To be remedied by",
        required=True,
        default=lambda self: (
            "resident" if self.env.context.get("handover_kind") == "move_out" else "developer"
        ),
    )
    due_date = fields.Date(string="Remedy by")
    amount = fields.Monetary(string="Damage", help="What the resident pays for the damage.")
    is_settled = fields.Boolean(string="Settled", help="The damage has been paid or waived.")
    is_fixed = fields.Boolean(string="Remedied")


class PropertyHandoverStep(models.Model):
    """Who took which step of a handover when, and who signed it. Never changed."""

    _name = "property.handover.step"
    _description = "Handover step taken"
    _inherit = ["property.scope.mixin"]
    _order = "handover_id, id"
    _rec_name = "step"

    handover_id = fields.Many2one(
        "property.handover", required=True, index=True, ondelete="cascade"
    )
    community_id = fields.Many2one(
        related="handover_id.community_id", store=True, index=True, precompute=True, required=False
    )
    step = fields.Selection(
        [
            ("papers", "Papers"),
            ("form", "Form"),
            ("payments", "Payments"),
            ("inspection", "Joint inspection"),
            ("keys", "Keys"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", string="By", required=True, readonly=True)
    taken_at = fields.Datetime(
        string="On", default=lambda self: fields.Datetime.now(), required=True, readonly=True
    )
    signature = fields.Image(readonly=True, max_width=1024, max_height=1024)
    signed_by = fields.Char(readonly=True)
    signed_at = fields.Datetime(string="Signed on", readonly=True)

    def write(self, vals):
        raise UserError(self.env._("A step that was taken and signed stays as it is."))


class PropertyKeyMove(models.Model):
    _inherit = "property.key.move"

    handover_id = fields.Many2one(
        "property.handover", index="btree_not_null", ondelete="set null", readonly=True
    )
