# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields, models


class PropertyCommunity(models.Model):
    _inherit = "property.community"

    fee_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of fee bills",
        check_company=True,
        domain="[('type', '=', 'sale'), ('company_id', '=', company_id)]",
        help="Empty: the first sales journal of the company.",
    )
    is_dunning_automatic = fields.Boolean(
        string="Send reminders by themselves",
        help="Every night the reminders that are due go out. Otherwise the accountant sends them.",
    )

    def _get_fee_journal(self):
        """Return the sales journal in which bills of this community are posted."""
        self.ensure_one()
        return self.fee_journal_id or self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.company_id),
                ("type", "=", "sale"),
            ],
            limit=1,
        )

    # Copy to another community

    def _get_setup_parts(self):
        """Extend `property_base`: prices and who owes what."""
        return [
            *super()._get_setup_parts(),
            (
                "fee_prices",
                self.env._("Fee prices"),
                self.env._("Prices in force and to come, with their steps."),
            ),
            (
                "fee_assignments",
                self.env._("Who owes what"),
                self.env._("Fees assigned to the whole community or a usage, at the price list."),
            ),
        ]

    def _copy_setup_fee_prices(self, source):
        """Copy prices that hold today or later; those of single places stay behind."""
        today = fields.Date.context_today(self)
        prices = self.env["property.fee.price"]
        current = [("building_id", "=", False), ("phase_id", "=", False)]
        current += ["|", ("end_date", "=", False), ("end_date", ">=", today)]
        known = {
            (price.item_id, price.usage)
            for price in prices.search([("community_id", "=", self.id), *current])
        }
        mine = prices.search([("community_id", "=", source.id), *current])
        mine = mine.filtered(
            lambda price: (
                (price.item_id, price.usage) not in known
                and price.item_id.company_id == self.company_id
            )
        )
        for price in mine:
            price.copy({"community_id": self.id})
        return len(mine)

    def _copy_setup_fee_assignments(self, source):
        """Copy the general rules; agreements of single units or buildings stay behind."""
        today = fields.Date.context_today(self)
        assignments = self.env["property.fee.assignment"]
        general = [("res_id", "=", False), ("building_id", "=", False)]
        general += ["|", ("end_date", "=", False), ("end_date", ">=", today)]
        known = {
            (line.item_id, line.usage)
            for line in assignments.search([("community_id", "=", self.id), *general])
        }
        mine = assignments.search([("community_id", "=", source.id), *general]).filtered(
            lambda line: (
                (line.item_id, line.usage) not in known
                and line.item_id.company_id == self.company_id
                and not line._is_agreement()
            )
        )
        for line in mine:
            line.copy({"community_id": self.id})
        return len(mine)
