# SPDX-License-Identifier: LGPL-3.0-or-later
from freezegun import freeze_time

from odoo.exceptions import ValidationError

from .common import PropertyCommon


class TestPost(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit()
        cls.second_building = cls.make_building(code="4")
        cls.make_ownership(cls.unit, cls.owner)
        cls.manager_post = cls.make_post("Site manager", kind="manager")
        cls.keeper = cls.make_post("Keeper of 3", building_ids=cls.building.ids)
        cls.entrance_keeper = cls.make_post(
            "Keeper of 3-1",
            building_ids=cls.building.ids,
            entrance_ids=cls.unit.entrance_id.ids,
        )
        cls.elsewhere = cls.make_post("Keeper of 4", building_ids=cls.second_building.ids)

    @classmethod
    def make_post(cls, name, **vals):
        return cls.env["property.post"].create(
            {
                "name": name,
                "kind": "keeper",
                "community_id": cls.community.id,
                "start_date": "2024-01-01",
                **vals,
            }
        )

    def test_nearest_post_comes_first(self):
        posts = self.env["property.post"]._get_posts_of_unit(self.unit)
        self.assertEqual(posts.mapped("name"), ["Keeper of 3-1", "Keeper of 3", "Site manager"])

    def test_post_ends_and_can_be_hidden(self):
        self.entrance_keeper.end_date = "2025-06-30"
        self.manager_post.published = False
        with freeze_time("2025-07-01 04:00:00"):
            posts = self.env["property.post"]._get_posts_of_unit(self.unit)
            self.assertEqual(posts, self.keeper)

    def test_owner_sees_the_posts_of_own_community_only(self):
        self.make_post(
            "Far", community_id=self.other_community.id, building_ids=self.other_building.ids
        )
        seen = self.env["property.post"].with_user(self.user_owner).search([])
        self.assertIn(self.keeper, seen)
        self.assertNotIn("Far", seen.mapped("name"))
        self.assertFalse(self.env["property.post"].with_user(self.user_neighbour).search([]))

    def test_buildings_are_of_the_same_community(self):
        with self.assertRaises(ValidationError):
            self.keeper.building_ids += self.other_building
        with self.assertRaises(ValidationError):
            self.entrance_keeper.building_ids = self.second_building

    def test_name_and_contact_follow_the_user(self):
        post = self.env["property.post"].create(
            {"community_id": self.community.id, "user_id": self.user_staff.id}
        )
        self.assertEqual(post.name, self.user_staff.name)
        self.assertEqual(post.partner_id, self.user_staff.partner_id)
