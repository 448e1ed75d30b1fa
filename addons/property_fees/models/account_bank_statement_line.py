# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..rules.bank_match import EXACT, NONE, PROPOSED, Debt, Index, match_line


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    property_match = fields.Selection(
        [("exact", "Booked by itself"), ("proposed", "Proposal"), ("none", "Nothing found")],
        string="Fee match",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    property_match_evidence = fields.Selection(
        [
            ("reference", "Payment reference"),
            ("bill", "Bill number"),
            ("unit", "Unit code"),
            ("phone", "Phone number"),
            ("name", "Name and amount"),
        ],
        string="Found by",
        readonly=True,
        copy=False,
    )
    property_match_ambiguous = fields.Boolean(
        string="Several fit", readonly=True, copy=False, help="Several units or payers fit."
    )
    property_bill_ids = fields.Many2many(
        "account.move",
        "property_bank_line_bill_rel",
        string="Fee bills",
        readonly=True,
        copy=False,
    )
    property_left = fields.Monetary(
        string="More than owed",
        currency_field="currency_id",
        readonly=True,
        copy=False,
        help="Stays to the credit of the payer when the proposal is accepted.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Extend `account`: money that comes in finds its bills."""
        lines = super().create(vals_list)
        lines._match_property_bills()
        return lines

    # === ACTIONS === #

    def action_property_match(self):
        """Look again for bills of the lines that are not booked yet."""
        self._match_property_bills()

    def action_property_accept(self):
        """Book the proposals; what is left over stays to the credit of the payer."""
        for line in self:
            if line.is_reconciled:
                raise UserError(self.env._("“%(line)s” is booked already.", line=line.payment_ref))
            bills = line.property_bill_ids.filtered(lambda bill: bill._is_property_bill_open())
            if line.property_match != PROPOSED or not bills:
                raise UserError(
                    self.env._("There is no proposal for “%(line)s”.", line=line.payment_ref)
                )
            line._book_property_bills(bills)

    # === MATCHING === #

    def _match_property_bills(self):
        """Find the bills of lines that bring money in; book what is exact, propose the rest."""
        todo = self.filtered(
            lambda line: not line.is_reconciled and line.amount > 0 and line.move_id
        )
        for company, lines in todo.grouped("company_id").items():
            index = lines._get_property_index(company)
            if index is None:
                # said only where fees are billed: other companies' lines are not ours to judge
                # sudo: whether there is a community at all, not which
                if (
                    self.env["property.community"]
                    .sudo()
                    .search_count([("company_id", "=", company.id)], limit=1)
                ):
                    lines.write({"property_match": NONE, "property_bill_ids": [Command.clear()]})
                continue
            booked = []
            for line in lines:
                bills = line._match_property_line(index)
                if line.property_match == EXACT:
                    booked.append((line, bills, line._replace_property_suspense(bills)))
            self._reconcile_property_parts(booked)

    def _match_property_line(self, index):
        """Note what a line pays; what is sure is taken out of the index for the next line.

        :return: the bills found
        """
        self.ensure_one()
        text = " ".join(str(part) for part in (self.payment_ref, self.ref, self.narration) if part)
        amount = Decimal(f"{self.amount:.2f}")
        found = match_line(text, amount, index, self.partner_name or self.partner_id.name or "")
        bills = self.env["account.move"].browse([debt.key for debt in found.debts])
        vals = {
            "property_match": found.kind,
            "property_match_evidence": found.evidence or False,
            "property_match_ambiguous": found.is_ambiguous,
            "property_bill_ids": [Command.set(bills.ids)],
            "property_left": float(found.left),
        }
        if "reconcile_data" in self._fields:
            # the reconciliation widget makes its lines anew, with the proposal
            vals["reconcile_data"] = False
        self.with_context(skip_account_move_synchronization=True).write(vals)
        if found.kind == EXACT:
            index.forget(found.debts)
        return bills

    @api.model
    def _get_property_index(self, company):
        """Return the open fee bills of a company for the rule, or None when it has none."""
        self.env.flush_all()
        currency = company.currency_id
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.id, move.name, move.commercial_partner_id, move.property_unit_id,
                       move.amount_residual, COALESCE(move.invoice_date_due, move.date),
                       unit.name, partner.name, partner.phone_sanitized
                  FROM account_move move
                  JOIN property_unit unit ON unit.id = move.property_unit_id
                  JOIN res_partner partner ON partner.id = move.commercial_partner_id
                 WHERE move.company_id = %s AND move.move_type = 'out_invoice'
                   AND move.state = 'posted' AND move.currency_id = %s
                   AND move.payment_state IN ('not_paid', 'partial') AND move.amount_residual > 0
                """,
                company.id,
                currency.id,
            )
        )
        if not rows:
            return None
        debts, units, phones, names = [], {}, {}, {}
        for key, name, payer, unit, residual, due, code, partner, phone in rows:
            debts.append(Debt(key, name, payer, unit, Decimal(f"{residual:.2f}"), due))
            units.setdefault(code, set()).add(unit)
            names.setdefault((partner or "").replace(" ", "").upper(), set()).add(payer)
            digits = "".join(char for char in phone or "" if char.isdigit())[-11:]
            if len(digits) == 11:
                phones.setdefault(digits, set()).add(payer)
        # units without a bill count too: their code must not mean another unit
        for key, code in self.env.execute_query(
            SQL("SELECT id, name FROM property_unit WHERE company_id = %s", company.id)
        ):
            units.setdefault(code, set()).add(key)
        references = {
            name: (payer, unit or None)
            for name, payer, unit in self.env.execute_query(
                SQL(
                    """
                    SELECT ref.name, partner.commercial_partner_id, ref.unit_id
                      FROM property_payment_reference ref
                      JOIN res_partner partner ON partner.id = ref.partner_id
                     WHERE ref.company_id = %s
                    """,
                    company.id,
                )
            )
        }
        return Index(debts, references, units, phones, names)

    # === BOOKING === #

    def _book_property_bills(self, bills):
        """Book a line on bills, oldest first."""
        self.ensure_one()
        self._reconcile_property_parts([(self, bills, self._replace_property_suspense(bills))])

    def _replace_property_suspense(self, bills):
        """Put the receivables of the bills in the place of the suspense line.

        What is more than the bills stays on the receivable account of the first payer.

        :return: list of journal items to reconcile with each other
        """
        self.ensure_one()
        owed = bills.sorted(lambda bill: (bill.invoice_date_due or bill.date, bill.id))
        parts, left = [], self.amount
        for item in owed._get_property_receivable_lines():
            part = min(left, item.amount_residual)
            if self.currency_id.compare_amounts(part, 0) > 0:
                parts.append((item, part))
                left = self.currency_id.round(left - part)
        if not parts:
            raise UserError(self.env._("The bills have been paid meanwhile. Match again."))
        vals_list = [self._prepare_property_counterpart_vals(*part) for part in parts]
        if not self.currency_id.is_zero(left):
            vals_list.append(self._prepare_property_counterpart_vals(parts[0][0], left))
        _liquidity, suspense, other = self._seek_for_lines()
        # the suspense line becomes the first receivable: a tenth of the work of a new one
        commands = [Command.update(suspense[:1].id, vals_list[0])] if suspense else []
        commands += [Command.create(vals) for vals in vals_list[len(commands) :]]
        commands += [Command.delete(line.id) for line in suspense[1:] + other]
        move = self.move_id
        move.with_context(
            skip_account_move_synchronization=True, force_delete=True, skip_readonly_check=True
        ).write({"line_ids": commands})
        if not self.partner_id:
            self.with_context(skip_account_move_synchronization=True).partner_id = parts[0][
                0
            ].partner_id
        new = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        return [
            item | counterpart
            for (item, _part), counterpart in zip(parts, new.sorted("id"), strict=False)
        ]

    @api.model
    def _reconcile_property_parts(self, booked):
        """Reconcile what was booked, all lines at once.

        :param booked: list of (line, bills, journal items to reconcile with each other)
        """
        plan = [items for _line, _bills, parts in booked for items in parts]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
        for line, bills, parts in booked:
            line._settle_property_transfers(bills)
            settled = sum(items[1:].balance for items in parts)
            line._on_property_booked(bills, line.currency_id.round(line.amount + settled))

    def _prepare_property_counterpart_vals(self, item, amount):
        """Return the values of the journal item that settles a receivable."""
        return {
            "name": self.payment_ref or item.name,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": -amount,
            "balance": -amount,
        }

    def _settle_property_transfers(self, bills):
        """Close announced transfers that this line is: the payer's page says that it is paid."""
        # sudo: an accountant books without a right on transactions
        transfers_sudo = bills.sudo().transaction_ids.filtered(
            lambda tx: (
                tx.state == "pending"
                and tx.provider_code == "custom"
                and not self.currency_id.compare_amounts(tx.amount, self.amount)
            )
        )
        for tx_sudo in transfers_sudo[:1]:
            tx_sudo._set_done()
            tx_sudo.is_post_processed = True

    def _on_property_booked(self, bills, left):
        """Called once after a bank line was booked on bills of fees.

        :param left: what stays to the credit of the payer, currency of the line
        """

    # === RECONCILIATION WIDGET (account_reconcile_oca, when installed) === #

    def _default_reconcile_data(self):
        """Extend `account_reconcile_oca`: put the proposal into the widget, to be looked at."""
        result = super()._default_reconcile_data()
        bills = self.property_bill_ids.filtered(lambda bill: bill._is_property_bill_open())
        if self.is_reconciled or self.property_match != PROPOSED or not bills:
            return result
        data = [line for line in result["data"] if line["kind"] != "suspense"]
        number, left = result["reconcile_auxiliary_id"], self.amount
        for item in bills._get_property_receivable_lines():
            if self.currency_id.compare_amounts(left, 0) <= 0:
                break
            number, lines = self._get_reconcile_line(
                item,
                "other",
                is_counterpart=True,
                max_amount=left,
                reconcile_auxiliary_id=number,
                move=True,
            )
            data += lines
            left = self.currency_id.round(left - item.amount_residual)
        return self._recompute_suspense_line(data, number, self.manual_reference)

    def _do_auto_reconcile_invoices(self):
        """Extend `account_reconcile_oca`: no guess by parts of a text where fees are billed.

        It would take a bill whose number holds the remark, whatever the amount. Lines of companies
        with communities are matched by our own rule alone.
        """
        communities = self.env["property.community"].sudo()  # sudo: only asks whether there is one
        mine = self.filtered(
            lambda line: communities.search_count(
                [("company_id", "=", line.company_id.id)], limit=1
            )
        )
        rest, done = super(AccountBankStatementLine, self - mine)._do_auto_reconcile_invoices()
        return rest | mine, done
