# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, mute_logger, tagged

from .common import PropertyCommon

PHONE = "13800000001"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


class BindingCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        )
        cls.unit = cls.make_unit("1203")
        cls.person = cls.make_partner("王芳", phone=PHONE, property_id_tail="002X")
        cls.make_ownership(cls.unit, cls.person)
        cls.building.keeper_id = cls.user_staff
        cls.user = cls.make_user("property_asker", "base.group_portal", communities=None)
        cls.user.write({"lang": "en_US", "password": cls.user.login})

    @classmethod
    def form(cls, **vals):
        return {
            "entrance": "1",
            "number": "1203",
            "role": "owner",
            "name": "王芳",
            "phone": PHONE,
            "id_tail": "002x",
            **vals,
        }

    def submit(self, user=None, **vals):
        return self.env["property.binding"]._submit(
            user or self.user, self.building, self.form(**vals)
        )

    def units_of(self, user):
        return self.env["property.unit"].with_user(user).search([])


class TestBinding(BindingCommon):
    def test_exact_match_waits_for_staff_by_default(self):
        binding = self.submit()
        self.assertEqual(binding.state, "submitted")
        self.assertEqual(binding.unit_id, self.unit)
        self.assertEqual(binding.match_partner_id, self.person)
        self.assertEqual((binding.match_score, binding.is_exact), (100, True))
        self.assertEqual(binding.activity_ids.user_id, self.user_staff)
        self.assertFalse(self.units_of(self.user))

    def test_exact_match_may_be_approved_at_once(self):
        self.community._set_parameter("binding_auto_approve", True)
        self.assertEqual(self.submit().state, "approved")
        self.assertEqual(self.units_of(self.user), self.unit)
        other = self.make_user("property_asker2", "base.group_portal", communities=None)
        self.assertEqual(self.submit(other, phone="13900000009").state, "submitted")

    def test_unused_login_moves_to_the_person_of_the_register(self):
        own = self.user.partner_id
        binding = self.submit()
        binding.with_user(self.user_staff).action_approve()
        self.assertEqual(binding.state, "approved")
        self.assertEqual(binding.decided_by_id, self.user_staff)
        self.assertEqual(self.user.partner_id, self.person)
        self.assertTrue(own.exists())
        self.assertFalse(own.active)
        self.assertEqual(self.person.email, "property_asker@example.com")
        self.assertEqual(self.units_of(self.user), self.unit)
        self.assertFalse(binding.activity_ids)

    def test_login_with_a_life_of_its_own_is_merged(self):
        own = self.user.partner_id
        garage = self.make_unit("G1", usage="storage")
        self.make_ownership(garage, own)
        self.assertIn(("property_ownership", "partner_id"), own._get_property_references())
        self.submit().with_user(self.user_staff).action_approve()
        self.assertFalse(own.exists())
        self.assertEqual(self.user.partner_id, self.person)
        self.assertEqual(self.person.phone, PHONE)
        self.assertTrue(self.person.property_is_resident)
        self.assertEqual(self.units_of(self.user), self.unit | garage)

    def test_merge_never_loses_a_line_of_the_register(self):
        own = self.user.partner_id
        for partner in (own, self.person):
            self.make_occupancy(self.unit, partner, role="owner")
        lines = self.unit.occupancy_ids
        binding = self.submit()
        with mute_logger("odoo.sql_db"), self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_approve()
        self.assertEqual(lines.exists(), lines)
        self.assertEqual(self.user.partner_id, own)

    def test_merge_of_contacts_keeps_the_numbers_masked(self):
        plain = self.make_partner("Wang Fang", phone="13900000007")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (plain | self.person).ids, plain, extra_checks=False
        )
        self.assertTrue(plain.property_is_resident)
        self.assertIn("*", plain.with_user(self.user_staff).read(["phone"])[0]["phone"])

    def test_person_with_another_login_is_refused(self):
        self.make_user("property_first", "base.group_portal", None, partner_id=self.person.id)
        binding = self.submit()
        with self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_approve()

    def test_owner_must_be_in_the_register(self):
        binding = self.submit(name="李雷", phone="13900000009", id_tail="9999")
        self.assertFalse(binding.match_partner_id)
        with self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_approve()
        binding.with_user(self.user_staff).match_partner_id = self.person
        binding.with_user(self.user_staff).action_approve()
        self.assertEqual(self.user.partner_id, self.person)

    def test_unknown_unit_is_taken_like_any_other(self):
        binding = self.submit(number="9999")
        self.assertFalse(binding.unit_id)
        self.assertEqual(binding.state, "submitted")
        with self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_approve()

    def test_codes_are_read_as_written(self):
        self.assertEqual(self.submit(entrance="１单元", number="1203室").unit_id, self.unit)

    def test_refusal_needs_a_reason_and_is_mailed(self):
        binding = self.submit()
        with self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_refuse()
        binding.with_user(self.user_staff).refuse_reason = "Bring the certificate"
        binding.with_user(self.user_staff).action_refuse()
        mail = self.env["mail.mail"].search([("model", "=", "property.binding")], limit=1)
        self.assertIn("Bring the certificate", mail.body_html)
        self.assertEqual(mail.recipient_ids, self.user.partner_id)
        with self.assertRaises(UserError):
            binding.with_user(self.user_staff).action_approve()

    def test_one_open_request_and_a_limit_per_day(self):
        first = self.submit()
        with self.assertRaises(UserError):
            self.submit(entrance="1单元")
        first._withdraw()
        self.submit()
        for number in ("1", "2", "3"):
            self.submit(number=number)
        with self.assertRaises(UserError):
            self.submit(number="4")
        self.env.cr.execute(
            "UPDATE property_binding SET create_date = create_date - interval '25 hours'"
        )
        self.env.invalidate_all()
        self.submit(number="4")

    def test_incomplete_forms_are_refused(self):
        for wrong in (
            {"number": " "},
            {"name": ""},
            {"phone": "12"},
            {"phone": "138****0001"},
            {"id_tail": "2"},
            {"role": "staff"},
        ):
            with self.subTest(wrong=wrong), self.assertRaises(UserError):
                self.submit(**wrong)

    def test_tenant_is_registered_on_the_owners_word(self):
        self.person.property_ownership_ids.end_date = "2024-12-31"
        self.make_ownership(self.unit, self.owner, start_date="2025-01-01")
        binding = self.submit(role="tenant", name="李雷", id_tail="1234")
        with self.assertRaises(UserError):
            binding._confirm_by_owner(self.user_neighbour)
        binding._confirm_by_owner(self.user_owner)
        self.assertEqual(binding.state, "approved")
        stay = self.unit.occupancy_ids
        self.assertEqual((stay.role, stay.verified), ("tenant", True))
        self.assertEqual(stay.partner_id, self.user.partner_id)
        self.assertEqual(self.units_of(self.user), self.unit)

    def test_owners_word_may_leave_the_decision_to_staff(self):
        self.community._set_parameter("binding_owner_confirms", "false")
        binding = self.submit(role="family")
        binding._confirm_by_owner(self.make_login_of(self.person))
        self.assertEqual(binding.state, "confirmed")
        self.assertFalse(self.units_of(self.user))
        binding.with_user(self.user_staff).action_approve()
        self.assertEqual(self.units_of(self.user), self.unit)

    def make_login_of(self, partner):
        return self.make_user("property_first", "base.group_portal", None, partner_id=partner.id)

    def test_other_company_becomes_reachable(self):
        unit = self.make_unit(building=self.foreign_building)
        self.make_ownership(unit, self.person)
        binding = self.env["property.binding"]._submit(
            self.user, self.foreign_building, self.form()
        )
        binding._approve()
        self.assertIn(self.other_company, self.user.company_ids)
        self.assertIn(unit, self.units_of(self.user))

    def test_roles(self):
        binding = self.submit()
        phone = binding.with_user(self.user_staff).read(["asker_phone"])[0]["asker_phone"]
        self.assertEqual(phone, "138****0001")
        for user in (self.user, self.user_owner):
            with self.assertRaises(AccessError):
                binding.with_user(user).read(["name"])
        stranger = self.make_user(
            "property_far", "property_base.group_property_user", self.other_community
        )
        with self.assertRaises(AccessError):
            binding.with_user(stranger).action_approve()


