# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestScopeAccess(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        )
        cls.unit = cls.make_unit()
        cls.neighbour_unit = cls.make_unit("1204")
        cls.other_unit = cls.make_unit(building=cls.other_building)
        cls.foreign_unit = cls.make_unit(building=cls.foreign_building)
        cls.make_ownership(cls.unit, cls.owner)
        cls.make_ownership(cls.neighbour_unit, cls.neighbour)

    def units_of(self, user):
        return self.env["property.unit"].with_user(user).search([])

    def test_staff_see_assigned_communities_only(self):
        self.assertEqual(self.units_of(self.user_staff), self.unit | self.neighbour_unit)
        with self.assertRaises(AccessError):
            self.other_unit.with_user(self.user_staff).read(["name"])

    def test_assignment_takes_effect_at_once(self):
        self.units_of(self.user_staff)
        self.user_staff.property_community_ids = [Command.link(self.other_community.id)]
        self.assertIn(self.other_unit, self.units_of(self.user_staff))
        self.other_community.staff_user_ids = [Command.unlink(self.user_staff.id)]
        self.assertNotIn(self.other_unit, self.units_of(self.user_staff))

    def test_manager_sees_company_and_no_other(self):
        units = self.units_of(self.user_manager)
        self.assertIn(self.other_unit, units)
        self.assertNotIn(self.foreign_unit, units)

    def test_officer_who_creates_a_community_works_in_it(self):
        community = (
            self.env["property.community"]
            .with_user(self.user_officer)
            .create({"name": "New", "code": "NEW"})
        )
        self.assertEqual(community.read(["name"])[0]["name"], "New")

    def test_staff_do_not_change_ownership(self):
        with self.assertRaises(AccessError):
            self.unit.ownership_ids.with_user(self.user_staff).write({"end_date": "2025-01-01"})

    def test_owner_sees_own_unit_not_the_neighbours(self):
        self.assertEqual(self.units_of(self.user_owner), self.unit)
        with self.assertRaises(AccessError):
            self.neighbour_unit.with_user(self.user_owner).read(["name"])
        with self.assertRaises(AccessError):
            self.unit.with_user(self.user_owner).write({"area_m2": 1})

    def test_owner_loses_the_unit_when_ownership_ends(self):
        self.unit.ownership_ids.end_date = "2025-06-30"
        with freeze_time("2025-06-30 04:00:00"):
            self.assertEqual(self.units_of(self.user_owner), self.unit)
        with freeze_time("2025-07-01 04:00:00"):
            self.assertFalse(self.units_of(self.user_owner))
            self.assertFalse(self.env["property.ownership"].with_user(self.user_owner).search([]))

    def test_tenant_needs_verification_and_loses_it(self):
        tenant = self.make_user("property_tenant", "base.group_portal", communities=None)
        stay = self.make_occupancy(
            self.unit, tenant.partner_id, role="tenant", verified=False, end_date="2025-12-31"
        )
        with freeze_time("2025-07-01 04:00:00"):
            self.assertFalse(self.units_of(tenant))
            stay.verified = True
            self.assertEqual(self.units_of(tenant), self.unit)
            self.assertFalse(self.env["property.ownership"].with_user(tenant).search([]))
        with freeze_time("2026-01-01 04:00:00"):
            self.assertFalse(self.units_of(tenant))

    def test_public_and_employee_see_nothing(self):
        employee = self.make_user("property_employee", "base.group_user", communities=None)
        with self.assertRaises(AccessError):
            self.units_of(employee)
        with self.assertRaises(AccessError):
            self.units_of(self.env.ref("base.public_user"))
