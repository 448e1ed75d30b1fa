# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

BATCH = 200


class PropertyPrepaid(models.Model):
    """Money paid before it is owed, per unit, payer and purpose; used for bills by itself."""

    _name = "property.prepaid"
    _description = "Prepaid account"
    _inherit = ["property.held.mixin", "mail.thread"]
    _order = "unit_id, id"
    _rec_names_search = ["unit_id.name", "partner_id.name"]
    _held_field = "property_prepaid_id"
    _held_account = "prepaid"

    item_id = fields.Many2one(
        "property.fee.item",
        string="Purpose",
        ondelete="restrict",
        tracking=True,
        help="Used for this fee item only. Empty: for any fee.",
    )
    is_automatic = fields.Boolean(
        string="Used by itself",
        default=True,
        tracking=True,
        help="Pays bills of the unit as soon as they are posted.",
    )
    active = fields.Boolean(default=True)
    movement_ids = fields.One2many(
        "property.held.line", "prepaid_id", string="Movements of the money"
    )

    _account_uniq = models.Constraint(
        "UNIQUE NULLS NOT DISTINCT (unit_id, partner_id, item_id)",
        "This payer has a prepaid account for the unit and purpose already.",
    )

    @api.depends("unit_id.name", "partner_id.name", "item_id.name")
    def _compute_display_name(self):
        for account in self:
            purpose = account.item_id.name or self.env._("any fee")
            account.display_name = self.env._(
                "Prepaid %(unit)s %(payer)s (%(purpose)s)",
                unit=account.unit_id.name or "",
                payer=account.partner_id.name or "",
                purpose=purpose,
            )

    def write(self, vals):
        # sudo: movements that the user may not see count as well
        moved = self.sudo().movement_ids
        if vals.keys() & {"unit_id", "partner_id", "item_id"} and moved:
            raise UserError(
                self.env._("A prepaid account with movements keeps its unit, payer and purpose.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: as in write
        if self.sudo().movement_ids:
            raise UserError(self.env._("A prepaid account with movements stays. Archive it."))

    @api.model
    def _get(self, unit, partner, item=None):
        """Return the prepaid account of a payer for a unit and purpose, made when missing.

        :param item: `property.fee.item`, or nothing for any fee
        """
        # sudo: an archived account is taken up again rather than made twice
        accounts_sudo = self.sudo().with_context(active_test=False)
        found_sudo = accounts_sudo.search(
            [
                ("unit_id", "=", unit.id),
                ("partner_id", "=", partner.commercial_partner_id.id),
                ("item_id", "=", item.id if item else False),
            ],
            limit=1,
        ) or accounts_sudo.create(
            {
                "unit_id": unit.id,
                "partner_id": partner.commercial_partner_id.id,
                "item_id": item.id if item else False,
            }
        )
        found_sudo.active = True
        return found_sudo.with_env(self.env)

    def _allocate(self, bills, balance):
        """Return which bills the money pays: (bill, amount), oldest first, with the purpose.

        :param bills: open bills with sudo
        """
        self.ensure_one()
        parts = []
        for bill_sudo in bills.sorted(lambda bill: (bill.invoice_date_due or bill.date, bill.id)):
            amount = min(balance, bill_sudo.amount_residual)
            if self.item_id:
                lines = bill_sudo.invoice_line_ids.filtered(
                    lambda line: line.product_id == self.item_id.product_id
                )
                amount = min(amount, sum(lines.mapped("price_total")))
            amount = self.currency_id.round(amount)
            if self.currency_id.compare_amounts(amount, 0.0) > 0:
                parts.append((bill_sudo, amount))
                balance -= amount
        return parts

    def _get_open_bills(self):
        """Return the open bills of the payer for the unit, with sudo."""
        self.ensure_one()
        # sudo: bills of the account's own payer
        return (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("property_unit_id", "=", self.unit_id.id),
                    ("commercial_partner_id", "=", self.partner_id.id),
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("currency_id", "=", self.currency_id.id),
                ],
                order="invoice_date_due, id",
            )
        )

    def action_use(self):
        """Pay the open bills of the unit out of this money."""
        self.check_access("write")
        used = sum(account._use() for account in self)
        if not used:
            raise UserError(
                self.env._("There is no open bill that this money could pay, or no money.")
            )

    def _use(self, bills=None):
        """Pay bills out of this money, oldest first.

        :param bills: `account.move` with sudo; None: all open ones of the payer for the unit
        :return: amount used
        """
        self.ensure_one()
        self._lock_held()
        parts = self._allocate(self._get_open_bills() if bills is None else bills, self.balance)
        if not parts:
            return 0.0
        self._pay_bills(parts, self.env._("Paid from the prepaid account"))
        return sum(amount for _bill, amount in parts)

    def action_refund(self):
        """Ask for the money to be paid back."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_refund_action"
        )
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_source": "prepaid",
            "default_prepaid_id": self.id,
            "default_unit_id": self.unit_id.id,
            "default_partner_id": self.partner_id.id,
            "default_amount": self.balance,
        }
        return action

    def action_print(self):
        """Print the statement."""
        return self.env.ref("property_fees.property_prepaid_report").report_action(
            self, config=False
        )

    @api.model
    def _get_waiting(self, run=None, limit=None):
        """Return automatic accounts with money whose payer has an open bill for the unit.

        :param run: only bills of this fee run
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account.id
                  FROM property_prepaid account
                  JOIN (SELECT property_prepaid_id AS id, -SUM(balance) AS balance
                          FROM account_move_line
                         WHERE property_prepaid_id IS NOT NULL AND parent_state = 'posted'
                         GROUP BY property_prepaid_id HAVING -SUM(balance) > 0.004) held
                    ON held.id = account.id
                 WHERE account.active AND account.is_automatic
                   AND EXISTS (
                       SELECT 1 FROM account_move bill
                        WHERE bill.property_unit_id = account.unit_id
                          AND bill.commercial_partner_id = account.partner_id
                          AND bill.move_type = 'out_invoice' AND bill.state = 'posted'
                          AND bill.payment_state IN ('not_paid', 'partial') %(run)s)
                 ORDER BY account.id %(limit)s
                """,
                run=SQL("AND bill.property_fee_run_id = %s", run.id) if run else SQL(),
                limit=SQL("LIMIT %s", limit) if limit else SQL(),
            )
        )
        return self.browse(row[0] for row in rows)

    @api.model
    def _cron_use_prepaid(self):
        """Pay open bills out of prepaid money."""
        waiting = self._get_waiting()
        for start in range(0, len(waiting), BATCH):
            for account in waiting[start : start + BATCH]:
                account._use()
            if not self.env["ir.cron"]._commit_progress(
                BATCH, remaining=max(len(waiting) - start - BATCH, 0)
            ):
                return

    def _is_empty(self):
        self.ensure_one()
        return float_compare(self.balance, 0.0, precision_rounding=self.currency_id.rounding) == 0
