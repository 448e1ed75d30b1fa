# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon

START = datetime(2026, 9, 21, 1, 0)  # Monday 09:00 in Shanghai


@tagged("post_install", "-at_install")
class TestClock(WorkorderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls.env["property.sla.policy"].create(
            {
                "name": "Doors",
                "sequence": 1,
                "category_ids": [Command.set(cls.door.ids)],
                "response_value": 1,
                "response_unit": "working_hour",
                "attend_value": 4,
                "attend_unit": "working_hour",
                "resolve_value": 2,
                "resolve_unit": "working_day",
                "step_ids": [
                    Command.create({"clock": "resolve", "percent": 75, "who": "technician"}),
                    Command.create({"clock": "resolve", "percent": 100, "who": "leader"}),
                    Command.create({"clock": "resolve", "percent": 150, "who": "manager"}),
                ],
            }
        )

    def test_deadlines_on_the_service_hours(self):
        with freeze_time(datetime(2026, 9, 18, 8, 30)):  # Friday 16:30
            order = self.make_order()
        self.assertEqual(order.policy_id, self.policy)
        self.assertEqual(order.response_deadline_at, datetime(2026, 9, 21, 0, 30))
        self.assertEqual(order.attend_deadline_at, datetime(2026, 9, 21, 3, 30))
        self.assertEqual(order.resolve_deadline_at, datetime(2026, 9, 22, 9, 0))

    def test_holidays_and_make_up_days(self):
        Holiday = self.env["property.holiday"]
        days = [(f"2026-10-{day:02d}", "holiday") for day in range(1, 8)]
        days += [("2026-10-10", "makeup")]
        Holiday.create([{"name": "x", "holiday_date": day, "kind": kind} for day, kind in days])
        self.env.registry.clear_cache()
        with freeze_time(datetime(2026, 9, 30, 1, 0)):
            order = self.make_order()
        self.assertEqual(order.resolve_deadline_at, datetime(2026, 10, 9, 9, 0))
        with freeze_time(datetime(2026, 10, 8, 1, 0)):
            order = self.make_order()
        self.assertEqual(order.resolve_deadline_at, datetime(2026, 10, 10, 9, 0))

    def test_a_pause_over_the_weekend_moves_the_deadline(self):
        with freeze_time(datetime(2026, 9, 17, 1, 0)):  # Thursday
            order = self.make_order()
            order.action_accept()
        self.assertEqual(order.resolve_deadline_at, datetime(2026, 9, 21, 9, 0))
        with freeze_time(datetime(2026, 9, 18, 1, 0)):
            order.action_pause("part")
            self.assertFalse(order.resolve_deadline_at)
            self.assertFalse(order.next_check_at)
        with freeze_time(datetime(2026, 9, 22, 1, 0)):
            order.action_resume()
        self.assertEqual(order.resolve_deadline_at, datetime(2026, 9, 23, 9, 0))

    def test_a_calendar_changed_in_flight(self):
        with freeze_time(START):
            order = self.make_order()
            self.assertEqual(order.attend_deadline_at, datetime(2026, 9, 21, 6, 0))
        with freeze_time(START + timedelta(hours=2)):  # 11:00: two hours are served
            self.calendar.attendance_ids.filtered(lambda one: one.hour_from == 13).unlink()
            self.env["property.workorder"]._cron_follow_calendars()
        # one more hour today, the last one tomorrow
        self.assertEqual(order.attend_deadline_at, datetime(2026, 9, 22, 1, 0))
        self.assertEqual(len(order.sla_segments), 2)

    def test_without_service_hours_the_clock_runs_around_the_clock(self):
        self.calendar.attendance_ids.unlink()
        self.env.registry.clear_cache()
        with freeze_time(START):
            order = self.make_order()
        self.assertEqual(order.attend_deadline_at, START + timedelta(hours=4))
        self.assertIn("service hours", order.sla_warning)

    def test_the_ladder(self):
        with freeze_time(START):
            order = self.make_order()
            order.action_accept()
            order.with_user(self.dispatcher).action_dispatch(self.tech_user)
            order.with_user(self.tech_user).action_start()
        with freeze_time(datetime(2026, 9, 23, 3, 0)):
            self.run_cron("property_workorder_cron_check")
            self.assertEqual(order.sla_state, "at_risk")
            self.assertEqual(order.step_log_ids.user_ids, self.tech_user)
        with freeze_time(datetime(2026, 9, 23, 9, 30)):
            self.run_cron("property_workorder_cron_check")
            self.assertEqual(order.resolve_state, "failed")
            self.assertEqual(order.sla_state, "late")
            self.assertIn(self.dispatcher, order.step_log_ids.user_ids)
            count = len(order.step_log_ids)
            self.run_cron("property_workorder_cron_check")
            self.assertEqual(len(order.step_log_ids), count)
        with freeze_time(datetime(2026, 9, 26, 1, 0)):
            self.run_cron("property_workorder_cron_check")
            self.assertIn(self.user_officer, order.step_log_ids.user_ids)
            self.finish(order)
        self.assertEqual(order.resolve_state, "failed", "what failed stays failed")
        self.assertTrue(order.was_late)

    def test_one_bad_order_does_not_stop_the_others(self):
        with freeze_time(START):
            bad, good = self.make_order(), self.make_order(building_id=False)
        bad.sla_events = [["2026-09-21 00:00:00", "step", "resolve", "rubbish"]]
        bad.next_check_at = START
        with (
            freeze_time(START + timedelta(days=3)),
            self.assertLogs("odoo.addons.property_workorder", "ERROR"),
        ):
            self.run_cron("property_workorder_cron_check")
        self.assertEqual(good.sla_state, "late")

    def test_presets(self):
        ref = self.env.ref
        self.policy.active = False
        noise = self.make_order(
            category_id=ref("property_workorder.category_service_complaint_noise").id
        )
        self.assertEqual(noise.kind, "complaint")
        self.assertEqual(noise.attend_deadline_at - noise.registered_at, timedelta(minutes=15))
        drain = self.make_order(
            category_id=ref("property_workorder.category_common_water_drain").id
        )
        self.assertTrue(drain.is_urgent)
        self.assertEqual(drain.policy_id, ref("property_workorder.policy_urgent"))
        self.assertEqual(drain.response_deadline_at - drain.registered_at, timedelta(minutes=3))
        self.assertEqual(drain.attend_deadline_at - drain.registered_at, timedelta(minutes=3))
        drain.agreed_attend_at = drain.registered_at + timedelta(hours=2)
        self.assertEqual(drain.attend_deadline_at - drain.registered_at, timedelta(hours=2))
        common = self.make_order(
            category_id=ref("property_workorder.category_service_complaint_common").id
        )
        self.assertEqual(
            (common.policy_id.resolve_value, common.policy_id.resolve_unit), (3, "working_day")
        )
        self.community.category = "old_compound"
        old = self.make_order()
        self.assertEqual(old.resolve_deadline_at - old.registered_at, timedelta(hours=24))
        self.community.category = "student"
        student = self.make_order()
        self.assertEqual(student.attend_deadline_at - student.registered_at, timedelta(minutes=10))

    def test_the_official_calendar_is_loaded(self):
        Holiday = self.env["property.holiday"]
        try:
            import chinese_calendar  # noqa: F401
        except ImportError:
            with self.assertRaises(UserError):
                Holiday._load_package(2025)
            return
        Holiday.search([]).unlink()
        count = Holiday._load_package(2025)
        self.assertGreater(count, 20)
        self.assertEqual(Holiday._load_package(2025), 0)
        self.assertTrue(
            Holiday.search_count([("holiday_date", "=", "2025-10-01"), ("kind", "=", "holiday")])
        )
        self.assertTrue(Holiday.search_count([("kind", "=", "makeup")]))
        with self.assertRaises(UserError):
            Holiday._load_package(2099)

    def test_a_file_of_days_is_loaded(self):
        import base64

        wizard = self.env["property.holiday.import"].create(
            {
                "source": "file",
                "file": base64.b64encode("2031-10-01,休,国庆节\n".encode()),
                "filename": "2031.csv",
            }
        )
        wizard.action_import()
        self.assertTrue(
            self.env["property.holiday"].search_count([("holiday_date", "=", "2031-10-01")])
        )
        wizard.file = base64.b64encode(b"2031-13-01,off\n")
        with self.assertRaises(UserError) as caught:
            wizard.action_import()
        self.assertIn("Line 1", str(caught.exception))

    def test_targets_are_read_in_words(self):
        Policy = self.env["property.sla.policy"]
        policy = Policy.create(
            {
                "name": "Words",
                "response_value": 30,
                "response_unit": "minute",
                "resolve_value": 0,
                "resolve_unit": "day",
            }
        )
        self.assertEqual(
            (policy.response_text, policy.attend_text, policy.resolve_text),
            ("30 minutes", False, "the same day"),
        )
