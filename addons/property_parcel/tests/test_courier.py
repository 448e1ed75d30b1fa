# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestCourier(ParcelCommon):
    def make_courier(self, **vals):
        return self.env["property.parcel.courier"].create(
            {
                "name": "Liu Bei",
                "carrier_id": self.sf.id,
                "rules_accepted_date": "2026-01-01",
                **vals,
            }
        )

    def make_pass(self, courier, **vals):
        return self.env["property.parcel.courier.pass"].create(
            {
                "courier_id": courier.id,
                "community_id": self.community.id,
                "plate": "沪A·12345",
                **vals,
            }
        )

    def test_gate(self):
        one = self.make_pass(self.make_courier())
        ask = self.env["property.parcel.courier.pass"].with_user(self.user_staff).get_admission
        self.assertFalse(ask(one.token)["admitted"])
        one.action_activate()
        answer = ask(one.token, "沪a12345")
        self.assertTrue(answer["admitted"], answer)
        self.assertFalse(ask(one.token, "沪A99999")["admitted"])
        self.assertFalse(ask("nobody")["admitted"])
        one.courier_id.suspended_reason = "Fight"
        one.courier_id.action_suspend()
        self.assertIn("suspended", " ".join(ask(one.name)["reasons"]))
        self.assertEqual(len(one.entry_ids), 4)

    @mute_logger("odoo.sql_db")
    def test_one_person_one_vehicle_one_pass(self):
        courier = self.make_courier()
        self.make_pass(courier).action_activate()
        other = self.make_pass(self.make_courier(name="Guan Yu"))
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            other.action_activate()
            other.flush_recordset()

    def test_riders(self):
        rider = self.make_courier(kind="rider", carrier_id=False, platform="Meals")
        one = self.make_pass(rider, vehicle="tricycle", plate="1")
        with self.assertRaisesRegex(UserError, "two-wheeled"):
            one.action_activate()
        one.vehicle = "electric_two_wheeler"
        one.action_activate()
        for _number in range(3):
            self.env["property.parcel.breach"].create(
                {"courier_id": rider.id, "community_id": self.community.id, "kind": "speed"}
            )
        self.assertEqual(rider.state, "barred")
        self.assertFalse(one._answer_gate()["admitted"])

    def test_scorecard_and_statistics(self):
        courier = self.make_courier(certificate_number="C1")
        parcel = self.make_parcel(courier_id=courier.id)
        parcel.action_collect(code=parcel.pickup_code)
        parcel.rating = "4"
        self.env["property.parcel.incident"].create(
            {"parcel_id": parcel.id, "community_id": self.community.id, "kind": "complaint"}
        )
        self.env.flush_all()
        score = self.env["property.parcel.score"].search([("courier_id", "=", courier.id)])
        self.assertEqual(
            (score.parcel_count, score.on_time_count, score.rating, score.complaint_count),
            (1, 1, 4, 1),
        )
        rows = self.env["property.parcel.analysis"].search(
            [("community_id", "=", self.community.id)]
        )
        self.assertEqual(sum(rows.mapped("arrival_count")), 1)
        self.assertEqual(sum(rows.mapped("stock_change")), 0)
        self.assertEqual(self.sf.certified_percent, 100)

    def test_licence_and_filing(self):
        self.sf.write(
            {
                "licence_end_date": date(2020, 1, 1),
                "is_franchise": True,
                "franchise_signed_date": fields.Date.subtract(fields.Date.today(), days=16),
            }
        )
        self.assertEqual(self.sf.licence_state, "expired")
        self.assertTrue(self.sf.filing_late)
        found = self.env["property.parcel.carrier"].search([("licence_state", "=", "expired")])
        self.assertIn(self.sf, found)

    def test_certified_couriers_per_site(self):
        for number in range(3):
            self.env["property.parcel.courier"].create(
                {
                    "name": f"C{number}",
                    "carrier_id": self.sf.id,
                    "certificate_number": "X" if number < 2 else False,
                    "station_ids": [(4, self.station.id)],
                }
            )
        self.assertEqual((self.station.certified_count, self.station.certified_percent), (2, 66))

    def test_gate_screen(self):
        badge = self.make_pass(self.make_courier())
        badge.action_activate()
        gates = self.env["property.parcel.gate"].with_user(self.user_staff)
        gate = gates.create({"token": badge.token, "plate": badge.plate})
        gate.action_ask()
        self.assertTrue(gate.admitted)
        self.assertEqual(gate.courier_id, badge.courier_id)
        entry = badge.entry_ids[:1]
        self.assertTrue(entry.due_out_at)
        entry.with_user(self.user_staff).action_leave()
        self.assertTrue(entry.left_at)
        wrong = gates.create({"token": badge.name.lower(), "plate": "X-1"})
        wrong.action_ask()
        self.assertFalse(wrong.admitted)
        self.assertIn("plate", wrong.reason)
        unknown = gates.create({"token": "%", "plate": "X-1"})
        unknown.action_ask()
        self.assertFalse(unknown.pass_id)
        with self.assertRaises(UserError):
            gates.create({"token": badge.token}).action_ask()

    def test_page_of_the_courier(self):
        badge = self.make_pass(self.make_courier())
        count, problems = badge._announce(
            f"SF0000000000001, {self.unit.name}\nSF0000000000001\nnoise!\nSF0000000000002"
        )
        self.assertEqual((count, len(problems)), (2, 2))
        self.assertEqual(badge._get_page_announced(), 2)
        parcel = self.env["property.parcel"].search([("waybill", "=", "SF0000000000001")])
        self.assertEqual((parcel.unit_id, parcel.courier_id), (self.unit, badge.courier_id))
        self.assertEqual(parcel.event_ids.kind, "announced")
        shipment = self.env["property.parcel.shipment"].create(
            {"community_id": self.community.id, "partner_id": self.owner.id, "content": "Books"}
        )
        self.assertEqual(badge._get_page_collections(), shipment)
        shipment._accept_by(badge.courier_id)
        with self.assertRaises(UserError):
            shipment._accept_by(badge.courier_id)
        with self.assertRaisesRegex(UserError, "prohibited"):
            shipment._collect_by(badge.courier_id, "SF0000000000009", confirmed=False)
        shipment._collect_by(badge.courier_id, "SF0000000000009", confirmed=True)
        self.assertEqual((shipment.state, bool(shipment.checked_at)), ("collected", True))


