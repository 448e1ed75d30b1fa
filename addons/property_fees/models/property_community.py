# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    fee_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of fee bills",
        check_company=True,
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Empty: the first sales journal of the company.",
    )

    def _get_fee_journal(self):
        """Return the sales journal in which bills of this community are posted."""
        self.ensure_one()
        return self.fee_journal_id or self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
