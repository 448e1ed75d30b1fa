# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL


class PropertyHeldLine(models.Model):
    """A movement of money held: the journal items as staff without accounting may read them."""

    _name = "property.held.line"
    _description = "Movement of money held"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "reference"
    _depends = {
        "account.move": ["ref"],
        "account.move.line": [
            "balance",
            "credit",
            "date",
            "debit",
            "move_name",
            "name",
            "parent_state",
            "partner_id",
            "property_deposit_id",
            "property_prepaid_id",
        ],
        "property.deposit": ["community_id", "unit_id"],
        "property.prepaid": ["community_id", "unit_id"],
    }

    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [("prepaid", "Prepaid"), ("deposit", "Deposit")], string="Kind of money", readonly=True
    )
    prepaid_id = fields.Many2one("property.prepaid", string="Prepaid account", readonly=True)
    deposit_id = fields.Many2one("property.deposit", string="Deposit", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    community_id = fields.Many2one("property.community", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Payer", readonly=True)
    entry_name = fields.Char(string="Entry", readonly=True)
    reference = fields.Char(readonly=True)
    description = fields.Char(string="For", readonly=True)
    amount_in = fields.Monetary(string="Money in", readonly=True)
    amount_out = fields.Monetary(string="Money out", readonly=True)
    amount = fields.Monetary(string="Change", readonly=True)
    balance_after = fields.Monetary(string="Balance", readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, line.date, line.property_prepaid_id AS prepaid_id,
                   line.property_deposit_id AS deposit_id,
                   CASE WHEN line.property_prepaid_id IS NULL THEN 'deposit' ELSE 'prepaid' END
                   AS kind,
                   COALESCE(prepaid.unit_id, deposit.unit_id) AS unit_id,
                   COALESCE(prepaid.community_id, deposit.community_id) AS community_id,
                   line.company_id, line.partner_id, line.move_name AS entry_name,
                   move.ref AS reference, line.name AS description,
                   line.credit AS amount_in, line.debit AS amount_out, -line.balance AS amount,
                   -SUM(line.balance) OVER (
                       PARTITION BY line.property_prepaid_id, line.property_deposit_id
                       ORDER BY line.date, line.id) AS balance_after,
                   line.company_currency_id AS currency_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN property_prepaid prepaid ON prepaid.id = line.property_prepaid_id
         LEFT JOIN property_deposit deposit ON deposit.id = line.property_deposit_id
             WHERE line.parent_state = 'posted'
               AND (line.property_prepaid_id IS NOT NULL OR line.property_deposit_id IS NOT NULL)
            """
        )
