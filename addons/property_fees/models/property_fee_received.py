# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

# Money in and out of cash and bank, seen at its receivable line: payments of the desk and of the
# portal, their voids, and statement lines matched with bills.
RECEIVED = """
SELECT line.id, line.move_id, line.date, line.company_id, company.currency_id, line.partner_id,
       line.journal_id,
       COALESCE(receipt.community_id, move.property_community_id, bill.community_id)
           AS community_id,
       COALESCE(receipt.unit_id, move.property_unit_id, bill.unit_id) AS unit_id,
       unit.building_id, receipt.id AS receipt_id, receipt.shift_id, receipt.user_id,
       COALESCE(receipt.method,
                CASE WHEN payment.payment_transaction_id IS NOT NULL THEN 'online' END,
                journal.property_cashier_method,
                CASE WHEN journal.type = 'cash' THEN 'cash' ELSE 'transfer' END) AS method,
       move.reversed_entry_id IS NOT NULL AS is_void,
       -line.balance AS amount
  FROM account_move_line line
  JOIN account_move move ON move.id = line.move_id
  JOIN account_account account ON account.id = line.account_id
  JOIN account_journal journal ON journal.id = move.journal_id
  JOIN res_company company ON company.id = line.company_id
  LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
  LEFT JOIN account_payment payment
    ON payment.id = COALESCE(move.origin_payment_id, origin.origin_payment_id)
  LEFT JOIN property_receipt receipt ON receipt.id = payment.property_receipt_id
  LEFT JOIN LATERAL (
       SELECT other.property_community_id AS community_id, other.property_unit_id AS unit_id
         FROM account_partial_reconcile rec
         JOIN account_move_line other_line
           ON other_line.id = CASE WHEN rec.credit_move_id = line.id
                                   THEN rec.debit_move_id ELSE rec.credit_move_id END
         JOIN account_move other ON other.id = other_line.move_id
        WHERE (rec.credit_move_id = line.id OR rec.debit_move_id = line.id)
          AND other.property_community_id IS NOT NULL
        ORDER BY rec.id LIMIT 1
  ) bill ON TRUE
  LEFT JOIN property_unit unit
    ON unit.id = COALESCE(receipt.unit_id, move.property_unit_id, bill.unit_id)
 WHERE line.parent_state = 'posted'
   AND move.move_type = 'entry'
   AND journal.type IN ('bank', 'cash', 'credit')
   AND line.display_type NOT IN ('line_section', 'line_note')
   AND (account.account_type = 'asset_receivable'
        OR (receipt.id IS NOT NULL AND account.account_type = 'liability_current'))
   AND COALESCE(receipt.community_id, move.property_community_id, bill.community_id) IS NOT NULL
"""


class PropertyFeeReceived(models.Model):
    """Money taken and given back, by way of payment, cashier and day, from posted entries."""

    _name = "property.fee.received"
    _description = "Money received"
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
        "account.move.line": ["move_id", "price_total", "balance", "display_type"],
        "account.partial.reconcile": ["amount", "debit_move_id", "credit_move_id"],
        "property.fee.charge": ["invoice_line_id", "item_id", "period_start"],
        "property.unit": ["building_id"],
        "property.building": ["keeper_id"],
        "account.payment": ["property_receipt_id"],
        "property.receipt": ["method", "user_id", "shift_id"],
    }
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    date = fields.Date(readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    method = fields.Selection(
        [
            ("cash", "Cash"),
            ("pos", "POS card"),
            ("transfer", "Bank transfer"),
            ("wallet", "Wallet code"),
            ("online", "Paid on the portal"),
        ],
        string="Paid by",
        readonly=True,
    )
    receipt_id = fields.Many2one("property.receipt", readonly=True)
    shift_id = fields.Many2one("property.cashier.shift", string="Shift", readonly=True)
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Payer", readonly=True)
    is_void = fields.Boolean(string="Void", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Received", readonly=True, help="What was given back counts as negative."
    )

    @property
    def _table_query(self):
        return SQL(RECEIVED)

    def action_view_entry(self):
        """Open the receipt, or the entry where there is none."""
        self.ensure_one()
        return (self.receipt_id or self.move_id).get_formview_action()
