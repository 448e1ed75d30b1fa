# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.tests import HttpCase, tagged

from .common import PropertyFeesCommon


@tagged("post_install", "-at_install")
class TestPortalBills(PropertyFeesCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run = cls.make_run()
        run.action_compute()
        run.action_post()
        cls.bill = run.invoice_ids
        cls.pages = (f"/my/bills/{cls.bill.id}", f"/my/bills/{cls.bill.id}/pdf")

    def assert_seen(self, seen):
        response = self.url_open("/my/bills")
        self.assertEqual(self.bill.name in response.text, seen)
        response = self.url_open(self.pages[0])
        self.assertEqual(response.url.endswith(self.pages[0]), seen)
        self.assertEqual("89.56 m² ×" in response.text, seen)

    def test_owner_reads_the_bill_and_its_explanation(self):
        self.authenticate("property_owner", "property_owner")
        self.assert_seen(True)
        home = self.url_open("/my")
        self.assertIn("/my/bills", home.text)
        self.assertIn("219.42", home.text)
        self.assertIn(self.pages[0], self.url_open(f"/my/units/{self.unit.id}").text)

    def test_neighbour_reads_nothing(self):
        self.authenticate("property_neighbour", "property_neighbour")
        self.assert_seen(False)
        for page in (*self.pages, "/my/bills/999999"):
            response = self.url_open(page)
            self.assertTrue(response.url.endswith("/my"), page)
            self.assertNotIn("219.42", response.text)

    def test_co_owner_reads_and_buyer_does_not(self):
        self.unit._set_owners(
            date(2025, 1, 1), [(self.owner, 1, 2, True), (self.neighbour, 1, 2, False)]
        )
        self.authenticate("property_neighbour", "property_neighbour")
        self.assert_seen(True)
        self.unit._set_owners(date(2026, 4, 1), [(self.neighbour, 1, 1, True)])
        self.assert_seen(False)
        self.authenticate("property_owner", "property_owner")
        self.assert_seen(True)

    def test_unknown_arguments(self):
        self.authenticate("property_owner", "property_owner")
        for query in ("show=x", "unit=x", "page=x", "page=99", "show=open", "show=paid"):
            with self.subTest(query):
                self.assertEqual(self.url_open(f"/my/bills?{query}").status_code, 200)

    def test_pdf(self):
        self.authenticate("property_owner", "property_owner")
        response = self.url_open(self.pages[1])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")

    def test_invoices_of_the_account_portal_still_work(self):
        self.authenticate("property_owner", "property_owner")
        self.assertIn(self.bill.name, self.url_open("/my/invoices").text)

    def test_record_rule_is_the_same(self):
        charges = self.env["property.fee.charge"]
        self.assertTrue(charges.with_user(self.user_owner).search([]))
        self.assertFalse(charges.with_user(self.user_neighbour).search([]))
        self.assertIn(self.user_owner, self.bill.property_fee_charge_ids.portal_user_ids)
