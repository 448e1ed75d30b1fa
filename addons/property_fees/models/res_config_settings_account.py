# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    property_prepaid_account_id = fields.Many2one(
        related="company_id.property_prepaid_account_id", readonly=False
    )
    property_deposit_account_id = fields.Many2one(
        related="company_id.property_deposit_account_id", readonly=False
    )
    property_agent_account_id = fields.Many2one(
        related="company_id.property_agent_account_id", readonly=False
    )
    property_late_fee_account_id = fields.Many2one(
        related="company_id.property_late_fee_account_id", readonly=False
    )
    property_damage_account_id = fields.Many2one(
        related="company_id.property_damage_account_id", readonly=False
    )
    property_cash_difference_account_id = fields.Many2one(
        related="company_id.property_cash_difference_account_id", readonly=False
    )
    property_collector_account_id = fields.Many2one(
        related="company_id.property_collector_account_id", readonly=False
    )
    property_bad_debt_account_id = fields.Many2one(
        related="company_id.property_bad_debt_account_id", readonly=False
    )

    property_tax_template = fields.Binary(
        related="company_id.property_tax_template", readonly=False
    )
    property_tax_template_name = fields.Char(
        related="company_id.property_tax_template_name", readonly=False
    )

    def action_create_property_accounts(self):
        """Make the accounts that are missing, and show them."""
        self.company_id.action_create_property_accounts()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "property_base.res_config_settings_action"
        )
