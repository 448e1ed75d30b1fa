# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
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
