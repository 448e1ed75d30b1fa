# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _log_merge_operation(self, src_partners, dst_partner):
        """Extend `base`: the merge moves lines by SQL, so say who is a resident again."""
        self.env.add_to_compute(dst_partner._fields["property_is_resident"], dst_partner)
        return super()._log_merge_operation(src_partners, dst_partner)
