# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestProject(WorkorderCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.builder = cls.make_partner("Door Works Ltd.", is_company=True)
        cls.building2 = cls.make_building(code="9")

    def make_project(self, **vals):
        return self.env["property.workorder.project"].create(
            {
                "name": "New entrance doors",
                "community_id": self.community.id,
                "partner_id": self.builder.id,
                "building_ids": [Command.set(self.building.ids)],
                "category_ids": [Command.set(self.door.parent_id.ids)],
                "completed_date": "2010-05-01",
                **vals,
            }
        )

    def test_a_fault_goes_to_the_company_that_did_the_works(self):
        project = self.make_project()
        order = self.make_order()
        self.assertEqual(order.project_id, project)
        self.assertEqual(order.competence, "contractor")
        self.assertEqual(order.responsible_partner_id, self.builder)
        for other in (
            self.make_order(building_id=self.building2.id),
            self.make_order(category_id=self.lamp.id),
        ):
            self.assertFalse(other.project_id)
            self.assertEqual(other.competence, "company")
            self.assertFalse(other.responsible_partner_id)
        order.category_id = self.lamp
        self.assertFalse(order.project_id)
        self.assertFalse(order.responsible_partner_id, "it was proposed, not chosen")

    def test_the_warranty_ends(self):
        today = fields.Date.today()
        project = self.make_project(
            completed_date=today - timedelta(days=9), warranty_end_date=today + timedelta(days=2)
        )
        self.assertTrue(self.make_order().project_id)
        project.warranty_end_date = today - timedelta(days=3)
        self.assertFalse(self.make_order().project_id)
        self.assertFalse(project.is_under_warranty)
        Project = self.env["property.workorder.project"]
        self.assertNotIn(project, Project.search([("is_under_warranty", "=", True)]))
        self.assertIn(project, Project.search([("is_under_warranty", "=", False)]))

    def test_the_quality_is_followed_up(self):
        project = self.make_project()
        order = self.make_order()
        self.finish(order)
        activity = order.activity_search(["property_workorder.property_workorder_activity_quality"])
        self.assertEqual(activity.user_id, self.user_staff)
        today = fields.Date.context_today(order.with_user(self.tech_user))
        self.assertEqual(activity.date_deadline, today + timedelta(days=30))
        order.with_user(self.user_staff).action_reopen("The door sticks")
        self.assertEqual(
            (project.fault_count, project.open_count, project.repeated_count), (1, 1, 1)
        )

    def test_a_building_of_another_community_is_refused(self):
        with self.assertRaises(ValidationError):
            self.make_project(building_ids=[Command.set(self.other_building.ids)])

    def test_who_may(self):
        project = self.make_project()
        self.assertTrue(project.with_user(self.user_staff).read(["name"]))
        with self.assertRaises(AccessError):
            project.with_user(self.user_staff).name = "Mine"
        with self.assertRaises(AccessError):
            project.with_user(self.user_owner).read(["name"])
        stranger = self.make_user(
            "wo_afar", "property_base.group_property_officer", self.other_community
        )
        with self.assertRaises(AccessError):
            project.with_user(stranger).read(["name"])

    def test_hotline_rate_of_the_service_report(self):
        self.make_project()
        for number in range(4):
            self.make_unit(number=f"9{number}")
        self.make_order(channel="hotline", hotline_number="12345-1", hotline_due_date="2020-01-01")
        self.make_order()
        households = self.env["property.unit"].search_count(
            [("community_id", "=", self.community.id), ("usage", "=", "residential")]
        )
        report = self.env["property.service.report"].create(
            {
                "community_id": self.community.id,
                "month_start": fields.Date.context_today(
                    self.community.with_context(tz="Asia/Shanghai")
                ).replace(day=1),
            }
        )
        data = report._get_data()
        self.assertEqual(
            data["hotline"],
            {
                "count": 1,
                "households": households,
                "rate": round(100 / households, 2),
                "share": 50.0,
                "late": 1,
            },
        )
        self.assertEqual(data["projects"][0]["count"], 2)
        self.env.flush_all()
        [(rate, count)] = self.env["property.workorder.report"]._read_group(
            [("community_id", "=", self.community.id)],
            [],
            ["hotline_rate:sum", "hotline_count:sum"],
        )
        self.assertAlmostEqual(rate, 100 / households)
        self.assertEqual(count, 1)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "property_workorder.report_service", report.ids
        )[0]
        self.assertIn("Per 100 households", html.decode())

    def test_communities_differ_in_who_is_competent(self):
        Competence = self.env["property.workorder.competence"]
        lifts, others = self.make_partner("Lifts Ltd."), self.make_partner("Doors Ltd.")
        common = self.env.ref("property_workorder.category_common")
        Competence.create(
            [
                {
                    "community_id": self.community.id,
                    "category_id": common.id,
                    "competence": "contractor",
                    "partner_id": others.id,
                },
                {
                    "community_id": self.community.id,
                    "category_id": self.env.ref("property_workorder.category_common_lift").id,
                    "competence": "contractor",
                    "partner_id": lifts.id,
                },
            ]
        )
        fault = self.env.ref("property_workorder.category_common_lift_fault")
        lift = self.make_order(category_id=fault.id, partner_id=self.owner.id)
        self.assertEqual((lift.competence, lift.responsible_partner_id), ("contractor", lifts))
        self.assertIn("Lifts Ltd.", " ".join(event["text"] for event in lift._get_timeline()))
        self.assertEqual(self.make_order().responsible_partner_id, others)
        elsewhere = self.make_order(
            user=self.user_manager, community_id=self.other_community.id, building_id=False
        )
        self.assertEqual(elsewhere.competence, "company")
        with self.assertRaises(AccessError):
            Competence.with_user(self.user_staff).create(
                {"community_id": self.community.id, "category_id": self.door.id}
            )
