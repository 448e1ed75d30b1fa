# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ParcelCommon


@tagged("post_install", "-at_install")
class TestAgeing(ParcelCommon):
    def age(self, day, *parcels):
        with freeze_time(f"{day} 02:00:00"):
            for parcel in parcels:
                parcel.invalidate_recordset(["waiting_days"])
                parcel._age()

    def test_ladder(self):
        with freeze_time("2026-03-02 02:00:00"):
            parcel = self.make_parcel()
        self.age("2026-03-02", parcel)
        self.assertEqual((parcel.state, parcel.reminder_count), ("waiting", 0))
        self.age("2026-03-03", parcel)
        self.age("2026-03-03", parcel)
        self.assertEqual(parcel.reminder_count, 1)
        self.age("2026-03-05", parcel)
        self.assertEqual((parcel.state, parcel.reminder_count), ("overdue", 2))
        self.assertFalse(parcel.return_proposed_date)
        self.age("2026-03-09", parcel)
        self.assertEqual(parcel.return_proposed_date, date(2026, 3, 9))
        kinds = parcel.notice_ids.mapped("kind")
        self.assertEqual(sorted(kinds), ["arrival", "overdue", "reminder"])

    def test_a_holiday_freezes_everything(self):
        with freeze_time("2026-03-02 02:00:00"):
            parcel = self.make_parcel()
            neighbour = self.make_parcel(2, unit_id=self.unit2.id, partner_id=self.neighbour.id)
            self.env["property.parcel.hold"].create(
                {
                    "community_id": self.community.id,
                    "partner_id": self.owner.id,
                    "start_date": "2026-03-03",
                    "end_date": "2026-03-20",
                }
            )
        self.age("2026-03-10", parcel, neighbour)
        self.assertEqual((parcel.state, parcel.reminder_count), ("waiting", 0))
        self.assertEqual(neighbour.state, "overdue")
        self.assertFalse(parcel.return_proposed_date)
        self.age("2026-03-24", parcel)
        self.assertEqual(parcel.state, "overdue")

    def test_holds_are_limited(self):
        with self.assertRaises(ValidationError):
            self.env["property.parcel.hold"].create(
                {
                    "community_id": self.community.id,
                    "partner_id": self.owner.id,
                    "start_date": "2026-03-01",
                    "end_date": "2026-12-31",
                }
            )

    def test_cron_does_each_step_once(self):
        with freeze_time("2026-03-02 02:00:00"):
            parcel = self.make_parcel()
        with freeze_time("2026-03-06 02:00:00"), self.enter_registry_test_mode():
            cron = self.env.ref("property_parcel.property_parcel_cron_ageing")
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(parcel.state, "overdue")
        self.assertEqual(parcel.event_ids.mapped("kind").count("overdue"), 1)

    def test_notices_wait_for_the_morning(self):
        with freeze_time("2026-03-02 15:30:00"):  # 23:30 in Shanghai
            self.community.resource_calendar_id.tz = "Asia/Shanghai"
            self.env.user.tz = "Asia/Shanghai"
            parcel = self.make_parcel()
        self.assertEqual(str(parcel.notice_ids.send_from), "2026-03-03 00:00:00")
        self.assertIn(parcel.pickup_code_text, parcel.notice_ids.body)
        with freeze_time("2026-03-03 00:01:00"):
            parcel.notice_ids._send()
        self.assertEqual(parcel.notice_ids.state, "sent")

    def test_fetched_in_the_night_is_not_announced(self):
        parcel = self.make_parcel()
        notice = parcel.notice_ids
        parcel.action_collect(code=parcel.pickup_code)
        notice._send()
        self.assertEqual(notice.state, "skipped")

    def test_one_bad_address_stops_no_other_notice(self):
        good, bad = self.make_parcel(1), self.make_parcel(2)
        notices = type(good.notice_ids)
        send = notices._send

        def fail(notice):
            if notice.parcel_id == bad:
                raise ValueError("no such mailbox")
            return send(notice)

        (good + bad).notice_ids.write({"send_from": "2020-01-01 00:00:00"})
        with (
            patch.object(notices, "_send", fail),
            mute_logger("odoo.addons.property_parcel.models.property_parcel_notice"),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("property_parcel.property_parcel_cron_notice").method_direct_trigger()
        self.assertEqual(bad.notice_ids.state, "failed")
        self.assertIn(good.notice_ids.state, ("sent", "skipped"))

    def test_calls_and_forgotten_announcements(self):
        parcel = self.make_parcel()
        parcel.with_user(self.user_desk).action_note_call()
        self.assertTrue(parcel.called_at)
        self.assertIn("called", parcel.event_ids.mapped("kind"))
        announced = self.make_parcel(2, check_in=False)
        self.env["property.parcel"]._gc_announced()
        self.assertTrue(announced.exists())
        self.env.cr.execute(
            "UPDATE property_parcel SET create_date = '2020-01-01' WHERE id IN %s",
            ((announced.id, parcel.id),),
        )
        self.env.invalidate_all()
        self.env["property.parcel"]._gc_announced()
        self.assertFalse(announced.exists())
        self.assertTrue(parcel.exists())

    def test_disposal_needs_two(self):
        parcel = self.make_parcel()
        with self.assertRaises(UserError):
            parcel.action_ask_disposal()
        parcel.action_refuse()
        parcel.disposal_reason = "Rotten fruit"
        parcel.with_user(self.user_officer).action_ask_disposal()
        with self.assertRaisesRegex(UserError, "Two persons"):
            parcel.with_user(self.user_officer).action_approve_disposal()
        with self.assertRaisesRegex(UserError, "site manager"):
            parcel.with_user(self.user_desk).action_approve_disposal()
        parcel.with_user(self.user_manager).action_approve_disposal()
        self.assertEqual(parcel.state, "disposed")

    def test_exceptions(self):
        parcel = self.make_parcel()
        parcel.action_mark_damaged()
        self.assertEqual(parcel.state, "damaged")
        incident = parcel.incident_ids
        incident.write({"value_amount": 200, "claim_amount": 200})
        with self.assertRaisesRegex(UserError, "photo"):
            incident.action_claim()
        incident.evidence_ids = [
            (0, 0, {"image": b"R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "kind": "defect"})
        ]
        incident.action_claim()
        incident.settled_amount = 150
        incident.action_settle()
        self.assertEqual(incident.state, "settled")
        old = parcel.pickup_code
        parcel.action_mark_found()
        self.assertEqual(parcel.state, "waiting")
        self.assertNotEqual(parcel.pickup_code, old)
        parcel.action_mark_lost()
        self.assertEqual(parcel.state, "lost")
        self.assertTrue(parcel.closed_at)

    def test_delay_notice_goes_to_each_addressee_once(self):
        self.make_parcel(1)
        self.make_parcel(2)
        self.make_parcel(3, unit_id=self.unit2.id, partner_id=self.neighbour.id)
        wizard = self.env["property.parcel.delay"].create(
            {"community_id": self.community.id, "text": "Storm"}
        )
        self.assertEqual(wizard.parcel_count, 3)
        wizard.action_send()
        notices = self.env["property.parcel.notice"].search([("kind", "=", "delay")])
        self.assertEqual(notices.partner_id, self.owner | self.neighbour)
        self.assertEqual(len(notices), 2)
        self.assertEqual(set(notices.mapped("body")), {"Storm"})

    def test_anonymised_after_the_period(self):
        with freeze_time("2024-03-02 02:00:00"):
            parcel, lying = self.make_parcel(1), self.make_parcel(2)
            parcel.action_collect(method="identity", identity="ID 1234", name="Wang")
        protocol = self.env["property.parcel.destruction"]._anonymise(self.community)
        self.assertEqual((protocol.parcel_count, protocol.timing), (1, "late"))
        self.assertEqual(len(protocol.fingerprint), 64)
        for name in ("partner_id", "unit_id", "phone_tail", "collected_by_name", "pickup_code"):
            self.assertFalse(parcel[name], name)
        self.assertNotIn("SF", parcel.waybill)
        self.assertEqual(parcel.state, "collected")
        self.assertEqual(lying.partner_id, self.owner)
        with self.assertRaises(UserError):
            protocol.write({"parcel_count": 0})
        self.assertFalse(self.env["property.parcel.destruction"]._anonymise(self.community))
