# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestManagementMode(PropertyCommon):
    def switch(self, **vals):
        return (
            self.env["property.management.mode.switch"]
            .create(
                {
                    "community_id": self.community.id,
                    "mode": "self_run",
                    "start_date": "2026-03-01",
                    "resolution_reference": "2026-01",
                    "resolution_date": "2026-02-01",
                    **vals,
                }
            )
            .action_switch()
        )

    def test_a_community_begins_with_a_mode(self):
        self.assertEqual(self.community.management_mode_ids.mode, "company")

    @freeze_time("2026-03-05")
    def test_switch_closes_one_mode_and_opens_the_next(self):
        self.switch()
        new = self.community.management_mode_ids.filtered("start_date")
        old = self.community.management_mode_ids - new
        self.assertEqual(old.end_date, date(2026, 2, 28))
        self.assertEqual(new.resolution_reference, "2026-01")
        self.assertEqual(self.community.management_mode, "self_run")

    def test_a_later_switch_takes_effect_on_its_day(self):
        with freeze_time("2026-02-10 04:00:00"):
            self.switch()
            self.assertEqual(self.community.management_mode, "company")
        with freeze_time("2026-03-01 04:00:00"):
            self.env["property.management.mode"]._cron_apply_modes()
            self.assertEqual(self.community.management_mode, "self_run")

    def test_no_switch_without_resolution_or_into_the_past(self):
        with self.assertRaises(UserError):
            self.community.management_mode = "non_profit"
        with self.assertRaises(UserError):
            self.community._switch_management_mode("non_profit", date(2026, 3, 1))
        self.switch()
        with self.assertRaises(UserError):
            self.switch(start_date="2026-02-01", mode="non_profit")

    @mute_logger("odoo.sql_db")
    def test_modes_of_a_community_never_overlap(self):
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.env["property.management.mode"].create(
                {"community_id": self.community.id, "mode": "self_run", "start_date": "2026-01-01"}
            )


class TestServiceCoverage(PropertyCommon):
    def test_every_community_lists_six_services(self):
        lines = self.community.service_coverage_ids
        self.assertEqual(len(lines), 6)
        lines[:3].is_covered = True
        self.assertEqual(self.community.service_coverage_percent, 50)
        self.env["property.service.coverage"]._create_missing(self.community)
        self.assertEqual(len(self.community.service_coverage_ids), 6)

    def test_staff_read_and_do_not_write(self):
        line = self.community.service_coverage_ids[0].with_user(self.user_staff)
        self.assertTrue(line.display_name)
        with self.assertRaises(AccessError):
            line.is_covered = True


class TestSharedPremises(PropertyCommon):
    def make_premises(self, **vals):
        return self.env["property.shared.premises"].create(
            {"name": "Shop", "community_id": self.community.id, "kind": "business", **vals}
        )

    def test_yield_of_a_year(self):
        lessee = self.make_partner("Baker")
        shop = self.make_premises(
            state="let", lessee_id=lessee.id, rent=1234.5, rent_period="quarter"
        )
        self.assertEqual(shop.yearly_yield, 4938)
        shop.state = "vacant"
        self.assertEqual(shop.yearly_yield, 0)

    def test_what_is_let_has_a_lessee(self):
        with self.assertRaises(ValidationError):
            self.make_premises(state="let")

    def test_building_is_of_the_community(self):
        with self.assertRaises(ValidationError):
            self.make_premises(building_id=self.other_building.id)

    def test_staff_of_another_community_do_not_see_them(self):
        own = self.make_premises()
        foreign = self.make_premises(community_id=self.other_community.id)
        found = self.env["property.shared.premises"].with_user(self.user_staff).search([])
        self.assertIn(own, found)
        self.assertNotIn(foreign, found)
