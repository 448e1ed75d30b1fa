# SPDX-License-Identifier: LGPL-3.0-or-later
from collections import namedtuple
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..rules import late_fee as rule

BATCH = 200
LateFee = namedtuple("LateFee", "total posted waived due trace order")


def _exact(amount):
    return Decimal(f"{amount:.2f}")


class AccountMove(models.Model):
    _inherit = "account.move"

    property_late_fee_bill_id = fields.Many2one(
        "account.move",
        string="Late fee on",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="The bill whose late payment this one charges.",
    )
    property_late_fee_ids = fields.One2many(
        "account.move", "property_late_fee_bill_id", string="Late fees", readonly=True
    )
    property_late_fee_until = fields.Date(string="Late fee until", readonly=True, copy=False)
    is_property_late_fee_closed = fields.Boolean(readonly=True, copy=False)

    def _get_late_fee(self, value_date=None):
        """Work out what late fee has arisen on bills and is neither posted nor waived.

        The base is the unpaid part of the bill alone, day by day, up to the value date; nothing is
        written.

        :param value_date: day of the payment, default today
        :return: {bill: LateFee(total, posted, waived, due, trace, order)} with amounts in the
            bill's currency as Decimal; only bills on which a late fee is due
        """
        value_date = value_date or fields.Date.context_today(self)
        # sudo: a cashier and a portal user see what is owed without reading the entries
        moves_sudo = self.sudo().filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state == "posted"
                and move.property_community_id
                and not move.property_late_fee_bill_id
                and move.invoice_date_due
                and move.invoice_date_due < value_date
                and move.currency_id == move.company_id.currency_id
            )
        )
        policies_sudo = moves_sudo and self.env["property.late.fee.policy"]._get_policies(
            moves_sudo.company_id
        )
        found = {}
        if not policies_sudo:
            return found
        waived = self.env["property.late.fee.waiver.line"]._get_waived(moves_sudo)
        for move_sudo in moves_sudo:
            policy_sudo = next((p for p in policies_sudo if p._applies_to(move_sudo)), None)
            fee = policy_sudo and move_sudo._compute_late_fee(
                policy_sudo, value_date, waived.get(move_sudo.id, Decimal(0))
            )
            if fee and fee.due > 0:
                found[move_sudo.with_env(self.env)] = fee
        return found

    def _compute_late_fee(self, policy, value_date, waived):
        """Return the LateFee of one bill; with sudo.

        :param waived: what was let off before it was posted, Decimal
        """
        self.ensure_one()
        weight = self._get_late_fee_weight(policy)
        if not weight:
            return None
        terms, parts = policy._get_rule(), []
        for line in self.line_ids.filtered(lambda one: one.account_type == "asset_receivable"):
            due_date = line.date_maturity or self.invoice_date_due
            payments = [
                rule.Payment(
                    None
                    if partial.credit_move_id.move_id.move_type == "out_refund"
                    else partial.credit_move_id.date,
                    _exact(partial.amount),
                )
                for partial in line.matched_credit_ids
            ]
            parts.append(
                rule.late_fee(
                    _exact(max(line.balance, 0.0)), due_date, payments, value_date, terms, weight
                )
            )
        total = sum((part.amount for part in parts), Decimal(0))
        charged = self.property_late_fee_ids.filtered(lambda move: move.state == "posted")
        invoiced = sum(
            _exact(move.amount_total) for move in charged if move.move_type == "out_invoice"
        )
        credited = sum(
            _exact(move.amount_total) for move in charged if move.move_type == "out_refund"
        )
        due = total - invoiced - waived
        return LateFee(
            total=total,
            posted=invoiced - credited,
            waived=waived,
            due=max(due, Decimal(0)),
            trace=self._format_late_fee(parts),
            order=policy.order,
        )

    def _get_late_fee_weight(self, policy):
        """Return which part of the bill bears a late fee, as an exact fraction."""
        if not policy.item_ids:
            return Fraction(1)
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        whole = sum(_exact(line.price_total) for line in lines)
        mine = sum(
            _exact(line.price_total)
            for line in lines
            if line.product_id in policy.item_ids.product_id
        )
        return Fraction(mine) / Fraction(whole) if whole > 0 and mine > 0 else Fraction(0)

    def _format_late_fee(self, parts):
        """Put the stretches into words: days, base and rate of each."""
        texts = []
        for part in parts:
            texts += [
                self.env._(
                    "%(first)s – %(last)s: %(days)s days × %(base)s × %(rate)s‰",
                    first=format_date(self.env, stretch.first),
                    last=format_date(self.env, stretch.last),
                    days=stretch.days,
                    base=f"{stretch.base:.2f}",
                    rate=(stretch.rate * 1000).normalize(),
                )
                for stretch in part.stretches
            ]
            if part.is_capped:
                texts.append(self.env._("capped"))
        return "; ".join(texts)

    def _post_late_fees(self, value_date=None):
        """Post the late fee that is due on these bills as bills of their own.

        :param value_date: day up to which it has arisen, default today
        :return: the bills posted, with sudo
        """
        value_date = value_date or fields.Date.context_today(self)
        # sudo: posting what a policy says is the right of the act that collects it
        moves_sudo = self.env["account.move"].sudo()
        if not self._get_late_fee(value_date):
            return moves_sudo
        self.env.cr.execute(
            SQL("SELECT id FROM account_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids)
        )
        fees = self._get_late_fee(value_date)
        policies_sudo = self.env["property.late.fee.policy"]._get_policies(self.company_id)
        vals_list = []
        for bill, fee in fees.items():
            bill_sudo = bill.sudo()
            policy_sudo = next(p for p in policies_sudo if p._applies_to(bill_sudo))
            vals_list.append(bill_sudo._prepare_late_fee_vals(policy_sudo, fee, value_date))
        posted_sudo = moves_sudo.with_context(
            mail_create_nosubscribe=True, tracking_disable=True
        ).create(vals_list)
        posted_sudo.action_post()
        return posted_sudo

    def _prepare_late_fee_vals(self, policy, fee, value_date):
        """Return the values of the bill that charges a late fee on this bill."""
        self.ensure_one()
        community = self.property_community_id
        analytic = community.analytic_account_id
        env = self.with_context(lang=self.partner_id.lang or self.env.lang).env
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "journal_id": self.journal_id.id,
            "invoice_date": value_date,
            "invoice_date_due": value_date,
            "invoice_payment_term_id": False,
            "invoice_origin": self.name,
            "property_unit_id": self.property_unit_id.id,
            "property_community_id": community.id,
            "property_late_fee_bill_id": self.id,
            "property_late_fee_until": value_date,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": env._(
                            "Late fee on %(bill)s until %(date)s\n%(trace)s",
                            bill=self.name,
                            date=format_date(env, value_date),
                            trace=self.with_env(env)._compute_late_fee_trace(policy, value_date),
                        ),
                        "quantity": 1.0,
                        "price_unit": float(fee.due),
                        "account_id": self.company_id._get_property_account("late_fee").id,
                        "tax_ids": [fields.Command.set(policy.tax_ids.ids)],
                        "analytic_distribution": {str(analytic.id): 100.0} if analytic else False,
                    }
                )
            ],
        }

    def _compute_late_fee_trace(self, policy, value_date):
        return self._compute_late_fee(policy, value_date, Decimal(0)).trace

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Extend `account`: a credit note of a late fee belongs to the same bill."""
        if default_values_list and len(default_values_list) == len(self):
            for move, values in zip(self, default_values_list, strict=True):
                if move.property_late_fee_bill_id:
                    values.setdefault(
                        "property_late_fee_bill_id", move.property_late_fee_bill_id.id
                    )
        return super()._reverse_moves(default_values_list, cancel=cancel)

    @api.model
    def _cron_post_late_fees(self):
        """Post late fees: of bills that were paid late, and at month's end what is accrued."""
        today = fields.Date.context_today(self)
        month_end = today.replace(day=1) - timedelta(days=1)
        for policy in self.env["property.late.fee.policy"].search([("state", "=", "on")]):
            self._post_late_fees_of_paid(policy, today)
            if policy.posting == "accrual":
                self._post_late_fees_accrued(policy, month_end)

    def _get_late_fee_domain(self, policy):
        domain = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("company_id", "=", policy.company_id.id),
            ("property_community_id", "!=", False),
            ("property_late_fee_bill_id", "=", False),
            ("invoice_date_due", ">=", policy.start_date),
        ]
        if policy.community_ids:
            domain.append(("property_community_id", "in", policy.community_ids.ids))
        return domain

    def _post_late_fees_of_paid(self, policy, today):
        """Charge what a bill that is paid by now bore; each bill once."""
        domain = [
            *self._get_late_fee_domain(policy),
            ("payment_state", "in", ("paid", "in_payment")),
            ("is_property_late_fee_closed", "=", False),
        ]
        bills = self.search(domain, limit=BATCH, order="id")
        while bills:
            bills._post_late_fees(today)
            bills.is_property_late_fee_closed = True
            if not self.env["ir.cron"]._commit_progress(len(bills)):
                return
            bills = self.search(domain, limit=BATCH, order="id")

    def _post_late_fees_accrued(self, policy, month_end):
        """Charge what open bills bore up to the end of the last month; each month once."""
        open_bills = self.search(
            [
                *self._get_late_fee_domain(policy),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", month_end),
            ],
            order="id",
        )
        charged = self._read_group(
            [
                ("property_late_fee_bill_id", "in", open_bills.ids),
                ("property_late_fee_until", ">=", month_end),
                ("state", "=", "posted"),
            ],
            ["property_late_fee_bill_id"],
        )
        waiting = open_bills - self.browse().union(*(bill for (bill,) in charged))
        for start in range(0, len(waiting), BATCH):
            waiting[start : start + BATCH]._post_late_fees(month_end)
            if not self.env["ir.cron"]._commit_progress(BATCH):
                return
