# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.words import chinese_capitals


class PropertyDeposit(models.Model):
    """A deposit (押金): money that goes back unless something is deducted."""

    _name = "property.deposit"
    _description = "Deposit"
    _inherit = [
        "property.flow.mixin",
        "property.held.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["name", "unit_id.name", "partner_id.name"]
    _held_field = "property_deposit_id"
    _held_account = "deposit"

    name = fields.Char(string="Number", readonly=True, copy=False, default="/", index="trigram")
    kind = fields.Selection(
        [
            ("renovation", "Renovation"),
            ("key", "Keys"),
            ("pass", "Access pass"),
            ("facility", "Facility or goods"),
            ("tenancy", "Tenancy"),
            ("other", "Other"),
        ],
        required=True,
        default="renovation",
        tracking=True,
    )
    description = fields.Char(help="For example: renovation permit, two access cards.")
    amount = fields.Monetary(string="Agreed amount", required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "To be taken"),
            ("held", "Held"),
            ("settled", "Settled"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    receipt_id = fields.Many2one("property.receipt", readonly=True, copy=False)
    received_date = fields.Date(string="Taken on", readonly=True, copy=False)
    refund_due_date = fields.Date(
        string="To give back on", help="When the deposit may go back, for example after a check."
    )
    amount_deducted = fields.Monetary(string="Deducted", readonly=True, copy=False)
    amount_refunded = fields.Monetary(
        string="Given back", compute="_compute_amount_refunded", compute_sudo=True
    )
    movement_ids = fields.One2many(
        "property.held.line", "deposit_id", string="Movements of the money"
    )
    refund_ids = fields.One2many("property.refund", "deposit_id", string="Refunds")
    note = fields.Text()

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A deposit is for an amount above zero."
    )

    @api.depends("refund_ids.state", "refund_ids.amount")
    def _compute_amount_refunded(self):
        for deposit in self:
            paid = deposit.refund_ids.filtered(lambda refund: refund.state == "paid")
            deposit.amount_refunded = sum(paid.mapped("amount"))

    @api.depends("name", "unit_id.name")
    def _compute_display_name(self):
        for deposit in self:
            deposit.display_name = " ".join(
                part for part in (deposit.name, deposit.unit_id.name) if part and part != "/"
            )

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        if not self.partner_id:
            self.partner_id = self.unit_id.representative_id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.deposit")
        return super().create(vals_list)

    def write(self, vals):
        fixed = vals.keys() & {"unit_id", "partner_id", "amount", "receipt_id", "amount_deducted"}
        if fixed and not self.env.su:
            for deposit in self:
                if deposit.state != "draft":
                    raise UserError(
                        self.env._(
                            "Deposit %(deposit)s has been taken; unit, payer and amount stay.",
                            deposit=deposit.name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_taken(self):
        for deposit in self:
            if deposit.state != "draft":
                raise UserError(
                    self.env._("Deposit %(deposit)s stays on record.", deposit=deposit.name)
                )

    def action_take(self):
        """Open the desk with the unit of the deposit."""
        self.ensure_one()
        return self.env["property.cashier.payment"]._open_desk(self.unit_id)

    def action_cancel(self):
        """Give up a deposit that was not taken."""
        for deposit in self:
            if deposit.state != "draft":
                raise UserError(
                    self.env._(
                        "Deposit %(deposit)s has been taken. Give it back instead.",
                        deposit=deposit.name,
                    )
                )
            deposit._set_state("cancelled")

    def action_deduct(self):
        """Ask what is deducted and why."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_deposit_deduct_action"
        )
        action["context"] = {"default_deposit_id": self.id}
        return action

    def action_refund(self):
        """Ask for the rest to be given back."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_refund_action"
        )
        action["views"] = [(False, "form")]
        action["context"] = {
            "default_source": "deposit",
            "default_deposit_id": self.id,
            "default_unit_id": self.unit_id.id,
            "default_partner_id": self.partner_id.id,
            "default_amount": self.balance,
        }
        return action

    def action_print(self):
        """Print the receipt of the deposit."""
        return self.env.ref("property_fees.property_deposit_report").report_action(
            self, config=False
        )

    def _get_amount_in_words(self, lang):
        """Return the agreed amount in words; Chinese: financial capitals."""
        self.ensure_one()
        if (lang or "").startswith("zh") and self.currency_id.name == "CNY":
            return chinese_capitals(Decimal(f"{self.amount:.2f}"))
        return self.currency_id.with_context(lang=lang).amount_to_text(self.amount)

    def _deduct(self, amount, reason, bills=None):
        """Keep a part: a bill for the damage is posted and paid, or open bills are.

        :param bills: open bills with sudo that the part pays, oldest first; None: a new one
        :return: the bills paid, with sudo
        """
        self.ensure_one()
        self.check_access("write")
        self._lock_held()
        if self.state != "held":
            raise UserError(self.env._("Deposit %(deposit)s is not held.", deposit=self.name))
        self._check_enough(amount)
        if bills is None:
            bills = self.env["account.move"]._post_property_damage(
                self.unit_id, self.partner_id, [(reason, amount)], origin=self.name
            )
        left, parts = amount, []
        for bill_sudo in bills:
            part = self.currency_id.round(min(left, bill_sudo.amount_residual))
            if self.currency_id.compare_amounts(part, 0.0) > 0:
                parts.append((bill_sudo, part))
                left = self.currency_id.round(left - part)
        if not self.currency_id.is_zero(left):
            raise UserError(
                self.env._(
                    "The bills come to less than the deduction; %(left)s would be left over.",
                    left=self.currency_id.format(left),
                )
            )
        self._pay_bills(parts, self.env._("Deducted from deposit %(deposit)s", deposit=self.name))
        # sudo: past the guard of write
        self.sudo().amount_deducted += amount
        self.message_post(
            body=self.env._(
                "%(amount)s deducted: %(reason)s",
                amount=self.currency_id.format(amount),
                reason=reason,
            )
        )
        self._settle_if_empty()
        return bills

    def _get_open_label(self):
        """Extend `property_fees`: with the kind of deposit."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return self.env._("Deposit %(name)s: %(kind)s", name=self.name, kind=kinds[self.kind])

    def _settle_if_empty(self):
        for deposit in self:
            deposit.invalidate_recordset(["balance"])
            empty = deposit.currency_id.is_zero(deposit.balance)
            if deposit.state == "held" and empty:
                deposit._set_state("settled")
                deposit._on_settled()
            elif deposit.state == "settled" and not empty:
                deposit._set_state("held")

    def _on_taken(self):
        """Called once after a deposit was taken (hook)."""

    def _on_settled(self):
        """Called once after the whole of a deposit was given back or deducted (hook)."""


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post_property_damage(self, unit, partner, lines, origin=False):
        """Post a bill for damage or missing things that a resident pays.

        :param lines: (text, amount) pairs
        :return: the bill, with sudo
        """
        # sudo: charging damage is the right of the act, not that of invoicing by hand
        community = unit.community_id.sudo()
        company = community.company_id
        analytic = community.analytic_account_id
        bill_sudo = (
            self.sudo()
            .with_context(mail_create_nosubscribe=True, tracking_disable=True)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "journal_id": community._get_fee_journal().id,
                    "invoice_date": fields.Date.context_today(self),
                    "invoice_date_due": fields.Date.context_today(self),
                    "invoice_payment_term_id": False,
                    "invoice_origin": origin,
                    "property_unit_id": unit.id,
                    "property_community_id": community.id,
                    "invoice_line_ids": [
                        fields.Command.create(
                            {
                                "name": text,
                                "quantity": 1.0,
                                "price_unit": amount,
                                "account_id": company._get_property_account("damage").id,
                                "tax_ids": [fields.Command.clear()],
                                "analytic_distribution": {str(analytic.id): 100.0}
                                if analytic
                                else False,
                            }
                        )
                        for text, amount in lines
                    ],
                }
            )
        )
        bill_sudo.action_post()
        return bill_sudo
