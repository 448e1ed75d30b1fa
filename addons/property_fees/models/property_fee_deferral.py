# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Command

from ..rules.fund import spread_months

BATCH = 500


class PropertyFeeItem(models.Model):
    _inherit = "property.fee.item"

    is_deferred = fields.Boolean(
        string="Income by service month",
        help="What is billed for later or for several months is income month by month; until then "
        "it stands on the account of deferred fees.",
    )


class PropertyFeeDeferral(models.Model):
    """A step of spreading one charge: set aside with the bill, earned month by month."""

    _name = "property.fee.deferral"
    _description = "Deferred fee"
    _inherit = ["property.scope.mixin"]
    _order = "date, id"
    _rec_name = "charge_id"
    _property_live = False

    charge_id = fields.Many2one(
        "property.fee.charge", required=True, index=True, ondelete="restrict"
    )
    community_id = fields.Many2one(
        related="charge_id.community_id", store=True, index=True, precompute=True, required=False
    )
    kind = fields.Selection(
        [("defer", "Set aside"), ("earn", "Earned"), ("undo", "Taken back")], required=True
    )
    date = fields.Date(required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        required=True, help="Above zero: set aside; below zero: earned or taken back."
    )
    account_id = fields.Many2one("account.account", string="Income account", required=True)
    unit_id = fields.Many2one(related="charge_id.unit_id")
    item_id = fields.Many2one(related="charge_id.item_id", store=True)
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    _step_uniq = models.UniqueIndex("(charge_id, kind, date)", "This step is planned already.")

    @api.model
    def _cron_defer_income(self):
        """Plan what is newly billed, take back what was cancelled, post what is due."""
        self._plan()
        self._take_back()
        self._post(fields.Date.context_today(self))

    @api.model
    def _plan(self):
        charges = self.env["property.fee.charge"].search(
            [
                ("state", "=", "posted"),
                ("item_id.is_deferred", "=", True),
                ("invoice_line_id", "!=", False),
                ("invoice_id.property_opening_key", "=", False),
                ("deferral_ids", "=", False),
            ]
        )
        values = []
        for charge in charges:
            line_sudo = charge.sudo().invoice_line_id  # sudo: the cron reads bills of all
            amount = Decimal(f"{-line_sudo.balance:.2f}")
            billed = line_sudo.date
            parts = spread_months(amount, charge.period_start, charge.period_end)
            if amount <= 0 or (len(parts) == 1 and parts[0][0] <= _month_end(billed)):
                continue
            later = [(day, part) for day, part in parts if day > _month_end(billed)]
            total = sum(part for _day, part in later)
            common = {"charge_id": charge.id, "account_id": line_sudo.account_id.id}
            values.append({**common, "kind": "defer", "date": billed, "amount": float(total)})
            values += [
                {**common, "kind": "earn", "date": day, "amount": -float(part)}
                for day, part in later
                if part
            ]
        self.create(values)

    @api.model
    def _take_back(self):
        """What was cancelled is reversed by its credit note: nothing stays set aside."""
        steps = self.search([("charge_id.state", "=", "cancelled"), ("kind", "!=", "undo")])
        for charge, mine in steps.grouped("charge_id").items():
            posted = mine.filtered("move_id")
            (mine - posted).unlink()
            left = charge.company_id.currency_id.round(sum(posted.mapped("amount")))
            undone = self.search_count([("charge_id", "=", charge.id), ("kind", "=", "undo")])
            if left and not undone:
                self.create(
                    {
                        "charge_id": charge.id,
                        "account_id": posted[0].account_id.id,
                        "kind": "undo",
                        "date": fields.Date.context_today(self),
                        "amount": -left,
                    }
                )

    @api.model
    def _post(self, today):
        """Post the steps that are due, one entry per community, day and account."""
        due = self.search([("move_id", "=", False), ("date", "<=", today)])
        for (community, day, account), steps in due.grouped(
            lambda step: (step.community_id, step.date, step.account_id)
        ).items():
            # sudo: the cron posts for all communities of the company
            company = community.company_id.sudo()
            total = company.currency_id.round(sum(steps.mapped("amount")))
            deferred = company._get_property_account("deferred")
            analytic = community.analytic_account_id
            common = {"name": self.env._("Fees by service month")}
            move = self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": company._get_property_misc_journal().id,
                    "company_id": company.id,
                    "date": day,
                    "ref": self.env._("Fees by service month %(month)s", month=f"{day:%Y-%m}"),
                    "line_ids": [
                        Command.create(
                            {
                                **common,
                                "account_id": account.id,
                                "debit": max(total, 0.0),
                                "credit": max(-total, 0.0),
                                "analytic_distribution": {str(analytic.id): 100.0}
                                if analytic
                                else False,
                            }
                        ),
                        Command.create(
                            {
                                **common,
                                "account_id": deferred.id,
                                "debit": max(-total, 0.0),
                                "credit": max(total, 0.0),
                            }
                        ),
                    ],
                }
            )
            move.action_post()
            steps.move_id = move


class PropertyFeeCharge(models.Model):
    _inherit = "property.fee.charge"

    deferral_ids = fields.One2many("property.fee.deferral", "charge_id", string="Deferral")


def _month_end(day):
    return fields.Date.end_of(day, "month")
