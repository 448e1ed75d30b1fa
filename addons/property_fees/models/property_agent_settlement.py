# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.allot import allot


def _exact(amount):
    return Decimal(f"{amount:.2f}")


class PropertyAgentSettlement(models.Model):
    """What was collected for a utility and is paid over: the statement and its payment (FEE-08)."""

    _name = "property.agent.settlement"
    _description = "Pay-over of money collected for others"
    _inherit = ["property.flow.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Collected for", required=True, tracking=True, ondelete="restrict"
    )
    date_to = fields.Date(
        string="Billed up to", required=True, default=fields.Date.context_today, tracking=True
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid from",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Paid over"), ("reversed", "Reversed")],
        string="Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many("property.agent.settlement.line", "settlement_id", string="Lines")
    amount_billed = fields.Monetary(compute="_compute_amounts", store=True, string="Billed")
    amount = fields.Monetary(compute="_compute_amounts", store=True, string="To pay over")
    payment_id = fields.Many2one("account.payment", readonly=True, copy=False)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, copy=False)
    note = fields.Text()

    @api.depends("line_ids.amount", "line_ids.amount_billed")
    def _compute_amounts(self):
        for settlement in self:
            settlement.amount = sum(settlement.line_ids.mapped("amount"))
            settlement.amount_billed = sum(settlement.line_ids.mapped("amount_billed"))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("property.agent.settlement")
        settlements = super().create(vals_list)
        settlements.filtered(lambda one: not one.line_ids).action_fetch()
        return settlements

    def write(self, vals):
        if vals.keys() & {"partner_id", "date_to", "line_ids", "journal_id"} and any(
            one.state != "draft" for one in self
        ):
            raise UserError(self.env._("A settlement that was paid over stays as it is."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        if self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("A settlement that was paid over stays on record."))

    def action_fetch(self):
        """Look up what was collected and not paid over yet."""
        for settlement in self:
            settlement.line_ids = [
                fields.Command.clear(),
                *(fields.Command.create(vals) for vals in settlement._prepare_lines()),
            ]

    def _prepare_lines(self):
        """Return the values of the lines: per bill line what was collected since the last time."""
        items = self.env["property.fee.item"].search(
            [("agent_partner_id", "=", self.partner_id.id), ("company_id", "=", self.company_id.id)]
        )
        # sudo: the accounting of fees need not read every invoice
        lines_sudo = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("product_id", "in", items.product_id.ids),
                    ("move_id.property_community_id", "!=", False),
                    ("move_id.move_type", "=", "out_invoice"),
                    ("parent_state", "=", "posted"),
                    ("move_id.invoice_date", "<=", self.date_to),
                    ("company_id", "=", self.company_id.id),
                ],
                order="id",
            )
        )
        paid_over = {
            line.id: _exact(amount)
            for line, amount in self.env["property.agent.settlement.line"]._read_group(
                [
                    ("bill_line_id", "in", lines_sudo.ids),
                    ("settlement_id.state", "=", "posted"),
                ],
                ["bill_line_id"],
                ["amount:sum"],
            )
        }
        by_product = {item.product_id: item for item in items}
        found = []
        for bill_sudo, mine_sudo in lines_sudo.grouped("move_id").items():
            collected = self._get_collected(bill_sudo)
            for line_sudo in mine_sudo:
                amount = collected.get(line_sudo.id, Decimal(0)) - paid_over.get(
                    line_sudo.id, Decimal(0)
                )
                if amount:
                    found.append(
                        {
                            "bill_line_id": line_sudo.id,
                            "bill_name": bill_sudo.name,
                            "unit_id": bill_sudo.property_unit_id.id,
                            "item_id": by_product[line_sudo.product_id].id,
                            "amount_billed": line_sudo.price_total,
                            "amount": float(amount),
                        }
                    )
        return found

    @api.model
    def _get_collected(self, bill):
        """Return what was paid of each line of a bill; a credit note counts as never billed."""
        lines = bill.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_total > 0
        )
        owed = bill.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        paid = sum(
            _exact(partial.amount)
            for partial in owed.matched_credit_ids
            if partial.credit_move_id.move_id.move_type != "out_refund"
        )
        amounts = [_exact(line.price_total) for line in lines]
        parts = allot(min(paid, sum(amounts, Decimal(0))), amounts)
        return dict(zip(lines.ids, parts, strict=True))

    def action_post(self):
        """Pay over what was collected: vendor payment, matched with the liability."""
        for settlement in self:
            settlement._lock_flow()
            if settlement.state != "draft":
                raise UserError(self.env._("This settlement has been paid over already."))
            settlement.action_fetch()
            if settlement.currency_id.compare_amounts(settlement.amount, 0.0) <= 0:
                raise UserError(
                    self.env._(
                        "Nothing was collected for %(partner)s that is not paid over.",
                        partner=settlement.partner_id.name,
                    )
                )
            settlement._post()

    def _post(self):
        company, partner = self.company_id, self.partner_id.commercial_partner_id
        # sudo: paying over is the right of the act, not that of posting by hand
        moves_sudo = self.env["account.move"].sudo()
        payable_sudo = partner.sudo().with_company(company).property_account_payable_id
        ref = self.env._(
            "Collected for %(partner)s, %(name)s", partner=partner.name, name=self.name
        )
        by_account = {}
        for line in self.line_ids:
            account = line.sudo().bill_line_id.account_id
            by_account[account] = by_account.get(account, Decimal(0)) + _exact(line.amount)
        move_sudo = moves_sudo.create(
            {
                "move_type": "entry",
                "journal_id": company._get_property_misc_journal().id,
                "date": fields.Date.context_today(self),
                "ref": ref,
                "line_ids": [
                    *(
                        fields.Command.create(
                            {
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "name": ref,
                                "debit": float(max(amount, 0)),
                                "credit": float(max(-amount, 0)),
                            }
                        )
                        for account, amount in by_account.items()
                    ),
                    fields.Command.create(
                        {
                            "account_id": payable_sudo.id,
                            "partner_id": partner.id,
                            "name": ref,
                            "credit": self.amount,
                        }
                    ),
                ],
            }
        )
        move_sudo.action_post()
        journal = self.journal_id or self.env["property.receipt"]._get_journal("transfer", company)
        payment_sudo = (
            self.env["account.payment"]
            .sudo()
            .with_company(company)
            .with_context(force_payment_move=True)
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": partner.id,
                    "amount": self.amount,
                    "currency_id": self.currency_id.id,
                    "date": fields.Date.context_today(self),
                    "journal_id": journal.id,
                    "memo": ref,
                }
            )
        )
        payment_sudo.action_post()
        (move_sudo | payment_sudo.move_id).line_ids.filtered(
            lambda line: line.account_type == "liability_payable" and not line.reconciled
        ).reconcile()
        self._set_state("posted", payment_id=payment_sudo.id, move_id=move_sudo.id)

    def action_reverse(self):
        """Take the pay-over back: payment and entry are reversed."""
        for settlement in self:
            settlement._lock_flow()
            settlement.check_access("write")
            if settlement.state != "posted":
                raise UserError(self.env._("Only a settlement that was paid over is reversed."))
            # sudo: as in _post
            moves_sudo = settlement.sudo().move_id | settlement.sudo().payment_id.move_id
            moves_sudo.line_ids.remove_move_reconcile()
            moves_sudo._reverse_moves(
                [
                    {
                        "date": fields.Date.context_today(self),
                        "ref": self.env._("Reversal of %(name)s", name=settlement.name),
                    }
                    for _move in moves_sudo
                ],
                cancel=True,
            )
            settlement._set_state("reversed")

    def action_print(self):
        """Print the statement."""
        return self.env.ref("property_fees.property_agent_settlement_report").report_action(
            self, config=False
        )


class PropertyAgentSettlementLine(models.Model):
    """What was collected of one line of a bill and is paid over."""

    _name = "property.agent.settlement.line"
    _description = "Line of a pay-over"
    _order = "settlement_id, id"
    _rec_name = "bill_name"

    settlement_id = fields.Many2one(
        "property.agent.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    bill_line_id = fields.Many2one(
        "account.move.line", string="Bill line", index=True, required=True, ondelete="restrict"
    )
    bill_name = fields.Char(string="Bill", readonly=True)
    unit_id = fields.Many2one("property.unit", readonly=True)
    item_id = fields.Many2one("property.fee.item", readonly=True)
    amount_billed = fields.Monetary(string="Billed", readonly=True)
    amount = fields.Monetary(string="Collected, not paid over", readonly=True)
