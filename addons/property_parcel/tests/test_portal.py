# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestPortal(ParcelCommon, HttpCase):
    def post(self, url, **data):
        return self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), **data})

    def test_own_parcels_and_nobody_elses(self):
        parcel = self.make_parcel()
        self.authenticate("property_owner", "property_owner")
        page = self.url_open("/my/parcels?show=nonsense&page=x").text
        self.assertIn(parcel.pickup_code_text, page)
        page = self.url_open(f"/my/parcels/{parcel.id}").text
        self.assertIn(parcel.pickup_code_text, page)
        self.assertIn("data:image", page)
        self.assertIn("Parcels", self.url_open("/my").text)
        self.authenticate("property_neighbour", "property_neighbour")
        self.assertNotIn(parcel.pickup_code_text, self.url_open("/my/parcels").text)
        self.assertNotIn(parcel.pickup_code_text, self.url_open(f"/my/parcels/{parcel.id}").text)
        self.post(f"/my/parcels/{parcel.id}/proxy", name="Thief")
        self.assertFalse(parcel.proxy_code)

    def test_an_owner_who_lets_sees_nothing(self):
        tenant = self.make_partner("Sun Tenant")
        self.make_occupancy(self.unit, tenant, role="tenant")
        parcel = self.make_parcel(partner_id=tenant.id)
        self.authenticate("property_owner", "property_owner")
        self.assertNotIn(parcel.pickup_code_text, self.url_open("/my/parcels").text)

    def test_whoever_moves_in_sees_nothing_from_before(self):
        before = self.make_parcel(number=1)
        before.checked_in_at = "2026-03-01 08:00:00"
        buyer = self.user_neighbour.partner_id
        self.unit._set_owners(date(2026, 3, 2), [(buyer, 1, 1, True)])
        after = self.make_parcel(number=2, partner_id=buyer.id)
        for parcel, is_seen in ((before, False), (after, True)):
            with self.subTest(parcel=parcel.name):
                self.assertEqual(self.user_neighbour in parcel.portal_user_ids, is_seen)
                found = self.env["property.parcel"].with_user(self.user_neighbour)
                self.assertEqual(bool(found.search([("id", "=", parcel.id)])), is_seen)
                self.assertNotIn(self.user_owner, parcel.portal_user_ids)
        self.authenticate("property_neighbour", "property_neighbour")
        page = self.url_open("/my/parcels").text
        self.assertIn(after.pickup_code_text, page)
        self.assertNotIn(before.pickup_code_text, page)

    def test_proxy_hold_consent_and_sending(self):
        parcel = self.make_parcel()
        self.authenticate("property_owner", "property_owner")
        self.post(f"/my/parcels/{parcel.id}/proxy", name="Old Li")
        self.assertEqual(parcel.proxy_name, "Old Li")
        self.post(f"/my/parcels/{parcel.id}/proxy", name="")
        self.assertFalse(parcel.proxy_code)
        self.post("/my/parcels/hold", start_date="2099-01-01", end_date="2099-01-10")
        hold = self.env["property.parcel.hold"].search([("partner_id", "=", self.owner.id)])
        self.assertEqual(len(hold), 1)
        self.assertIn("ends before", self.post(
            "/my/parcels/hold", start_date="2099-01-10", end_date="2099-01-01"
        ).text)  # fmt: skip
        self.post("/my/parcels/hold", hold_id=hold.id)
        self.assertFalse(hold.active)
        self.post("/my/parcels/consent")
        consent = self.env["property.consent"]._get_parcel_consent(self.owner)
        self.assertIn(b"property_owner", __import__("base64").b64decode(consent.evidence))
        self.post("/my/parcels/consent", withdraw="1")
        self.assertTrue(consent.withdrawn_at)
        self.post("/my/parcels/send", content="Books", receiver_name="X")
        shipments = self.env["property.parcel.shipment"].search(
            [("partner_id", "=", self.owner.id)]
        )
        self.assertFalse(shipments)
        self.post("/my/parcels/send", content="Books", declared="on", carrier_id=self.sf.id)
        shipments = shipments.search([("partner_id", "=", self.owner.id)])
        self.assertEqual((shipments.state, shipments.carrier_id), ("requested", self.sf))
        self.assertIn("Books", self.url_open("/my/parcels?show=outgoing").text)
        self.post(f"/my/parcels/send/{shipments.id}/cancel")
        self.assertEqual(shipments.state, "cancelled")

    def test_rating_and_complaint(self):
        parcel = self.make_parcel()
        parcel.action_collect(code=parcel.pickup_code)
        self.authenticate("property_owner", "property_owner")
        self.assertIn(parcel.waybill[-4:], self.url_open("/my/parcels?show=history").text)
        self.post(f"/my/parcels/{parcel.id}/rate", rating="5")
        self.assertEqual(parcel.rating, "5")
        self.post(f"/my/parcels/{parcel.id}/complain", text="Box was open")
        self.assertEqual(parcel.incident_ids.kind, "complaint")
        self.assertTrue(parcel.incident_ids.appeal_due_date)
        complaint = parcel.incident_ids
        self.assertEqual(complaint.complainant_id, self.owner)
        complaint.answer = "The courier was told."
        complaint.action_close()
        page = self.url_open(f"/my/parcels/{parcel.id}").text
        self.assertIn("The courier was told.", page)
        self.assertIn("12305", page)
        url = f"/my/parcels/{parcel.id}/dissatisfied"
        self.post(url, incident_id=complaint.id, text="")
        self.assertEqual(complaint.state, "closed")
        self.post(url, incident_id=complaint.id, text="The cup is broken")
        self.assertEqual((complaint.state, complaint.is_dissatisfied), ("open", True))
        complaint.action_appeal()
        self.assertTrue(complaint.appeal_answer_due_date)
        with self.assertRaisesRegex(UserError, "postal authority decided"):
            complaint.action_close()
        self.authenticate("property_neighbour", "property_neighbour")
        self.post(url, incident_id=complaint.id, text="Not mine")
        self.assertEqual(complaint.state, "appealed")

    def test_announce_and_search(self):
        self.authenticate("property_owner", "property_owner")
        self.assertIn("register already", self.make_parcel(3)._get_known_message())
        page = self.post("/my/parcels/expect", waybill="sf0000000000001").text
        self.assertIn("The desk knows about it.", page)
        parcel = self.env["property.parcel"].search([("waybill", "=", "SF0000000000001")])
        self.assertEqual((parcel.state, parcel.partner_id), ("expected", self.owner))
        for text, words in (("SF12", "only a part"), ("SF0000000000001", "known already")):
            self.assertIn(words, self.post("/my/parcels/expect", waybill=text).text)
        self.assertIn("…0001", self.url_open("/my/parcels?show=history&search=000001").text)
        self.assertIn(
            "No parcel of yours", self.url_open("/my/parcels?show=history&search=99").text
        )
