# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class PropertyFundBalance(models.Model):
    """What a unit has in a fund: contributions, uses and balance, from posted entries."""

    _name = "property.fund.balance"
    _description = "Balance of a unit in a fund"
    _inherit = ["property.scope.mixin"]
    _auto = False
    _depends = {
        "account.move.line": [
            "property_fund_id",
            "property_fund_unit_id",
            "debit",
            "credit",
            "parent_state",
        ],
        "account.move": ["amount_residual_signed", "amount_total_signed"],
        "property.fund": ["community_id", "kind"],
    }
    _order = "fund_id, unit_id"
    _rec_name = "unit_id"

    fund_id = fields.Many2one("property.fund", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_in = fields.Monetary(string="Paid in", readonly=True)
    amount_out = fields.Monetary(string="Used", readonly=True)
    amount_pending = fields.Monetary(
        string="Billed, not received", readonly=True, help="Not in the balance yet."
    )
    balance = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(line.id) AS id, line.property_fund_id AS fund_id,
                   line.property_fund_unit_id AS unit_id, unit.building_id, fund.community_id,
                   fund.company_id, company.currency_id,
                   SUM(line.credit - COALESCE(pending.amount, 0)) AS amount_in,
                   SUM(line.debit) AS amount_out,
                   SUM(COALESCE(pending.amount, 0)) AS amount_pending,
                   SUM(line.credit - line.debit - COALESCE(pending.amount, 0)) AS balance
              FROM account_move_line line
              JOIN property_fund fund ON fund.id = line.property_fund_id
              JOIN res_company company ON company.id = fund.company_id
              JOIN property_unit unit ON unit.id = line.property_fund_unit_id
              LEFT JOIN (%s) pending ON pending.line_id = line.id
             WHERE line.parent_state = 'posted'
             GROUP BY line.property_fund_id, line.property_fund_unit_id, unit.building_id,
                      fund.community_id, fund.company_id, company.currency_id
            """,
            self.env["property.fund"]._get_pending_query(),
        )
