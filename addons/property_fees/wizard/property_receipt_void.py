# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyReceiptVoid(models.TransientModel):
    """Ask why a receipt is voided."""

    _name = "property.receipt.void"
    _description = "Void a receipt"

    receipt_id = fields.Many2one("property.receipt", required=True)
    reason = fields.Char(required=True)

    def action_void(self):
        """Void the receipt."""
        self.ensure_one()
        self.receipt_id._void(self.reason)
        return {"type": "ir.actions.act_window_close"}