@tagged("post_install", "-at_install")
class TestCourierPage(ParcelCommon, HttpCase):
    def test_the_phone_of_the_courier(self):
        courier = self.env["property.parcel.courier"].create(
            {"name": "Qiu", "carrier_id": self.sf.id}
        )
        badge = self.env["property.parcel.courier.pass"].create(
            {"courier_id": courier.id, "community_id": self.community.id, "plate": "A-1001"}
        )
        url = f"/parcel/courier/{badge.token}"
        self.authenticate(None, None)
        self.assertEqual(self.url_open("/parcel/courier/nobody").status_code, 404)
        page = self.url_open(url)
        self.assertIn("I accept the rules", page.text)
        self.assertNotIn("Announce a batch", page.text)
        self.post(f"{url}/rules")
        self.assertTrue(courier.rules_accepted_date)
        self.post(f"{url}/announce", text="SF0000000000001")
        self.assertFalse(self.env["property.parcel"].search([("courier_id", "=", courier.id)]))
        badge.action_activate()
        shipment = self.env["property.parcel.shipment"].create(
            {
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "partner_id": self.owner.id,
                "content": "Old books",
                "receiver_name": "Ma Chao",
            }
        )
        page = self.url_open(url)
        self.assertIn("Old books", page.text)
        self.assertNotIn(self.owner.name, page.text)
        self.assertNotIn("Ma Chao", page.text)
        self.post(f"{url}/accept/{shipment.id}")
        self.assertEqual(shipment.courier_id, courier)
        self.assertIn("Ma Chao", self.url_open(url).text)
        self.post(f"{url}/collect/{shipment.id}", waybill="SF00000000000077", checked="on")
        self.assertEqual(shipment.state, "collected")
        answer = self.post(f"{url}/announce", text="SF0000000000001\nnoise!!")
        self.assertIn("noise!!", answer.text)
        parcel = self.env["property.parcel"].search([("courier_id", "=", courier.id)])
        self.assertEqual((parcel.state, parcel.waybill), ("expected", "SF0000000000001"))
        badge.action_revoke()
        page = self.url_open(url)
        self.assertNotIn("Announce a batch", page.text)
        self.assertNotIn("A-1001", page.text)

    def post(self, url, **values):
        return self.url_open(url, data={"csrf_token": http.Request.csrf_token(self), **values})
