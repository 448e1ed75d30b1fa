# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestPlan(WorkorderCommon):
    def make_plan(self, **vals):
        return self.env["property.maintenance.plan"].create(
            {
                "name": "Pumps",
                "community_id": self.community.id,
                "building_id": self.building.id,
                "every": 1,
                "unit": "month",
                "start_date": "2026-01-31",
                **vals,
            }
        )

    def test_jobs_are_created_ahead_once(self):
        plan = self.make_plan(last_date="2026-01-31")
        self.assertEqual(str(plan.next_date), "2026-02-28")
        with freeze_time("2026-02-20"):
            self.env["property.maintenance.plan"]._cron_create_due()
            self.assertFalse(plan.workorder_ids)
        with freeze_time("2026-02-22"):
            self.env["property.maintenance.plan"]._cron_create_due()
            self.env["property.maintenance.plan"]._cron_create_due()
        self.assertEqual(len(plan.workorder_ids), 1)
        self.assertEqual(plan.workorder_ids.channel, "plan")
        self.assertEqual(str(plan.next_date), "2026-03-31")

    def test_a_new_plan_is_due_on_its_first_day(self):
        plan = self.make_plan()
        self.assertEqual(str(plan.next_date), "2026-01-31")

    def test_a_counter(self):
        plan = self.make_plan(
            trigger="counter",
            counter_every=500,
            reading_ids=[
                Command.create({"reading_date": "2026-09-01", "value": 100}),
                Command.create({"reading_date": "2026-09-11", "value": 200}),
            ],
        )
        self.assertEqual(str(plan.next_date), "2026-10-11")
        with freeze_time("2026-10-06"):
            plan._cron_create_due()
        self.assertEqual(len(plan.workorder_ids), 1)
        self.assertEqual(plan.counter_done, 500)

    def test_a_plan_without_an_interval_is_refused(self):
        with self.assertRaises(ValidationError):
            self.make_plan(every=0)
        with self.assertRaises(ValidationError):
            self.make_plan(trigger="counter", counter_every=0)

    def test_the_plan_of_next_year_is_printed(self):
        plan = self.env["property.maintenance.plan"].create(
            {
                "name": "Pumps",
                "community_id": self.community.id,
                "start_date": "2026-01-31",
                "standard_id": self.env.ref("property_workorder.standard_pump").id,
            }
        )
        self.assertEqual(len(plan._get_year_days(2027)), 4)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "property_workorder.report_plan_year", plan.ids
        )[0]
        self.assertIn(b"Pumps", html)

    def test_a_survey(self):
        survey = self.env["property.unit.survey"].create(
            {
                "name": "Door phones",
                "question": "Does the door phone work?",
                "community_id": self.community.id,
                "category_id": self.door.id,
            }
        )
        survey.action_start()
        line = survey.line_ids
        self.assertEqual(line.unit_id, self.unit)
        line.with_user(self.user_staff).write({"fault": "No sound"})
        line.with_user(self.user_staff).action_fault()
        survey.action_order_repairs()
        self.assertEqual(line.state, "ordered")
        self.assertEqual(line.workorder_id.subject, "No sound")
        with self.assertRaises(UserError):
            line.action_repaired()
        line.write({"signature": self.make_photo(), "signed_by": "Owner"})
        line.action_repaired()
        self.assertEqual(survey.fault_count, 1)
        self.assertEqual(survey.progress, 100)
