# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from .common import PropertyCommon

SECRET = "Secret Neighbour Person"


@tagged("post_install", "-at_install")
class TestPortal(PropertyCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit("1203")
        cls.neighbour_unit = cls.make_unit("9904")
        cls.make_ownership(cls.unit, cls.owner)
        cls.make_ownership(cls.neighbour_unit, cls.neighbour)
        cls.secret = cls.make_partner(SECRET, phone="13811119999")
        cls.secret_stay = cls.make_occupancy(cls.neighbour_unit, cls.secret)
        for user in (cls.user_owner, cls.user_neighbour):
            user.lang = "en_US"
            user.password = user.login

    def login(self, user):
        self.authenticate(user.login, user.login)

    def post(self, url, **data):
        data.setdefault("csrf_token", http.Request.csrf_token(self))
        return self.url_open(url, data=data)

    def get_path(self, response):
        return response.url.split("://", 1)[1].split("/", 1)[1].split("#")[0]

    def stays(self):
        return self.unit.occupancy_ids.filtered(lambda line: line.role != "owner")

    def test_home_and_unit_page_of_the_owner(self):
        self.env["property.post"].create(
            {
                "name": "Keeper Chen",
                "community_id": self.community.id,
                "building_ids": self.building.ids,
                "phone": "0571-88880003",
                "start_date": "2024-01-01",
            }
        )
        self.env["property.service.centre"].create(
            {
                "name": "Front Desk",
                "community_ids": self.community.ids,
                "phone_office": "0571-88880000",
            }
        )
        self.login(self.user_owner)
        for url in ("/my/home", "/my/units", f"/my/units/{self.unit.id}"):
            with self.subTest(url=url):
                response = self.url_open(url)
                self.assertEqual(response.status_code, 200)
                self.assertIn("3-1-1203", response.text)
                self.assertNotIn("9904", response.text)
        self.assertIn("tel:0571-88880003", response.text)
        self.assertIn("tel:0571-88880000", response.text)

    def test_neighbour_gets_nothing(self):
        self.login(self.user_owner)
        for url in (
            f"/my/units/{self.neighbour_unit.id}",
            "/my/units/99999999",
        ):
            with self.subTest(url=url):
                response = self.url_open(url)
                self.assertEqual(self.get_path(response), "my")
                self.assertNotIn(SECRET, response.text)
        stay = self.secret_stay
        base = f"/my/units/{self.neighbour_unit.id}/household"
        for url in (
            f"{base}/add",
            f"{base}/{stay.id}/end",
            f"{base}/{stay.id}/invite",
            f"/my/units/{self.unit.id}/household/{stay.id}/end",
            f"/my/units/{self.unit.id}/household/{stay.id}/invite",
        ):
            with self.subTest(url=url):
                response = self.post(
                    url, name="X", phone="13800000000", role="family", email="x@example.com"
                )
                self.assertEqual(self.get_path(response), "my")
                self.assertNotIn(SECRET, response.text)
        self.assertEqual(self.neighbour_unit.occupancy_ids, stay)
        self.assertFalse(stay.end_date)

    def test_rights_end_with_the_ownership(self):
        today = fields.Date.context_today(self.unit)
        self.unit.ownership_ids.end_date = today - timedelta(days=1)
        self.login(self.user_owner)
        self.assertNotIn("3-1-1203", self.url_open("/my/home").text)
        response = self.url_open(f"/my/units/{self.unit.id}")
        self.assertEqual(self.get_path(response), "my")

    def test_unknown_sorting_is_survived(self):
        self.login(self.user_owner)
        response = self.url_open("/my/units?sortby=nonsense&filterby=nonsense")
        self.assertEqual(response.status_code, 200)
        self.assertIn("3-1-1203", response.text)

    def test_post_without_csrf_is_refused(self):
        self.login(self.user_owner)
        response = self.url_open(
            f"/my/units/{self.unit.id}/household/add",
            data={"name": "X", "phone": "13800000000", "role": "family"},
        )
        self.assertEqual(response.status_code, 400)
        self.assertFalse(self.stays())

    def test_owner_registers_and_removes_a_member(self):
        self.building.keeper_id = self.user_staff
        self.login(self.user_owner)
        url = f"/my/units/{self.unit.id}/household/add"
        response = self.post(url, name="Liu Ming", phone="13811112222", role="family")
        self.assertIn("Liu Ming", response.text)
        self.assertNotIn("13811112222", response.text)
        stay = self.stays()
        self.assertEqual((stay.role, stay.verified), ("family", False))
        self.assertEqual(self.unit.activity_ids.user_id, self.user_staff)
        response = self.post(url, name="Liu Ming", phone="13811112222", role="family")
        self.assertIn("registered in this unit already", response.text)
        for wrong in (
            {"role": "owner"},
            {"phone": "138****2222"},
            {"name": " "},
            {"end_date": "2020-01-01"},
            {"start_date": "tomorrow"},
        ):
            with self.subTest(wrong=wrong):
                vals = {"name": "Li", "phone": "13811113333", "role": "tenant", **wrong}
                self.assertIn("alert-danger", self.post(url, **vals).text)
        self.assertEqual(self.stays(), stay)
        stay.start_date = "2024-01-01"
        stay.verified = True
        self.post(f"/my/units/{self.unit.id}/household/{stay.id}/end")
        self.assertFalse(stay.is_current)

    def test_number_of_people_per_unit_is_limited(self):
        self.community._set_parameter("household_max_members", 1)
        self.login(self.user_owner)
        url = f"/my/units/{self.unit.id}/household/add"
        self.post(url, name="Liu Ming", phone="13811112222", role="family")
        text = self.post(url, name="Liu Yang", phone="13811113333", role="family").text
        self.assertIn("alert-danger", text)
        self.assertEqual(self.stays().partner_id.name, "Liu Ming")

    def test_member_is_invited_and_sees_the_unit_when_verified(self):
        member = self.make_partner("Liu Ming")
        stay = self.make_occupancy(self.unit, member, verified=False)
        self.login(self.user_owner)
        url = f"/my/units/{self.unit.id}/household/{stay.id}/invite"
        self.assertIn("alert-danger", self.post(url, email="nonsense").text)
        taken = self.post(url, email=self.user_neighbour.login + "@example.com").text
        self.assertIn("alert-danger", taken)
        self.assertNotIn("account", taken.split("alert-danger")[1].split("</div>")[0])
        self.assertIn("alert-success", self.post(url, email="ming@example.com").text)
        user = member.user_ids
        self.assertTrue(user._is_portal())
        Unit = self.env["property.unit"].with_user(user)
        self.assertFalse(Unit.search([]))
        stay.verified = True
        self.assertEqual(Unit.search([]), self.unit)

    def test_tenant_sees_the_unit_but_not_the_owners(self):
        tenant = self.make_user("property_tenant", "base.group_portal", communities=None)
        tenant.write({"password": tenant.login, "lang": "en_US"})
        self.make_occupancy(self.unit, tenant.partner_id, role="tenant")
        self.make_occupancy(self.unit, self.make_partner("Liu Ming"))
        self.login(tenant)
        text = self.url_open(f"/my/units/{self.unit.id}").text
        self.assertIn("3-1-1203", text)
        self.assertNotIn(self.owner.name, text)
        self.assertNotIn("Liu Ming", text)
        self.assertNotIn("/household/add", text)
        self.post(f"/my/units/{self.unit.id}/household/add", name="X", phone="1" * 11)
        self.assertEqual(len(self.stays()), 2)

    def test_profile_changes_own_phone_only(self):
        self.owner.write({"phone": "13800000001", "property_id_number": "11010519491231002X"})
        self.login(self.user_owner)
        text = self.url_open("/my/profile").text
        self.assertIn("13800000001", text)
        self.assertIn("**************002X", text)
        self.assertNotIn("110105", text)
        self.post("/my/profile", phone="13900001111", lang="xx_XX", partner_id=self.neighbour.id)
        self.assertEqual(self.owner.phone, "13900001111")
        self.assertEqual(self.owner.lang, "en_US")
        self.assertIn("alert-danger", self.post("/my/profile", phone="12").text)
        self.assertIn("alert-danger", self.post("/my/profile", phone="139****1111").text)
        self.assertEqual(self.owner.phone, "13900001111")

    def test_visitor_has_to_sign_in(self):
        for url in ("/my/units", f"/my/units/{self.unit.id}", "/my/profile"):
            response = self.url_open(url)
            self.assertIn("/web/login", response.url)
