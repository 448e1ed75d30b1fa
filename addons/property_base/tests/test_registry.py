# SPDX-License-Identifier: LGPL-3.0-or-later
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestRegistry(PropertyCommon):
    def test_unit_name_joins_building_entrance_number(self):
        self.assertEqual(self.make_unit().name, "3-1-1203")
        self.assertEqual(self.make_unit(entrance=False, number="S07").name, "3-S07")

    def test_unit_takes_community_from_building(self):
        unit = self.make_unit()
        self.assertEqual(unit.community_id, self.community)
        self.assertEqual(unit.company_id, self.company)

    def test_unit_refuses_building_of_other_community(self):
        with self.assertRaises(ValidationError):
            self.make_unit(community_id=self.other_community.id)

    def test_entrance_record_follows_the_code(self):
        first, second = self.make_unit("1203"), self.make_unit("1204")
        self.assertEqual(first.entrance_id, second.entrance_id)
        self.assertEqual(first.entrance_id.code, "1")
        second.entrance = "2"
        self.assertEqual(second.entrance_id.code, "2")
        second.entrance = False
        self.assertFalse(second.entrance_id)

    @mute_logger("odoo.sql_db")
    def test_number_is_unique_per_entrance(self):
        self.make_unit()
        self.make_unit(entrance="2")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.make_unit()

    @mute_logger("odoo.sql_db")
    def test_number_is_unique_without_entrance(self):
        self.make_unit(entrance=False)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.make_unit(entrance="")

    def test_archived_unit_frees_its_number(self):
        self.make_unit().active = False
        self.assertTrue(self.make_unit())

    def test_area_is_exact(self):
        self.assertEqual(self.make_unit(area_m2=104.52)._area_decimal(), Decimal("104.52"))
        self.assertEqual(self.make_unit("1", area_m2=0)._area_decimal(), Decimal("0.00"))

    def test_inner_area_is_not_larger_than_area(self):
        with self.assertRaises(ValidationError):
            self.make_unit(inner_area_m2=90)

    def test_buildings_sort_by_number(self):
        community = self.make_community(code="S")
        for code in ("10", "2", "A", "1"):
            self.make_building(community, code)
        ordered = self.env["property.building"].search([("community_id", "=", community.id)])
        self.assertEqual(ordered.mapped("code"), ["1", "2", "10", "A"])

    def test_community_gets_analytic_account_and_address(self):
        self.assertEqual(self.community.analytic_account_id.name, "Test Garden")
        self.assertEqual(self.community.partner_id.name, "Test Garden")
        self.community.name = "New Garden"
        self.assertEqual(self.community.analytic_account_id.name, "New Garden")

    def test_counts_and_area(self):
        self.make_unit(area_m2=100.10)
        self.make_unit("1204", area_m2=50.05)
        self.assertEqual(self.community.unit_count, 2)
        self.assertAlmostEqual(self.community.unit_area_m2, 150.15)
        self.assertEqual(self.building.unit_count, 2)

    def test_building_with_units_stays_in_its_community(self):
        self.make_unit()
        with self.assertRaises(ValidationError):
            self.building.community_id = self.other_community

    def test_copied_community_has_its_own_code(self):
        copy = self.community.copy()
        self.assertNotEqual(copy.code, self.community.code)
        self.assertNotEqual(copy.analytic_account_id, self.community.analytic_account_id)
