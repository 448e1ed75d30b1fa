# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
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
           line.property_origin_line_id AS origin_id,
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
# What is taken back (reversal) or taken over (transfer of ownership) counts for the fee item and
# the period of the line that was billed first.
ENTRY = """
    SELECT entry.*, COALESCE(charge.item_id, item.id) AS item_id,
           COALESCE(charge.period_start, origin.date, entry.bill_date) AS period_start,
           CASE WHEN entry.partial_id IS NULL AND entry.kind = 'billed' AND charge.state = 'posted'
                 AND charge.invoice_line_id = entry.line_id
                THEN COALESCE(charge.amount_off, 0) ELSE 0 END AS amount_off
      FROM (
        SELECT bill.id AS move_id, part.line_id, part.product_id, part.origin_id,
               NULL::int AS partial_id, 0 AS side, NULL::int AS entry_id,
               NULL::date AS received_date, bill.date, bill.date AS bill_date, bill.due_date,
               bill.community_id, bill.company_id, bill.unit_id, bill.partner_id,
               CASE WHEN bill.settlement_kind = 'takeover' THEN 'takeover'
                    WHEN bill.move_type = 'out_refund'
                     AND bill.settlement_kind IN ('reduction', 'waiver', 'write_off')
                    THEN bill.settlement_kind ELSE 'billed' END::varchar AS kind,
               COALESCE(ROUND(bill.total * part.upper_share, 2)
                        - ROUND(bill.total * part.lower_share, 2),
                        CASE bill.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                        * part.price_total) AS amount
          FROM (%(bill)s) bill
         CROSS JOIN LATERAL (%(part)s) part
         UNION ALL
        SELECT bill.id, part.line_id, part.product_id, part.origin_id, settled.id, settled.side,
               other.id, other.date, settled.settled_date, bill.date, bill.due_date,
               bill.community_id, bill.company_id, bill.unit_id, bill.partner_id,
               CASE WHEN other.move_type NOT IN ('out_invoice', 'out_refund')
                    THEN COALESCE(other.property_settlement_kind, 'payment')
                    WHEN other.property_community_id IS NOT NULL THEN 'match'
                    ELSE COALESCE(other.property_settlement_kind, 'billed') END::varchar,
               ROUND((settled.upto - settled.amount) * part.upper_share, 2)
               - ROUND(settled.upto * part.upper_share, 2)
               + ROUND(settled.upto * part.lower_share, 2)
               - ROUND((settled.upto - settled.amount) * part.lower_share, 2)
          FROM (%(bill)s) bill
         CROSS JOIN LATERAL (%(settled)s) settled
         CROSS JOIN LATERAL (%(part)s) part
          JOIN account_move_line other_line ON other_line.id = settled.other_line_id
          JOIN account_move other ON other.id = other_line.move_id
      ) entry
      LEFT JOIN account_move_line origin ON origin.id = entry.origin_id
      LEFT JOIN property_fee_charge charge
        ON charge.invoice_line_id = COALESCE(entry.origin_id, entry.line_id)
      LEFT JOIN property_fee_item item
        ON item.product_id = COALESCE(entry.product_id, origin.product_id)
"""
# Charges that were let off in full are on no bill.
WAIVED = """
    SELECT NULL::int AS move_id, NULL::int AS line_id, NULL::int AS partial_id,
           charge.id AS side, NULL::int AS entry_id, NULL::date AS received_date,
           COALESCE(run.invoice_date, charge.period_start) AS date,
           COALESCE(run.invoice_date, charge.period_start) AS bill_date, NULL::date AS due_date,
           charge.community_id, charge.company_id, charge.unit_id, charge.partner_id,
           'waived'::varchar AS kind, 0::numeric AS amount, charge.item_id, charge.period_start,
           charge.amount_off
      FROM property_fee_charge charge
      LEFT JOIN property_fee_run run ON run.id = charge.run_id
     WHERE charge.state = 'posted' AND charge.amount = 0 AND charge.amount_off <> 0
"""
COLUMNS = """
    move_id, line_id, partial_id, side, entry_id, received_date, date, bill_date, due_date,
    community_id, company_id, unit_id, partner_id, kind, amount, item_id, period_start, amount_off
"""
LEDGER = """
SELECT CASE WHEN entry.line_id IS NULL THEN 4503599627370496 + 2 * entry.side::bigint
            WHEN entry.partial_id IS NULL THEN 2 * entry.line_id::bigint
            ELSE 2 * ((entry.partial_id::bigint * 2 + entry.side) * 1048576
                      + entry.line_id %% 1048576) + 1 END AS id,
       entry.move_id, entry.line_id, entry.entry_id, entry.kind, entry.date,
       entry.bill_date, entry.due_date, entry.received_date, entry.community_id, entry.company_id,
       entry.partner_id, entry.unit_id, unit.building_id, building.keeper_id,
       company.currency_id, entry.item_id, entry.period_start,
       EXTRACT(YEAR FROM entry.period_start)::int AS period_year,
       CASE WHEN entry.kind NOT IN ('payment', 'prepaid', 'deposit') THEN NULL
            WHEN entry.kind = 'prepaid' OR entry.received_date < entry.period_start THEN 'ahead'
            WHEN EXTRACT(YEAR FROM entry.received_date) > EXTRACT(YEAR FROM entry.period_start)
            THEN 'old' ELSE 'current' END AS age,
       CASE WHEN entry.kind IN ('billed', 'takeover', 'waived')
            THEN entry.amount + entry.amount_off ELSE 0 END AS amount_gross,
       CASE WHEN entry.kind IN ('billed', 'takeover') THEN entry.amount ELSE 0 END
           AS amount_billed,
       CASE WHEN entry.kind IN ('payment', 'prepaid', 'deposit') THEN -entry.amount ELSE 0 END
           AS amount_collected,
       CASE entry.kind WHEN 'reduction' THEN -entry.amount WHEN 'billed' THEN entry.amount_off
            ELSE 0 END AS amount_reduced,
       CASE entry.kind WHEN 'waiver' THEN -entry.amount WHEN 'waived' THEN entry.amount_off
            ELSE 0 END AS amount_waived,
       CASE WHEN entry.kind = 'write_off' THEN -entry.amount ELSE 0 END AS amount_written_off,
       entry.amount AS amount_owed,
       0 AS collection_rate
  FROM (%(entry)s) entry
  JOIN res_company company ON company.id = entry.company_id
  LEFT JOIN property_unit unit ON unit.id = entry.unit_id
  LEFT JOIN property_building building ON building.id = unit.building_id
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
        "account.move.line": [
            "move_id",
            "price_total",
            "balance",
            "display_type",
            "property_origin_line_id",
        ],
        "account.partial.reconcile": ["amount", "debit_move_id", "credit_move_id"],
        "property.fee.charge": [
            "invoice_line_id",
            "item_id",
            "period_start",
            "state",
            "amount_off",
        ],
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
            ("takeover", "Taken over by another payer"),
            ("waived", "Waived before billing"),
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
    amount_gross = fields.Monetary(
        string="Before reductions",
        readonly=True,
        help="Billed, and what waivers and agreed reductions took off before. It equals collected, "
        "reduced, waived, written off and owed together.",
    )
    amount_billed = fields.Monetary(
        string="Billed", readonly=True, help="As posted: what was reduced before is not in it."
    )
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
        help="Collected of what was to pay after reductions and waivers.",
    )

    @property
    def _table_query(self):
        return SQL(LEDGER, entry=self._get_entries())

    @api.model
    def _get_entries(self):
        """Return the query of all rows, before names and sums."""
        return SQL("%s UNION ALL %s", self._get_live(SQL("TRUE")), self._get_waived())

    @api.model
    def _get_waived(self):
        return SQL("SELECT %s FROM (%s) waived", SQL(COLUMNS), SQL(WAIVED))

    @api.model
    def _get_live(self, condition):
        """Return the query that reads bills and what settled them from the journal items.

        :param condition: which bills, in terms of ``account_move``
        """
        bill = SQL("%s AND %s", SQL(BILL), condition)
        live = SQL(ENTRY, bill=bill, part=SQL(PART), settled=SQL(SETTLED))
        return SQL("SELECT %s FROM (%s) live", SQL(COLUMNS), live)

    def _read_group_select(self, aggregate_spec, query):
        """Extend `orm`: the rate of a group is the rate of its sums."""
        if aggregate_spec != "collection_rate:sum":
            return super()._read_group_select(aggregate_spec, query)
        column = {
            name: self._field_to_sql(self._table, f"amount_{name}", query)
            for name in ("gross", "collected", "reduced", "waived")
        }
        return SQL(
            "COALESCE(ROUND(100 * SUM(%(collected)s) "
            "/ NULLIF(SUM(%(gross)s - %(reduced)s - %(waived)s), 0), 2), 0)",
            **column,
        )

    def action_view_bill(self):
        """Open the bill, or the charge that was let off and is on no bill."""
        self.ensure_one()
        if self.move_id:
            return self.move_id.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_charge_action"
        )
        action["domain"] = [
            ("unit_id", "=", self.unit_id.id),
            ("item_id", "=", self.item_id.id),
            ("period_start", "=", self.period_start),
            ("partner_id", "=", self.partner_id.id),
        ]
        return action

    def action_view_entry(self):
        """Open the entry that settled the bill."""
        self.ensure_one()
        return self.entry_id.get_formview_action()
