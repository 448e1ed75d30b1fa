# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..rules.words import chinese_capitals

OPEN = ("submitted", "approved", "processing")


class PropertyRefund(models.Model):
    """Money that goes back: asked for, approved by somebody else, paid by a third."""

    _name = "property.refund"
    _description = "Refund"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["name", "unit_id.name", "partner_id.name"]

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index="trigram")
    unit_id = fields.Many2one(
        "property.unit", required=True, index=True, ondelete="restrict", tracking=True
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    partner_id = fields.Many2one(
        "res.partner", string="Paid to", required=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    source = fields.Selection(
        [
            ("prepaid", "Prepaid account"),
            ("deposit", "Deposit"),
            ("credit", "Overpaid or credited"),
        ],
        string="Out of",
        required=True,
        default="prepaid",
        tracking=True,
    )
    prepaid_id = fields.Many2one(
        "property.prepaid", string="Prepaid account", index="btree_not_null", ondelete="restrict"
    )
    deposit_id = fields.Many2one("property.deposit", index="btree_not_null", ondelete="restrict")
    amount_available = fields.Monetary(
        string="At most", compute="_compute_amount_available", compute_sudo=True
    )
    amount = fields.Monetary(required=True, tracking=True)
    method = fields.Selection(
        [
            ("cash", "Cash"),
            ("transfer", "Bank transfer"),
            ("online", "Back to the online payment"),
        ],
        string="Paid back by",
        required=True,
        default="transfer",
        tracking=True,
    )
    bank_account = fields.Char(
        string="To account", help="Bank, account number and holder, for a transfer."
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Online payment",
        index="btree_not_null",
        help="The money goes back the way it came.",
    )
    refund_transaction_id = fields.Many2one(
        "payment.transaction", string="Online refund", readonly=True, copy=False
    )
    reason = fields.Text(required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "To approve"),
            ("approved", "To pay"),
            ("processing", "Being paid"),
            ("paid", "Paid"),
            ("refused", "Refused"),
            ("reversed", "Came back"),
        ],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Requested by",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
    )
    approver_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, tracking=True
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    payer_id = fields.Many2one("res.users", string="Paid by", readonly=True, copy=False)
    paid_at = fields.Datetime(string="Paid on", readonly=True, copy=False)
    shift_id = fields.Many2one(
        "property.cashier.shift", readonly=True, copy=False, index="btree_not_null"
    )
    payment_id = fields.Many2one("account.payment", readonly=True, copy=False)
    reference = fields.Char(copy=False, help="Number of the transfer.")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A refund is for an amount above zero."
    )
    _transaction_given = models.Constraint(
        "CHECK (method <> 'online' OR transaction_id IS NOT NULL)",
        "Choose the online payment that the money goes back to.",
    )
    _source_given = models.Constraint(
        "CHECK (source = 'credit' OR (source = 'prepaid' AND prepaid_id IS NOT NULL) "
        "OR (source = 'deposit' AND deposit_id IS NOT NULL))",
        "Choose the prepaid account or the deposit that the money comes from.",
    )

    @api.depends("source", "prepaid_id", "deposit_id", "partner_id", "unit_id")
    def _compute_amount_available(self):
        for refund in self:
            held = refund._get_held()
            whole = (
                held.balance
                if refund.source != "credit"
                else -sum(refund._get_credits().mapped("amount_residual"))
            )
            refund.amount_available = whole - refund._get_promised()

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for refund in self:
            refund.display_name = " ".join(
                part for part in (refund.name, refund.unit_id.name) if part and part != "/"
            )

    @api.constrains("transaction_id", "amount", "method")
    def _check_transaction_id(self):
        for refund in self:
            # sudo: payment transactions are for administrators
            transaction_sudo = refund.sudo().transaction_id
            if refund.method != "online":
                continue
            if transaction_sudo.operation == "refund" or transaction_sudo.amount < 0:
                raise ValidationError(
                    self.env._(
                        "%(transaction)s is itself a refund. A refund is not refunded.",
                        transaction=transaction_sudo.reference,
                    )
                )
            if transaction_sudo.state != "done":
                raise ValidationError(
                    self.env._(
                        "Online payment %(transaction)s was not completed.",
                        transaction=transaction_sudo.reference,
                    )
                )
            if transaction_sudo.currency_id != refund.currency_id:
                raise ValidationError(
                    self.env._(
                        "Online payment %(transaction)s is in another currency.",
                        transaction=transaction_sudo.reference,
                    )
                )

    @api.constrains("source", "prepaid_id", "deposit_id", "unit_id")
    def _check_source(self):
        for refund in self:
            held = refund._get_held()
            if held and held.unit_id != refund.unit_id:
                raise ValidationError(
                    self.env._(
                        "%(source)s belongs to another unit than the refund.",
                        source=held.display_name,
                    )
                )

    @api.onchange("source", "unit_id")
    def _onchange_source(self):
        if self.source == "prepaid" and not self.prepaid_id:
            self.prepaid_id = self.env["property.prepaid"].search(
                [("unit_id", "=", self.unit_id.id)], limit=1
            )
        if self.source != "prepaid":
            self.prepaid_id = False
        if self.source != "deposit":
            self.deposit_id = False

    @api.onchange("prepaid_id", "deposit_id")
    def _onchange_held(self):
        held = self._get_held()
        if held:
            self.partner_id = held.partner_id
            self.amount = self.amount_available

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.refund")
            vals["user_id"] = self.env.uid
            for name in ("approver_id", "payer_id", "payment_id", "shift_id"):
                vals.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        fixed = vals.keys() & {
            "unit_id",
            "partner_id",
            "source",
            "prepaid_id",
            "deposit_id",
            "amount",
            "method",
            "transaction_id",
            "reason",
            "user_id",
            "approver_id",
            "payer_id",
            "payment_id",
            "shift_id",
        }
        if fixed and not self.env.su and any(refund.state != "draft" for refund in self):
            raise UserError(
                self.env._(
                    "A refund that was submitted stays as it is. Refuse it and make another one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for refund in self:
            if refund.state != "draft":
                raise UserError(
                    self.env._("Refund %(refund)s stays on record.", refund=refund.name)
                )

    def action_submit(self):
        """Ask for the approval."""
        for refund in self:
            refund._require("draft")
            refund._lock_source()
            refund._check_available()
            refund._set_state("submitted")

    def action_approve(self):
        """Approve the refund; not by who asked for it."""
        for refund in self:
            refund._lock_flow()
            refund._require("submitted")
            refund._check_approver()
            refund._decide("approved")

    def action_refuse(self):
        """Refuse the refund."""
        for refund in self:
            refund._lock_flow()
            refund._require("submitted", "approved")
            refund._check_approver()
            refund._decide("refused")

    def action_pay(self):
        """Pay the money back; not by who approved it."""
        for refund in self:
            refund._lock_flow()
            refund._require("approved")
            refund._check_payer()
            refund._pay()
        if len(self) == 1 and self.state == "paid" and self.method != "online":
            return self.action_print()
        return True

    def action_reverse(self):
        """Take a transfer back that came back: the money is held again."""
        for refund in self:
            refund._lock_flow()
            refund._require("paid")
            if refund.method != "transfer":
                raise UserError(
                    self.env._(
                        "Only a transfer comes back. Cash that is returned is taken at the desk."
                    )
                )
            if not self.env.user.has_group("property_fees.group_fee_accountant"):
                raise UserError(self.env._("A transfer that came back is booked by accounting."))
            refund._reverse()

    def action_print(self):
        """Print the refund voucher."""
        return self.env.ref("property_fees.property_refund_report").report_action(
            self, config=False
        )

    def _get_amount_in_words(self, lang):
        """Return the amount in words; Chinese: financial capitals."""
        self.ensure_one()
        if (lang or "").startswith("zh") and self.currency_id.name == "CNY":
            return chinese_capitals(Decimal(f"{self.amount:.2f}"))
        return self.currency_id.with_context(lang=lang).amount_to_text(self.amount)

    def _get_held(self):
        self.ensure_one()
        if self.source == "deposit":
            return self.deposit_id
        return self.prepaid_id if self.source == "prepaid" else self.env["property.prepaid"]

    def _get_credits(self):
        """Return the open credits of the payer on receivables, with sudo."""
        self.ensure_one()
        # sudo: what a payer has overpaid is no secret of accounting
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_id.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("account_type", "=", "asset_receivable"),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("balance", "<", 0),
                ],
                order="date, id",
            )
        )

    def _get_promised(self):
        """Return what other refunds under way take from the same source."""
        domain = [("id", "!=", self._origin.id or self.id or 0), ("state", "in", OPEN)]
        if self.source == "credit":
            domain += [
                ("source", "=", "credit"),
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
            ]
        elif self.source == "deposit":
            domain.append(("deposit_id", "=", self.deposit_id.id))
        else:
            domain.append(("prepaid_id", "=", self.prepaid_id.id))
        # sudo: a refund in another community counts as well
        return sum(self.sudo().search(domain).mapped("amount"))

    def _lock_source(self):
        """Serialise requests for the same money: of two at once the second is tried again."""
        self.ensure_one()
        held = self._get_held()
        if held:
            held._lock_held()
            return
        # a row that is only locked would not stop a request with an older view: it is rewritten
        self.env.cr.execute(
            SQL(
                "UPDATE account_move_line SET id = id WHERE id = ANY(%s)",
                self._get_credits().sorted("id").ids,
            )
        )

    def _check_available(self):
        self.ensure_one()
        self.invalidate_recordset(["amount_available"])
        if self.currency_id.compare_amounts(self.amount, self.amount_available) > 0:
            raise UserError(
                self.env._(
                    "Refund %(refund)s: only %(available)s can be paid back.",
                    refund=self.name,
                    available=self.currency_id.format(max(self.amount_available, 0.0)),
                )
            )

    def _check_approver(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group("property_base.group_property_officer"):
            raise UserError(self.env._("Refunds are approved by a site manager. Ask yours."))
        if self.user_id == self.env.user:
            raise UserError(
                self.env._(
                    "You asked for refund %(refund)s: somebody else has to decide.",
                    refund=self.name,
                )
            )

    def _check_payer(self):
        self.check_access("write")
        if self.approver_id == self.env.user:
            raise UserError(
                self.env._(
                    "You approved refund %(refund)s: a cashier or the accounting pays it.",
                    refund=self.name,
                )
            )
        groups = ["property_fees.group_cashier"]
        if self.method != "cash":
            groups.append("property_fees.group_fee_accountant")
        if not any(self.env.user.has_group(group) for group in groups):
            raise UserError(self.env._("Refunds are paid by a cashier or by accounting."))

    def _decide(self, state):
        # sudo: who decided is written by the decision only
        self.sudo()._set_state(state, approver_id=self.env.uid, decided_at=fields.Datetime.now())

    def _require(self, *states):
        self.ensure_one()
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Refund %(refund)s is %(state)s; reload the page.",
                    refund=self.name,
                    state=labels[self.state],
                )
            )

    def _pay(self):
        """Post what the refund says and mark it paid."""
        self._check_available()
        shift = self.env["property.cashier.shift"]
        if self.method == "cash":
            shift = shift._get_open_shift()
            if not shift:
                raise UserError(self.env._("Open a shift first: the money is paid out of its box."))
            shift._lock_open()
        if self.method == "online":
            self._pay_online()
            return
        credits_sudo = self._get_payable_credits()
        journal_sudo = self.env["property.receipt"]._get_journal(self.method, self.company_id)
        # sudo: paying an approved refund is the cashier's right, not that of posting by hand
        payment_sudo = (
            self.env["account.payment"]
            .sudo()
            .with_company(self.company_id)
            .with_context(force_payment_move=True)
            .create(self._prepare_payment_vals(journal_sudo))
        )
        if self.method == "cash" and not payment_sudo.payment_method_line_id.payment_account_id:
            payment_sudo.outstanding_account_id = journal_sudo.default_account_id
        payment_sudo.action_post()
        self._match(payment_sudo, credits_sudo)
        # sudo: who paid is written by the payment only
        self.sudo()._set_state(
            "paid",
            payment_id=payment_sudo.id,
            shift_id=shift.id,
            payer_id=self.env.uid,
            paid_at=fields.Datetime.now(),
        )
        self._finish()

    def _get_payable_credits(self):
        """Turn held money into a credit of the payer; return the credits to pay out, with sudo."""
        held = self._get_held()
        if held:
            return held._hand_back(self.amount, self.env._("Refund %(refund)s", refund=self.name))
        return self._get_credits()

    def _match(self, payment_sudo, credits_sudo):
        debit_sudo = payment_sudo.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        if debit_sudo.account_id == credits_sudo[:1].account_id:
            (debit_sudo | credits_sudo.filtered(lambda line: not line.reconciled)).reconcile()

    def _prepare_payment_vals(self, journal):
        """Return the values of the payment to the payer."""
        self.ensure_one()
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": self.partner_id.commercial_partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": fields.Date.context_today(self),
            "journal_id": journal.id,
            "memo": " ".join(part for part in (self.name, self.unit_id.name) if part),
        }

    def _pay_online(self):
        # sudo: transactions are for administrators; the refund was approved
        transaction_sudo = self.sudo().transaction_id
        if transaction_sudo.provider_id.support_refund in (False, "none"):
            raise UserError(
                self.env._(
                    "%(provider)s cannot pay back online. Pay by transfer or in cash.",
                    provider=transaction_sudo.provider_id.name,
                )
            )
        refunded = -sum(
            transaction_sudo.child_transaction_ids.filtered(
                lambda one: one.operation == "refund" and one.state in ("pending", "done")
            ).mapped("amount")
        )
        left = transaction_sudo.amount - refunded
        if self.currency_id.compare_amounts(self.amount, left) > 0:
            raise UserError(
                self.env._(
                    "Only %(left)s of online payment %(transaction)s can still go back.",
                    left=self.currency_id.format(left),
                    transaction=transaction_sudo.reference,
                )
            )
        # sudo: who paid is written by the payment only
        self.sudo()._set_state("processing", payer_id=self.env.uid, paid_at=fields.Datetime.now())
        refund_sudo = transaction_sudo._refund(self.amount)
        if refund_sudo.state == "done":
            if not refund_sudo.payment_id:
                refund_sudo._post_process()
            self._finish_online()
        elif refund_sudo.state in ("error", "cancel"):
            raise UserError(
                self.env._(
                    "%(provider)s refused: %(message)s",
                    provider=transaction_sudo.provider_id.name,
                    message=refund_sudo.state_message or "",
                )
            )

    def _finish_online(self):
        """Book an online refund that the provider has confirmed."""
        for refund in self.filtered(lambda one: one.state == "processing"):
            # sudo: confirmed by the provider
            payment_sudo = refund.sudo().refund_transaction_id.payment_id
            credits_sudo = refund._get_payable_credits()
            refund._match(payment_sudo, credits_sudo)
            refund.sudo()._set_state("paid", payment_id=payment_sudo.id)
            refund._finish()

    def _fail_online(self, message):
        """Note that the provider did not pay; the refund waits to be paid again."""
        for refund in self.filtered(lambda one: one.state == "processing"):
            refund.sudo()._set_state("approved")  # sudo: told by the provider
            refund.message_post(
                body=self.env._("The online refund failed: %(message)s", message=message or "")
            )

    def _finish(self):
        self.deposit_id._settle_if_empty()
        self._on_refund_paid()

    def _reverse(self):
        # sudo: booked by accounting, which need not own the payment
        payment_sudo = self.sudo().payment_id
        move_sudo = payment_sudo.move_id
        debit_sudo = move_sudo.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        held_sudo = debit_sudo.matched_credit_ids.credit_move_id.move_id
        move_sudo.line_ids.remove_move_reconcile()
        reference = self.env._("Refund %(refund)s came back", refund=self.name)
        moves_sudo = move_sudo
        if self._get_held():
            moves_sudo |= held_sudo
        moves_sudo._reverse_moves(
            [{"date": fields.Date.context_today(self), "ref": reference} for _move in moves_sudo],
            cancel=True,
        )
        self.sudo()._set_state("reversed")  # sudo: as above
        self.deposit_id._settle_if_empty()

    def _on_refund_paid(self):
        """Called once after the money went back (hook)."""


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    property_refund_ids = fields.One2many("property.refund", "refund_transaction_id")

    def _create_child_transaction(self, amount, is_refund=False, **custom_create_values):
        """Extend `payment`: the refund that is being paid belongs to its request."""
        child = super()._create_child_transaction(amount, is_refund, **custom_create_values)
        if is_refund:
            self.env["property.refund"].search(
                [
                    ("transaction_id", "=", self.id),
                    ("state", "=", "processing"),
                    ("refund_transaction_id", "=", False),
                ],
                limit=1,
            ).refund_transaction_id = child
        return child

    def _match_property_refund(self, payment):
        """Extend `property_fees`: what goes back on a request comes out of what is held."""
        if not self.property_refund_ids:
            super()._match_property_refund(payment)

    def _post_process(self):
        """Extend `payment`: an online refund that is confirmed is booked, a failed one waits."""
        result = super()._post_process()
        for transaction in self.filtered("property_refund_ids"):
            if transaction.state == "done":
                transaction.property_refund_ids._finish_online()
            elif transaction.state in ("cancel", "error"):
                transaction.property_refund_ids._fail_online(transaction.state_message)
        return result
