# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..rules.words import chinese_capitals


class PropertyReceipt(models.Model):
    """Proof of money taken at the desk: numbered without gaps, voided by reversal."""

    _name = "property.receipt"
    _description = "Receipt"
    _inherit = ["property.scope.mixin", "mail.thread"]
    _order = "name desc, id desc"
    _rec_names_search = ["name", "payer_name", "unit_id.name"]

    name = fields.Char(string="Number", readonly=True, copy=False, required=True)
    shift_id = fields.Many2one(
        "property.cashier.shift", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True, required=True)
    unit_id = fields.Many2one(
        "property.unit", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Payer", readonly=True, required=True, index=True
    )
    payer_name = fields.Char(string="Received from", readonly=True, required=True)
    value_date = fields.Date(
        string="Value date",
        readonly=True,
        help="Day on which the money counts as paid; for a transfer the day of the bank.",
    )
    received_at = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    method = fields.Selection(
        [
            ("cash", "Cash"),
            ("pos", "POS card"),
            ("transfer", "Bank transfer"),
            ("wallet", "Wallet code"),
        ],
        string="Paid by",
        required=True,
        readonly=True,
    )
    reference = fields.Char(
        readonly=True, help="Number on the POS slip, of the transfer or of the wallet payment."
    )
    journal_id = fields.Many2one("account.journal", readonly=True, required=True)
    currency_id = fields.Many2one("res.currency", readonly=True, required=True)
    amount = fields.Monetary(readonly=True, required=True)
    amount_tendered = fields.Monetary(string="Handed over", readonly=True)
    amount_change = fields.Monetary(string="Change", readonly=True)
    amount_in_words = fields.Char(compute="_compute_amount_in_words")
    line_ids = fields.One2many("property.receipt.line", "receipt_id", readonly=True)
    payment_ids = fields.One2many("account.payment", "property_receipt_id", string="Payments")
    entry_ids = fields.One2many("account.move", "property_receipt_id", string="Entries")
    state = fields.Selection(
        [("issued", "Issued"), ("voided", "Voided")],
        string="Status",
        required=True,
        default="issued",
        readonly=True,
        tracking=True,
        index=True,
    )
    void_reason = fields.Char(readonly=True, tracking=True)
    void_shift_id = fields.Many2one("property.cashier.shift", readonly=True, index=True)
    voided_at = fields.Datetime(readonly=True)
    print_count = fields.Integer(readonly=True, string="Printed")

    _name_uniq = models.UniqueIndex("(company_id, name)", "This receipt number is in use already.")
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A receipt is for an amount above zero."
    )

    @api.depends("amount", "currency_id")
    @api.depends_context("lang")
    def _compute_amount_in_words(self):
        for receipt in self:
            receipt.amount_in_words = receipt._get_amount_in_words(self.env.lang)

    def _get_amount_in_words(self, lang):
        """Return the amount in words of a language; Chinese: financial capitals.

        :param lang: language code, e.g. zh_CN
        """
        self.ensure_one()
        if not self.currency_id:
            return ""
        if (lang or "").startswith("zh") and self.currency_id.name == "CNY":
            return chinese_capitals(Decimal(f"{self.amount:.2f}"))
        return self.currency_id.with_context(lang=lang).amount_to_text(self.amount)

    def _get_chinese_capitals(self):
        """Return the financial capitals whatever the reader's language, for yuan amounts."""
        self.ensure_one()
        if self.currency_id.name != "CNY":
            return False
        return chinese_capitals(Decimal(f"{self.amount:.2f}"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                community = self.env["property.community"].browse(vals["community_id"])
                vals["name"] = self._get_sequence(community.company_id).next_by_id()
        return super().create(vals_list)

    def write(self, vals):
        frozen = vals.keys() & {
            "name",
            "amount",
            "partner_id",
            "payer_name",
            "unit_id",
            "line_ids",
            "method",
            "shift_id",
            "received_at",
            "value_date",
        }
        if frozen:
            raise UserError(
                self.env._("A receipt is never changed. Void it and take the payment again.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A receipt is never deleted. Void it instead."))

    def action_print(self):
        """Print the receipt; every print after the first is marked as a reprint."""
        for receipt in self:
            receipt.print_count += 1
        return self.env.ref("property_fees.property_receipt_report").report_action(self)

    def action_void(self):
        """Ask why, then void."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_receipt_void_action"
        )
        action["context"] = {"default_receipt_id": self.id}
        return action

    def _void(self, reason):
        """Void the receipt: its payments are reversed, its bills are owed again.

        :param reason: why, kept on the receipt
        """
        self.ensure_one()
        self.check_access("write")
        self.env.cr.execute(
            SQL("SELECT id FROM property_receipt WHERE id = %s FOR UPDATE", self.id)
        )
        if self.state != "issued":
            raise UserError(self.env._("Receipt %(receipt)s is voided already.", receipt=self.name))
        shift = self.env["property.cashier.shift"]._get_open_shift()
        if not shift:
            raise UserError(self.env._("Open a shift first: the money goes back from its box."))
        shift._lock_open()
        self._reverse_held()
        # sudo: voiding a receipt is the cashier's right, not that of changing entries by hand
        for payment_sudo in self.sudo().payment_ids:
            move_sudo = payment_sudo.move_id
            move_sudo.line_ids.remove_move_reconcile()
            self._reverse_entry(move_sudo)
            payment_sudo.message_post(
                body=self.env._(
                    "Receipt %(receipt)s was voided: %(reason)s", receipt=self.name, reason=reason
                )
            )
        super().write(
            {
                "state": "voided",
                "void_reason": reason,
                "void_shift_id": shift.id,
                "voided_at": fields.Datetime.now(),
            }
        )
        self._on_receipt_voided()

    def _reverse_held(self):
        """Take money that the receipt put on prepaid accounts and deposits off them again."""
        # sudo: as in _void
        entries_sudo = self.sudo().entry_ids.filtered(lambda move: move.state == "posted")
        for line_sudo in entries_sudo.line_ids:
            held_sudo = line_sudo.property_prepaid_id or line_sudo.property_deposit_id
            if not held_sudo:
                continue
            held_sudo._lock_held()
            if self.currency_id.compare_amounts(held_sudo.balance, line_sudo.credit) < 0:
                raise UserError(
                    self.env._(
                        "Receipt %(receipt)s: %(held)s has been used or paid back in the "
                        "meantime. Pay the rest back instead of voiding.",
                        receipt=self.name,
                        held=held_sudo.display_name,
                    )
                )
        for move_sudo in entries_sudo:
            move_sudo.line_ids.remove_move_reconcile()
            self._reverse_entry(move_sudo)
        deposits_sudo = entries_sudo.line_ids.property_deposit_id
        deposits_sudo._set_state("draft", receipt_id=False, received_date=False)

    def _reverse_entry(self, move_sudo):
        move_sudo._reverse_moves(
            [
                {
                    "date": fields.Date.context_today(self),
                    "ref": self.env._("Void of receipt %(receipt)s", receipt=self.name),
                }
            ],
            cancel=True,
        )

    def _post_payments(self, parts):
        """Post a payment per payer and match it, part by part, in the given order.

        Cash is in the box at once; other money is on its way until the bank statement shows it.

        :param parts: (what, amount) pairs; what is a bill, a prepaid account or a deposit, with
            sudo
        """
        self.ensure_one()
        by_payer = {}
        for part_sudo, amount in parts:
            partner = (
                part_sudo.commercial_partner_id
                if part_sudo._name == "account.move"
                else part_sudo.partner_id.commercial_partner_id
            )
            by_payer.setdefault(partner, []).append((part_sudo, amount))
        for partner, mine in by_payer.items():
            self._post_payment(partner, mine)

    def _post_payment(self, partner, parts):
        """Post the payment of one payer and match it; see `_post_payments`."""
        # sudo: taking money at the desk is the cashier's right, not that of posting by hand
        payment_sudo = (
            self.env["account.payment"]
            .sudo()
            .with_company(self.company_id)
            .with_context(force_payment_move=True)
            .create(self._prepare_payment_vals(partner, sum(amount for _part, amount in parts)))
        )
        if self.method == "cash" and not payment_sudo.payment_method_line_id.payment_account_id:
            payment_sudo.outstanding_account_id = self.sudo().journal_id.default_account_id
        payment_sudo.action_post()
        credit_sudo = payment_sudo.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        for part_sudo, amount in parts:
            if part_sudo._name != "account.move":
                part_sudo._take_over(credit_sudo, amount, self.name, self.value_date, self)
        for part_sudo, _amount in parts:
            if part_sudo._name == "account.move":
                owed_sudo = part_sudo.line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable" and not line.reconciled
                )
                (credit_sudo | owed_sudo).reconcile()
        for part_sudo, _amount in parts:
            if part_sudo._name == "property.deposit":
                part_sudo._set_state("held", receipt_id=self.id, received_date=self.value_date)
                part_sudo._on_taken()

    def _prepare_payment_vals(self, partner, amount):
        """Return the values of the payment of one payer."""
        self.ensure_one()
        journal_sudo = self.sudo().journal_id  # sudo: as in _post_payments
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.id,
            "amount": amount,
            "currency_id": self.currency_id.id,
            "date": self.value_date or fields.Date.context_today(self),
            "journal_id": journal_sudo.id,
            "memo": " ".join(
                part for part in (self.name, self.unit_id.name, self.reference) if part
            ),
            "property_receipt_id": self.id,
        }

    def _on_receipt_issued(self):
        """Called once after money was taken and its receipt issued."""

    def _on_receipt_voided(self):
        """Called once after a receipt was voided."""

    @api.model
    def _get_sequence(self, company):
        """Return the gapless sequence of the company, made when first needed."""
        # sudo: a cashier numbers receipts without a right on sequences
        sequences_sudo = self.env["ir.sequence"].sudo()
        domain = [("code", "=", "property.receipt"), ("company_id", "=", company.id)]
        return sequences_sudo.search(domain, limit=1) or sequences_sudo.create(
            {
                "name": self.env._("Receipts of %(company)s", company=company.name),
                "code": "property.receipt",
                "company_id": company.id,
                "implementation": "no_gap",
                "prefix": "R%(year)s",
                "padding": 6,
                "use_date_range": True,
            }
        )

    @api.model
    def _get_journal(self, method, company):
        """Return the journal that takes money of a method.

        :raise UserError: when the company has no such journal
        """
        # sudo: a cashier takes money without a right on journals
        journals_sudo = self.env["account.journal"].sudo()
        company_domain = journals_sudo._check_company_domain(company)
        kind = "cash" if method == "cash" else "bank"
        journal_sudo = journals_sudo.search(
            [*company_domain, ("property_cashier_method", "=", method)], limit=1
        ) or journals_sudo.search(
            [*company_domain, ("type", "=", kind), ("property_cashier_method", "=", False)], limit=1
        )
        if not journal_sudo:
            raise UserError(
                self.env._(
                    "Company %(company)s has no journal for this way of paying. Ask the "
                    "accountant to set one.",
                    company=company.name,
                )
            )
        return journal_sudo


class PropertyReceiptLine(models.Model):
    """What a receipt took: for a bill, a late fee, a prepaid account or a deposit."""

    _name = "property.receipt.line"
    _description = "Receipt line"
    _order = "receipt_id, id"

    receipt_id = fields.Many2one("property.receipt", required=True, index=True, ondelete="restrict")
    community_id = fields.Many2one(related="receipt_id.community_id", store=True, index=True)
    company_id = fields.Many2one(related="receipt_id.company_id", store=True, index=True)
    invoice_id = fields.Many2one("account.move", string="Bill", index=True, ondelete="restrict")
    prepaid_id = fields.Many2one("property.prepaid", index="btree_not_null", ondelete="restrict")
    deposit_id = fields.Many2one("property.deposit", index="btree_not_null", ondelete="restrict")
    kind = fields.Selection(
        [
            ("bill", "Bill"),
            ("late_fee", "Late fee"),
            ("prepaid", "Prepayment"),
            ("deposit", "Deposit"),
        ],
        compute="_compute_kind",
        store=True,
        compute_sudo=True,
        precompute=True,
    )
    number = fields.Char(compute="_compute_number", compute_sudo=True)
    description = fields.Char(string="For")
    currency_id = fields.Many2one(related="receipt_id.currency_id")
    amount = fields.Monetary(required=True)

    _one_thing = models.Constraint(
        "CHECK (num_nonnulls(invoice_id, prepaid_id, deposit_id) = 1)",
        "A line of a receipt is for one thing.",
    )

    @api.depends("invoice_id.property_late_fee_bill_id", "prepaid_id", "deposit_id")
    def _compute_kind(self):
        for line in self:
            if line.invoice_id:
                late = line.invoice_id.property_late_fee_bill_id
                line.kind = "late_fee" if late else "bill"
            else:
                line.kind = "prepaid" if line.prepaid_id else "deposit"

    @api.depends("invoice_id.name", "deposit_id.name")
    def _compute_number(self):
        for line in self:
            line.number = line.invoice_id.name or line.deposit_id.name
