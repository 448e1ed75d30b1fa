# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from .common import PropertyCommon


class TestAuthority(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fire = cls.env.ref("property_base.authority_subject_fire")
        cls.noise = cls.env.ref("property_base.authority_subject_night_noise")
        cls.wide = cls.make_authority(name="119", subject_ids=[Command.set(cls.fire.ids)])
        cls.local = cls.make_authority(
            name="Fire station 3",
            subject_ids=[Command.set(cls.fire.ids)],
            community_ids=[Command.set(cls.community.ids)],
            sequence=99,
        )
        cls.elsewhere = cls.make_authority(
            name="Fire station 9",
            subject_ids=[Command.set(cls.fire.ids)],
            community_ids=[Command.set(cls.other_community.ids)],
        )

    @classmethod
    def make_authority(cls, **vals):
        """Create a published fire brigade with a phone."""
        return cls.env["property.authority"].create(
            {"name": "Fire", "kind": "fire", "phone_day": "119", "is_published": True, **vals}
        )

    def test_local_authority_comes_before_the_company_wide_one(self):
        Authority = self.env["property.authority"]
        self.assertEqual(Authority._find_competent(self.community, "fire"), self.local | self.wide)
        self.assertEqual(Authority._find_competent(self.community, self.fire)[0], self.local)
        self.assertFalse(Authority._find_competent(self.community, self.noise))
        self.assertFalse(Authority._find_competent(self.foreign_community, "fire"))

    def test_number_at_night(self):
        self.local.phone_night = "119-2"
        self.assertEqual(self.local._phone_at(9), "119")
        self.assertEqual(self.local._phone_at(23), "119-2")
        self.assertEqual(self.wide._phone_at(23), "119")

    def test_unreachable_authority_is_not_published(self):
        with self.assertRaisesRegex(ValidationError, "neither a phone nor an address"):
            self.make_authority(phone_day=False)

    def test_hotlines_are_added_once(self):
        Authority = self.env["property.authority"].with_user(self.user_manager)
        Authority.action_add_hotlines()
        police = Authority.search([("kind", "=", "police")])
        self.assertEqual(police.phone_day, "110")
        self.assertIn("public_security", police.subject_ids.mapped("code"))
        self.assertEqual(Authority.search_count([("kind", "=", "fire")]), 3)
        with self.assertRaises(UserError):
            Authority.action_add_hotlines()

    def test_staff_see_their_communities_and_the_company_wide_ones(self):
        seen = self.env["property.authority"].with_user(self.user_staff).search([])
        self.assertEqual(seen & (self.wide | self.local | self.elsewhere), self.wide | self.local)
        with self.assertRaises(AccessError):
            self.local.with_user(self.user_staff).name = "x"
        self.local.with_user(self.user_officer).name = "Fire station three"
        with self.assertRaises(AccessError):
            self.wide.with_user(self.user_officer).name = "x"
        self.wide.with_user(self.user_manager).name = "119 fire"

    def test_resident_sees_published_ones_of_own_community(self):
        unit = self.make_unit()
        self.make_ownership(unit, self.owner, start_date=date(2020, 1, 1))
        self.elsewhere.flush_recordset()
        Authority = self.env["property.authority"]
        ours = self.wide | self.local | self.elsewhere
        self.assertEqual(
            Authority.with_user(self.user_owner).search([]) & ours, self.wide | self.local
        )
        self.assertEqual(Authority.with_user(self.user_neighbour).search([]) & ours, self.wide)
        self.local.is_published = False
        self.assertEqual(Authority.with_user(self.user_owner).search([]) & ours, self.wide)
        with self.assertRaises(AccessError):
            self.wide.with_user(self.user_owner).phone_day = "1"
