# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestOversight(WorkorderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user("wo_clerk", "base.group_portal", None)
        for user in (cls.clerk, cls.user_neighbour):
            user.password = user.login
        cls.office = cls.env["property.authority"].create(
            {
                "name": "Riverside street office",
                "kind": "street_office",
                "company_id": cls.community.company_id.id,
                "community_ids": [Command.set(cls.community.ids)],
                "viewer_ids": [Command.set(cls.clerk.partner_id.ids)],
            }
        )
        cls.repair = cls.make_order(
            unit_id=cls.unit.id,
            partner_id=cls.owner.id,
            subject="Wang beats the drum",
            description="<p>Call me at 13877770001</p>",
            place="Bedroom of Grandma",
        )
        cls.secret = cls.make_order(
            category_id=cls.env.ref("property_workorder.category_service_complaint_other").id,
            is_restricted=True,
        )
        cls.about = cls.make_order(
            category_id=cls.env.ref("property_workorder.category_service_complaint_staff").id,
            complained_user_ids=[Command.set(cls.tech_user.ids)],
        )
        cls.elsewhere = cls.make_order(
            user=cls.user_manager,
            community_id=cls.other_community.id,
            building_id=cls.other_building.id,
        )

    def page(self, user, path="/my/oversight"):
        self.authenticate(user.login, user.login)
        return self.url_open(path)

    def test_a_viewer_sees_state_promise_and_handler_and_no_person(self):
        page = self.page(self.clerk)
        self.assertIn(self.repair.name, page.text)
        self.assertIn(self.user_staff.name, page.text, "who handles it")
        self.assertIn(self.building.name, page.text)
        self.assertIn(self.repair._get_viewer_row()["promise"], page.text)
        for secret in (
            "beats the drum",
            "13877770001",
            "Grandma",
            self.owner.name,
            self.unit.name,
            self.secret.name,
            self.about.name,
            self.elsewhere.name,
        ):
            self.assertNotIn(secret, page.text)
        self.assertIn("/my/oversight", self.page(self.clerk, "/my").text)
        done = self.page(self.clerk, "/my/oversight?show=done")
        self.assertNotIn(self.repair.name, done.text)
        forged = self.page(self.clerk, f"/my/oversight?community={self.other_community.id}")
        self.assertNotIn(self.elsewhere.name, forged.text)

    def test_nobody_else_sees_it(self):
        page = self.page(self.user_neighbour)
        self.assertNotIn("/my/oversight", page.url)
        self.assertNotIn(self.repair.name, page.text)
        self.assertNotIn("/my/oversight", self.page(self.user_neighbour, "/my").text)
        for access in (
            lambda: self.repair.with_user(self.clerk).read(["name"]),
            lambda: self.env["property.workorder"].with_user(self.clerk).search([]),
        ):
            with self.assertRaises(AccessError):
                access()
        answer = self.page(self.clerk, f"/my/requests/{self.repair.id}")
        self.assertNotIn(self.repair.name, answer.text)

    def test_the_right_ends_with_the_entry(self):
        Authority = self.env["property.authority"]
        self.assertEqual(Authority._get_viewer_communities(self.clerk), self.community)
        self.office.community_ids = False
        found = Authority._get_viewer_communities(self.clerk)
        self.assertIn(self.other_community, found, "an office of the whole company")
        self.assertNotIn(self.foreign_community, found)
        self.office.active = False
        self.assertFalse(Authority._get_viewer_communities(self.clerk))
        self.office.active = True
        self.office.viewer_ids = False
        self.assertFalse(Authority._get_viewer_communities(self.clerk))
        self.assertNotIn("/my/oversight", self.page(self.clerk).url)
