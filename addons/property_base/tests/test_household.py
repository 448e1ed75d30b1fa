# SPDX-License-Identifier: LGPL-3.0-or-later
import base64
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo import http
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, mute_logger, tagged

from .common import PropertyCommon

FORM = base64.b64encode(b"signed form")
SECRET = "Diabetes in the family"


class HouseholdCommon(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
        )
        cls.unit = cls.make_unit()
        cls.make_ownership(cls.unit, cls.owner)
        cls.building.keeper_id = cls.user_staff
        cls.user_concierge = cls.make_user(
            "property_concierge", "property_base.group_property_concierge"
        )
        cls.household = cls.env["property.household"].create(
            {"unit_id": cls.unit.id, "head_id": cls.owner.id, "start_date": date(2024, 1, 1)}
        )

    @classmethod
    def make_consent(cls, partner=None, **vals):
        return cls.env["property.consent"].create(
            {
                "partner_id": (partner or cls.owner).id,
                "community_id": cls.community.id,
                "scope": "Profile for the concierge",
                "given_at": "2026-01-01 00:00:00",
                "evidence": FORM,
                **vals,
            }
        )

    def make_profile(self, consent=None, **vals):
        return self.env["property.household.profile"].create(
            {
                "household_id": self.household.id,
                "consent_id": (consent or self.make_consent()).id,
                "delete_date": "2030-01-01",
                "health": SECRET,
                **vals,
            }
        )


