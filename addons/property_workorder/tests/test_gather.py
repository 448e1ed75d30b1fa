# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestGather(WorkorderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.surface = cls.env.ref("property_workorder.category_common_surface_finding")
        cls.building2 = cls.make_building(code="9")

    def find(self, **vals):
        return self.make_order(category_id=self.surface.id, subject="Paint comes off", **vals)

    def gather(self, user=None, **vals):
        wizard = (
            self.env["property.workorder.gather"]
            .with_user(user or self.dispatcher)
            .create({"community_id": self.community.id, **vals})
        )
        wizard.action_gather()
        return wizard

    def test_one_job_per_building_that_takes_its_findings_along(self):
        mine = self.find(partner_id=self.owner.id, unit_id=self.unit.id)
        other = self.find()
        elsewhere = self.find(building_id=self.building2.id)
        lamp = self.make_order(category_id=self.lamp.id)
        urgent = self.find(is_urgent=True)
        self.gather()
        job = mine.gathered_in_id
        self.assertEqual(job.gathered_ids, mine | other)
        self.assertEqual(elsewhere.gathered_in_id.building_id, self.building2)
        self.assertNotEqual(elsewhere.gathered_in_id, job)
        self.assertFalse((lamp | urgent).gathered_in_id)
        self.assertEqual((mine | other | job).mapped("state"), ["accepted"] * 3)
        self.assertIn(mine.name, job.description)
        told = " ".join(event["text"] for event in mine._get_timeline())
        self.assertIn(job.name, told, "the resident reads that his is part of the job")
        with self.assertRaisesRegex(UserError, "monthly job"):
            mine.with_user(self.dispatcher).action_dispatch(self.tech_user)
        with self.assertRaisesRegex(UserError, "monthly job"):
            other.with_user(self.tech_user).action_grab()
        self.assertFalse(other.with_user(self.tech_user).can_grab)
        self.assertFalse(job.similar_count)
        self.assertNotIn(job, mine._find_similar())

        self.finish(job)
        self.assertEqual((mine | other).mapped("state"), ["done", "done"])
        self.assertIn("Closer changed", mine.result)
        self.assertEqual(elsewhere.state, "accepted")
        mine.with_user(self.user_staff).action_reopen("It comes off again")
        self.assertFalse(mine.gathered_in_id)
        with self.assertRaisesRegex(UserError, "answers for"):
            job.with_user(self.user_staff).action_close()
        job.with_user(self.dispatcher).action_close()
        self.assertEqual((mine.state, other.state), ("accepted", "closed"))

    def test_what_comes_later_joins_the_open_job_of_the_month(self):
        self.find()
        self.gather()
        late = self.find()
        self.gather()
        job = late.gathered_in_id
        self.assertEqual(job.gathered_count, 2)
        late.with_user(self.dispatcher).action_leave_job()
        self.assertFalse(late.gathered_in_id)
        self.assertNotIn(late.name, job.description)
        job.with_user(self.dispatcher).action_cancel("No weather for it")
        self.assertFalse(job.gathered_ids, "the findings wait for the next job")
        self.gather()
        self.assertNotEqual(late.gathered_in_id, job)
        with self.assertRaises(UserError):
            self.gather()

    def test_closing_by_force_closes_the_findings(self):
        finding = self.find()
        self.gather()
        finding.gathered_in_id.with_user(self.user_officer).action_force_close("Done by others")
        self.assertEqual(finding.state, "closed")

    def test_nobody_is_sent_out_to_a_single_finding(self):
        self.team.dispatch = "auto"
        self.tech.skill_ids = [Command.link(self.surface._get_effective("skill_ids").id)]
        finding = self.find()
        finding.with_user(self.user_staff).action_accept()
        self.assertEqual(finding.state, "accepted")

    def test_the_scheduled_action_runs_once_a_month_on_its_day(self):
        with freeze_time("2026-09-10 04:00:00"):
            finding = self.find()
        with freeze_time("2026-10-01 04:00:00"):
            self.run_cron("property_workorder_cron_gather")
            self.assertTrue(finding.gathered_in_id)
            self.assertEqual(finding.gathered_in_id.receiver_id, self.user_officer)
            later = self.find()
        with freeze_time("2026-10-02 04:00:00"):
            self.run_cron("property_workorder_cron_gather")
            self.assertFalse(later.gathered_in_id)
        with freeze_time("2026-11-03 04:00:00"):
            self.run_cron("property_workorder_cron_gather")
            self.assertTrue(later.gathered_in_id)
            self.assertNotEqual(later.gathered_in_id, finding.gathered_in_id)

    def test_who_may_gather(self):
        self.find()
        with self.assertRaises(AccessError):
            self.gather(user=self.user_staff)
        stranger = self.make_user(
            "wo_far", "property_workorder.group_dispatcher", self.other_community
        )
        with self.assertRaises(AccessError):
            self.gather(user=stranger)
