# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    property_unit_id = fields.Many2one(
        "property.unit", string="Unit", index="btree_not_null", readonly=True, copy=False
    )
    property_community_id = fields.Many2one(
        "property.community", string="Community", index="btree_not_null", readonly=True, copy=False
    )
    property_fee_run_id = fields.Many2one(
        "property.fee.run", string="Fee run", index="btree_not_null", readonly=True, copy=False
    )
    property_fee_charge_ids = fields.One2many(
        "property.fee.charge", "invoice_id", string="Fee charges", readonly=True
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fee_bill(self):
        for move in self:
            # sudo: an accountant of another community must not lose charges unseen
            if move.sudo().property_fee_charge_ids:
                raise UserError(
                    self.env._(
                        "Bill %(bill)s stands for fee charges. Cancel the charges on the fee run "
                        "instead of deleting it.",
                        bill=move.name or move.id,
                    )
                )

    def button_draft(self):
        """Extend `account`: a bill of fees is corrected by cancelling its charges."""
        for move in self:
            # sudo: as above
            if move.sudo().property_fee_charge_ids.filtered(lambda c: c.state == "posted"):
                raise UserError(
                    self.env._(
                        "Bill %(bill)s stands for posted fee charges. Cancel the charges: that "
                        "reverses the bill and lets the period be billed again.",
                        bill=move.name,
                    )
                )
        return super().button_draft()
