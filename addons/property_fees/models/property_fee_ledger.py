# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

# Every settlement of a bill is spread over the lines of the bill by a running total in two
# directions (lines in order of id, settlements in order of date): the parts of a settlement add
# up to it, and a line of a bill that is paid in full is paid in full (docs/rules/settlement.md).
#
# Bills first and their lines beside them: a filter on community, unit or bill date reaches the
# bills, so that a sheet of one unit costs milliseconds among 240,000 bills.
BILL = """
    SELECT id, date, invoice_date_due AS due_date, property_community_id AS community_id,
           property_unit_id AS unit_id, company_id, partner_id, move_type,
           property_settlement_kind AS settlement_kind, amount_total_signed AS total
      FROM account_move
     WHERE property_community_id IS NOT NULL
       AND state = 'posted'
       AND move_type IN ('out_invoice', 'out_refund')
"""
PART = """
    SELECT line.id AS line_id, line.product_id, line.price_total,
           SUM(line.price_total) OVER (ORDER BY line.id)
               / NULLIF(SUM(line.price_total) OVER (), 0) AS upper_share,
           (SUM(line.price_total) OVER (ORDER BY line.id) - line.price_total)
               / NULLIF(SUM(line.price_total) OVER (), 0) AS lower_share
      FROM account_move_line line
     WHERE line.move_id = bill.id AND line.display_type = 'product'
"""
SETTLED = """
    SELECT id, side, other_line_id, settled_date, amount,
           SUM(amount) OVER (ORDER BY settled_date, id) AS upto
      FROM (
        SELECT rec.id, 0 AS side, rec.credit_move_id AS other_line_id,
               rec.max_date AS settled_date, rec.amount
          FROM account_move_line own
          JOIN account_partial_reconcile rec ON rec.debit_move_id = own.id
         WHERE own.move_id = bill.id AND own.display_type = 'payment_term'
         UNION ALL
        SELECT rec.id, 1, rec.debit_move_id, rec.max_date, -rec.amount
          FROM account_move_line own
          JOIN account_partial_reconcile rec ON rec.credit_move_id = own.id
         WHERE own.move_id = bill.id AND own.display_type = 'payment_term'
      ) one
"""
LEDGER = """
WITH entry AS NOT MATERIALIZED (
    SELECT bill.id AS move_id, part.line_id, part.product_id, bill.community_id, bill.unit_id,
           bill.company_id, bill.partner_id, bill.due_date, bill.date AS bill_date, bill.date,
           NULL::int AS entry_id, NULL::date AS received_date, 2 * part.line_id::bigint AS id,
           CASE WHEN bill.move_type = 'out_refund'
                 AND bill.settlement_kind IN ('reduction', 'waiver', 'write_off')
                THEN bill.settlement_kind ELSE 'billed' END AS kind,
           COALESCE(ROUND(bill.total * part.upper_share, 2)
                    - ROUND(bill.total * part.lower_share, 2),
                    CASE bill.move_type WHEN 'out_refund' THEN -1 ELSE 1 END * part.price_total)
               AS amount
      FROM (%(bill)s) bill
     CROSS JOIN LATERAL (%(part)s) part
     UNION ALL
    SELECT bill.id, part.line_id, part.product_id, bill.community_id, bill.unit_id,
           bill.company_id, bill.partner_id, bill.due_date, bill.date, settled.settled_date,
           other.id, other.date,
           2 * ((settled.id::bigint * 2 + settled.side) * 1048576 + part.line_id %% 1048576) + 1,
           CASE WHEN other.move_type IN ('out_invoice', 'out_refund') THEN 'match'
                ELSE COALESCE(other.property_settlement_kind, 'payment') END,
           ROUND((settled.upto - settled.amount) * part.upper_share, 2)
           - ROUND(settled.upto * part.upper_share, 2)
           + ROUND(settled.upto * part.lower_share, 2)
           - ROUND((settled.upto - settled.amount) * part.lower_share, 2)
      FROM (%(bill)s) bill
     CROSS JOIN LATERAL (%(settled)s) settled
     CROSS JOIN LATERAL (%(part)s) part
      JOIN account_move_line other_line ON other_line.id = settled.other_line_id
      JOIN account_move other ON other.id = other_line.move_id
)
SELECT entry.id, entry.move_id, entry.line_id, entry.entry_id, entry.kind, entry.date,
       entry.bill_date, entry.due_date, entry.received_date, entry.community_id, entry.company_id,
       entry.partner_id, entry.unit_id, unit.building_id, building.keeper_id,
       company.currency_id,
       COALESCE(charge.item_id, item.id) AS item_id,
       COALESCE(charge.period_start, entry.bill_date) AS period_start,
       EXTRACT(YEAR FROM COALESCE(charge.period_start, entry.bill_date))::int AS period_year,
       CASE WHEN entry.kind NOT IN ('payment', 'prepaid', 'deposit') THEN NULL
            WHEN entry.kind = 'prepaid'
              OR entry.received_date < COALESCE(charge.period_start, entry.bill_date)
            THEN 'ahead'
            WHEN EXTRACT(YEAR FROM entry.received_date)
                 > EXTRACT(YEAR FROM COALESCE(charge.period_start, entry.bill_date))
            THEN 'old' ELSE 'current' END AS age,
       CASE WHEN entry.kind = 'billed' THEN entry.amount ELSE 0 END AS amount_billed,
       CASE WHEN entry.kind IN ('payment', 'prepaid', 'deposit') THEN -entry.amount ELSE 0 END
           AS amount_collected,
       CASE WHEN entry.kind = 'reduction' THEN -entry.amount ELSE 0 END AS amount_reduced,
       CASE WHEN entry.kind = 'waiver' THEN -entry.amount ELSE 0 END AS amount_waived,
       CASE WHEN entry.kind = 'write_off' THEN -entry.amount ELSE 0 END AS amount_written_off,
       entry.amount AS amount_owed,
       0 AS collection_rate
  FROM entry
  JOIN res_company company ON company.id = entry.company_id
  LEFT JOIN property_unit unit ON unit.id = entry.unit_id
  LEFT JOIN property_building building ON building.id = unit.building_id
  LEFT JOIN property_fee_item item ON item.product_id = entry.product_id
  LEFT JOIN property_fee_charge charge ON charge.invoice_line_id = entry.line_id
"""


