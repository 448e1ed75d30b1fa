# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, float_compare, format_date

MATCHES = 20


class PropertyCashierPayment(models.TransientModel):
    """What a cashier takes at once: for bills with their late fees, deposits, a prepayment."""

    _name = "property.cashier.payment"
    _description = "Take a payment"

    shift_id = fields.Many2one(
        "property.cashier.shift",
        default=lambda self: self.env["property.cashier.shift"]._get_open_shift(),
    )
    unit_id = fields.Many2one("property.unit", required=True)
    partner_id = fields.Many2one("res.partner", string="Payer")
    payer_name = fields.Char(
        string="Received from",
        compute="_compute_payer_name",
        store=True,
        readonly=False,
        help="Who hands over the money, when it is not the payer.",
    )
    line_ids = fields.One2many("property.cashier.payment.line", "wizard_id", string="Owed")
    deposit_ids = fields.Many2many("property.deposit", string="Deposits to take")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    value_date = fields.Date(
        string="Value date",
        required=True,
        default=fields.Date.context_today,
        help="For a transfer the day of the bank: late fees are worked out up to it.",
    )
    amount_due = fields.Monetary(string="Owed in all", compute="_compute_amount_due")
    amount = fields.Monetary(string="To pay", compute="_compute_amount", store=True, readonly=False)
    amount_prepaid = fields.Monetary(
        string="Prepayment", help="Paid beyond what is owed, kept for later bills."
    )
    prepaid_item_id = fields.Many2one("property.fee.item", string="Purpose of the prepayment")
    surplus = fields.Selection(
        [("refuse", "Do not take more than is owed"), ("prepaid", "Keep the rest as prepayment")],
        required=True,
        default="refuse",
        help="What happens to an amount above what is owed.",
    )
    method = fields.Selection(
        selection=lambda self: (
            self.env["property.receipt"]._fields["method"]._description_selection(self.env)
        ),
        string="Paid by",
        required=True,
        default="cash",
    )
    reference = fields.Char()
    amount_tendered = fields.Monetary(string="Handed over")
    amount_change = fields.Monetary(string="Change", compute="_compute_amount_change")

    @api.depends("unit_id")
    def _compute_currency_id(self):
        for wizard in self:
            company = wizard.unit_id.company_id or self.env.company
            wizard.currency_id = company.currency_id

    @api.depends("partner_id", "unit_id")
    def _compute_payer_name(self):
        for wizard in self:
            wizard.payer_name = wizard.partner_id.name

    @api.depends("line_ids.amount_residual", "line_ids.amount_late")
    def _compute_amount_due(self):
        for wizard in self:
            wizard.amount_due = sum(
                line.amount_residual + line.amount_late for line in wizard.line_ids
            )

    @api.depends("line_ids.is_selected", "line_ids.amount_residual", "deposit_ids")
    def _compute_amount(self):
        for wizard in self:
            chosen = wizard.line_ids.filtered("is_selected")
            wizard.amount = sum(line.amount_residual + line.amount_late for line in chosen) + sum(
                wizard.deposit_ids.mapped("amount")
            )

    @api.depends("amount", "amount_prepaid", "amount_tendered", "method")
    def _compute_amount_change(self):
        for wizard in self:
            given = wizard.amount_tendered if wizard.method == "cash" else 0.0
            total = wizard.amount + wizard.amount_prepaid
            wizard.amount_change = max(given - total, 0.0) if given else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("unit_id") and "line_ids" not in vals:
                value_date = fields.Date.to_date(vals.get("value_date"))
                wizard = self.new({"unit_id": vals["unit_id"]})
                bills_sudo = wizard._get_open_bills()
                vals["line_ids"] = [
                    Command.create(line) for line in wizard._prepare_lines(bills_sudo, value_date)
                ]
                vals.setdefault("partner_id", bills_sudo[:1].partner_id.id)
        return super().create(vals_list)

    # === FIND === #

    @api.model
    def _search_units(self, query):
        """Find units by their name, by name or phone of an owner or occupant, by plate or QR."""
        query = (query or "").strip()
        units = self.env["property.unit"]
        if len(query) < 2:
            return units
        exact = units.search([("name", "=ilike", query)], limit=2)
        if len(exact) == 1:
            return exact
        return units.search(Domain.OR(self._get_search_domains(query)), limit=MATCHES)

    @api.model
    def _get_search_domains(self, query):
        """Return domains on units that a word at the desk may mean (hook).

        Other addons add theirs: the plate of a car, the code of a card.

        :param query: what was typed or scanned, at least two characters
        """
        domains = [Domain("name", "ilike", query)]
        # sudo: looking a payer up by phone does not show the phone; units stay those of the user
        partners = Domain("name", "ilike", query)
        digits = "".join(char for char in query if char.isdigit())
        if len(digits) >= 4:
            partners |= Domain("phone_sanitized", "like", digits) | Domain("phone", "like", digits)
        partners_sudo = self.env["res.partner"].sudo().search(partners, limit=100)
        if partners_sudo:
            domains.append(Domain("ownership_ids.partner_id", "in", partners_sudo.ids))
            domains.append(Domain("occupancy_ids.partner_id", "in", partners_sudo.ids))
        # a bill's QR code or number
        number = query.rstrip("/").rsplit("/my/bills/", 1)[-1].split("?")[0]
        if number != query and number.isdigit():
            bill_domain = [("id", "=", int(number))]
        elif "/" in query:
            bill_domain = ["|", ("name", "=", query), ("payment_reference", "=", query)]
        else:
            bill_domain = [("payment_reference", "=", query)]
        # sudo: the number of a bill leads to a unit that the user may see, or nowhere
        bills_sudo = self.env["account.move"].sudo().search(bill_domain, limit=5)
        if bills_sudo.property_unit_id:
            domains.append(Domain("id", "in", bills_sudo.property_unit_id.ids))
        return domains

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
        if bill_sudo.property_late_fee_bill_id:
            return self.with_context(lang=lang).env._(
                "Late fee on %(bill)s", bill=bill_sudo.property_late_fee_bill_id.name
            )
        charges_sudo = bill_sudo.property_fee_charge_ids.with_context(lang=lang)
        items = list(dict.fromkeys(charges_sudo.item_id.mapped("name")))
        periods = sorted(set(charges_sudo.mapped("period_label")))
        text = " ".join([", ".join(items), ", ".join(periods)]).strip()
        return text or (bill_sudo.invoice_line_ids[:1].name or bill_sudo.name).split("\n")[0]

    def _prepare_lines(self, bills_sudo, value_date=None):
        """Return the values of the lines of the desk, with what late fee each bill bears."""
        fees = bills_sudo._get_late_fee(value_date)
        vals_list = []
        for bill_sudo in bills_sudo:
            fee = fees.get(bill_sudo)
            vals_list.append(
                {
                    "invoice_id": bill_sudo.id,
                    "bill_name": bill_sudo.name,
                    "partner_id": bill_sudo.partner_id.id,
                    "description": self._describe_bill(bill_sudo),
                    "due_date": bill_sudo.invoice_date_due,
                    "amount_residual": bill_sudo.amount_residual,
                    "amount_late": float(fee.due) if fee else 0.0,
                    "late_trace": fee.trace if fee else False,
                    "is_selected": True,
                }
            )
        return vals_list

    # === TAKE === #

    def _take_payment(self):
        """Take the money: late fees billed, payment posted and matched, receipt issued.

        :return: the receipt
        """
        shift = self.shift_id or self.env["property.cashier.shift"]._get_open_shift()
        if not shift or shift.user_id != self.env.user:
            raise UserError(self.env._("Open your shift before you take money."))
        shift._lock_open()
        self.env["property.cash.closing"]._check_open(self.unit_id.community_id)
        self._check_value_date()
        bills_sudo = self._lock_bills()
        bills_sudo = self._add_late_fees(bills_sudo)
        self._check_amounts(bills_sudo)
        parts = self._allocate(bills_sudo)
        receipt = self._create_receipt(shift, parts)
        receipt._post_payments(parts)
        receipt._on_receipt_issued()
        return receipt

    def _check_value_date(self):
        today = fields.Date.context_today(self)
        if self.value_date > today or (self.method == "cash" and self.value_date != today):
            raise UserError(
                self.env._("Cash counts today; other money today or on an earlier day.")
            )
        company = self.unit_id.company_id
        # sudo: the desk keeps to the lock dates that accounting set
        violations = company.sudo()._get_lock_date_violations(
            self.value_date, fiscalyear=True, sale=False, purchase=False, tax=False, hard=True
        )
        if violations:
            raise UserError(
                self.env._(
                    "The books are closed up to %(date)s. Choose a later value date, or ask "
                    "accounting.",
                    date=format_date(self.env, max(lock for lock, _field in violations)),
                )
            )

    def _lock_bills(self):
        """Lock the chosen bills and look whether they are still open.

        :return: the bills with sudo, oldest first
        """
        # sudo: a cashier takes money for bills without a right on accounting
        bills_sudo = (
            self.line_ids.filtered("is_selected")
            .sudo()
            .invoice_id.sorted(lambda bill: (bill.invoice_date_due or bill.invoice_date, bill.id))
        )
        only_prepaid = self.surplus == "prepaid" and not self.currency_id.is_zero(self.amount)
        if not (bills_sudo or self.deposit_ids or self.amount_prepaid or only_prepaid):
            raise UserError(self.env._("Choose at least one bill to pay."))
        if bills_sudo - self._get_open_bills():
            raise UserError(
                self.env._("One of the bills has just been paid. Close this window and look again.")
            )
        other = bills_sudo.filtered(lambda bill: bill.currency_id != self.currency_id)
        if other:
            raise UserError(
                self.env._(
                    "Bill %(bill)s is in %(currency)s; the desk takes %(own)s only.",
                    bill=other[0].name,
                    currency=other[0].currency_id.name,
                    own=self.currency_id.name,
                )
            )
        self.env.cr.execute(
            SQL(
                "SELECT id FROM account_move WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                bills_sudo.ids,
            )
        )
        for deposit in self.deposit_ids:
            deposit._lock_flow()
            if deposit.state != "draft" or deposit.unit_id != self.unit_id:
                raise UserError(
                    self.env._(
                        "Deposit %(deposit)s has been taken already, or belongs to another unit.",
                        deposit=deposit.name,
                    )
                )
        return bills_sudo

    def _add_late_fees(self, bills_sudo):
        """Bill the late fees of the chosen bills and put each next to its bill.

        :return: bills with sudo, in the order in which they are paid
        """
        fees = bills_sudo._get_late_fee(self.value_date)
        posted_sudo = bills_sudo._post_late_fees(self.value_date)
        by_bill = {fee_sudo.property_late_fee_bill_id.id: fee_sudo for fee_sudo in posted_sudo}
        ordered_sudo = bills_sudo.browse()
        for bill_sudo in bills_sudo:
            late_sudo = by_bill.get(bill_sudo.id, bills_sudo.browse())
            first = bill_sudo in fees and fees[bill_sudo].order == "late_fee"
            ordered_sudo += late_sudo + bill_sudo if first else bill_sudo + late_sudo
        return ordered_sudo

    def _check_amounts(self, bills_sudo):
        """Compare what is taken with what is owed now; a rest becomes a prepayment if wanted."""
        owed = sum(bills_sudo.mapped("amount_residual")) + sum(self.deposit_ids.mapped("amount"))
        rounding = self.currency_id.rounding
        total = self.amount + self.amount_prepaid
        if self.amount_prepaid < 0 or float_compare(total, 0.0, precision_rounding=rounding) <= 0:
            raise UserError(self.env._("Enter an amount above zero."))
        if float_compare(self.amount, owed, precision_rounding=rounding) > 0:
            if self.surplus != "prepaid":
                raise UserError(
                    self.env._(
                        "The chosen bills come to %(owed)s; %(amount)s is more than that. Choose "
                        "more bills, take less, or keep the rest as prepayment.",
                        owed=self.currency_id.format(owed),
                        amount=self.currency_id.format(self.amount),
                    )
                )
            self.write(
                {
                    "amount_prepaid": self.currency_id.round(total - owed),
                    "amount": self.currency_id.round(owed),
                }
            )
        short = float_compare(self.amount_tendered, total, precision_rounding=rounding) < 0
        if self.method == "cash" and self.amount_tendered and short:
            raise UserError(
                self.env._(
                    "%(tendered)s was handed over, less than the %(amount)s to pay.",
                    tendered=self.currency_id.format(self.amount_tendered),
                    amount=self.currency_id.format(total),
                )
            )

    def _allocate(self, bills_sudo):
        """Return (what, amount) pairs: deposits whole, then bills in order, the last in part."""
        left, parts = self.currency_id.round(self.amount), []
        for deposit in self.deposit_ids:
            left = self.currency_id.round(left - deposit.amount)
            if self.currency_id.compare_amounts(left, 0.0) < 0:
                raise UserError(
                    self.env._(
                        "Deposit %(deposit)s is taken whole: %(amount)s.",
                        deposit=deposit.name,
                        amount=self.currency_id.format(deposit.amount),
                    )
                )
            # sudo: as for bills
            parts.append((deposit.sudo(), deposit.amount))
        for bill_sudo in bills_sudo:
            part = min(left, bill_sudo.amount_residual)
            if self.currency_id.is_zero(part):
                break
            parts.append((bill_sudo, part))
            left = self.currency_id.round(left - part)
        if not self.currency_id.is_zero(self.amount_prepaid):
            payer = self.partner_id or self._get_payer(parts)
            prepaid = self.env["property.prepaid"]._get(self.unit_id, payer, self.prepaid_item_id)
            # sudo: as for bills
            parts.append((prepaid.sudo(), self.currency_id.round(self.amount_prepaid)))
        return parts

    def _get_payer(self, parts):
        payer = parts[0][0].partner_id if parts else self.unit_id.representative_id
        if not payer:
            raise UserError(
                self.env._(
                    "Unit %(unit)s has no owner. Choose who pays.", unit=self.unit_id.display_name
                )
            )
        return payer

    def _create_receipt(self, shift, parts):
        receipts = self.env["property.receipt"]
        community = self.unit_id.community_id
        cash = self.method == "cash"
        partner = self.partner_id or self._get_payer(parts)
        total = self.currency_id.round(sum(amount for _part, amount in parts))
        change = self.amount_tendered - total if cash and self.amount_tendered else 0.0
        return receipts.create(
            {
                "community_id": community.id,
                "shift_id": shift.id,
                "user_id": self.env.uid,
                "unit_id": self.unit_id.id,
                "partner_id": partner.id,
                "payer_name": self.payer_name or partner.name,
                "method": self.method,
                "reference": self.reference,
                "value_date": self.value_date,
                "journal_id": receipts._get_journal(self.method, community.company_id).id,
                "currency_id": self.currency_id.id,
                "amount": total,
                "amount_tendered": self.amount_tendered if cash else 0.0,
                "amount_change": max(self.currency_id.round(change), 0.0),
                "line_ids": [
                    Command.create(self._prepare_receipt_line_vals(part_sudo, amount))
                    for part_sudo, amount in parts
                ],
            }
        )

    def _prepare_receipt_line_vals(self, part_sudo, amount):
        """Return the values of the receipt line for a bill, a prepaid account or a deposit."""
        env = self.with_context(lang=part_sudo.partner_id.lang or self.env.lang).env
        if part_sudo._name == "property.prepaid":
            item = part_sudo.item_id.with_env(env)
            text = (
                env._("Prepayment for %(item)s", item=item.name)
                if item
                else env._("Prepayment of fees")
            )
            return {"prepaid_id": part_sudo.id, "description": text, "amount": amount}
        if part_sudo._name == "property.deposit":
            kinds = dict(part_sudo._fields["kind"]._description_selection(env))
            text = env._("Deposit: %(kind)s", kind=kinds[part_sudo.kind])
            if part_sudo.description:
                text = f"{text}, {part_sudo.description}"
            return {"deposit_id": part_sudo.id, "description": text, "amount": amount}
        return {
            "invoice_id": part_sudo.id,
            "description": self._describe_bill(part_sudo),
            "amount": amount,
        }


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
    amount_late = fields.Monetary(string="Late fee", readonly=True)
    late_trace = fields.Char(string="How it came about", readonly=True)
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    is_selected = fields.Boolean(string="Pay", default=True)
