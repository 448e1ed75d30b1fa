# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

from .property_fee_ledger import PART

DEBT = """
WITH bill AS NOT MATERIALIZED (
    SELECT move.id, move.date, move.invoice_date_due AS due_date,
           move.property_community_id AS community_id, move.property_unit_id AS unit_id,
           move.company_id, move.partner_id, move.amount_residual_signed AS owed,
           move.amount_total_signed AS total
      FROM account_move move
     WHERE move.property_community_id IS NOT NULL
       AND move.state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_refund')
       AND move.amount_residual_signed <> 0
), debt AS NOT MATERIALIZED (
    -- billed less settled, both as the fee ledger spreads them
    SELECT bill.*, part.line_id, part.product_id, part.origin_id,
           ROUND(bill.total * part.upper_share, 2) - ROUND(bill.total * part.lower_share, 2)
           - ROUND((bill.total - bill.owed) * part.upper_share, 2)
           + ROUND((bill.total - bill.owed) * part.lower_share, 2) AS amount
      FROM bill
     CROSS JOIN LATERAL (%(part)s) part
     WHERE part.upper_share IS NOT NULL
), aged AS NOT MATERIALIZED (
    -- a debt that was taken over, or taken back, is as old as it was
    SELECT debt.*, COALESCE(first_bill.invoice_date_due, debt.due_date) AS first_due_date,
           %(today)s::date - COALESCE(first_bill.invoice_date_due, debt.due_date) AS late_days,
           COALESCE(charge.item_id, item.id) AS item_id,
           COALESCE(charge.period_start, first_bill.date, debt.date) AS period_start
      FROM debt
      LEFT JOIN account_move_line origin ON origin.id = debt.origin_id
      LEFT JOIN account_move first_bill ON first_bill.id = origin.move_id
      LEFT JOIN property_fee_item item
        ON item.product_id = COALESCE(debt.product_id, origin.product_id)
      LEFT JOIN property_fee_charge charge
        ON charge.invoice_line_id = COALESCE(debt.origin_id, debt.line_id)
     WHERE debt.amount <> 0
)
SELECT debt.line_id AS id, debt.id AS move_id, debt.line_id, debt.date AS bill_date,
       debt.first_due_date AS due_date, debt.community_id, debt.company_id,
       debt.unit_id, debt.partner_id, unit.building_id, building.keeper_id, company.currency_id,
       debt.item_id, debt.period_start, GREATEST(debt.late_days, 0) AS late_days,
       debt.amount AS amount_owed,
       CASE WHEN debt.late_days <= 0 THEN debt.amount ELSE 0 END AS amount_not_due,
       CASE WHEN debt.late_days BETWEEN 1 AND 30 THEN debt.amount ELSE 0 END AS amount_30,
       CASE WHEN debt.late_days BETWEEN 31 AND 90 THEN debt.amount ELSE 0 END AS amount_90,
       CASE WHEN debt.late_days BETWEEN 91 AND 365 THEN debt.amount ELSE 0 END AS amount_365,
       CASE WHEN debt.late_days > 365 THEN debt.amount ELSE 0 END AS amount_older
  FROM aged debt
  JOIN res_company company ON company.id = debt.company_id
  LEFT JOIN property_unit unit ON unit.id = debt.unit_id
  LEFT JOIN property_building building ON building.id = unit.building_id
"""


class PropertyFeeDebt(models.Model):
    """What is owed today, by unit and item, by how long it has been due."""

    _name = "property.fee.debt"
    _description = "Aged debt"
    _inherit = ["property.scope.mixin"]
    _auto = False
    _depends = {
        "account.move": [
            "state",
            "property_community_id",
            "property_unit_id",
            "amount_total_signed",
            "amount_residual_signed",
            "invoice_date_due",
        ],
        "account.move.line": [
            "move_id",
            "price_total",
            "balance",
            "display_type",
            "property_origin_line_id",
        ],
        "account.partial.reconcile": ["amount", "debit_move_id", "credit_move_id"],
        "property.fee.charge": ["invoice_line_id", "item_id", "period_start"],
        "property.unit": ["building_id"],
        "property.building": ["keeper_id"],
    }
    _order = "late_days desc, id"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Bill", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Bill line", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    keeper_id = fields.Many2one("res.users", string="Keeper", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Payer", readonly=True)
    item_id = fields.Many2one("property.fee.item", string="Fee item", readonly=True)
    bill_date = fields.Date(readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    period_start = fields.Date(string="Period", readonly=True)
    late_days = fields.Integer(string="Days late", aggregator="max", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_owed = fields.Monetary(string="Owed", readonly=True)
    amount_not_due = fields.Monetary(string="Not due yet", readonly=True)
    amount_30 = fields.Monetary(string="1 to 30 days", readonly=True)
    amount_90 = fields.Monetary(string="31 to 90 days", readonly=True)
    amount_365 = fields.Monetary(string="91 to 365 days", readonly=True)
    amount_older = fields.Monetary(string="Over a year", readonly=True)

    @property
    def _table_query(self):
        return SQL(DEBT, today=fields.Date.context_today(self), part=SQL(PART))

    def action_view_bill(self):
        """Open the bill."""
        self.ensure_one()
        return self.move_id.get_formview_action()
