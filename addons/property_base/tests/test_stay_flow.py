# SPDX-License-Identifier: LGPL-3.0-or-later
from datetime import date

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import PropertyCommon
from .test_transfer_flow import PIXEL


class TestStayFlow(PropertyCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.make_unit("501")
        cls.bed, cls.upper = cls.env["property.bed"].create(
            [{"unit_id": cls.unit.id, "room": "A", "label": label} for label in ("1", "2")]
        )
        cls.student = cls.make_partner("Student")

    def make_stay(self, bed=None, partner=None, **vals):
        return self.env["property.stay"].create(
            {
                "bed_id": (bed or self.bed).id,
                "partner_id": (partner or self.student).id,
                "start_date": date(2025, 9, 1),
                "end_date": date(2026, 6, 30),
                **vals,
            }
        )

    def check_in(self, stay):
        stay.write({"rules_accepted": True, "signature": PIXEL})
        stay.action_check_in()

    @mute_logger("odoo.sql_db")
    def test_a_bed_takes_one_person_at_a_time(self):
        self.make_stay()
        other = self.make_partner("Other")
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_stay(partner=other, start_date=date(2026, 6, 30), end_date=False)
        self.make_stay(partner=other, start_date=date(2026, 7, 1), end_date=False)
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            self.make_stay(self.upper, start_date=date(2025, 10, 1))

    def test_cancelled_reservation_frees_the_bed(self):
        self.make_stay().action_cancel()
        self.make_stay(partner=self.make_partner("Other"))

    def test_check_in_needs_the_signed_rules(self):
        stay = self.make_stay()
        with self.assertRaisesRegex(UserError, "house rules"):
            stay.action_check_in()
        self.check_in(stay)
        self.assertEqual(stay.occupancy_id.role, "tenant")
        self.assertEqual(stay.occupancy_id.unit_id, self.unit)
        with self.assertRaises(UserError):
            stay.bed_id = self.upper

    def test_check_out_accounts_for_everything(self):
        stay = self.make_stay(
            item_ids=[
                Command.create({"name": "Mattress"}),
                Command.create({"name": "Key card", "quantity": 2}),
            ]
        )
        self.check_in(stay)
        with freeze_time("2026-01-31 04:00:00"):
            with self.assertRaisesRegex(UserError, "Mattress"):
                stay.action_check_out()
            mattress, card = stay.item_ids
            mattress.returned_quantity = 1
            card.write({"returned_quantity": 1, "condition_out": "one lost", "damage_amount": 30})
            self.assertEqual(stay.damage_amount, 30)
            with self.assertRaisesRegex(UserError, "not settled"):
                stay.action_check_out()
            stay.is_settled = True
            stay.action_check_out()
        self.assertEqual(stay.end_date, date(2026, 1, 31))
        self.assertEqual(stay.occupancy_id.end_date, date(2026, 1, 31))
        self.assertTrue(stay.is_card_blocked)
        self.assertEqual(stay.state, "checked_out")

    def test_free_beds(self):
        self.check_in(self.make_stay())
        with freeze_time("2025-10-01 04:00:00"):
            self.assertFalse(self.bed.is_free)
            self.assertEqual(self.bed.current_partner_id, self.student)
            found = self.env["property.bed"].search(
                [("is_free", "=", True), ("unit_id", "=", self.unit.id)]
            )
            self.assertEqual(found, self.upper)

    def test_access(self):
        stay = self.make_stay()
        bed = self.env["property.bed"].create(
            {"unit_id": self.make_unit(building=self.other_building).id, "label": "1"}
        )
        other = self.make_stay(bed, self.make_partner("Other"))
        Stay = self.env["property.stay"]
        self.assertEqual(Stay.with_user(self.user_staff).search([]) & (stay | other), stay)
        self.assertFalse(Stay.with_user(self.user_owner).has_access("read"))
        self.assertFalse(self.env["property.bed"].with_user(self.user_staff).has_access("write"))
        staff_stay = stay.with_user(self.user_staff)
        staff_stay.write({"rules_accepted": True, "signature": PIXEL})
        staff_stay.action_check_in()
        staff_stay.action_check_out()
        self.assertEqual(stay.state, "checked_out")
