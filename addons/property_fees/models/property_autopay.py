# SPDX-License-Identifier: LGPL-3.0-or-later
import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..rules.autopay import Due, choose

_logger = logging.getLogger(__name__)

FAILURES = 3  # in a row, then it waits for the resident
UNCLEAR = timedelta(hours=1)  # a request that got no answer for so long is looked into
TAKEN = ("draft", "pending", "authorized", "done")


class PropertyAutopay(models.Model):
    """A resident's consent that bills of a unit are paid by his saved card, up to a limit."""

    _name = "property.autopay"
    _description = "Automatic payment"
    _inherit = [
        "property.flow.mixin",
        "property.scope.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["unit_id.name", "partner_id.name"]

    unit_id = fields.Many2one(
        "property.unit", required=True, readonly=True, index=True, ondelete="restrict"
    )
    community_id = fields.Many2one(
        related="unit_id.community_id", store=True, index=True, precompute=True, required=False
    )
    user_id = fields.Many2one(
        "res.users", string="Agreed by", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Resident",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    token_id = fields.Many2one(
        "payment.token", string="Saved payment method", readonly=True, ondelete="restrict"
    )
    token_name = fields.Char(string="Pays with", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_limit = fields.Monetary(
        string="At most a month", required=True, readonly=True, tracking=True
    )
    amount_used = fields.Monetary(
        string="Used this month",
        compute="_compute_amount_used",
        compute_sudo=True,
        help="Paid by itself since the first of the month, or on its way.",
    )
    state = fields.Selection(
        [("active", "Active"), ("suspended", "Suspended"), ("ended", "Ended")],
        string="Status",
        required=True,
        default="active",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    agreed_at = fields.Datetime(
        string="Agreed on", required=True, readonly=True, default=fields.Datetime.now
    )
    consent = fields.Text(string="Agreed text", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended on", readonly=True)
    end_reason = fields.Selection(
        [
            ("revoked", "Revoked by the resident"),
            ("replaced", "Replaced by a new consent"),
            ("rights", "No resident of the unit any more"),
            ("token", "Payment method removed"),
            ("staff", "Ended by the property company"),
        ],
        readonly=True,
        tracking=True,
    )
    failure_count = fields.Integer(
        string="Failures in a row", readonly=True, help="After three it waits for the resident."
    )
    limit_told_date = fields.Date(string="Told about the limit on", readonly=True)
    attempt_ids = fields.One2many("property.autopay.attempt", "autopay_id", string="Payments")

    _limit_positive = models.Constraint(
        "CHECK (amount_limit > 0)", "The limit of an automatic payment is above zero."
    )
    _unit_uniq = models.UniqueIndex(
        "(unit_id) WHERE state <> 'ended'",
        "Bills of this unit are paid by itself already. End that agreement first.",
    )

    @api.depends("unit_id.name", "partner_id.name")
    def _compute_display_name(self):
        for autopay in self:
            autopay.display_name = " · ".join(
                part for part in (autopay.unit_id.name, autopay.partner_id.name) if part
            )

    @api.depends("attempt_ids.transaction_id.state")
    def _compute_amount_used(self):
        month = fields.Date.context_today(self).replace(day=1)
        for autopay in self:
            attempts = autopay.attempt_ids.filtered(
                lambda one: one.paid_date >= month and one.transaction_id.state in TAKEN
            )
            autopay.amount_used = sum(attempts.mapped("amount"))

    def write(self, vals):
        agreed = vals.keys() & {
            "unit_id",
            "user_id",
            "partner_id",
            "token_id",
            "token_name",
            "amount_limit",
            "agreed_at",
            "consent",
            "ended_at",
            "end_reason",
        }
        if agreed and not self.env.su:
            raise UserError(self.env._("Only the resident changes what he has agreed to."))
        return super().write(vals)

    # === THE RESIDENT AND STAFF === #

    @api.model
    def _agree(self, user, unit, token, amount_limit, consent):
        """Note the consent of a resident; it takes the place of his earlier one.

        :param user: `res.users` who agrees
        :param unit: `property.unit` with sudo
        :param token: `payment.token` with sudo
        :param amount_limit: most that may be paid in a calendar month
        :param consent: the text that he saw
        :raise UserError: why it cannot be agreed
        """
        # sudo: the resident gives consent in the portal, for himself alone
        autopays_sudo = self.sudo()
        if user not in unit.resident_user_ids:
            raise UserError(self.env._("Only residents of the unit can do that."))
        if not token.active or token.partner_id != user.partner_id:
            raise UserError(self.env._("Choose one of your own saved payment methods."))
        if token.company_id != unit.company_id:
            raise UserError(
                self.env._("This payment method belongs to another company than the unit.")
            )
        running_sudo = autopays_sudo.search(
            [("unit_id", "=", unit.id), ("state", "!=", "ended")], limit=1
        )
        if running_sudo and running_sudo.user_id != user:
            raise UserError(
                self.env._(
                    "%(payer)s pays the bills of this unit by itself already.",
                    payer=running_sudo.partner_id.name,
                )
            )
        running_sudo._end("replaced")
        running_sudo.flush_recordset()
        return autopays_sudo.with_context(mail_create_nosubscribe=True).create(
            {
                "unit_id": unit.id,
                "user_id": user.id,
                "partner_id": user.partner_id.id,
                "token_id": token.id,
                "token_name": token.display_name,
                "amount_limit": amount_limit,
                "consent": consent,
            }
        )

    def action_end(self):
        """End the agreement from the desk; the resident is told."""
        self.check_access("write")
        for autopay in self:
            autopay._lock_flow()
            if autopay.state == "ended":
                raise UserError(self.env._("%(autopay)s has ended.", autopay=autopay.display_name))
            autopay._end("staff")
            autopay._tell_resident(
                self.env._(
                    "Bills of unit %(unit)s are not paid by themselves any more.",
                    unit=autopay.unit_id.name,
                )
            )

    def _end(self, reason):
        # sudo: the flow writes what nobody may type
        self.sudo()._set_state("ended", ended_at=fields.Datetime.now(), end_reason=reason)

    def action_view_transactions(self):
        """Open the bills that were paid by itself."""
        self.ensure_one()
        # sudo: transactions are for administrators; the bills have rules of their own
        bills_sudo = self.sudo().attempt_ids.transaction_id.invoice_ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bills"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", bills_sudo.ids)],
            "context": {"create": False},
        }

    # === PAYING === #

    @api.model
    def _cron_pay(self):
        """Pay what is due; each agreement on its own, at most once a day."""
        crons = self.env["ir.cron"]
        self.search(
            [("state", "!=", "active"), ("attempt_ids.is_told", "=", False)]
        )._tell_results()
        waiting = self.search([("state", "=", "active")], order="id")
        for number, autopay in enumerate(waiting, 1):
            try:
                autopay._speak()._pay_due(crons._commit_progress)
            except Exception:
                # one payment must not stop the others; what was begun is on record already
                self.env.cr.rollback()
                _logger.exception("Automatic payment %s", autopay.id)
            if not crons._commit_progress(1, remaining=len(waiting) - number):
                return

    def _pay_due(self, commit):
        """Pay what is due today.

        The request is on record before the provider hears of it, and its answer before anything is
        posted: killed in between, nothing is asked for twice.

        :param commit: called where the step so far has to last
        """
        self._tell_results()
        transaction_sudo = self._start()
        if not transaction_sudo:
            return
        commit()
        transaction_sudo._charge_with_token()
        commit()
        if transaction_sudo.state == "done" and not transaction_sudo.is_post_processed:
            transaction_sudo._post_process()
            commit()
        self._tell_results()

    def _start(self, today=None):
        """Open the payment of what is due, or return nothing.

        :return: `payment.transaction` with sudo
        """
        self.ensure_one()
        today = today or fields.Date.context_today(self)
        transactions_sudo = self.env["payment.transaction"].sudo()  # sudo: by consent
        self.env.cr.execute(
            SQL(
                "SELECT id FROM property_autopay WHERE id = %s AND state = 'active' "
                "FOR UPDATE SKIP LOCKED",
                self.id,
            )
        )
        if not self.env.cr.fetchone():
            return transactions_sudo
        self.invalidate_recordset()
        if not self._check_rights():
            return transactions_sudo
        attempts = self.attempt_ids
        if attempts.filtered(
            lambda one: one.paid_date >= today or one.state in ("started", "unclear")
        ):
            return transactions_sudo
        choice, bills_sudo = self._choose(today)
        if choice.refused and (
            not self.limit_told_date or self.limit_told_date < today.replace(day=1)
        ):
            self._tell_limit(bills_sudo.browse(choice.refused.key), today)
        if not choice.paid:
            return transactions_sudo
        return self._open_transaction(
            bills_sudo.browse([due.key for due in choice.paid]), choice.amount, today
        )

    def _check_rights(self):
        """End the agreement of who is no resident any more, or whose card is gone."""
        # sudo: rights of the resident, not of who runs the action
        sudo = self.sudo()
        if sudo.user_id not in sudo.unit_id.resident_user_ids or not sudo.user_id.active:
            sudo._end("rights")
            return False
        if not sudo.token_id.active or sudo.token_id.provider_id.state == "disabled":
            sudo._end("token")
            self._tell_resident(
                self.env._(
                    "The payment method is gone. Bills of unit %(unit)s are not paid by "
                    "themselves any more; choose another one on the page of automatic payments.",
                    unit=self.unit_id.name,
                )
            )
            return False
        return True

    def _get_bills(self):
        """Return the open bills of the unit that the resident may pay, with sudo."""
        self.ensure_one()
        mine = [("portal_user_ids", "in", self.user_id.ids), ("state", "=", "posted")]
        # sudo: portal_user_ids is the right itself
        bills_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("property_unit_id", "=", self.unit_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("currency_id", "=", self.currency_id.id),
                    "|",
                    ("property_fee_charge_ids", "any", mine),
                    ("property_late_fee_bill_id.property_fee_charge_ids", "any", mine),
                ]
            )
        )
        blocking = self.env["payment.transaction"].sudo()  # sudo: transactions of these bills
        return bills_sudo.filtered(
            lambda bill: (
                bill._is_property_bill_open()
                and not blocking._get_property_blocking(bill, self.partner_id)
            )
        )

    def _choose(self, today):
        bills_sudo = self._get_bills()
        extras = {}
        for extra in bills_sudo._get_payment_extra(today):
            extras[extra["bill_id"]] = extras.get(extra["bill_id"], 0.0) + extra["amount"]
        dues = [
            Due(
                bill.id,
                bill.invoice_date_due or bill.invoice_date,
                _money(bill.amount_residual) + _money(extras.get(bill.id, 0.0)),
            )
            for bill in bills_sudo
        ]
        choice = choose(dues, _money(self.amount_limit), _money(self.amount_used), today)
        return choice, bills_sudo

    def _open_transaction(self, bills_sudo, amount, today):
        """Create the transaction and the note of it; the database allows one a day."""
        transactions_sudo = self.env["payment.transaction"].sudo()  # sudo: by consent
        transactions_sudo._check_property_bills(bills_sudo, self.partner_id)
        token_sudo = self.sudo().token_id  # sudo: as above
        reference = self.env["property.payment.reference"]._get_reference_of_bills(bills_sudo).name
        extras = bills_sudo._get_payment_extra(today)
        transaction_sudo = transactions_sudo.create(
            {
                "provider_id": token_sudo.provider_id.id,
                "payment_method_id": token_sudo.payment_method_id.id,
                "reference": transactions_sudo._compute_reference(
                    token_sudo.provider_code, prefix=reference or bills_sudo[:1].name
                ),
                "amount": float(amount),
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "token_id": token_sudo.id,
                "operation": "offline",
                "invoice_ids": [Command.set(bills_sudo.ids)],
                "property_payment_reference": reference,
                "property_extra": sum(extra["amount"] for extra in extras),
            }
        )
        # sudo: attempts are made by the action alone
        self.env["property.autopay.attempt"].sudo().create(
            {
                "autopay_id": self.id,
                "paid_date": today,
                "transaction_id": transaction_sudo.id,
                "bill_names": ", ".join(bills_sudo.mapped("name")),
                "amount": float(amount),
            }
        )
        return transaction_sudo

    # === TELLING === #

    def _tell_results(self):
        """Tell resident and desk what came of payments that they have not heard of."""
        for one in self:
            autopay = one._speak()
            # sudo: transactions are for administrators
            for attempt_sudo in autopay.sudo().attempt_ids.filtered(lambda att: not att.is_told):
                if attempt_sudo.state == "done":
                    autopay._on_paid(attempt_sudo)
                elif attempt_sudo.state == "failed":
                    autopay._on_failed(attempt_sudo)
                elif attempt_sudo.state == "unclear":
                    autopay._on_unclear(attempt_sudo)
                else:
                    continue
                attempt_sudo.is_told = True

    def _on_paid(self, attempt):
        """Called once after a payment was confirmed (hook)."""
        self.sudo().failure_count = 0  # sudo: counted by the action
        self._tell_resident(
            self.env._(
                "%(amount)s for bills %(bills)s of unit %(unit)s was paid by itself with "
                "%(token)s.",
                amount=self.currency_id.format(attempt.amount),
                bills=attempt.bill_names,
                unit=self.unit_id.name,
                token=self.token_name,
            )
        )

    def _on_failed(self, attempt):
        """Called once after a payment was refused (hook)."""
        sudo = self.sudo()  # sudo: counted by the action
        sudo.failure_count += 1
        message = attempt.transaction_id.state_message or ""
        last = sudo.failure_count >= FAILURES and self.state == "active"
        if last:
            sudo._set_state("suspended")
        self._tell_resident(
            self.env._(
                "%(amount)s for bills %(bills)s of unit %(unit)s could not be paid with %(token)s: "
                "%(message)s",
                amount=self.currency_id.format(attempt.amount),
                bills=attempt.bill_names,
                unit=self.unit_id.name,
                token=self.token_name,
                message=message,
            ),
            self.env._(
                "This was the third time in a row: it is not tried again until you agree anew. "
                "Please pay the bills yourself."
            )
            if last
            else self.env._("It is tried again tomorrow. You may also pay the bills yourself."),
        )
        desk = self._get_desk()
        desk._ask(
            desk.env._("Automatic payment failed"),
            desk.env._(
                "%(bills)s, %(amount)s: %(message)s",
                bills=attempt.bill_names,
                amount=self.currency_id.format(attempt.amount),
                message=message,
            ),
        )

    def _on_unclear(self, attempt):
        desk = self._get_desk()
        desk._ask(
            desk.env._("Automatic payment without an answer"),
            desk.env._(
                "Ask the provider whether %(reference)s over %(amount)s was paid, then confirm or "
                "cancel the transaction. Until then nothing more is paid by itself.",
                reference=attempt.transaction_id.reference,
                amount=self.currency_id.format(attempt.amount),
            ),
        )

    def _tell_limit(self, bill_sudo, today):
        self.sudo().limit_told_date = today  # sudo: noted by the action
        self._tell_resident(
            self.env._(
                "Bill %(bill)s of unit %(unit)s, due on %(date)s, is more than what is left of "
                "your limit of %(limit)s this month. Please pay it yourself or raise the limit.",
                bill=bill_sudo.name,
                unit=self.unit_id.name,
                date=format_date(self.env, bill_sudo.invoice_date_due or bill_sudo.invoice_date),
                limit=self.currency_id.format(self.amount_limit),
            )
        )

    def _tell_resident(self, *texts):
        """Write to the resident; the text stays in the history."""
        self.ensure_one()
        # sudo: told by the action
        self.sudo().message_post(
            body=" ".join(texts),
            subject=self.env._("Automatic payment of unit %(unit)s", unit=self.unit_id.name),
            partner_ids=self.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            email_layout_xmlid="mail.mail_notification_light",
        )

    def _speak(self):
        """Return the record in the language of the resident."""
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _get_desk(self):
        """Return the record as the cashier of the community, in his language; with sudo.

        Where there is no cashier it is the accountant.
        """
        # sudo: looks for somebody else's role
        cashiers_sudo = self.env.ref("property_fees.group_cashier").sudo().all_user_ids
        mine_sudo = cashiers_sudo.filtered(
            lambda user: (
                user.active
                and user.id != self.env.ref("base.user_root").id
                and self.community_id in user.property_community_ids
            )
        )
        bill_sudo = self.sudo().attempt_ids[:1].transaction_id.invoice_ids[:1]
        user = mine_sudo.sorted("id")[:1] or bill_sudo._get_property_accountant()
        return self.sudo().with_context(lang=user.lang or self.env.lang, property_desk=user.id)

    def _ask(self, summary, note):
        """Give the desk a task."""
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=self.env.context["property_desk"],
        )


