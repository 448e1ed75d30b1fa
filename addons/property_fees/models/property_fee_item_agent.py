# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models


class PropertyFeeItem(models.Model):
    _inherit = "property.fee.item"

    agent_partner_id = fields.Many2one(
        "res.partner",
        string="Collected for",
        tracking=True,
        help="The utility or other company whose money this is. It is not income: it is held on a "
        "liability account and paid over.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.filtered("agent_partner_id")._use_agent_account()
        return items

    def write(self, vals):
        result = super().write(vals)
        if vals.get("agent_partner_id"):
            self._use_agent_account()
        return result

    def _use_agent_account(self):
        """Book the item on the liability account unless one was chosen."""
        for item in self:
            # sudo: as for the product of the item
            product_sudo = item.product_id.sudo().with_company(item.company_id)
            account_sudo = product_sudo.property_account_income_id
            if account_sudo.account_type != "liability_current":
                product_sudo.property_account_income_id = item.company_id._get_property_account(
                    "agent"
                )
