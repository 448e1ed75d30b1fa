# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyParcelReaddress(models.TransientModel):
    """Give a parcel to the right addressee; the old code is void at once."""

    _name = "property.parcel.readdress"
    _description = "Correct the addressee"

    parcel_id = fields.Many2one("property.parcel", required=True)
    community_id = fields.Many2one(related="parcel_id.community_id")
    unit_id = fields.Many2one("property.unit", domain="[('community_id', '=', community_id)]")
    partner_id = fields.Many2one("res.partner", string="Addressee")
    name = fields.Char(string="Name on the parcel")

    def action_save(self):
        """Save the new addressee and send a new code."""
        self.ensure_one()
        self.parcel_id._readdress(self.unit_id, self.partner_id, self.name)
        return {"type": "ir.actions.act_window_close"}