class PropertyAutopayAttempt(models.Model):
    """One payment by an agreement; at most one a day."""

    _name = "property.autopay.attempt"
    _description = "Payment by itself"
    _inherit = ["property.scope.mixin"]
    _order = "paid_date desc, id desc"
    _rec_name = "bill_names"

    autopay_id = fields.Many2one(
        "property.autopay", required=True, readonly=True, index=True, ondelete="restrict"
    )
    community_id = fields.Many2one(
        related="autopay_id.community_id", store=True, index=True, precompute=True, required=False
    )
    paid_date = fields.Date(string="Day", required=True, readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction", required=True, readonly=True, ondelete="restrict", index=True
    )
    bill_names = fields.Char(string="Bills", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one(related="autopay_id.currency_id")
    state = fields.Selection(
        [
            ("started", "Started"),
            ("pending", "Waiting for the provider"),
            ("done", "Paid"),
            ("failed", "Failed"),
            ("unclear", "No answer"),
        ],
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
    )
    message = fields.Text(compute="_compute_state", compute_sudo=True)
    is_told = fields.Boolean(string="Resident told", readonly=True)

    _day_uniq = models.UniqueIndex(
        "(autopay_id, paid_date)",
        "This agreement has paid today already; it is tried again tomorrow.",
    )
    _transaction_uniq = models.UniqueIndex("(transaction_id)", "This payment is on record already.")

    @api.depends("transaction_id.state", "transaction_id.state_message")
    def _compute_state(self):
        states = {"done": "done", "cancel": "failed", "error": "failed", "draft": "started"}
        old = fields.Datetime.now() - UNCLEAR
        for attempt in self:
            state = states.get(attempt.transaction_id.state, "pending")
            if state == "started" and attempt.create_date and attempt.create_date < old:
                state = "unclear"
            attempt.state = state
            attempt.message = attempt.transaction_id.state_message


class PaymentToken(models.Model):
    _inherit = "payment.token"

    def _handle_archiving(self):
        """Extend `payment`: an agreement ends with the payment method it uses."""
        super()._handle_archiving()
        # sudo: the owner of the token may remove it whatever hangs on it
        autopays_sudo = (
            self.env["property.autopay"]
            .sudo()
            .search([("token_id", "in", self.ids), ("state", "!=", "ended")])
        )
        autopays_sudo._end("token")

    def get_linked_records_info(self):
        """Extend `payment`: name the agreements that end with the token."""
        linked = super().get_linked_records_info()
        # sudo: own token, own agreements
        autopays_sudo = (
            self.env["property.autopay"]
            .sudo()
            .search([("token_id", "=", self.id), ("state", "!=", "ended")])
        )
        return linked + [
            {
                "description": self.env._("Automatic payment"),
                "id": autopay_sudo.id,
                "name": autopay_sudo.unit_id.name,
                "url": "/my/autopay",
            }
            for autopay_sudo in autopays_sudo
        ]


def _money(amount):
    return Decimal(f"{amount:.2f}")
