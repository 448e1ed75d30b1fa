# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..rules.fund import cover_gap

# rents of business premises and of bays come first, then the rest (docs/rules/fund.md)
ORDER = ("premises", "bays", "advertising", "antenna", "stall", "other")


class PropertyFundMovement(models.Model):
    _inherit = "property.fund.movement"

    cover_kind = fields.Selection(
        selection=lambda self: (
            self.env["property.common.income"]._fields["kind"]._description_selection(self.env)
        ),
        string="Out of the income from",
        readonly=True,
        copy=False,
    )


class PropertyFundCover(models.TransientModel):
    """Cover a shortfall of the fees out of common income: premises and bays first (FEE-29)."""

    _name = "property.fund.cover"
    _description = "Cover of a shortfall"

    community_id = fields.Many2one(
        "property.community",
        required=True,
        default=lambda self: self.env.user.property_community_ids[:1],
    )
    currency_id = fields.Many2one(related="community_id.company_id.currency_id")
    start_date = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    end_date = fields.Date(
        string="To",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1) - relativedelta(days=1),
    )
    amount_income = fields.Monetary(string="Income", compute="_compute_result")
    amount_cost = fields.Monetary(string="Cost", compute="_compute_result")
    amount_gap = fields.Monetary(
        string="Shortfall",
        compute="_compute_result",
        help="Posted cost above posted income of the community in these days.",
    )
    amount = fields.Monetary(
        string="To cover", compute="_compute_amount", store=True, readonly=False
    )
    line_ids = fields.One2many(
        "property.fund.cover.line",
        "cover_id",
        string="Sources",
        compute="_compute_line_ids",
        store=True,
    )
    amount_uncovered = fields.Monetary(
        string="Stays uncovered", compute="_compute_line_ids", store=True
    )

    @api.depends("community_id", "start_date", "end_date")
    def _compute_result(self):
        for cover in self:
            income, cost = Decimal(0), Decimal(0)
            if cover.community_id and cover.start_date and cover.end_date:
                cover.community_id.check_access("read")
                # sudo: totals of a community that the user may see
                actuals = cover.community_id.sudo()._get_account_actuals(
                    cover.start_date, cover.end_date
                )
                for account, balance in actuals:
                    amount = Decimal(f"{balance:.2f}")
                    if account.account_type.startswith("income"):
                        income += amount
                    else:
                        cost -= amount
            cover.amount_income, cover.amount_cost = float(income), float(cost)
            cover.amount_gap = float(max(cost - income, Decimal(0)))

    @api.depends("amount_gap")
    def _compute_amount(self):
        for cover in self:
            cover.amount = cover.amount_gap

    @api.depends("community_id", "amount")
    def _compute_line_ids(self):
        for cover in self:
            sources = cover._get_sources()
            given, left = cover_gap(
                Decimal(f"{cover.amount:.2f}"), [(key, amount) for key, amount in sources]
            )
            available = dict(sources)
            cover.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "fund_id": fund.id,
                            "kind": kind,
                            "amount_available": float(available[fund, kind]),
                            "amount": float(part),
                        }
                    )
                    for (fund, kind), part in given
                ),
            ]
            cover.amount_uncovered = float(left)

    def _get_sources(self):
        """Return ((fund, kind of income), what is left of it) in the order of their use."""
        funds = self.env["property.fund"].search(
            [("community_id", "=", self.community_id.id), ("kind", "=", "common_income")]
        )
        promised = self._get_covered(funds)
        received, due = self._get_received(funds)
        balances = funds._get_balances(funds)
        sources = []
        for fund in funds:
            waiting = sum(
                amount
                for (one, _kind, is_paid), amount in promised.items()
                if one == fund and not is_paid
            )
            # rents that are billed and not paid are in the balance, and cannot be spent
            left = balances.get(fund.id, Decimal(0)) - due.get(fund, Decimal(0)) - waiting
            for kind in ORDER:
                used = sum(promised.get((fund, kind, is_paid), 0) for is_paid in (True, False))
                part = min(max(received.get((fund, kind), Decimal(0)) - used, 0), max(left, 0))
                left -= part
                if part or received.get((fund, kind)):
                    sources.append(((fund, kind), Decimal(part)))
        return sorted(sources, key=lambda one: ORDER.index(one[0][1]))

    def _get_received(self, funds):
        """Return what came in from contracts by fund and kind, and what did not by fund."""
        # sudo: totals, from bills that have rules of their own
        contracts_sudo = (
            self.env["property.common.income"].sudo().search([("fund_id", "in", funds.ids)])
        )
        received, due = {}, {}
        for contract_sudo in contracts_sudo:
            fund = contract_sudo.fund_id.sudo(False)
            key = (fund, contract_sudo.kind)
            owed = Decimal(f"{contract_sudo.amount_due:.2f}")
            paid = Decimal(f"{contract_sudo.amount_billed:.2f}") - owed
            received[key] = received.get(key, Decimal(0)) + paid
            due[fund] = due.get(fund, Decimal(0)) + owed
        return received, due

    def _get_covered(self, funds):
        """Return what covers took or will take, by fund, kind and whether it was paid."""
        groups = self.env["property.fund.movement"]._read_group(
            [("fund_id", "in", funds.ids), ("kind", "=", "cover"), ("state", "!=", "cancelled")],
            ["fund_id", "cover_kind", "state"],
            ["amount:sum"],
        )
        covered = {}
        for fund, kind, state, amount in groups:
            key = (fund, kind, state in ("paid", "published"))
            covered[key] = covered.get(key, Decimal(0)) + Decimal(f"{amount:.2f}")
        return covered

    def action_create(self):
        """Propose a movement per source; resolution, approval and posting follow as always."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.amount > 0)
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing to cover, or no common income that has come in and is not used."
                )
            )
        account = self.community_id.company_id._get_property_account("cover")
        movements = self.env["property.fund.movement"].create(
            [line._prepare_movement_vals(account) for line in lines]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "property_fees.property_fund_movement_action"
        )
        action["domain"] = [("id", "in", movements.ids)]
        return action


class PropertyFundCoverLine(models.TransientModel):
    """What one kind of common income gives."""

    _name = "property.fund.cover.line"
    _description = "Source of a cover"

    cover_id = fields.Many2one("property.fund.cover", required=True, ondelete="cascade")
    fund_id = fields.Many2one("property.fund", required=True)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["property.common.income"]._fields["kind"]._description_selection(self.env)
        ),
        string="Income from",
        required=True,
    )
    currency_id = fields.Many2one(related="cover_id.currency_id")
    amount_available = fields.Monetary(string="Available")
    amount = fields.Monetary(string="Gives")

    def _prepare_movement_vals(self, account):
        """Return the values of the movement that covers (hook)."""
        self.ensure_one()
        cover = self.cover_id
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "name": self.env._(
                "Shortfall %(start)s – %(end)s: %(kind)s",
                start=cover.start_date,
                end=cover.end_date,
                kind=kinds[self.kind],
            ),
            "fund_id": self.fund_id.id,
            "kind": "cover",
            "cover_kind": self.kind,
            "amount": self.amount,
            "account_id": account.id,
        }
