# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models
from odoo.tools import SQL

MONTHS = range(1, 13)


class PropertyFeeYearSheet(models.Model):
    """The sheet of a unit (台账): a row per item and year, a column per month of service."""

    _name = "property.fee.year.sheet"
    _description = "Twelve-month sheet"
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
    _order = "year desc, unit_id, item_id, id"
    _rec_name = "unit_id"

    year = fields.Integer(readonly=True, aggregator=None)
    unit_id = fields.Many2one("property.unit", readonly=True)
    building_id = fields.Many2one("property.building", readonly=True)
    item_id = fields.Many2one("property.fee.item", string="Fee item", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_billed = fields.Monetary(string="Billed", readonly=True)
    amount_collected = fields.Monetary(string="Collected", readonly=True)
    amount_let_off = fields.Monetary(
        string="Let off", readonly=True, help="Reduced, waived or written off after billing."
    )
    amount_owed = fields.Monetary(string="Owed", readonly=True)
    owed_01 = fields.Monetary(string="Jan", readonly=True)
    owed_02 = fields.Monetary(string="Feb", readonly=True)
    owed_03 = fields.Monetary(string="Mar", readonly=True)
    owed_04 = fields.Monetary(string="Apr", readonly=True)
    owed_05 = fields.Monetary(string="May", readonly=True)
    owed_06 = fields.Monetary(string="Jun", readonly=True)
    owed_07 = fields.Monetary(string="Jul", readonly=True)
    owed_08 = fields.Monetary(string="Aug", readonly=True)
    owed_09 = fields.Monetary(string="Sep", readonly=True)
    owed_10 = fields.Monetary(string="Oct", readonly=True)
    owed_11 = fields.Monetary(string="Nov", readonly=True)
    owed_12 = fields.Monetary(string="Dec", readonly=True)
    billed_01 = fields.Monetary(string="Jan billed", readonly=True)
    billed_02 = fields.Monetary(string="Feb billed", readonly=True)
    billed_03 = fields.Monetary(string="Mar billed", readonly=True)
    billed_04 = fields.Monetary(string="Apr billed", readonly=True)
    billed_05 = fields.Monetary(string="May billed", readonly=True)
    billed_06 = fields.Monetary(string="Jun billed", readonly=True)
    billed_07 = fields.Monetary(string="Jul billed", readonly=True)
    billed_08 = fields.Monetary(string="Aug billed", readonly=True)
    billed_09 = fields.Monetary(string="Sep billed", readonly=True)
    billed_10 = fields.Monetary(string="Oct billed", readonly=True)
    billed_11 = fields.Monetary(string="Nov billed", readonly=True)
    billed_12 = fields.Monetary(string="Dec billed", readonly=True)

    @property
    def _table_query(self):
        months = SQL(", ").join(
            SQL(
                "SUM(CASE WHEN month = %(month)s THEN amount_owed ELSE 0 END) AS %(owed)s, "
                "SUM(CASE WHEN month = %(month)s THEN amount_billed ELSE 0 END) AS %(billed)s",
                month=month,
                owed=SQL.identifier(f"owed_{month:02}"),
                billed=SQL.identifier(f"billed_{month:02}"),
            )
            for month in MONTHS
        )
        return SQL(
            """
            SELECT MIN(id) AS id, period_year AS year, unit_id, building_id, item_id, community_id,
                   company_id, currency_id, SUM(amount_billed) AS amount_billed,
                   SUM(amount_collected) AS amount_collected, SUM(amount_owed) AS amount_owed,
                   SUM(amount_reduced + amount_waived + amount_written_off
                       + amount_billed - amount_gross) AS amount_let_off,
                   %(months)s
              FROM (SELECT *, EXTRACT(MONTH FROM period_start)::int AS month
                      FROM (%(ledger)s) ledger
                     WHERE unit_id IS NOT NULL) line
             GROUP BY period_year, unit_id, building_id, item_id, community_id, company_id,
                      currency_id
            """,
            months=months,
            ledger=self.env["property.fee.ledger"]._table_query,
        )

    def action_view_lines(self):
        """Open the ledger lines behind the row."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fee_ledger_action"
        )
        action["domain"] = [
            ("unit_id", "=", self.unit_id.id),
            ("item_id", "=", self.item_id.id),
            ("period_year", "=", self.year),
        ]
        action["context"] = {}
        action["views"] = [(False, "list"), (False, "pivot")]
        return action
