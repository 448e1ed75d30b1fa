# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestSafety(ParcelCommon):
    def test_static_hold(self):
        self.station.static_hold_hours = 48
        with freeze_time("2026-03-02 02:00:00"):
            parcel = self.make_parcel()
            self.assertEqual((parcel.state, parcel.hold_kind), ("quarantined", "static"))
            self.assertFalse(parcel.notice_ids)
            with self.assertRaisesRegex(UserError, "held until"):
                parcel.action_collect(code=parcel.pickup_code)
            with self.assertRaisesRegex(UserError, "held until"):
                parcel.action_release()
        with freeze_time("2026-03-04 02:00:00"):
            self.env["property.parcel"]._cron_release()
        self.assertEqual(parcel.state, "waiting")
        self.assertEqual(parcel.notice_ids.kind, "arrival")

    def test_special_period_forces_a_check(self):
        self.env["property.parcel.special.period"].create(
            {"name": "Summit", "community_id": self.community.id}
        )
        parcel = self.make_parcel()
        self.assertEqual(parcel.hold_kind, "check")
        with self.assertRaisesRegex(UserError, "security check"):
            parcel.action_release()
        parcel.action_pass_check()
        self.assertEqual(parcel.state, "waiting")
        banner = self.env["property.parcel"].desk_load(self.station.id)["banner"]
        self.assertEqual(banner, "Summit")

    def test_high_risk_procedure(self):
        self.env["property.parcel.special.period"].create(
            {"name": "Epidemic", "community_id": self.community.id, "risk_procedure": True,
             "central_check": False}
        )  # fmt: skip
        origin = self.env["property.parcel.origin"].create(
            {"name": "Region A", "risk_class": "medium_high"}
        )
        with freeze_time("2026-12-02 02:00:00"):
            parcel = self.make_parcel(origin_id=origin.id)
            self.assertEqual(parcel.hold_kind, "risk")
            with self.assertRaises(UserError):
                parcel.action_all_clear()
            with self.assertRaisesRegex(UserError, "held"):
                parcel.action_return()
            parcel.action_seal()
            parcel.contact_ids = [(0, 0, {"user_id": self.user_desk.id, "result": "negative"})]
            parcel.action_report_risk()
            parcel.action_disinfect()
            with self.assertRaises(ValidationError):
                parcel.action_disinfect()
        for hour in (3, 4):
            with freeze_time(f"2026-12-02 0{hour}:00:00"):
                parcel.action_disinfect()
        parcel.with_user(self.user_officer).action_all_clear()
        self.assertEqual(parcel.state, "waiting")

    def test_detained(self):
        parcel = self.make_parcel()
        with self.assertRaisesRegex(UserError, "reason"):
            parcel.action_detain()
        parcel.write(
            {
                "detained_reason": "Police",
                "detained_user_id": self.user_officer.id,
                "detained_follow_up_date": "2026-01-01",
            }
        )
        parcel.action_detain()
        with self.assertRaises(UserError):
            parcel.action_collect(code=parcel.pickup_code)
        with self.assertRaisesRegex(UserError, "site manager"):
            parcel.with_user(self.user_desk).action_release()
        self.env["property.parcel"]._cron_follow_up_detained()
        self.assertEqual(parcel.activity_ids.user_id, self.user_officer)
        parcel.with_user(self.user_officer).action_release()
        self.assertEqual(parcel.state, "waiting")

    def make_shipment(self, **vals):
        return self.env["property.parcel.shipment"].create(
            {
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "partner_id": self.owner.id,
                "carrier_id": self.sf.id,
                "content": "Clothes",
                **vals,
            }
        )

    def test_outgoing_is_opened_and_checked(self):
        shipment = self.make_shipment(waybill="SF0000000000009")
        shipment.action_accept()
        with self.assertRaises(UserError):
            shipment.action_collect()
        with self.assertRaisesRegex(UserError, "prohibited"):
            shipment.action_check()
        shipment.prohibited_confirmed = True
        shipment.action_check()
        shipment.action_collect()
        shipment.action_hand_on()
        self.assertEqual(shipment.state, "handed_on")

    def test_prohibited_goods_end_the_request(self):
        shipment = self.make_shipment()
        shipment.action_accept()
        shipment.prohibited_id = self.env.ref("property_parcel.prohibited_1")
        shipment.action_check()
        self.assertEqual(shipment.state, "refused")
        incident = self.env["property.parcel.incident"].search([("shipment_id", "=", shipment.id)])
        self.assertEqual(incident.kind, "prohibited")

    def test_agreement_and_letters_are_exempt(self):
        letter = self.make_shipment(kind="letter", waybill="SF0000000000008")
        letter.action_accept()
        letter.action_collect()
        agreement = self.env["property.parcel.agreement"].create(
            {"partner_id": self.owner.id, "reference": "A1", "community_id": self.community.id}
        )
        parcel = self.make_shipment(waybill="SF0000000000007", agreement_id=agreement.id)
        parcel.action_accept()
        parcel.action_collect()
        self.assertEqual(parcel.state, "collected")

    def test_epidemic_mode(self):
        period = self.env["property.parcel.special.period"].create(
            {
                "name": "Epidemic",
                "community_id": self.community.id,
                "central_check": False,
                "risk_procedure": True,
                "overseas_as_risk": True,
                "hold_hours": 48,
                "notice_text": "Wear a mask.",
            }
        )
        overseas = self.env["property.parcel.origin"].create(
            {"name": "Overseas", "risk_class": "overseas"}
        )
        parcel = self.make_parcel(1)
        self.assertEqual(parcel.hold_kind, "static")
        hours = (parcel.release_at - parcel.checked_in_at).total_seconds() / 3600
        self.assertEqual(hours, 48)
        self.assertEqual(self.make_parcel(2, origin_id=overseas.id).hold_kind, "risk")
        self.assertTrue(self.station.disinfection_due)
        banner = self.env["property.parcel"].desk_load(self.station.id)["banner"]
        self.assertIn("disinfection", banner)
        self.env["property.parcel.disinfection"].create(
            {"community_id": self.community.id, "station_id": self.station.id}
        )
        self.station.invalidate_recordset()
        self.assertFalse(self.station.disinfection_due)
        parcel._release()
        self.assertIn("Wear a mask.", parcel.notice_ids.body)
        period.active = False
        self.assertEqual(self.make_parcel(3, origin_id=overseas.id).state, "waiting")

    def test_no_all_clear_before_the_tests_are_negative(self):
        parcel = self.make_parcel()
        parcel.action_isolate()
        parcel.contact_ids = [(0, 0, {"user_id": self.user_desk.id})]
        self.assertIn("negative test", parcel.risk_todo)
        parcel.contact_ids.result = "negative"
        self.assertNotIn("negative test", parcel.risk_todo)
