# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
import io

from PIL import Image
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PropertyCommon


class SitePlanCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        picture = io.BytesIO()
        Image.new("RGB", (120, 80), "green").save(picture, "PNG")
        cls.community.site_plan = base64.b64encode(picture.getvalue())
        cls.unit = cls.make_unit()
        cls.make_ownership(cls.unit, cls.owner)
        cls.pin = cls.make_pin(building_id=cls.building.id, x_percent=10, y_percent=20)
        cls.hidden_pin = cls.make_pin(name="Pump room", kind="facility", published=False)

    @classmethod
    def make_pin(cls, **vals):
        return cls.env["property.site.plan.pin"].create({"community_id": cls.community.id, **vals})


@tagged("post_install", "-at_install")
class TestSitePlan(SitePlanCommon):
    def test_a_pin_is_named_after_its_place(self):
        self.assertEqual(self.pin.name, "Building 3")
        self.pin.name = "Gate house"
        self.assertEqual(self.pin.name, "Gate house")

    @mute_logger("odoo.sql_db")
    def test_a_pin_sticks_in_the_plan(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.make_pin(name="Outside", x_percent=101)

    def test_a_pin_marks_a_place_of_its_community(self):
        with self.assertRaises(ValidationError):
            self.pin.building_id = self.other_building

    def test_who_may_set_pins(self):
        self.pin.with_user(self.user_officer).x_percent = 50
        with self.assertRaises(AccessError):
            self.pin.with_user(self.user_staff).x_percent = 50
        with self.assertRaises(AccessError):
            self.pin.with_user(self.user_owner).x_percent = 50

    def test_residents_find_published_pins_of_their_community(self):
        pins = self.env["property.site.plan.pin"]
        self.assertEqual(pins.with_user(self.user_owner).search([]), self.pin)
        self.assertFalse(pins.with_user(self.user_neighbour).search([]))


@tagged("post_install", "-at_install")
class TestSitePlanPortal(HttpCase, SitePlanCommon):
    def test_resident_sees_plan_and_own_building(self):
        self.authenticate("property_owner", "property_owner")
        home = self.url_open("/my").text
        self.assertIn(f"/my/communities/{self.community.id}", home)
        page = self.url_open(f"/my/communities/{self.community.id}").text
        self.assertIn("o_property_pin_own", page)
        self.assertNotIn("Pump room", page)
        picture = self.url_open(f"/my/communities/{self.community.id}/plan")
        self.assertEqual(Image.open(io.BytesIO(picture.content)).size, (120, 80))

    @mute_logger("odoo.http")
    def test_others_find_nothing(self):
        self.authenticate("property_neighbour", "property_neighbour")
        for path in ("", "/plan"):
            answer = self.url_open(f"/my/communities/{self.community.id}{path}")
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("Test Garden", answer.text)

    @mute_logger("odoo.http")
    def test_community_without_plan(self):
        self.community.site_plan = False
        self.authenticate("property_owner", "property_owner")
        self.assertNotIn("/my/communities/", self.url_open("/my").text)
        self.assertEqual(self.url_open(f"/my/communities/{self.community.id}").status_code, 200)
        answer = self.url_open(f"/my/communities/{self.community.id}/plan")
        self.assertEqual(answer.status_code, 404)


@tagged("post_install", "-at_install")
class TestSitePlanTour(HttpCase, SitePlanCommon):
    def test_set_and_open_a_pin(self):
        self.start_tour(
            f"/odoo/property-communities/{self.community.id}",
            "property_site_plan",
            login="property_officer",
        )
        pin = self.env["property.site.plan.pin"].search(
            [("community_id", "=", self.community.id), ("name", "=", "Fountain")]
        )
        self.assertAlmostEqual(pin.x_percent, 50, 0)
