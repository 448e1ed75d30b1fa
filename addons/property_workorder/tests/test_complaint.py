# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WorkorderCommon

TASK = "property_workorder.property_workorder_activity_complaint"


@tagged("post_install", "-at_install")
class TestComplaint(WorkorderCommon):
    """Complaints have handlers of their own and are not seen by whom they are about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls.make_user("wo_keeper", "property_base.group_property_user")
        cls.Handler = cls.env["property.complaint.handler"]
        cls.noise = cls.env.ref("property_workorder.category_service_complaint_noise")
        cls.staff = cls.env.ref("property_workorder.category_service_complaint_staff")

    def name(self, users, **vals):
        return self.Handler.create(
            {
                "community_id": self.community.id,
                "user_ids": [Command.set(users.ids)],
                **vals,
            }
        )

    def complain(self, category=None, **vals):
        return self.make_order(
            category_id=(category or self.noise).id, subject="Loud every night", **vals
        )

    def test_the_first_line_that_fits_holds(self):
        self.name(self.keeper, complaint_kind="neighbour", sequence=1)
        self.name(self.dispatcher, severity="serious", sequence=2)
        self.name(self.user_officer, sequence=9)
        self.assertEqual(self.complain(complaint_kind="neighbour").handler_ids, self.keeper)
        serious = self.complain(complaint_kind="fees", severity="serious")
        self.assertEqual(serious.handler_ids, self.dispatcher)
        other = self.complain(complaint_kind="fees")
        self.assertEqual(other.handler_ids, self.user_officer)
        self.assertEqual(other.activity_search([TASK]).user_id, self.user_officer)
        self.assertFalse(self.make_order().handler_ids, "a repair has none")

    def test_nobody_handles_a_complaint_about_himself(self):
        self.name(self.keeper, sequence=1)
        self.name(self.dispatcher, sequence=2)
        order = self.complain(complained_user_ids=[Command.set(self.keeper.ids)])
        self.assertEqual(order.handler_ids, self.dispatcher)

    def test_the_kind_is_found_out_later(self):
        self.name(self.keeper, complaint_kind="fees")
        order = self.complain()
        self.assertFalse(order.handler_ids)
        order.complaint_kind = "fees"
        self.assertEqual(order.handler_ids, self.keeper)
        order.complaint_kind = "order"
        self.assertEqual(order.handler_ids, self.keeper, "who has it keeps it")

    def test_a_complaint_about_staff_is_not_for_all_eyes(self):
        """Residents cannot say in the portal whom it is about: until then few see it."""
        self.name(self.keeper)
        order = self.env["property.workorder"].create(
            {
                "category_id": self.staff.id,
                "community_id": self.community.id,
                "unit_id": self.unit.id,
                "partner_id": self.owner.id,
                "channel": "portal",
                "subject": "Rude at the desk",
                "receiver_id": False,
            }
        )
        self.assertTrue(order.is_restricted)
        for user in (self.keeper, self.user_officer):
            order.with_user(user).read(["subject"])
        for user in (self.user_staff, self.tech_user):
            with self.assertRaises(AccessError):
                order.with_user(user).read(["subject"])

    def test_it_is_not_hidden_from_everybody(self):
        self.community.manager_id = False
        order = self.env["property.workorder"].create(
            {
                "category_id": self.staff.id,
                "community_id": self.community.id,
                "subject": "Rude at the desk",
                "receiver_id": False,
            }
        )
        self.assertFalse(order.is_restricted, "nobody would see it")

    def test_who_may_name_handlers(self):
        with self.assertRaises(AccessError):
            self.Handler.with_user(self.user_staff).create(
                {"community_id": self.community.id, "user_ids": [Command.set(self.keeper.ids)]}
            )
        self.Handler.with_user(self.user_officer).create(
            {"community_id": self.community.id, "user_ids": [Command.set(self.keeper.ids)]}
        )
