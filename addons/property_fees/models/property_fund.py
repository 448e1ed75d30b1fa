# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare


class PropertyFund(models.Model):
    """Money of all owners that is kept apart: maintenance fund, common income, trustee account.

    The balance is the sum of posted journal items that carry the fund, without the part of bills
    (levies, rents) that nobody has paid yet; the balance of a unit is that of the items that carry
    both.
    """

    _name = "property.fund"
    _description = "Fund"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "community_id, kind, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("maintenance", "Maintenance fund"),
            ("common_income", "Common income"),
            ("trustee", "Trustee account"),
            ("emergency", "Emergency fund"),
            ("subsidy", "Subsidies"),
        ],
        required=True,
        default="maintenance",
        tracking=True,
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Bank account",
        required=True,
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        tracking=True,
        help="The account in which the money lies; for a trustee account one per community.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Account of the owners' money",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Empty: the account of owners' funds of the company, made when first needed.",
    )
    trustee_id = fields.Many2one("res.partner", string="Kept by", tracking=True)
    needs_resolution = fields.Boolean(
        string="Needs a resolution",
        default=True,
        tracking=True,
        help="Nothing is paid without a resolution of the owners.",
    )
    quick_limit = fields.Monetary(
        string="Without resolution up to",
        help="In an emergency the committee may use this much; the statement follows.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance = fields.Monetary(
        compute="_compute_balance", compute_sudo=True, help="Money received and not used."
    )
    amount_pending = fields.Monetary(
        string="Billed, not received",
        compute="_compute_balance",
        compute_sudo=True,
        help="Levies and rents that are billed and not paid; they are not in the balance yet.",
    )
    movement_ids = fields.One2many("property.fund.movement", "fund_id", string="Movements")
    movement_count = fields.Integer(compute="_compute_movement_count")
    movement_version = fields.Integer(copy=False, readonly=True)
    note = fields.Text()

    _trustee_uniq = models.UniqueIndex(
        "(community_id) WHERE kind = 'trustee' AND active IS TRUE",
        "The community has a trustee account already.",
    )

    def _compute_balance(self):
        balances = self._get_balances(self)
        pending = self._get_pending(self)
        for fund in self:
            fund.balance = float(balances.get(fund.id, 0))
            fund.amount_pending = float(pending.get(fund.id, 0))

    def _compute_movement_count(self):
        counts = dict(
            self.env["property.fund.movement"]._read_group(
                [("fund_id", "in", self.ids)], ["fund_id"], ["__count"]
            )
        )
        for fund in self:
            fund.movement_count = counts.get(fund, 0)

    @api.model
    def _get_balances(self, funds, by_unit=False):
        """Return what was received and not used, as Decimal by fund id or (fund id, unit id)."""
        self.env["account.move.line"].flush_model()
        keys = SQL("property_fund_id, property_fund_unit_id" if by_unit else "property_fund_id")
        rows = self.env.execute_query(
            SQL(
                "SELECT %(keys)s, -SUM(balance) FROM account_move_line "
                "WHERE property_fund_id = ANY(%(ids)s) AND parent_state = 'posted' "
                "GROUP BY %(keys)s",
                keys=keys,
                ids=list(funds.ids),
            )
        )
        booked = {(row[:-1] if by_unit else row[0]): Decimal(str(row[-1])) for row in rows}
        pending = self._get_pending(funds, by_unit)
        return {key: amount - pending.get(key, 0) for key, amount in booked.items()}

    @api.model
    def _get_pending(self, funds, by_unit=False, day=None):
        """Return what is billed to the funds and not paid, by fund id or (fund id, unit id).

        :param day: as of the end of this day; None: now
        """
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["account.partial.reconcile"].flush_model()
        keys = SQL("fund_id, unit_id" if by_unit else "fund_id")
        rows = self.env.execute_query(
            SQL(
                "SELECT %(keys)s, SUM(amount) FROM (%(pending)s) pending "
                "WHERE fund_id = ANY(%(ids)s) GROUP BY %(keys)s",
                keys=keys,
                pending=self._get_pending_query(day),
                ids=list(funds.ids),
            )
        )
        return {(row[:-1] if by_unit else row[0]): Decimal(str(row[-1])) for row in rows}

    @api.model
    def _get_pending_query(self, day=None):
        """Return the query of fund lines on bills with something left to pay: line, fund, unit,
        amount.
        """
        paid = SQL(
            """
            SELECT SUM(CASE WHEN rec.debit_move_id = term.id THEN rec.amount ELSE -rec.amount END)
              FROM account_move_line term
              JOIN account_partial_reconcile rec
                ON term.id IN (rec.debit_move_id, rec.credit_move_id)
             WHERE term.move_id = move.id AND term.display_type = 'payment_term'
               AND rec.max_date <= %s
            """,
            day,
        )
        left = (
            SQL("move.amount_total_signed - COALESCE((%s), 0)", paid)
            if day
            else SQL("move.amount_residual_signed")
        )
        return SQL(
            """
            SELECT line.id AS line_id, line.property_fund_id AS fund_id,
                   line.property_fund_unit_id AS unit_id,
                   ROUND(-line.balance * (%(left)s) / NULLIF(move.amount_total_signed, 0), 2)
                       AS amount
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.property_fund_id IS NOT NULL AND line.parent_state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund') AND %(until)s
            """,
            left=left,
            until=SQL("move.date <= %s", day) if day else SQL("move.amount_residual_signed <> 0"),
        )

    def _get_account(self):
        self.ensure_one()
        return self.account_id or self.company_id._get_property_account("fund")

    def _lock_fund(self):
        """Serialise movements: of two withdrawals at once the second sees what the first left."""
        self.env.cr.execute(
            SQL(
                "UPDATE property_fund SET movement_version = COALESCE(movement_version, 0) + 1 "
                "WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset(["balance", "movement_version"])

    def _check_enough(self, amount):
        self.ensure_one()
        if float_compare(amount, self.balance, precision_rounding=self.currency_id.rounding) > 0:
            raise UserError(
                self.env._(
                    "%(fund)s holds %(balance)s; %(amount)s is more than that. Levy what is short, "
                    "or pay less.",
                    fund=self.name,
                    balance=self.currency_id.format(self.balance),
                    amount=self.currency_id.format(amount),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_moved(self):
        if self.movement_ids.filtered(
            lambda movement: movement.state not in ("draft", "cancelled")
        ):
            raise UserError(self.env._("A fund with movements stays on record. Archive it."))

    def action_view_movements(self):
        """Open the movements of the fund."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fund_movement_action"
        )
        action["domain"] = [("fund_id", "=", self.id)]
        action["context"] = {"default_fund_id": self.id}
        return action

    def action_view_units(self):
        """Open the balances of the units."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fund_balance_action"
        )
        action["domain"] = [("fund_id", "=", self.id)]
        return action

    def action_print(self):
        """Print the yearly statement."""
        return self.env.ref("property_fees.property_fund_report").report_action(self)

    def _get_statement(self, year=None):
        """Return the figures of a year: opening, movements by kind, closing; from posted entries.

        :param year: the year, default the current one
        """
        self.ensure_one()
        year = year or fields.Date.context_today(self).year
        self.env["account.move.line"].flush_model()
        kinds = dict(
            self.env["property.fund.movement"]._fields["kind"]._description_selection(self.env)
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT CASE WHEN line.date < %(start)s THEN 'opening'
                            ELSE COALESCE(movement.kind, 'other') END AS kind,
                       SUM(line.credit), SUM(line.debit)
                  FROM account_move_line line
                  LEFT JOIN property_fund_movement movement ON movement.move_id = line.move_id
                 WHERE line.property_fund_id = %(fund)s AND line.parent_state = 'posted'
                   AND line.date <= %(end)s
                 GROUP BY 1 ORDER BY 1
                """,
                fund=self.id,
                start=f"{year}-01-01",
                end=f"{year}-12-31",
            )
        )
        opening = sum((credit - debit for kind, credit, debit in rows if kind == "opening"), 0)
        lines = [
            (kinds.get(kind, self.env._("Rents and contributions billed")), credit, debit)
            for kind, credit, debit in rows
            if kind != "opening"
        ]
        closing = opening + sum(credit - debit for _label, credit, debit in lines)
        pending = float(self._get_pending(self, day=date(year, 12, 31)).get(self.id, 0))
        return {
            "year": year,
            "opening": opening,
            "lines": lines,
            "closing": closing,
            "pending": pending,
            "received": closing - pending,
        }
