# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare


class PropertyHeldMixin(models.AbstractModel):
    """Money of a payer that the company holds: journal items on a liability account.

    There is no ledger beside the ledger: the balance is the sum of the posted items that carry the
    record. A movement changes the record's row, so that of two movements at once the second is
    undone by the database and tried again on what the first left.
    """

    _name = "property.held.mixin"
    _description = "Money held for a payer"
    _inherit = ["property.scope.mixin"]
    _held_field = None  # field of account.move.line that points here
    _held_account = None  # kind of account, see res.company._get_property_account

    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Payer",
        required=True,
        index=True,
        ondelete="restrict",
        help="Whose money it is.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    balance = fields.Monetary(
        compute="_compute_balance", compute_sudo=True, search="_search_balance"
    )
    movement_version = fields.Integer(copy=False, readonly=True)

    def _compute_balance(self):
        balances = {
            record.id: -balance
            for record, balance in self.env["account.move.line"]._read_group(
                [(self._held_field, "in", self.ids), ("parent_state", "=", "posted")],
                [self._held_field],
                ["balance:sum"],
            )
        }
        for record in self:
            record.balance = balances.get(record.id, 0.0)

    @api.model
    def _search_balance(self, operator, value):
        if operator not in ("<", "<=", ">", ">=", "=", "!=", "in"):
            return NotImplemented
        if operator == "in":
            operator, value = "=", next(iter(value), 0.0)
        query = SQL(
            "(SELECT held.id FROM %(table)s held LEFT JOIN account_move_line line "
            "ON line.%(field)s = held.id AND line.parent_state = 'posted' GROUP BY held.id "
            "HAVING COALESCE(-SUM(line.balance), 0) %(operator)s %(value)s)",
            table=SQL.identifier(self._table),
            field=SQL.identifier(self._held_field),
            operator=SQL(operator),
            value=value or 0.0,
        )
        return [("id", "in", query)]

    def _get_held_account(self):
        """Return the liability account of this money, with sudo."""
        self.ensure_one()
        return self.company_id._get_property_account(self._held_account)

    def _lock_held(self):
        """Serialise movements of this money."""
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET movement_version = COALESCE(movement_version, 0) + 1 "
                "WHERE id = ANY(%s)",
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self.invalidate_recordset(["balance", "movement_version"])

    def _check_enough(self, amount):
        self.ensure_one()
        if float_compare(amount, self.balance, precision_rounding=self.currency_id.rounding) > 0:
            raise UserError(
                self.env._(
                    "%(record)s holds %(balance)s; %(amount)s is more than that.",
                    record=self.display_name,
                    balance=self.currency_id.format(self.balance),
                    amount=self.currency_id.format(amount),
                )
            )

    def _get_receivable(self, partner):
        return partner.with_company(self.company_id).property_account_receivable_id

    def _post_held_entry(self, lines, ref, date=None, **vals):
        """Post an entry between this money and receivables.

        :param lines: values of journal items
        :return: the entry, with sudo
        """
        self.ensure_one()
        # sudo: moving held money is the right of the act, not that of posting by hand
        move_sudo = (
            self.env["account.move"]
            .sudo()
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.company_id._get_property_misc_journal().id,
                    "company_id": self.company_id.id,
                    "date": date or self._get_entry_date(),
                    "ref": ref,
                    "line_ids": [fields.Command.create(line) for line in lines],
                    **vals,
                }
            )
        )
        move_sudo.action_post()
        self.invalidate_recordset(["balance"])
        return move_sudo

    def _get_entry_date(self):
        """Return today, or the day of the last movement if that is later.

        A scheduled action lives in another time zone than the desk: money is never used on a day
        before it was taken.
        """
        # sudo: movements that the user may not see count as well
        [[last]] = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [(self._held_field, "=", self.id), ("parent_state", "=", "posted")],
                [],
                ["date:max"],
            )
        )
        today = fields.Date.context_today(self)
        return max(today, last) if last else today

    def _prepare_held_line(self, amount, name):
        """Return the values of the item that raises (above zero) or lowers this money."""
        self.ensure_one()
        return {
            "account_id": self._get_held_account().id,
            "partner_id": self.partner_id.id,
            "name": name,
            "debit": max(-amount, 0.0),
            "credit": max(amount, 0.0),
            self._held_field: self.id,
        }

    def _take_over(self, credit_lines, amount, ref, date=None, receipt=None):
        """Take money over from open credits of a payer, for example from a payment.

        :param credit_lines: receivable items with a credit left, of one partner; with sudo
        :param amount: how much of it
        :return: the entry, with sudo
        """
        self.ensure_one()
        self._lock_held()
        move_sudo = self._post_held_entry(
            [
                {
                    "account_id": credit_lines[:1].account_id.id,
                    "partner_id": credit_lines[:1].partner_id.id,
                    "name": ref,
                    "debit": amount,
                    "credit": 0.0,
                },
                self._prepare_held_line(amount, ref),
            ],
            ref,
            date,
            **({"property_receipt_id": receipt.id} if receipt else {}),
        )
        debit_sudo = move_sudo.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (credit_lines | debit_sudo).reconcile()
        return move_sudo

    def _pay_bills(self, parts, ref, date=None):
        """Pay bills out of this money.

        :param parts: (bill, amount) pairs; bills with sudo
        :return: the entry, with sudo
        """
        self.ensure_one()
        self._lock_held()
        self._check_enough(sum(amount for _bill, amount in parts))
        lines = []
        for bill_sudo, amount in parts:
            owed_sudo = bill_sudo.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable" and not line.reconciled
            )
            lines.append((bill_sudo, owed_sudo, amount))
        move_sudo = self._post_held_entry(
            [
                *(
                    {
                        "account_id": owed_sudo[:1].account_id.id,
                        "partner_id": bill_sudo.commercial_partner_id.id,
                        "name": bill_sudo.name,
                        "debit": 0.0,
                        "credit": amount,
                    }
                    for bill_sudo, owed_sudo, amount in lines
                ),
                *(
                    self._prepare_held_line(-amount, bill_sudo.name)
                    for bill_sudo, _owed, amount in lines
                ),
            ],
            ref,
            date,
            property_settlement_kind=self._held_account,
        )
        credits_sudo = move_sudo.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).sorted("id")
        for credit_sudo, (_bill, owed_sudo, _amount) in zip(credits_sudo, lines, strict=True):
            (credit_sudo | owed_sudo).reconcile()
        return move_sudo

    def _hand_back(self, amount, ref, date=None):
        """Turn money into a credit of the payer, to be paid out or set against what he owes.

        :return: the receivable item with the credit, with sudo
        """
        self.ensure_one()
        self._lock_held()
        self._check_enough(amount)
        move_sudo = self._post_held_entry(
            [
                {
                    "account_id": self._get_receivable(self.partner_id).id,
                    "partner_id": self.partner_id.id,
                    "name": ref,
                    "debit": 0.0,
                    "credit": amount,
                },
                self._prepare_held_line(-amount, ref),
            ],
            ref,
            date,
            property_settlement_kind=self._held_account,
        )
        return move_sudo.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    def _pass_on(self, target, ref, date=None):
        """Pass the whole balance on to another record of the same kind (a new owner's).

        :return: amount passed on
        """
        self.ensure_one()
        (self | target)._lock_held()
        amount = self.balance
        if self.currency_id.compare_amounts(amount, 0.0) > 0:
            self._post_held_entry(
                [self._prepare_held_line(-amount, ref), target._prepare_held_line(amount, ref)],
                ref,
                date,
            )
            target.invalidate_recordset(["balance"])
        return amount

    def _get_open_label(self):
        """Return how this money is called on a transfer or a clearance sheet."""
        self.ensure_one()
        return self.display_name

    def _request_refund(self, reason):
        """Ask for the whole balance to go back; somebody else approves.

        :return: the refund, with sudo
        """
        self.ensure_one()
        name = "prepaid" if self._held_field == "property_prepaid_id" else "deposit"
        # sudo: the act that settles the unit is the right to ask
        refund_sudo = (
            self.env["property.refund"]
            .sudo()
            .create(
                {
                    "unit_id": self.unit_id.id,
                    "partner_id": self.partner_id.id,
                    "source": name,
                    f"{name}_id": self.id,
                    "amount": self.balance,
                    "method": "transfer",
                    "reason": reason,
                }
            )
        )
        refund_sudo.action_submit()
        return refund_sudo

    def action_view_movements(self):
        """Open the statement."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_held_line_action"
        )
        name = "prepaid_id" if self._held_field == "property_prepaid_id" else "deposit_id"
        action["domain"] = [(name, "=", self.id)]
        action["context"] = {}
        return action
