# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import WorkorderCommon


@tagged("post_install", "-at_install")
class TestPortal(WorkorderCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.user_owner, cls.user_neighbour):
            user.password = user.login

    def login(self, user):
        self.authenticate(user.login, user.login)

    def post(self, path, files=None, **data):
        from odoo import http

        data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open(path, data=data, files=files)

    def test_the_story_of_an_owner(self):
        self.login(self.user_owner)
        page = self.url_open("/my/requests/new")
        self.assertIn(self.unit.name, page.text)
        photo = base64.b64decode(self.make_photo(kind="JPEG"))
        answer = self.post(
            "/my/requests/new",
            files=[("photos", ("tap.jpg", photo, "image/jpeg"))],
            unit=self.unit.id,
            category=self.tap.id,
            description="Tap drips\nsince Monday",
            phone="13800138001",
        )
        order = self.env["property.workorder"].search([("partner_id", "=", self.owner.id)])
        self.assertEqual(order.subject, "Tap drips")
        self.assertEqual(order.channel, "portal")
        self.assertEqual(order.evidence_count, 1)
        self.assertIn(order.name, answer.text)
        image = self.url_open(f"/my/requests/{order.id}/photo/{order.evidence_ids.id}")
        self.assertTrue(image.headers["Content-Type"].startswith("image/"))
        url = f"/my/requests/{order.id}"
        self.post(f"{url}/urge")
        self.assertEqual(order.urged_count, 1)
        self.assertIn("just urged", self.post(f"{url}/urge").text)
        self.post(f"{url}/message", text="Come after six")
        self.assertIn("Come after six", self.url_open(url).text)
        order.with_user(self.user_staff).action_accept()
        self.finish(order)
        self.assertIn("Closer changed", self.url_open(url).text)
        self.url_open(f"{url}/rate?stars=1")
        self.assertEqual(order.state, "done", "no rating by GET")
        self.assertIn("one to five", self.post(f"{url}/rate", stars="9").text)
        page = self.post(f"{url}/rate", stars="2", feedback="Drips again").text
        self.assertIn("★★\nDrips again", page)
        self.assertNotIn("rating_2", page)
        self.assertEqual((order.state, order.reopened_count), ("accepted", 1))
        self.finish(order)
        self.post(f"{url}/rate", stars="5")
        self.assertEqual(order.state, "closed")
        self.assertIn("not right", self.post(f"{url}/reopen", text=" ").text)
        self.post(f"{url}/reopen", text="Drips once more")
        self.assertEqual(order.reopened_count, 2)

    def test_strangers_see_and_do_nothing(self):
        order = self.make_order(
            unit_id=self.unit.id, partner_id=self.owner.id, subject="Secret leak"
        )
        self.login(self.user_neighbour)
        page = self.url_open(f"/my/requests/{order.id}")
        self.assertTrue(page.url.endswith("/my/requests"))
        self.assertNotIn("Secret leak", page.text)
        self.post(f"/my/requests/{order.id}/urge")
        self.assertFalse(order.urged_count)
        self.add_photo(order)
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/my/requests/{order.id}/photo/{order.evidence_ids.id}")
        self.assertEqual(answer.status_code, 404)

    def test_bad_input_has_an_answer(self):
        self.login(self.user_owner)
        stranger = self.make_unit(number="999")
        good = {"unit": self.unit.id, "category": self.tap.id, "description": "x", "phone": "1380"}
        cases = (
            ({"description": "   "}, None, "Describe what is wrong"),
            ({"category": "0"}, None, "Choose what it is about"),
            ({"unit": stranger.id}, None, "Choose one of your units"),
            ({"appointment": "tomorrow"}, None, "is not a time"),
            ({}, ("big.jpg", b"\xff\xd8" + b"0" * (16 * 1024 * 1024), "image/jpeg"), "15 MB"),
            ({}, ("virus.exe", b"MZ" + b"0" * 99, "image/jpeg"), "no picture"),
        )
        for change, photo, words in cases:
            with self.subTest(words=words):
                files = [("photos", photo)] if photo else None
                page = self.post("/my/requests/new", files=files, **{**good, **change})
                self.assertEqual(page.status_code, 200)
                self.assertIn(words, page.text)
        self.assertFalse(
            self.env["property.workorder"].search([("partner_id", "=", self.owner.id)])
        )

    def test_who_moved_out_reopens_nothing(self):
        tenant = self.make_user("wo_gone", "base.group_portal", None)
        tenant.password = "wo_gone"
        stay = self.make_occupancy(self.unit, tenant.partner_id, role="tenant")
        order = self.finish(
            self.make_order(unit_id=self.unit.id, partner_id=tenant.partner_id.id)
        ).with_user(self.user_staff)
        order.action_close()
        stay.end_date = date(2025, 1, 1)
        self.authenticate("wo_gone", "wo_gone")
        page = self.post(f"/my/requests/{order.id}/reopen", text="Again")
        self.assertTrue(page.url.endswith("/my/requests"))
        self.assertEqual(order.state, "closed")

    def test_a_service_is_ordered_and_its_price_accepted(self):
        service = self.env["property.paid.service"].create(
            {"name": "Change a tap", "price": 80, "group": "water"}
        )
        self.login(self.user_owner)
        self.assertIn("Change a tap", self.url_open("/my/services").text)
        page = self.post(f"/my/services/{service.id}", unit=self.unit.id, phone="13800138001")
        order = self.env["property.workorder"].search([("service_id", "=", service.id)])
        self.assertEqual(order.quote_ids.state, "sent")
        self.assertIn("80", page.text)
        self.login(self.user_neighbour)
        self.post(f"/my/requests/{order.id}/quote/{order.quote_ids.id}/accept")
        self.assertEqual(order.quote_ids.state, "sent")
        self.login(self.user_owner)
        self.post(f"/my/requests/{order.id}/quote/{order.quote_ids.id}/accept")
        self.assertEqual(order.quote_ids.state, "accepted")
        self.assertEqual(order.bearer, "resident")

    def test_the_home_shows_outages(self):
        incident = self.env["property.incident"].create(
            {
                "name": "No water tomorrow",
                "community_id": self.community.id,
                "building_ids": [Command.set(self.building.ids)],
            }
        )
        incident.action_announce()
        self.login(self.user_owner)
        self.assertIn("No water tomorrow", self.url_open("/my").text)
        self.login(self.user_neighbour)
        self.assertNotIn("No water tomorrow", self.url_open("/my").text)

    def test_a_guest_reports_from_a_label(self):
        place = self.env["property.place"]._find_or_create(self.unit)[self.unit.id]
        self.assertIn("/report", self.url_open(f"/p/{place.token}").text)
        self.authenticate(None, None)
        url = f"/p/{place.token}/report"
        self.assertIn("phone number", self.post(url, description="Dark", phone="x").text)
        self.assertIn("Thank you", self.post(url, description="Dark", phone="13800138009").text)
        order = self.env["property.workorder"].search([("channel", "=", "qr")])
        self.assertEqual(order.unit_id, self.unit)
        self.assertEqual(order.caller_phone, "13800138009")
        for _number in range(5):
            page = self.post(url, description="Dark", phone="13800138009")
        self.assertIn("Much has been reported", page.text)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open("/p/nothing/report").status_code, 404)

    def test_a_guest_proves_the_phone(self):
        parameter = self.env.ref("property_workorder.parameter_guest_code")
        parameter.default_value = "true"
        place = self.env["property.place"]._find_or_create(self.unit)[self.unit.id]
        url = f"/p/{place.token}/report"
        self.authenticate(None, None)
        sent = []
        model = type(self.env["property.community"])
        with patch.object(model, "_send_guest_code", lambda self, phone, code: sent.append(code)):
            page = self.post(url, description="Dark", phone="13800138009")
        self.assertIn("sent a code", page.text)
        wrong = "000000" if sent[0] != "000000" else "000001"
        page = self.post(url, description="Dark", phone="13800138009", code=wrong)
        self.assertIn("wrong or too old", page.text)
        page = self.post(url, description="Dark", phone="13800138009", code=sent[0])
        self.assertIn("Thank you", page.text)

    def test_nobody_is_flooded_with_codes(self):
        parameter = self.env.ref("property_workorder.parameter_guest_code")
        parameter.default_value = "true"
        self.community._set_parameter("workorder_guest_reports_per_hour", 2)
        place = self.env["property.place"]._find_or_create(self.unit)[self.unit.id]
        url = f"/p/{place.token}/report"
        self.authenticate(None, None)
        sent = []
        model = type(self.env["property.community"])
        with patch.object(model, "_send_guest_code", lambda self, phone, code: sent.append(phone)):
            for phone in ("138 0013 8009", "138-0013-8009", "13800138009", "13800138010"):
                page = self.post(url, description="Dark", phone=phone)
        self.assertIn("Too many codes", page.text)
        self.assertEqual(sent, ["13800138009", "13800138009"])
        self.assertFalse(self.env["property.workorder"].search([("channel", "=", "qr")]))

    def test_a_sign_that_is_no_number_is_no_rating(self):
        order = self.make_order(partner_id=self.owner.id)
        self.login(self.user_owner)
        page = self.post(f"/my/requests/{order.id}/rate", stars="²")
        self.assertEqual(page.status_code, 200)
        self.assertFalse(order.satisfaction)
