# SPDX-License-Identifier: LGPL-3.0-or-later
from odoo.exceptions import AccessError

from .common import PropertyCommon


class TestAreaAudit(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = cls.env["property.unit"].union(
            *(cls.make_unit(f"{floor}01", floor=floor, area_m2=0.1) for floor in range(1, 11))
        )
        cls.shop = cls.make_unit("S1", entrance=False, floor=1, area_m2=50, usage="commercial")

    def line(self, level, user=None):
        self.env.flush_all()
        self.env.invalidate_all()  # a view of the database is not recomputed within a transaction
        Audit = self.env["property.area.audit"].with_user(user or self.user_staff)
        return Audit.search([("level", "=", level), ("community_id", "=", self.community.id)])

    def test_sums_are_exact(self):
        self.community.floor_area_m2 = 51
        line = self.line("community")
        self.assertEqual(line.unit_area_m2, 51.0)
        self.assertEqual((line.difference_m2, line.result), (0.0, "match"))
        self.assertEqual(line.unit_count, 11)

    def test_levels_and_results(self):
        self.building.floor_area_m2 = 40
        entrance = self.units.entrance_id
        entrance.floor_area_m2 = 100
        building = self.line("building")
        self.assertEqual((building.difference_m2, building.result), (11.0, "more"))
        self.assertEqual(building.difference_percent, 27.5)
        stair = self.line("entrance")
        self.assertEqual((stair.unit_area_m2, stair.difference_m2), (1.0, -99.0))
        self.assertEqual(stair.result, "less")
        self.assertEqual(self.line("community").result, "no_survey")
        action = stair.action_view_units()
        self.assertEqual(self.env["property.unit"].search(action["domain"]), self.units)

    def test_tolerance_is_a_parameter(self):
        self.building.floor_area_m2 = 53
        self.assertEqual(self.line("building").result, "less")
        self.community._set_parameter("area_audit_tolerance_m2", 2)
        self.assertEqual(self.line("building").result, "match")
        self.community._set_parameter("area_audit_tolerance_m2", 0)
        self.community._set_parameter("area_audit_tolerance_percent", "3.7")
        self.assertEqual(self.line("building").result, "less")
        self.community._set_parameter("area_audit_tolerance_percent", "3.8")
        self.assertEqual(self.line("building").result, "match")

    def test_suspicious_units(self):
        self.units.area_m2 = 100
        self.units[0].area_m2 = 0
        self.units[1].area_m2 = 116
        self.units[2].area_m2 = 114
        self.units[3].inner_area_m2 = 100
        self.units[4].inner_area_m2 = 49
        self.units[5].inner_area_m2 = 80
        found = self.env["property.area.suspect"].with_user(self.user_staff).search([])
        self.assertEqual(
            {line.unit_id: line.reason for line in found},
            {
                self.units[0]: "zero",
                self.units[1]: "peer",
                self.units[3]: "inner",
                self.units[4]: "ratio",
            },
        )
        self.assertEqual(found.filtered(lambda line: line.reason == "peer").deviation_percent, 16.0)
        self.community._set_parameter("area_audit_peer_percent", 16)
        self.env.invalidate_all()
        self.assertNotIn("peer", self.env["property.area.suspect"].search([]).mapped("reason"))

    def test_scope(self):
        self.make_unit("101", building=self.other_building, area_m2=0)
        for model in ("property.area.audit", "property.area.suspect"):
            Model = self.env[model]
            with self.subTest(model=model):
                seen = Model.with_user(self.user_staff).search([]).community_id
                self.assertLessEqual(seen, self.community)
                seen = Model.with_user(self.user_manager).search([]).community_id
                self.assertIn(self.other_community, seen)
                with self.assertRaises(AccessError):
                    Model.with_user(self.user_owner).search([])