class TestHousehold(HouseholdCommon):
    def test_moving_in_opens_the_file_and_moving_out_closes_it(self):
        unit = self.make_unit("1204")
        self.make_ownership(unit, self.neighbour)
        with freeze_time("2026-03-02 04:00:00"):
            unit.state = "occupied"
        file = self.env["property.household"].search([("unit_id", "=", unit.id)])
        self.assertEqual(file.head_id, self.neighbour)
        self.assertEqual((file.start_date, file.state), (date(2026, 3, 2), "open"))
        self.assertIn(self.user_staff, file.user_ids)
        with freeze_time("2026-05-01 04:00:00"):
            unit.state = "vacant"
        self.assertEqual((file.end_date, file.state), (date(2026, 4, 30), "closed"))
        with freeze_time("2026-05-01 04:00:00"):
            unit.state = "occupied"
        self.assertEqual(
            self.env["property.household"].search_count([("unit_id", "=", unit.id)]), 2
        )

    def test_one_file_per_unit_and_time(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.env["property.household"].create({"unit_id": self.unit.id})

    def test_members_are_those_of_the_period(self):
        early = self.make_occupancy(
            self.unit, self.make_partner("A"), start_date="2020-01-01", end_date="2023-12-31"
        )
        member = self.make_occupancy(self.unit, self.make_partner("B"))
        self.assertIn(member, self.household.member_ids)
        self.assertNotIn(early, self.household.member_ids)

    def test_file_is_open_to_named_users_and_groups_only(self):
        desk = self.make_user("property_desk", "property_base.group_property_user")
        self.assertTrue(self.household.with_user(self.user_staff).read(["head_id"]))
        self.assertTrue(self.household.with_user(self.user_officer).read(["head_id"]))
        document = self.env["property.household.document"].create(
            {"household_id": self.household.id, "name": "Contract", "file": FORM}
        )
        for record in (self.household, document):
            with self.assertRaises(AccessError):
                record.with_user(desk).read(["create_date"])
        self.household.group_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            self.household.with_user(self.user_officer).read(["head_id"])
        with self.assertRaises(AccessError):
            self.household.with_user(self.user_owner).read(["head_id"])

    def test_profile_needs_a_consent_of_the_household(self):
        with self.assertRaises(ValidationError):
            self.make_profile(self.make_consent(self.neighbour))
        with self.assertRaises(ValidationError):
            self.make_profile(self.make_consent(kind="photo"))
        withdrawn = self.make_consent()
        withdrawn.action_withdraw()
        with self.assertRaises(ValidationError):
            self.make_profile(withdrawn)
        with self.assertRaises(ValidationError):
            self.make_profile(delete_date="2020-01-01")
        with self.assertRaises(ValidationError):
            self.make_consent(given_at="2040-01-01 00:00:00")

    def test_profile_is_seen_by_the_concierge_only(self):
        profile = self.make_profile()
        self.assertEqual(profile.with_user(self.user_concierge).health, SECRET)
        for user in (self.user_staff, self.user_officer, self.user_manager, self.user_owner):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                profile.with_user(user).read(["health"])
        with self.assertRaises(AccessError):
            self.household.with_user(self.user_manager).read(["profile_ids"])

    def test_withdrawal_deletes_the_profile_at_once_and_logs_no_content(self):
        profile = self.make_profile()
        profile.consent_id.with_user(self.user_staff).action_withdraw()
        self.assertFalse(profile.exists())
        log = self.env["property.personal.data.log"].search([("partner_id", "=", self.owner.id)])
        self.assertEqual((log.action, log.field_name), ("delete", "profile"))
        self.assertNotIn(SECRET, str(log.read()))

    def test_cron_deletes_on_the_day_and_leaves_the_rest(self):
        with freeze_time("2026-06-01 04:00:00"):
            due = self.make_profile(delete_date="2026-06-30")
        self.env["property.household"].create({"unit_id": self.make_unit("1204").id})
        with freeze_time("2026-06-29 04:00:00"):
            self.env["property.household.profile"]._cron_delete_profiles()
            self.assertTrue(due.exists())
        with freeze_time("2026-06-30 04:00:00"):
            cron = self.env.ref("property_base.property_household_profile_cron_delete")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertFalse(due.exists())

    def test_data_check_round(self):
        self.make_unit("1204")
        check = self.env["property.data.check"].create(
            {"name": "Autumn", "community_id": self.community.id, "due_date": "2026-10-31"}
        )
        check.with_user(self.user_officer).action_start()
        self.assertEqual(check.line_count, 2)
        line = check.line_ids[0].with_user(self.user_staff)
        self.assertIn("phone", line.with_context(lang="en_US").missing)
        line.action_changed()
        self.assertEqual((line.state, line.checked_by_id), ("changed", self.user_staff))
        self.assertEqual((check.open_count, check.progress), (1, 50.0))
        with self.assertRaises(AccessError):
            check.with_user(self.user_staff).action_close()
        check.with_user(self.user_officer).action_close()
        self.assertEqual(set(check.line_ids.mapped("state")), {"changed", "unknown"})
        self.assertEqual(check.progress, 100.0)
        with self.assertRaises(UserError):
            check.action_start()

    def test_keepers_work_list(self):
        Building = self.env["property.building"].with_user(self.user_staff)
        self.make_building(code="9", keeper_id=self.user_officer.id)
        self.make_occupancy(self.unit, self.make_partner("New"), verified=False)
        self.unit.activity_schedule(
            "mail.mail_activity_data_todo", "2020-01-01", user_id=self.user_staff.id
        )
        check = self.env["property.data.check"].create(
            {"name": "Autumn", "community_id": self.community.id, "due_date": "2020-01-01"}
        )
        check.action_start()
        (mine,) = Building.get_keeper_work()
        self.assertEqual(mine["id"], self.building.id)
        items = {item["key"]: item for item in mine["items"]}
        self.assertEqual(items["occupancy"]["count"], 1)
        self.assertEqual((items["data_check"]["count"], items["data_check"]["overdue"]), (1, 1))
        self.assertEqual(items["activity_property.unit"]["overdue"], 1)
        for item in mine["items"]:
            found = self.env[item["res_model"]].with_user(self.user_staff).search(item["domain"])
            self.assertTrue(found, item["key"])
            if item["action"]:
                self.assertEqual(self.env.ref(item["action"]).res_model, item["res_model"])
        self.assertEqual(len(Building.get_keeper_work(only_mine=False)), 2)


@tagged("post_install", "-at_install")
class TestConsentPortal(HouseholdCommon, HttpCase):
    def test_own_consent_is_seen_and_withdrawn(self):
        own = self.make_consent()
        foreign = self.make_consent(self.neighbour, scope="Foreign scope")
        profile = self.make_profile(own)
        self.user_owner.write({"password": self.user_owner.login, "lang": "en_US"})
        self.authenticate(self.user_owner.login, self.user_owner.login)
        page = self.url_open("/my/profile").text
        self.assertIn("Profile for the concierge", page)
        self.assertNotIn("Foreign scope", page)
        token = http.Request.csrf_token(self)
        for consent in (foreign, own):
            self.url_open(f"/my/consents/{consent.id}/withdraw", data={"csrf_token": token})
        self.assertFalse(foreign.withdrawn_at)
        self.assertTrue(own.withdrawn_at)
        self.assertFalse(profile.exists())
