# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class PropertyFeeRun(models.Model):
    _inherit = "property.fee.run"

    def _on_charges_posted(self, charges):
        """Extend `property_fees`: money that was prepaid pays the new bills at once."""
        super()._on_charges_posted(charges)
        for run in self:
            # sudo: who posts the bills need not see the money of the payers
            for account in self.env["property.prepaid"].sudo()._get_waiting(run):
                account._use()
