# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PropertyCommon


class TestOwnership(PropertyCommon):
    def setUp(self):
        super().setUp()
        self.unit = self.make_unit()
        self.first = self.make_partner("Li Na")
        self.second = self.make_partner("Zhao Lei")

    def line(self, partner, numerator=1, denominator=1, **vals):
        return {
            "unit_id": self.unit.id,
            "partner_id": partner.id,
            "share_numerator": numerator,
            "share_denominator": denominator,
            **vals,
        }

    def test_three_thirds_are_one(self):
        third = self.make_partner("Sun Wei")
        lines = self.env["property.ownership"].create(
            [self.line(partner, 1, 3) for partner in (self.first, self.second, third)]
        )
        self.assertEqual(lines.mapped("share"), ["1/3"] * 3)
        self.assertEqual(self.unit.owner_count, 3)

    def test_shares_must_add_up(self):
        with self.assertRaisesRegex(ValidationError, "5/6"):
            self.env["property.ownership"].create(
                [self.line(self.first, 1, 2), self.line(self.second, 1, 3)]
            )

    def test_shares_entered_on_the_unit_are_checked_together(self):
        self.unit.ownership_ids = [
            Command.create({"partner_id": self.first.id, "share_denominator": 2}),
            Command.create({"partner_id": self.second.id, "share_denominator": 2}),
        ]
        self.assertEqual(self.unit.owner_ids, self.first | self.second)
        with self.assertRaises(ValidationError):
            self.unit.ownership_ids = [Command.create({"partner_id": self.owner.id})]

    @mute_logger("odoo.sql_db")
    def test_periods_of_one_owner_never_overlap(self):
        self.make_ownership(self.unit, self.first, end_date="2024-06-30")
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_ownership(self.unit, self.first, start_date="2024-06-30")
        self.assertTrue(self.make_ownership(self.unit, self.first, start_date="2024-07-01"))

    def test_history_is_not_overwritten(self):
        line = self.make_ownership(self.unit, self.first)
        for vals in (
            {"partner_id": self.second.id},
            {"share_denominator": 2},
            {"unit_id": self.make_unit("7").id},
        ):
            with self.assertRaises(UserError):
                line.write(vals)
        line.write({"partner_id": self.first.id, "note": "unchanged owner"})
        self.assertEqual(line.note, "unchanged owner")

    def test_representative_is_named_or_largest(self):
        lines = self.env["property.ownership"].create(
            [self.line(self.first, 1, 4), self.line(self.second, 3, 4)]
        )
        self.assertEqual(self.unit.representative_id, self.second)
        lines[0].is_representative = True
        self.assertEqual(self.unit.representative_id, self.first)
        self.assertEqual(
            self.env["property.unit"].search([("representative_id", "=", self.first.id)]),
            self.unit,
        )

    def test_set_owners_closes_and_opens(self):
        self.make_ownership(self.unit, self.first)
        created = self.unit._set_owners(
            date(2025, 3, 10), [(self.first, 1, 2, True), (self.second, 1, 2, False)]
        )
        self.assertEqual(len(created), 2)
        old = self.unit.ownership_ids - created
        self.assertEqual(old.end_date, date(2025, 3, 9))
        self.assertEqual(self.unit._representative_on(date(2025, 3, 10))[self.unit.id], self.first)

    def test_set_owners_keeps_an_unchanged_owner(self):
        lines = self.env["property.ownership"].create(
            [self.line(self.first, 1, 2), self.line(self.second, 1, 2)]
        )
        third = self.make_partner("Sun Wei")
        self.unit._set_owners(date(2025, 3, 10), [(self.first, 1, 2, False), (third, 1, 2, False)])
        self.assertFalse(lines[0].end_date)
        self.assertEqual(lines[1].end_date, date(2025, 3, 9))

    def test_set_owners_refuses_to_rewrite_the_past(self):
        self.make_ownership(self.unit, self.first)
        with self.assertRaises(UserError):
            self.unit._set_owners(date(2024, 1, 1), [(self.second, 1, 1, True)])

    def test_current_follows_the_calendar(self):
        line = self.make_ownership(self.unit, self.first, end_date="2025-06-30")
        Ownership = self.env["property.ownership"]
        domain = [("is_current", "=", True), ("unit_id", "=", self.unit.id)]
        with freeze_time("2025-06-30 04:00:00"):
            self.assertEqual(Ownership.search(domain), line)
        with freeze_time("2025-07-01 04:00:00"):
            self.assertFalse(Ownership.search(domain))
            self.unit.invalidate_recordset()
            self.assertFalse(self.unit.owner_ids)
            self.assertIn(self.unit, self.env["property.unit"].search([("owner_ids", "=", False)]))

    def test_unlink_leaves_shares_whole(self):
        lines = self.env["property.ownership"].create(
            [self.line(self.first, 1, 2), self.line(self.second, 1, 2)]
        )
        with self.assertRaises(ValidationError):
            lines[0].unlink()

    def test_unit_with_owner_is_not_deleted(self):
        self.make_ownership(self.unit, self.first)
        with self.assertRaises(UserError):
            self.unit.unlink()

    def test_a_unit_with_an_owner_is_sold(self):
        unit = self.make_unit("1501", state="unsold")
        later = self.make_unit("1502", state="unsold")
        self.make_ownership(unit, self.first)
        self.make_ownership(later, self.first, start_date=date(2999, 1, 1))
        self.assertEqual((unit.state, later.state), ("sold", "unsold"))

    def test_partner_units(self):
        self.make_ownership(self.unit, self.first)
        self.assertEqual(self.first.property_unit_ids, self.unit)
        found = self.env["res.partner"].search([("property_unit_ids", "in", self.unit.ids)])
        self.assertEqual(found, self.first)
