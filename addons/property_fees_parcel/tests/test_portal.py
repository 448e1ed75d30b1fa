# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.property_parcel.tests.common import ParcelCommon


@tagged("post_install", "-at_install")
class TestPortal(ParcelCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        income = cls.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        cls.station.write(
            {
                "storage_day_fee": 2,
                "storage_free_days": 1,
                "storage_product_id": cls.env["product.product"]
                .create(
                    {
                        "name": "Storage",
                        "type": "service",
                        "property_account_income_id": income.id,
                        "taxes_id": [],
                    }
                )
                .id,
            }
        )

    def test_the_bill_of_a_storage_is_found_and_only_by_its_payer(self):
        parcel = self.make_parcel()
        parcel.checked_in_at = fields.Datetime.subtract(parcel.checked_in_at, days=4)
        parcel.action_collect(code=parcel.pickup_code)
        bill = parcel.storage_invoice_id
        self.assertEqual((bill.state, bill.amount_total), ("posted", 6.0))
        self.authenticate(self.user_owner.login, self.user_owner.login)
        page = self.url_open(f"/my/parcels/{parcel.id}")
        self.assertIn(f"/my/bills/{bill.id}", page.text)
        self.assertIn(bill.name, self.url_open("/my/bills").text)
        shown = self.url_open(f"/my/bills/{bill.id}")
        self.assertEqual(shown.status_code, 200)
        self.assertIn(bill.name, shown.text)
        self.assertIn(parcel.name, shown.text)
        pay = self.url_open("/my/bills/pay")
        self.assertEqual(pay.status_code, 200)
        self.assertIn(bill.name, pay.text)
        self.authenticate(self.user_neighbour.login, self.user_neighbour.login)
        self.assertNotIn(bill.name, self.url_open("/my/bills").text)
        self.assertNotIn(bill.name, self.url_open(f"/my/bills/{bill.id}").text)
