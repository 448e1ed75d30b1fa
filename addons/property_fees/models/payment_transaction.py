# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from lxml import etree

from odoo import api, fields, models
from odoo.exceptions import UserError

# the provider has the money or is about to: nobody starts another payment of the same bill
UNDER_WAY = ("pending", "authorized")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    property_payment_reference = fields.Char(
        string="Reference of the payer",
        readonly=True,
        help="What the payer writes into the remark of a transfer.",
    )
    property_payment_ids = fields.One2many(
        "account.payment", "payment_transaction_id", string="Payments of the transaction"
    )
    property_extra = fields.Monetary(
        string="Beside the bills",
        readonly=True,
        help="Part of the amount that is paid beside the bills: late fees up to that day.",
    )
    property_credit = fields.Monetary(
        string="Left over",
        readonly=True,
        help="Part of the amount that met no open bill. It stays to the credit of the payer.",
    )

    # === BUSINESS METHODS: STARTING === #

    @api.model
    def _get_property_blocking(self, bills_sudo, partner):
        """Return the first transaction that keeps bills from being paid now, or an empty record.

        The provider's answer is awaited, or somebody else opened the payment a moment ago. A
        transfer that was only announced keeps nobody from paying at once.

        :param bills_sudo: bills, with sudo
        :param partner: who wants to pay
        """
        minutes = max(
            (c._get_parameter("fees_online_hold") for c in bills_sudo.property_community_id),
            default=15,
        )
        since = fields.Datetime.now() - timedelta(minutes=minutes)
        for tx_sudo in bills_sudo.transaction_ids.sorted("id", reverse=True):
            if tx_sudo.operation == "refund":
                continue
            waiting = tx_sudo.state in UNDER_WAY and tx_sudo.provider_code != "custom"
            unposted = tx_sudo.state == "done" and not tx_sudo.is_post_processed
            opened = (
                tx_sudo.state == "draft"
                and tx_sudo.create_date > since
                and tx_sudo.partner_id != partner
            )
            if waiting or unposted or opened:
                return tx_sudo
        return self.browse()

    @api.model
    def _check_property_bills(self, bills_sudo, partner):
        """Refuse bills that are paid, cancelled, or being paid by somebody.

        The bills are written to, so that of two requests at the same moment one is refused by the
        database and tried again on a fresh view, where it meets the other's transaction.

        :raise UserError: with what to do instead
        """
        bills_sudo.write({"property_payment_started_at": fields.Datetime.now()})
        bills_sudo.flush_recordset(["property_payment_started_at"])
        if not bills_sudo or bills_sudo.filtered(lambda bill: not bill._is_property_bill_open()):
            raise UserError(
                self.env._("One of the bills has just been paid. Look at your bills again.")
            )
        tx_sudo = self._get_property_blocking(bills_sudo, partner)
        if tx_sudo:
            since = fields.Datetime.context_timestamp(self, tx_sudo.create_date).strftime("%H:%M")
            raise UserError(
                self.env._(
                    "A payment of one of these bills was started at %(time)s and is not finished. "
                    "Wait a few minutes and look at the bill again.",
                    time=since,
                )
            )

    def _get_communication(self):
        """Extend `payment_custom`, when installed: the payer's own reference, which matches."""
        self.ensure_one()
        return self.property_payment_reference or super()._get_communication()

    def _get_property_qr(self):
        """Return the text that the payment page shows as a QR code while it waits, or False.

        For providers whose payer scans a code with another app.
        """
        self.ensure_one()
        return False

    def _apply_updates(self, payment_data):
        """Extend `payment`: the demo provider's form sends its answers in the payer's language.

        Odoo translates the values of its options, and the provider takes every word but its own
        for an error: a rehearsal in Chinese would never be paid.
        """
        if self.provider_code == "demo" and payment_data.get("simulated_state"):
            answer = self._read_demo_answer(payment_data["simulated_state"])
            payment_data = {**payment_data, "simulated_state": answer}
        return super()._apply_updates(payment_data)

    def _read_demo_answer(self, word):
        view = self.env.ref("payment_demo.payment_details", raise_if_not_found=False)
        if not view:
            return word
        options = [
            [option.get("value") for option in etree.fromstring(arch).iter("option")]
            for lang in ("en_US", self.env.lang)
            # sudo: what the page of the payer was made of
            for arch in [view.sudo().with_context(lang=lang).arch_db]
        ]
        return dict(zip(options[1], options[0], strict=True)).get(word, word)

    # === BUSINESS METHODS: POSTING === #

    def _create_payment(self, **extra_create_values):
        """Extend `account_payment`: bills of fees, each in the name of who was billed.

        One payment per person billed, as at the desk, so that each partner's ledger is right when
        one pays for another. What meets no open bill (somebody else paid meanwhile) stays to the
        credit of the payer, and the accountant is told.
        """
        self.ensure_one()
        forced = self.with_context(force_payment_move=True)
        if self.operation == "refund":
            payment = super(PaymentTransaction, forced)._create_payment(**extra_create_values)
            self._match_property_refund(payment)
            return payment
        if not self.invoice_ids.property_unit_id:
            return super()._create_payment(**extra_create_values)
        bills = self._prepare_property_extra_bills() | self.invoice_ids
        payments = self.env["account.payment"]
        for partner, amount, mine in self._allocate_property_amount(bills):
            payment = (
                forced.env["account.payment"]
                .with_context(force_payment_move=True)
                .create(
                    self._prepare_property_payment_vals(partner, amount, mine) | extra_create_values
                )
            )
            payment.action_post()
            owed = mine._get_property_receivable_lines()
            counterpart = payment.move_id.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable"
            )
            if owed:
                (counterpart | owed).reconcile()
            payments |= payment
        self.payment_id = payments[:1]
        if self.property_credit:
            self._on_property_credit(payments)
        return self.payment_id

    def _prepare_property_extra_bills(self):
        """Return bills for what is paid beside the bills: late fees up to the day it was agreed."""
        self.ensure_one()
        if self.currency_id.is_zero(self.property_extra):
            return self.env["account.move"]
        day = fields.Datetime.context_timestamp(self, self.create_date).date()
        open_bills = self.invoice_ids.filtered(lambda bill: bill._is_property_bill_open())
        return open_bills._post_late_fees(day)

    def _allocate_property_amount(self, bills):
        """Return (partner, amount, bills) per person billed: oldest bills first.

        What is left over is added for the payer; ``property_credit`` says how much that is.
        """
        currency, left = self.currency_id, self.amount
        shares = {}
        for bill in bills.filtered(lambda one: one._is_property_bill_open()).sorted(
            lambda one: (one.invoice_date_due or one.invoice_date, one.id)
        ):
            part = min(left, bill.amount_residual)
            if currency.is_zero(part):
                break
            share = shares.setdefault(bill.commercial_partner_id, [0.0, bills.browse()])
            share[0] += part
            share[1] |= bill
            left = currency.round(left - part)
        self.property_credit = left
        if not currency.is_zero(left):
            payers = bills.commercial_partner_id
            payer = payers if len(payers) == 1 else self.partner_id.commercial_partner_id
            shares.setdefault(payer, [0.0, bills.browse()])[0] += left
        return [
            (partner, currency.round(amount), mine) for partner, (amount, mine) in shares.items()
        ]

    def _prepare_property_payment_vals(self, partner, amount, bills):
        """Return the values of the payment of one person billed."""
        self.ensure_one()
        journal = self.provider_id.journal_id
        line = journal.inbound_payment_method_line_ids.filtered(
            lambda one: one.payment_provider_id == self.provider_id
        )
        units = ", ".join(bills.property_unit_id.mapped("name"))
        return {
            "amount": amount,
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": partner.id,
            "currency_id": self.currency_id.id,
            "journal_id": journal.id,
            "company_id": self.provider_id.company_id.id,
            "payment_method_line_id": line[:1].id,
            "payment_token_id": self.token_id.id,
            "payment_transaction_id": self.id,
            "memo": " ".join(p for p in (self.reference, units, self.provider_reference) if p),
            "invoice_ids": bills.ids,
        }

    def _on_property_credit(self, payments):
        """Tell the accountant that a payment met no open bill; called once.

        :param payments: payments of the transaction, the credit stands on the payer's
        """
        self.ensure_one()
        bill = self.invoice_ids[:1]
        payment = payments[-1:]
        payment.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Paid twice: refund or keep"),
            note=self.env._(
                "%(amount)s of payment %(reference)s met no open bill: bill %(bill)s was paid "
                "meanwhile. Refund it to the payer, or leave it for the next bill.",
                amount=self.currency_id.format(self.property_credit),
                reference=self.reference,
                bill=bill.name,
            ),
            user_id=bill._get_property_accountant().id,
        )

    def _match_property_refund(self, payment):
        """Match a refund with the payment that it returns; bills paid by it are owed again.

        First goes what met no bill. Beyond that the payment is taken off its bills, and put back
        on the oldest as far as it still reaches.
        """
        self.ensure_one()
        source = self.source_transaction_id.property_payment_ids.filtered(
            lambda one: one.payment_type == "inbound"
        )
        bills = self.source_transaction_id.invoice_ids
        if not bills.property_unit_id or not source:
            return
        paid = source.move_id.line_ids.filtered(lambda ln: ln.account_type == "asset_receivable")
        refunded = payment.move_id.line_ids.filtered(
            lambda ln: ln.account_type == "asset_receivable" and not ln.reconciled
        )
        free = -sum(paid.mapped("amount_residual_currency"))
        if self.currency_id.compare_amounts(free, payment.amount) < 0:
            paid.matched_debit_ids.filtered(
                lambda partial: partial.debit_move_id.move_id in bills
            ).unlink()
        (refunded | paid.filtered(lambda ln: not ln.reconciled)).reconcile()
        rest = paid.filtered(lambda ln: not ln.reconciled)
        owed = bills._get_property_receivable_lines()
        if rest and owed and self.currency_id.compare_amounts(free, payment.amount) < 0:
            (rest | owed).reconcile()