class PropertyFeeLedger(models.Model):
    """What was billed and what settled it, by fee item: read from posted entries, line by line."""

    _name = "property.fee.ledger"
    _description = "Fee ledger"
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
    }
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", string="Bill", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Bill line", readonly=True)
    entry_id = fields.Many2one("account.move", string="Settled by", readonly=True)
    kind = fields.Selection(
        [
            ("billed", "Billed"),
            ("payment", "Payment"),
            ("prepaid", "Use of money paid ahead"),
            ("deposit", "Use of a deposit"),
            ("reduction", "Reduction"),
            ("waiver", "Waiver"),
            ("write_off", "Write-off"),
            ("match", "Bill against credit note"),
        ],
        readonly=True,
    )
    age = fields.Selection(
        [("current", "This year's"), ("old", "Old debt"), ("ahead", "Paid ahead")],
        string="Collected for",
        readonly=True,
        help="Money received in the year of the period, in a later year, or before the period.",
    )
    date = fields.Date(readonly=True)
    bill_date = fields.Date(readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    received_date = fields.Date(readonly=True)
    period_start = fields.Date(string="Period", readonly=True)
    period_year = fields.Integer(string="Year of period", readonly=True, aggregator=None)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    keeper_id = fields.Many2one("res.users", string="Keeper", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Payer", readonly=True)
    item_id = fields.Many2one("property.fee.item", string="Fee item", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_billed = fields.Monetary(string="Billed", readonly=True)
    amount_collected = fields.Monetary(string="Collected", readonly=True)
    amount_reduced = fields.Monetary(string="Reduced", readonly=True)
    amount_waived = fields.Monetary(string="Waived", readonly=True)
    amount_written_off = fields.Monetary(string="Written off", readonly=True)
    amount_owed = fields.Monetary(string="Owed", readonly=True)
    collection_rate = fields.Float(
        string="Collection rate (%)",
        readonly=True,
        aggregator="sum",
        digits=(16, 2),
        help="Collected of what was billed, less reductions and waivers.",
    )

    @property
    def _table_query(self):
        return SQL(LEDGER, bill=SQL(BILL), part=SQL(PART), settled=SQL(SETTLED))

    def _read_group_select(self, aggregate_spec, query):
        """Extend `orm`: the rate of a group is the rate of its sums."""
        if aggregate_spec != "collection_rate:sum":
            return super()._read_group_select(aggregate_spec, query)
        column = {
            name: self._field_to_sql(self._table, f"amount_{name}", query)
            for name in ("billed", "collected", "reduced", "waived")
        }
        return SQL(
            "COALESCE(ROUND(100 * SUM(%(collected)s) "
            "/ NULLIF(SUM(%(billed)s - %(reduced)s - %(waived)s), 0), 2), 0)",
            **column,
        )

    def action_view_bill(self):
        """Open the bill."""
        self.ensure_one()
        return self.move_id.get_formview_action()

    def action_view_entry(self):
        """Open the entry that settled the bill."""
        self.ensure_one()
        return self.entry_id.get_formview_action()
