# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.fields import Command

from odoo.addons.property_base.tests.common import PropertyCommon


class PropertyFeesCommon(PropertyCommon):
    """One fee item of 2.45 per m² and month, charged to every unit of the test community."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.income_account = cls.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls.item = cls.make_item()
        cls.price = cls.make_price()
        cls.assignment = cls.make_assignment()
        cls.unit = cls.make_unit()
        cls.make_ownership(cls.unit, cls.owner)
        cls.accountant = cls.make_user("property_accountant", "property_fees.group_fee_accountant")

    @classmethod
    def make_item(cls, **vals):
        """Create a fee item without taxes on the first income account."""
        return cls.env["property.fee.item"].create(
            {
                "name": "Service fee",
                "code": "TEST-PSF",
                "basis": "area",
                "income_account_id": cls.income_account.id,
                **vals,
            }
        )

    @classmethod
    def make_price(cls, item=None, **vals):
        """Create a price of 2.45 for the test community, open on both sides."""
        return cls.env["property.fee.price"].create(
            {
                "item_id": (item or cls.item).id,
                "community_id": cls.community.id,
                "unit_price": 2.45,
                **vals,
            }
        )

    @classmethod
    def make_assignment(cls, item=None, **vals):
        """Create an assignment of the item to the whole test community."""
        return cls.env["property.fee.assignment"].create(
            {
                "item_id": (item or cls.item).id,
                "community_id": cls.community.id,
                **vals,
            }
        )

    @classmethod
    def make_run(cls, start=date(2026, 3, 1), end=date(2026, 3, 31), **vals):
        """Create a draft run over the test community for March 2026, bills dated that day."""
        return cls.env["property.fee.run"].create(
            {
                "community_ids": [Command.set(cls.community.ids)],
                "period_start": start,
                "period_end": end,
                "invoice_date": start,
                **vals,
            }
        )

    def assert_charges(self, run, expected):
        """Compare live charges with (unit, payer, first day, last day, amount), in order."""
        found = [
            (c.unit_id, c.partner_id, c.period_start, c.period_end, c.amount)
            for c in run.charge_ids.filtered(lambda c: c.state != "cancelled").sorted(
                lambda c: (c.unit_id.id, c.period_start, c.partner_id.id)
            )
        ]
        self.assertEqual(found, expected)