@tagged("post_install", "-at_install")
class TestBindingPortal(BindingCommon, HttpCase):
    def post(self, url, files=None, **data):
        data.setdefault("csrf_token", http.Request.csrf_token(self))
        return self.url_open(url, data=data, files=files)

    def ask(self, files=None, **vals):
        return self.post(
            "/my/binding",
            files=files,
            community_id=self.community.id,
            building_id=self.building.id,
            **self.form(**vals),
        )

    def alert(self, response):
        return response.text.split('class="alert ')[1].split("</div>")[0]

    def test_asker_learns_nothing(self):
        self.authenticate(self.user.login, self.user.login)
        page = self.url_open(f"/my/binding?community_id={self.community.id}")
        self.assertIn(self.building.name, page.text)
        self.assertNotIn("王芳", page.text)
        known = self.ask()
        unknown = self.ask(number="9999")
        wrong = self.ask(number="1204", phone="13900000009", id_tail="9999")
        self.assertEqual(self.alert(known), self.alert(unknown))
        self.assertEqual(self.alert(known), self.alert(wrong))
        self.assertIn("alert-success", known.text)
        self.assertEqual(wrong.text.count("Being checked"), 3)

    def test_documents_reach_staff_and_others_are_refused(self):
        self.authenticate(self.user.login, self.user.login)
        response = self.ask(files={"documents": ("cert.png", PNG, "image/png")})
        self.assertIn("alert-success", response.text)
        binding = self.env["property.binding"].search([("user_id", "=", self.user.id)])
        self.assertEqual(binding.attachment_ids.with_user(self.user_staff).name, "cert.png")
        for content in (b"<html><script>alert(1)</script></html>", b"MZ" + b"\0" * 100):
            response = self.ask(number="1205", files={"documents": ("x.png", content, "image/png")})
            self.assertIn("alert-danger", response.text)
        self.assertEqual(
            self.env["property.binding"].search_count([("user_id", "=", self.user.id)]), 1
        )

    def test_withdraw_own_only(self):
        binding = self.submit()
        self.user_neighbour.password = self.user_neighbour.login
        self.authenticate(self.user_neighbour.login, self.user_neighbour.login)
        self.post(f"/my/binding/{binding.id}/withdraw")
        self.post(f"/my/binding/{binding.id}/confirm")
        self.post(f"/my/binding/{binding.id}/refuse")
        self.assertEqual(binding.state, "submitted")
        self.authenticate(self.user.login, self.user.login)
        self.post(f"/my/binding/{binding.id}/withdraw")
        self.assertEqual(binding.state, "withdrawn")

    def test_owner_confirms_in_the_portal(self):
        today = fields.Date.context_today(self.unit)
        self.unit.ownership_ids.end_date = today - timedelta(days=1)
        self.make_ownership(self.unit, self.owner, start_date=today)
        self.user_owner.write({"password": self.user_owner.login, "lang": "en_US"})
        binding = self.submit(role="family", name="Liu Ming", phone="13911112222")
        self.authenticate(self.user_owner.login, self.user_owner.login)
        page = self.url_open("/my/binding").text
        self.assertIn("Liu Ming", page)
        self.assertIn("139****2222", page)
        self.assertNotIn("13911112222", page)
        self.post(f"/my/binding/{binding.id}/confirm")
        self.assertEqual(binding.state, "approved")
        self.assertEqual(self.unit.occupancy_ids.partner_id, self.user.partner_id)

    def test_linked_unit_and_foreign_building_are_refused(self):
        self.env["property.binding"]._submit(self.user, self.building, self.form())._approve()
        self.authenticate(self.user.login, self.user.login)
        self.assertIn("linked to your account already", self.ask().text)
        response = self.post(
            "/my/binding",
            community_id=self.community.id,
            building_id=self.other_building.id,
            **self.form(),
        )
        self.assertIn("alert-danger", response.text)
