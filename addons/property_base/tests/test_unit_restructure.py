# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date
from fractions import Fraction
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestUnitRestructure(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.make_unit("1203", state="occupied", delivery_date="2024-01-01")
        cls.second = cls.make_unit("1204", area_m2=60, delivery_date="2024-02-01")
        for unit in cls.first | cls.second:
            unit._set_owners(
                date(2024, 1, 1), [(cls.owner, 1, 2, True), (cls.neighbour, 1, 2, False)]
            )

    def restructure(self, units, lines, kind="merge", **vals):
        return self.env["property.unit.restructure"].create(
            {
                "kind": kind,
                "building_id": self.building.id,
                "date": date(2025, 7, 1),
                "unit_ids": [Command.set(units.ids)],
                "line_ids": [
                    Command.create(
                        {"entrance": "1", "floor": 12, "number": number, "area_m2": area, **more}
                    )
                    for number, area, more in lines
                ],
                **vals,
            }
        )

    def test_merge(self):
        child = self.make_partner("Child")
        self.make_occupancy(self.first, child)
        self.make_occupancy(self.second, child)
        key = self.make_key(self.second)
        merge = self.restructure(self.first | self.second, [("1203", 149.56, {})])
        merge.action_done()
        unit = merge.line_ids.new_unit_id
        self.assertEqual(unit.name, "3-1-1203")
        self.assertFalse((self.first | self.second).filtered("active"))
        self.assertFalse(self.first.ownership_ids._filtered_on(date(2025, 7, 1)))
        self.assertEqual(unit.owner_ids, self.owner | self.neighbour)
        self.assertEqual(unit.representative_id, self.owner)
        self.assertEqual(unit.delivery_date, date(2024, 2, 1))
        self.assertEqual(unit.occupant_ids, child)
        self.assertEqual(key.unit_id, unit)
        self.assertEqual(merge.lineage_ids.mapped("part"), ["1", "1"])
        self.assertEqual(sum(merge.lineage_ids.mapped("area_m2")), 149.56)
        self.assertEqual(unit.lineage_count, 2)
        self.assertIn("89.56", unit.lineage_tree)
        self.assertIn("3-1-1203", self.second.lineage_tree)
        self.assertEqual(self.first.area_m2, 89.56, "old bills keep the old area")
        with self.assertRaises(UserError):
            merge.lineage_ids[0].area_m2 = 1
        with self.assertRaises(UserError):
            merge.action_done()
        with self.assertRaises(UserError):
            merge.unlink()

    def test_split_with_household(self):
        self.make_occupancy(self.first, self.owner, role="owner")
        seen = []
        split = self.restructure(
            self.first,
            [("1203A", 30, {}), ("1203B", 59.56, {"takes_household": True})],
            kind="split",
        )
        Restructure = type(self.env["property.unit.restructure"])
        with patch.object(Restructure, "_on_restructured", lambda record, m: seen.append(m)):
            split.action_done()
        units = split.line_ids.new_unit_id
        self.assertEqual(units.mapped("name"), ["3-1-1203A", "3-1-1203B"])
        self.assertEqual(units[1].occupant_ids, self.owner)
        self.assertFalse(units[0].occupant_ids)
        parts = seen[0][self.first]
        self.assertEqual(sum(parts.values()), 1)
        self.assertEqual(parts[units[0]], Fraction(3000, 8956))
        self.assertEqual(split.lineage_ids.mapped(lambda line: line._part()), list(parts.values()))

    def test_a_difference_needs_a_reason(self):
        merge = self.restructure(self.first | self.second, [("1203", 150, {})])
        self.assertAlmostEqual(merge.difference_m2, 0.44)
        with self.assertRaisesRegex(UserError, "0.44"):
            merge.action_done()
        merge.difference_reason = "The wall between them is gone"
        merge.action_done()

    def test_owners_must_agree_or_be_given(self):
        self.second._set_owners(date(2025, 1, 1), [(self.owner, 1, 1, True)])
        merge = self.restructure(self.first | self.second, [("1203", 149.56, {})])
        with self.assertRaisesRegex(UserError, "same owners"):
            merge.action_done()
        merge.owners_mode = "given"
        merge.owner_line_ids = [
            Command.create(
                {"partner_id": self.owner.id, "share_numerator": 2, "share_denominator": 3}
            )
        ]
        with self.assertRaises(ValidationError):
            merge.action_done()
        merge.owner_line_ids = [
            Command.create({"partner_id": self.neighbour.id, "share_denominator": 3})
        ]
        merge.action_done()
        lines = merge.line_ids.new_unit_id.ownership_ids
        self.assertEqual(set(lines.mapped("share")), {"1/3", "2/3"})

    def test_counts_and_buildings(self):
        with self.assertRaises(ValidationError):
            self.restructure(self.first, [("1", 89.56, {})]).action_done()
        with self.assertRaises(ValidationError):
            self.restructure(self.first, [("1", 89.56, {})], kind="split").action_done()
        other = self.make_unit(building=self.make_building(code="9"))
        with self.assertRaises(ValidationError):
            self.restructure(self.first | other, [("1", 179.12, {})])

    def test_open_transfer_stands_against_it(self):
        self.make_transfer(self.first, [(self.make_partner("Buyer"), 1, 1)])
        merge = self.restructure(self.first | self.second, [("1203", 149.56, {})])
        with self.assertRaisesRegex(UserError, "is open"):
            merge.action_done()

    def test_second_generation(self):
        merge = self.restructure(self.first | self.second, [("1203", 149.56, {})])
        merge.action_done()
        unit = merge.line_ids.new_unit_id
        split = self.restructure(
            unit, [("1203A", 100, {}), ("1203B", 49.56, {})], kind="split", date=date(2026, 1, 1)
        )
        split.action_done()
        tree = split.line_ids.new_unit_id[0].lineage_tree
        self.assertIn("3-1-1204", tree)
        self.assertIn("149.56", tree)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_access(self):
        merge = self.restructure(self.first | self.second, [("1203", 149.56, {})])
        with self.assertRaises(UserError):
            merge.with_user(self.user_staff).action_done()
        with self.assertRaises(AccessError):
            merge.with_user(self.user_staff).note = "x"
        foreign_user = self.make_user(
            "property_elsewhere", "property_base.group_property_officer", self.other_community
        )
        Restructure = self.env["property.unit.restructure"]
        self.assertNotIn(merge, Restructure.with_user(foreign_user).search([]))
        for model in ("property.unit.restructure", "property.unit.lineage"):
            self.assertFalse(self.env[model].with_user(self.user_owner).has_access("read"))
        merge.with_user(self.user_officer).action_done()
        self.assertEqual(merge.done_by_id, self.user_officer)
        self.assertFalse(
            self.env["property.unit.lineage"].with_user(self.user_manager).has_access("write")
        )
