# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
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

    def test_findings_of_a_survey_become_lines_of_next_years_plan(self):
        second = self.make_unit(number="777")
        survey = self.env["property.unit.survey"].create(
            {
                "name": "Yearly survey",
                "question": "Is the window tight?",
                "community_id": self.community.id,
                "building_ids": [Command.set(self.building.ids)],
                "category_id": self.door.id,
                "start_date": "2026-10-01",
            }
        )
        survey.action_start()
        first = survey.line_ids.filtered(lambda one: one.unit_id == self.unit)
        other = survey.line_ids.filtered(lambda one: one.unit_id == second)
        with self.assertRaises(UserError):
            survey.action_plan_repairs()
        first.fault, other.fault = "Seal is brittle", "seal  is brittle"
        (first | other).action_fault()
        self.assertEqual(survey.waiting_count, 2)
        survey.with_user(self.user_officer).action_plan_repairs()
        plan = first.plan_id
        self.assertEqual((first | other).mapped("state"), ["planned", "planned"])
        self.assertEqual(other.plan_id, plan, "the same fault of a building is one line")
        self.assertEqual((plan.building_id, plan.category_id), (self.building, self.door))
        self.assertIn(second.name, plan.checklist)
        self.assertEqual([str(day) for day in plan._get_year_days(2027)], ["2027-01-01"])
        self.assertFalse(plan._get_year_days(2028), "a single job, not one every year")
        self.assertEqual((survey.waiting_count, survey.fault_count, survey.plan_count), (0, 2, 1))
        with freeze_time("2026-12-28"):
            plan._cron_create_due()
        self.assertEqual(len(plan.workorder_ids), 1)
        self.assertFalse(plan.next_date)
        plan.workorder_ids.write({"maintenance_plan_id": False})
        plan.unlink()
        self.assertEqual((first | other).mapped("state"), ["fault", "fault"])

    def test_staff_do_not_change_the_plan(self):
        survey = self.env["property.unit.survey"].create(
            {
                "name": "Yearly survey",
                "question": "Is the window tight?",
                "community_id": self.community.id,
            }
        )
        survey.action_start()
        survey.line_ids[0].action_fault()
        with self.assertRaises(AccessError):
            survey.with_user(self.user_staff).action_plan_repairs()
