# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyDataCheckLine(models.Model):
    """One unit in a data check."""

    _name = "property.data.check.line"
    _description = "Data Check of a Unit"
    _inherit = ["property.scope.mixin"]
    _order = "check_id desc, building_id, unit_id, id"
    _rec_name = "unit_id"

    check_id = fields.Many2one("property.data.check", required=True, index=True, ondelete="cascade")
    check_state = fields.Selection(related="check_id.state", string="Round")
    due_date = fields.Date(related="check_id.due_date", store=True)
    unit_id = fields.Many2one("property.unit", required=True, index=True, ondelete="cascade")
    community_id = fields.Many2one(
        related="check_id.community_id",
        store=True,
        index=True,
        precompute=True,
        required=False,
    )
    building_id = fields.Many2one(
        related="unit_id.building_id", store=True, index=True, precompute=True
    )
    keeper_id = fields.Many2one(related="building_id.keeper_id", store=True, index=True)
    owner_ids = fields.Many2many(related="unit_id.owner_ids", string="Owners")
    occupant_ids = fields.Many2many(related="unit_id.occupant_ids", string="Occupants")
    missing = fields.Char(compute="_compute_missing", help="What the register lacks.")
    state = fields.Selection(
        [
            ("open", "To do"),
            ("checked", "Checked"),
            ("changed", "Changed"),
            ("unknown", "Unknown"),
        ],
        required=True,
        default="open",
        index=True,
        group_expand=True,
    )
    done = fields.Float(
        string="Done (%)", compute="_compute_done", store=True, aggregator="avg", digits=(5, 1)
    )
    note = fields.Char(help="What changed, or why nobody could be asked.")
    checked_by_id = fields.Many2one("res.users", string="Checked by", readonly=True)
    checked_at = fields.Datetime(readonly=True)

    _unit_uniq = models.UniqueIndex(
        "(check_id, unit_id)", "The unit is in this round of checks already."
    )

    @api.depends("state")
    def _compute_done(self):
        for line in self:
            line.done = 0.0 if line.state == "open" else 100.0

    @api.depends("unit_id")
    def _compute_missing(self):
        for line in self:
            unit = line.unit_id
            people = (unit.owner_ids | unit.occupant_ids).sudo()  # sudo: only what is missing
            gaps = []
            if not unit.owner_ids:
                gaps.append(self.env._("owner"))
            if not unit.area_m2:
                gaps.append(self.env._("area"))
            if people.filtered(lambda partner: not partner.phone):
                gaps.append(self.env._("phone"))
            if people.filtered(lambda partner: not partner.property_id_tail):
                gaps.append(self.env._("identity number"))
            line.missing = ", ".join(gaps)

    def write(self, vals):
        """Extend `orm`: note who marked the line, and when."""
        if "state" in vals:
            marked = vals["state"] != "open"
            vals = {
                **vals,
                "checked_by_id": self.env.uid if marked else False,
                "checked_at": fields.Datetime.now() if marked else False,
            }
        return super().write(vals)

    def action_checked(self):
        """Everything is as registered."""
        self.state = "checked"

    def action_changed(self):
        """Something changed and was put right in the register."""
        self.state = "changed"

    def action_unknown(self):
        """Nobody could be asked."""
        self.state = "unknown"

    def action_view_unit(self):
        """Open the unit, to put its data right."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "property.unit",
            "res_id": self.unit_id.id,
            "views": [(False, "form")],
        }
