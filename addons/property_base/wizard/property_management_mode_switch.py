# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyManagementModeSwitch(models.TransientModel):
    """Ask for the resolution and switch the management mode (BAS-13)."""

    _name = "property.management.mode.switch"
    _description = "Switch the management mode"

    community_id = fields.Many2one("property.community", required=True, readonly=True)
    current_mode = fields.Selection(related="community_id.management_mode", string="Mode in force")
    mode = fields.Selection(
        lambda self: (
            self.env["property.community"]
            ._fields["management_mode"]
            ._description_selection(self.env)
        ),
        string="New mode",
        required=True,
    )
    start_date = fields.Date(
        string="From", required=True, default=fields.Date.context_today, help="First day."
    )
    resolution_reference = fields.Char(
        string="Resolution",
        required=True,
        help="Resolution of the owners' assembly, for example 2026-03.",
    )
    resolution_date = fields.Date(string="Resolved on", required=True)
    document_ids = fields.Many2many("ir.attachment", string="Documents")
    note = fields.Char()

    def action_switch(self):
        """Switch the mode from the given day on."""
        self.ensure_one()
        self.community_id.check_access("write")
        self.community_id._switch_management_mode(
            self.mode,
            self.start_date,
            resolution_reference=self.resolution_reference,
            resolution_date=self.resolution_date,
            document_ids=[fields.Command.set(self.document_ids.ids)],
            note=self.note,
        )
        return {"type": "ir.actions.act_window_close"}
