# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, float_compare

MATCHES = 20


class PropertyCashierPayment(models.TransientModel):
    """The desk: find a unit, see what is owed, take money, hand out the receipt."""

    _name = "property.cashier.payment"
    _description = "Take a payment"

    shift_id = fields.Many2one(
        "property.cashier.shift",
        default=lambda self: self.env["property.cashier.shift"]._get_open_shift(),
    )
    query = fields.Char(string="Unit, name or phone")
    match_ids = fields.Many2many("property.unit", string="Found", compute="_compute_match_ids")
    unit_id = fields.Many2one("property.unit")
    partner_id = fields.Many2one("res.partner", string="Payer")
    payer_name = fields.Char(
        string="Received from",
        compute="_compute_payer_name",
        store=True,
        readonly=False,
        help="Who hands over the money, when it is not the payer.",
    )
    line_ids = fields.One2many("property.cashier.payment.line", "wizard_id", string="Owed")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount_due = fields.Monetary(string="Owed in all", compute="_compute_amount_due")
    amount = fields.Monetary(string="To pay", compute="_compute_amount", store=True, readonly=False)
    method = fields.Selection(
        selection=lambda self: self.env["property.receipt"]._fields["method"].selection,
        string="Paid by",
        required=True,
        default="cash",
    )
    reference = fields.Char()
    amount_tendered = fields.Monetary(string="Handed over")
    amount_change = fields.Monetary(string="Change", compute="_compute_amount_change")

    @api.depends("query")
    def _compute_match_ids(self):
        for wizard in self:
            wizard.match_ids = wizard._search_units(wizard.query)

    @api.depends("unit_id")
    def _compute_currency_id(self):
        for wizard in self:
            company = wizard.unit_id.company_id or self.env.company
            wizard.currency_id = company.currency_id

    @api.depends("partner_id", "unit_id")
    def _compute_payer_name(self):
        for wizard in self:
            wizard.payer_name = wizard.partner_id.name

    @api.depends("line_ids.amount_residual")
    def _compute_amount_due(self):
        for wizard in self:
            wizard.amount_due = sum(wizard.line_ids.mapped("amount_residual"))

    @api.depends("line_ids.is_selected", "line_ids.amount_residual")
    def _compute_amount(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_selected")
            wizard.amount = sum(chosen.mapped("amount_residual"))

    @api.depends("amount", "amount_tendered", "method")
    def _compute_amount_change(self):
        for wizard in self:
            given = wizard.amount_tendered if wizard.method == "cash" else 0.0
            wizard.amount_change = max(given - wizard.amount, 0.0) if given else 0.0

    @api.onchange("query")
    def _onchange_query(self):
        if len(self.match_ids) == 1:
            self.unit_id = self.match_ids

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        bills_sudo = self._get_open_bills()
        self.line_ids = [
            Command.clear(),
            *(Command.create(self._prepare_line_vals(bill_sudo)) for bill_sudo in bills_sudo),
        ]
        self.partner_id = bills_sudo[:1].partner_id.id or self.unit_id.representative_id.id

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("unit_id") and "line_ids" not in vals:
                bills_sudo = self.new({"unit_id": vals["unit_id"]})._get_open_bills()
                vals["line_ids"] = [
                    Command.create(self._prepare_line_vals(bill_sudo)) for bill_sudo in bills_sudo
                ]
                vals.setdefault("partner_id", bills_sudo[:1].partner_id.id)
        return super().create(vals_list)

    @api.model
    def _search_units(self, query):
        """Find units by their name or by name or phone of an owner or occupant."""
        query = (query or "").strip()
        units = self.env["property.unit"]
        if len(query) < 2:
            return units
        # sudo: looking a payer up by phone does not show the phone; units stay those of the user
        partners = Domain("name", "ilike", query)
        digits = "".join(char for char in query if char.isdigit())
        if len(digits) >= 4:
            partners |= Domain("phone_sanitized", "like", digits) | Domain("phone", "like", digits)
        partners_sudo = self.env["res.partner"].sudo().search(partners, limit=100)
        domain = Domain("name", "ilike", query)
        if partners_sudo:
            domain |= Domain("ownership_ids.partner_id", "in", partners_sudo.ids)
            domain |= Domain("occupancy_ids.partner_id", "in", partners_sudo.ids)
        exact = units.search([("name", "=ilike", query)], limit=2)
        return exact if len(exact) == 1 else units.search(domain, limit=MATCHES)

    def _get_open_bills(self):
        """Return the posted bills of the unit that are not paid, oldest first.

        :return: `account.move` with sudo, of a unit that the user may see
        """
        self.ensure_one()
        # sudo: a cashier takes money for bills without a right on accounting
        moves_sudo = self.env["account.move"].sudo()
        if not self.unit_id:
            return moves_sudo
        self.unit_id.check_access("read")
        return moves_sudo.search(
            [
                ("property_unit_id", "=", self.unit_id._origin.id or self.unit_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due, id",
        )

    def _describe_bill(self, bill_sudo):
        """Return items and periods of a bill in the payer's language."""
        lang = bill_sudo.partner_id.lang or self.env.lang
        charges_sudo = bill_sudo.property_fee_charge_ids.with_context(lang=lang)
        items = list(dict.fromkeys(charges_sudo.item_id.mapped("name")))
        periods = sorted(set(charges_sudo.mapped("period_label")))
        return " ".join([", ".join(items), ", ".join(periods)]).strip() or bill_sudo.name

    def _prepare_line_vals(self, bill_sudo):
        labels = {charge.period_label for charge in bill_sudo.property_fee_charge_ids}
        return {
            "invoice_id": bill_sudo.id,
            "bill_name": bill_sudo.name,
            "partner_id": bill_sudo.partner_id.id,
            "description": ", ".join(sorted(labels)),
            "due_date": bill_sudo.invoice_date_due,
            "amount_residual": bill_sudo.amount_residual,
            "is_selected": True,
        }

    def action_pay(self):
        """Take the money: payment posted and matched, receipt issued.

        :return: action that opens the receipt
        """
        self.ensure_one()
        return self._take_payment().get_formview_action()

    def action_pay_and_print(self):
        """Take the money and print the receipt."""
        self.ensure_one()
        return self._take_payment().action_print()

    def _take_payment(self):
        shift = self.shift_id or self.env["property.cashier.shift"]._get_open_shift()
        if not shift or shift.state != "open" or shift.user_id != self.env.user:
            raise UserError(self.env._("Open your shift before you take money."))
        # sudo: a cashier takes money for bills without a right on accounting
        bills_sudo = (
            self.line_ids.filtered("is_selected")
            .sudo()
            .invoice_id.sorted(lambda bill: (bill.invoice_date_due or bill.invoice_date, bill.id))
        )
        self._check_amounts(bills_sudo)
        parts = self._allocate(bills_sudo)
        receipt = self._create_receipt(shift, parts)
        receipt._post_payments(parts)
        receipt._on_receipt_issued()
        return receipt

    def _check_amounts(self, bills_sudo):
        """Lock the bills and compare what is owed now with what the cashier saw."""
        if not bills_sudo:
            raise UserError(self.env._("Choose at least one bill to pay."))
        if bills_sudo - self._get_open_bills():
            raise UserError(
                self.env._("One of the bills has just been paid. Close this window and look again.")
            )
        self.env.cr.execute(
            SQL(
                "SELECT id FROM account_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                bills_sudo.ids,
            )
        )
        owed = sum(bills_sudo.mapped("amount_residual"))
        rounding = self.currency_id.rounding
        if float_compare(self.amount, 0.0, precision_rounding=rounding) <= 0:
            raise UserError(self.env._("Enter an amount above zero."))
        if float_compare(self.amount, owed, precision_rounding=rounding) > 0:
            raise UserError(
                self.env._(
                    "The chosen bills come to %(owed)s; %(amount)s is more than that. Choose more "
                    "bills or take less.",
                    owed=self.currency_id.format(owed),
                    amount=self.currency_id.format(self.amount),
                )
            )
        short = float_compare(self.amount_tendered, self.amount, precision_rounding=rounding) < 0
        if self.method == "cash" and self.amount_tendered and short:
            raise UserError(
                self.env._(
                    "%(tendered)s was handed over, less than the %(amount)s to pay.",
                    tendered=self.currency_id.format(self.amount_tendered),
                    amount=self.currency_id.format(self.amount),
                )
            )

    def _allocate(self, bills_sudo):
        """Return (bill, amount) pairs: oldest first, the last one in part."""
        left, parts = self.currency_id.round(self.amount), []
        for bill_sudo in bills_sudo:
            part = min(left, bill_sudo.amount_residual)
            if self.currency_id.is_zero(part):
                break
            parts.append((bill_sudo, part))
            left = self.currency_id.round(left - part)
        return parts

    def _create_receipt(self, shift, parts):
        receipts = self.env["property.receipt"]
        community = self.unit_id.community_id
        cash = self.method == "cash"
        return receipts.create(
            {
                "community_id": community.id,
                "shift_id": shift.id,
                "user_id": self.env.uid,
                "unit_id": self.unit_id.id,
                "partner_id": self.partner_id.id or parts[0][0].partner_id.id,
                "payer_name": self.payer_name or parts[0][0].partner_id.name,
                "method": self.method,
                "reference": self.reference,
                "journal_id": receipts._get_journal(self.method, community.company_id).id,
                "currency_id": self.currency_id.id,
                "amount": self.currency_id.round(self.amount),
                "amount_tendered": self.amount_tendered if cash else 0.0,
                "amount_change": self.amount_change,
                "line_ids": [
                    Command.create(
                        {
                            "invoice_id": bill_sudo.id,
                            "description": self._describe_bill(bill_sudo),
                            "amount": part,
                        }
                    )
                    for bill_sudo, part in parts
                ],
            }
        )


class PropertyCashierPaymentLine(models.TransientModel):
    """A bill on the desk."""

    _name = "property.cashier.payment.line"
    _description = "Bill at the desk"
    _order = "due_date, id"

    wizard_id = fields.Many2one("property.cashier.payment", required=True, ondelete="cascade")
    invoice_id = fields.Many2one("account.move", required=True, ondelete="cascade")
    bill_name = fields.Char(string="Bill", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Billed to", readonly=True)
    description = fields.Char(string="Period", readonly=True)
    due_date = fields.Date(string="Due", readonly=True)
    amount_residual = fields.Monetary(string="Owed", readonly=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    is_selected = fields.Boolean(string="Pay", default=True)
